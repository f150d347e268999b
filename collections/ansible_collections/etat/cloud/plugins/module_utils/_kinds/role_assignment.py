# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role assignments: what a group or a user may do in a project or over a domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE


class RoleAssignment(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#assign-role-to-group-on-project"""

    name = "role_assignment"
    service = "identity"
    levels = (Level.DOMAIN, Level.TENANT)
    section = ("role_assignments",)
    heading = {"description": ["Roles given to a group or a user, on the domain or on the tenant's project."]}
    options = {
        "role": {"description": ["Name of the role."], "type": "str", "required": True},
        "group": {"description": ["Name of the group of the same domain that holds the role."], "type": "str"},
        "user": {
            "description": ["Name of the user of the same domain who holds the role.", "Either this or a group."],
            "type": "str",
        },
        **STATE,
    }
    needs = ("domain", "project", "group", "user", "role")
    privilege = Privilege.DOMAIN

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for holder in ("group", "user"):
            if item.get(holder):
                path = (place.domain, place.project, holder, item[holder], item["role"])
                yield Wanted(Key(self.name, "", path), absent=place.absent(item))

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any]:
        holder, who, role = found.key.path[2:]
        return {"role": role, holder: who}

    def listings(self, scope: Scope) -> Iterable[Get]:
        if not scope.filtered:
            return [Get("identity", "", "/role_assignments", "role_assignments")]
        domains = [("scope.domain.id", id) for id in scope.domain_ids()]
        projects = [("scope.project.id", id) for id in scope.project_ids()]
        over_domain = scope.whole or any(key.kind == self.name and not key.path[1] for key in scope.wanted)
        kept = domains if over_domain else []
        return [Get("identity", "", "/role_assignments", "role_assignments", (query,)) for query in (*kept, *projects)]

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            holder = "group" if "group" in raw else "user"
            over = "project" if "project" in raw["scope"] else "domain"
            if over not in raw["scope"] or "OS-INHERIT:inherited_to" in raw["scope"]:
                continue
            who = names.path(holder, "", raw[holder]["id"])
            what = names.path(over, "", raw["scope"][over]["id"])
            role = names.path("role", "", raw["role"]["id"])
            if who and what and role and who[0] == what[0]:
                path = (*(*what, "")[:2], holder, who[2], role[0])
                yield Observed(Key(self.name, "", path), "/".join(path))

    def label(self, key: Key) -> str:
        holder, who, role = key.path[2:]
        return f"{role} for {holder} {who}"

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        domain, project, holder, who, role = key.path
        over = Key("project", "", (domain, project)) if project else Key("domain", "", (domain,))
        return {"over": over, "holder": Key(holder, "", (domain, "", who)), "role": Key("role", "", (role,))}

    def create(self, api: Api, change: Change) -> str:
        api.put(self._address(api, change.key))
        return "/".join(change.key.path)

    def delete(self, api: Api, change: Change) -> None:
        api.delete(self._address(api, change.key))

    def _address(self, api: Api, key: Key) -> str:
        refer = self.references(key, {})
        over, holder = refer["over"], refer["holder"]
        return f"/{over.kind}s/{api.id(over)}/{holder.kind}s/{api.id(holder)}/roles/{api.id(refer['role'])}"
