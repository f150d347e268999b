# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles: those of the cloud, and those that a domain has for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import (
    Action,
    Api,
    Change,
    Get,
    Key,
    Level,
    Names,
    Observed,
    Outlook,
    Place,
    Privilege,
    Problem,
    Scope,
)
from .._options import STATE
from ._resource import DESCRIPTION, IdentityResource, name_of


class Role(IdentityResource):
    """https://docs.openstack.org/api-ref/identity/v3/#roles"""

    name = "role"
    collection, plural, singular = "/roles", "roles", "role"
    levels = (Level.IDENTITY, Level.DOMAIN)
    section = ("roles",)
    heading = {
        "description": [
            "Roles. One of a domain is its own name for the roles of the cloud that it implies, within that domain."
        ]
    }
    options = {**name_of("role"), **DESCRIPTION, **STATE}
    compared = ("description",)
    needs = ("domain",)
    stage = 1
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, "", item["name"])

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def listings(self, scope: Scope) -> Iterable[Get]:
        yield Get("identity", "", self.collection, self.plural)
        # Keystone shows those of a domain to administrators only, and apart from the others.
        if scope.account.privilege is Privilege.CLOUD:
            domains = {role_domain(key) for key in scope.wanted} | (scope.domains if scope.whole else frozenset())
            for id, path in sorted(scope.names.ids("domain").items()):
                if path[0] in domains:
                    yield Get("identity", "", self.collection, self.plural, (("domain_id", id),))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            domain = names.path("domain", "", raw["domain_id"]) if raw["domain_id"] else ("",)
            if domain is not None:
                fields = {"description": raw["description"] or ""}
                yield Observed(Key(self.name, "", (*domain, "", raw["name"])), raw["id"], fields)

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"domain": Key("domain", "", key.path[:1])} if key.path[0] else {}

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        return {f"{name}_id": api.id(key) for name, key in self.references(change.key, {}).items()}

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        if change.action is not Action.DELETE:
            return
        given = len(api.get("/role_assignments", {"role.id": change.id})["role_assignments"])
        going = sum(found.action is Action.DELETE and change.key in found.needs for found in outlook.changes)
        if given > going:
            yield Problem(
                f"{change.key} cannot be deleted",
                f"{given - going} role assignments give it",
                "Take it away from its holders first, or keep it.",
            )


def role_domain(key: Key) -> str:
    """Return the domain whose own role an object is, or uses; empty where it is about roles of the cloud."""
    if key.kind in ("role", "implied_role"):
        return key.path[0]
    return parts(key)[4] if key.kind == "role_assignment" else ""


def parts(key: Key) -> tuple[str, str, str, str, str, str]:
    """Return of a role assignment the sort of its holder, its holder, the role, the domains of both, and whether it
    is inherited.
    """
    holder, who, role, *more = key.path[2:]
    holder_domain, own, inherited, *_none = (*more, "", "", "")
    return holder, who, role, holder_domain, own, inherited
