# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role assignments: what a group or a user may do in a project, over a domain, or over the cloud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from .role import parts

INHERITED = "inherited"


class RoleAssignment(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#assign-role-to-group-on-project

    The path of one: domain, project, sort of the holder, holder, role; then, as far as there is any of it, the domain
    of the holder and that of the role, and the word inherited.
    """

    name = "role_assignment"
    service = "identity"
    levels = (Level.IDENTITY, Level.DOMAIN, Level.TENANT)
    section = ("role_assignments",)
    heading = {
        "description": [
            "Roles given to a group or a user.",
            "They are given on the domain or the project where they stand; under O(identity), on the system.",
        ]
    }
    options = {
        "role": {"description": ["Name of the role."], "type": "str", "required": True},
        "role_domain": {
            "description": ["The domain, where the role is one of its own (see O(domains[].roles))."],
            "type": "str",
        },
        "group": {"description": ["Name of the group that holds the role."], "type": "str"},
        "group_domain": {
            "description": [
                "Domain of the group, where it is another one; only an administrator may give it a role.",
                "Required under O(identity).",
            ],
            "type": "str",
        },
        "user": {"description": ["Name of the user who holds the role.", "Either this or a group."], "type": "str"},
        "user_domain": {
            "description": [
                "Domain of the user, where it is another one; only an administrator may give it a role.",
                "Required under O(identity).",
            ],
            "type": "str",
        },
        "inherited": {
            "description": [
                "Whether the role is given on all projects below, and not on the domain or the project itself.",
            ],
            "type": "bool",
            "default": False,
        },
        **STATE,
    }
    needs = ("domain", "project", "group", "user", "role")
    privilege = Privilege.DOMAIN

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for holder in ("group", "user"):
            if item.get(holder):
                domain = item.get(f"{holder}_domain") or ""
                if not (domain or place.domain):
                    raise ValueError(f"the domain of the {holder} {item[holder]} is not said ({holder}_domain)")
                inherited = INHERITED if item.get("inherited") else ""
                if inherited and not place.domain:
                    raise ValueError("nothing inherits from the system")
                path = _path(
                    *(place.domain, place.project, holder, item[holder], item["role"]),
                    *("" if domain == place.domain else domain, item.get("role_domain") or "", inherited),
                )
                yield Wanted(Key(self.name, "", path), absent=place.absent(item))

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any]:
        holder, who, role, domain, own, inherited = parts(found.key)
        said = {"role": role, "role_domain": own, holder: who, f"{holder}_domain": domain, "inherited": bool(inherited)}
        return {name: value for name, value in said.items() if value}

    def listings(self, scope: Scope) -> Iterable[Get]:
        if not scope.filtered:
            return [Get("identity", "", "/role_assignments", "role_assignments")]
        mine = [key for key in scope.wanted if key.kind == self.name]
        domains = [("scope.domain.id", id) for id in scope.domain_ids()]
        projects = [("scope.project.id", id) for id in scope.project_ids()]
        over_domain = scope.whole or any(key.path[0] and not key.path[1] for key in mine)
        system = [("scope.system", "all")] if any(not key.path[0] for key in mine) else []
        kept = (*(domains if over_domain else ()), *system, *projects)
        return [Get("identity", "", "/role_assignments", "role_assignments", (query,)) for query in kept]

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            holder = "group" if "group" in raw else "user"
            who = names.path(holder, "", raw[holder]["id"])
            what = _over(raw["scope"], names)
            role = names.path("role", "", raw["role"]["id"])
            if who and what and role:
                inherited = INHERITED if "OS-INHERIT:inherited_to" in raw["scope"] else ""
                domain = "" if who[0] == what[0] else who[0]
                path = _path(*what, holder, who[2], role[2], domain, role[0], inherited)
                yield Observed(Key(self.name, "", path), "/".join(path))

    def label(self, key: Key) -> str:
        holder, who, role, domain, own, inherited = parts(key)
        of = f"{holder} {who}" + (f" of {domain}" if domain else "")
        return f"{role}{f' of {own}' if own else ''} for {of}" + (" (inherited)" if inherited else "")

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        holder, who, role, holder_domain, own, _inherited = parts(key)
        domain, project = key.tenant
        over = Key("project", "", (domain, project)) if project else Key("domain", "", (domain,))
        return {
            **({"over": over} if domain else {}),
            "holder": Key(holder, "", (holder_domain or domain, "", who)),
            "role": Key("role", "", (own, "", role)),
        }

    def needed(self, change: Change) -> Privilege:
        # A manager sees nobody of another domain, and may not give them anything.
        foreign = parts(change.key)[3] or parts(change.key)[4]
        return Privilege.CLOUD if foreign else self.privilege

    def create(self, api: Api, change: Change) -> str:
        api.put(self._address(api, change.key))
        return "/".join(change.key.path)

    def delete(self, api: Api, change: Change) -> None:
        api.delete(self._address(api, change.key))

    def _address(self, api: Api, key: Key) -> str:
        refer = self.references(key, {})
        over, holder = refer.get("over"), refer["holder"]
        where = f"/{over.kind}s/{api.id(over)}" if over else "/system"
        given = f"{where}/{holder.kind}s/{api.id(holder)}/roles/{api.id(refer['role'])}"
        return f"/OS-INHERIT{given}/inherited_to_projects" if parts(key)[5] else given


def _path(*names: str) -> tuple[str, ...]:
    """Return a path without the empty names at its end, so that what most assignments lack is not in it."""
    while not names[-1]:
        names = names[:-1]
    return names


def _over(scope: Mapping[str, Any], names: Names) -> tuple[str, ...] | None:
    """Return the domain and the project that a role is given on, both empty for the system, or None when not known."""
    if "system" in scope:
        return "", ""
    over = "project" if "project" in scope else "domain"
    found = names.path(over, "", scope[over]["id"])
    return (*found, "")[:2] if found else None
