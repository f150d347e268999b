# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read a container of secrets."""

from __future__ import annotations

from ._acl import Acl, Kept, acl_options


class Container(Kept):
    """https://docs.openstack.org/barbican/latest/api/reference/containers.html"""

    name = "container"
    plural, ref = "containers", "container_ref"


class ContainerAcl(Acl):
    """https://docs.openstack.org/barbican/latest/api/reference/acls.html"""

    name = "container_acl"
    section = ("container_acls",)
    heading = {"description": ["Who may read containers that the tenant keeps in this region."]}
    options = acl_options("container")
    needs = ("container", "user", "role_assignment")
    parent, collection = "container", "/containers"
