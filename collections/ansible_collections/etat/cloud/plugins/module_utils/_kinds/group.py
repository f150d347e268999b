# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._engine.model import Api, Change, Get, Key, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from ._resource import DESCRIPTION, IdentityResource, name_of


class Group(IdentityResource):
    """https://docs.openstack.org/api-ref/identity/v3/#groups"""

    name = "group"
    collection, plural, singular = "/groups", "groups", "group"
    levels = (Level.DOMAIN, Level.TENANT)
    section = ("groups",)
    heading = {"description": ["Groups in the domain."]}
    options = {
        **name_of("group"),
        **DESCRIPTION,
        "prune_members": {
            "description": ["Whether members that are not declared are taken out of the group."],
            "type": "bool",
            "default": False,
        },
        **STATE,
    }
    compared = ("description",)
    needs = ("domain",)
    stage = 1
    privilege = Privilege.DOMAIN

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for found in super().wanted(place, item):
            yield replace(found, owns=("group_membership",)) if item.get("prune_members") else found

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, "", item["name"])

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def listings(self, scope: Scope) -> Iterable[Get]:
        return self.in_domains(scope)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            domain = names.path("domain", "", raw["domain_id"])
            if domain is not None:
                key = Key(self.name, "", (*domain, "", raw["name"]))
                yield Observed(key, raw["id"], {"description": raw.get("description") or ""})

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"domain": Key("domain", "", key.path[:1])}

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        return {"domain_id": api.id(Key("domain", "", change.key.path[:1]))}
