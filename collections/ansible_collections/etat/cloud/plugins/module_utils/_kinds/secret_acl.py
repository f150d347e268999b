# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read a secret."""

from __future__ import annotations

from ._acl import Acl, Kept, acl_options


class Secret(Kept):
    """https://docs.openstack.org/barbican/latest/api/reference/secrets.html"""

    name = "secret"
    plural, ref = "secrets", "secret_ref"


class SecretAcl(Acl):
    """https://docs.openstack.org/barbican/latest/api/reference/acls.html"""

    name = "secret_acl"
    section = ("secret_acls",)
    # Names of people and of secrets; none of what the secrets hold.
    heading = {"description": ["Who may read secrets that the tenant keeps in this region."], "no_log": False}
    options = acl_options("secret")
    needs = ("secret", "user", "role_assignment")
    parent, collection = "secret", "/secrets"
