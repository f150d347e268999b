# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects may use a flavor that is not public."""

from __future__ import annotations

from ._access import Access


class FlavorAccess(Access):
    """https://docs.openstack.org/api-ref/compute/#flavors-access-flavors-os-flavor-access-addtenantaccess-removetenantaccess-action"""

    name = "flavor_access"
    service = "compute"
    section = ("flavors", "access")
    heading = {"description": ["Projects that may use a flavor that is not public; others are left alone."]}
    needs = ("flavor", "project")
    parent = "flavor"
    collection, listed, plural, project = "/flavors", "os-flavor-access", "flavor_access", "tenant_id"
    actions, acted = ("addTenantAccess", "removeTenantAccess"), "tenant"
