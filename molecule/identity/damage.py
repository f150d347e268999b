#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes, alters and adds objects behind the product's back. What the product must make of it is in repair.yml."""

from __future__ import annotations

from typing import Any

import lab

CULTURE, JUSTICE = "molecule-identity-culture", "molecule-identity-justice"
admin = lab.connect()
there = lab.Domains(admin, lab.prefix())
culture, justice, museums = there.domain(CULTURE), there.domain(JUSTICE), there.project(CULTURE, "museums")


def call(method: str, path: str, body: Any = None) -> None:
    """Make one call, which must succeed."""
    lab.accept(admin.identity.request(path, method, **({} if body is None else {"json": body})))


def ids(collection: str, name: str, query: str = "") -> dict[str, str]:
    """Return the ids of a collection by one of their fields."""
    return {found[name]: found["id"] for found in lab.listing(admin.identity, f"/{collection}{query}", collection)}


roles, own = ids("roles", "name"), ids("roles", "name", f"?domain_id={culture}")
groups = ids("groups", "name", f"?domain_id={culture}")
inner, outer = (
    {g["name"]: g["id"] for g in lab.listing(admin.identity, "/OS-EP-FILTER/endpoint_groups", "endpoint_groups")}[name]
    for name in ("molecule-identity-inner", "molecule-identity-outer")
)
limits = {
    found["resource_name"]: found["id"]
    for found in lab.listing(admin.identity, f"/limits?project_id={museums}", "limits")
}

call("PATCH", f"/domains/{culture}", {"domain": {"options": {"immutable": False}}})
call("PATCH", f"/domains/{culture}", {"domain": {"description": "by hand"}})
call("PATCH", f"/domains/{justice}", {"domain": {"enabled": True}})
call("PATCH", f"/domains/{culture}/config", {"config": {"ldap": {"page_size": 5, "user": "cn=keystone"}}})
call("PATCH", f"/roles/{own['curator']}", {"role": {"description": "by hand"}})
call("DELETE", f"/roles/{roles['molecule-identity-auditor']}/implies/{roles['reader']}")
call("PUT", f"/roles/{roles['molecule-identity-auditor']}/implies/{roles['member']}")
call("DELETE", f"/system/groups/{groups['overseers']}/roles/{roles['molecule-identity-auditor']}")
heirs = f"/OS-INHERIT/domains/{culture}/groups/{groups['curators']}/roles/{own['curator']}/inherited_to_projects"
call("DELETE", heirs)
call("DELETE", f"/limits/{limits['molecule-identity-servers']}")
# Made 0 again by the product, which Keystone takes for no update.
call("PATCH", f"/limits/{limits['molecule-identity-images']}", {"limit": {"resource_limit": 9}})
# Keystone lets nobody change one that there are limits for.
registered = ids("registered_limits", "resource_name")["molecule-identity-volumes"]
call("PATCH", f"/registered_limits/{registered}", {"registered_limit": {"default_limit": 50}})
altered = {"description": "by hand", "filters": {"interface": "admin"}}
call("PATCH", f"/OS-EP-FILTER/endpoint_groups/{inner}", {"endpoint_group": altered})
call("DELETE", f"/OS-EP-FILTER/endpoint_groups/{outer}/projects/{museums}")
call("PUT", f"/OS-EP-FILTER/endpoint_groups/{inner}/projects/{museums}")
