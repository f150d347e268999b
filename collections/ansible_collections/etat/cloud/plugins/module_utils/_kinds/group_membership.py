# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of groups. The users themselves exist already: a directory brings them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted


class GroupMembership(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#add-user-to-group"""

    name = "group_membership"
    service = "identity"
    levels = (Level.DOMAIN, Level.TENANT)
    section = ("groups", "members")
    heading = {
        "description": ["Names of users of the same domain who must be in the group; others are left alone."],
        "type": "list",
        "elements": "str",
    }
    needs = ("group", "user")
    parent = "group"
    privilege = Privilege.DOMAIN

    def wanted(self, place: Place, item: str) -> Iterator[Wanted]:
        path = (place.domain, "", place.parents[-1]["name"], item)
        yield Wanted(Key(self.name, "", path), absent=place.absent({}))

    def around(self, key: Key) -> tuple[str, ...]:
        return key.path[2:3]

    def item(self, found: Observed) -> str:
        return found.key.path[3]

    def label(self, key: Key) -> str:
        return f"{key.path[3]} in {key.path[2]}"

    def listings(self, scope: Scope) -> Iterable[Get]:
        groups = {key.path[:3] for key in scope.wanted if key.kind == self.name}
        groups |= {key.path for key, item in scope.wanted.items() if self.name in item.owns}
        # Keystone lists members per group only.
        for id, path in scope.names.ids("group").items():
            if scope.whole or path in groups:
                yield Get("identity", "", f"/groups/{id}/users", "users", about=id)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        group = names.path("group", "", get.about)
        for raw in records:
            if group is not None:
                yield Observed(Key(self.name, "", (*group, raw["name"])), f"{get.about}/{raw['id']}")

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"group": Key("group", "", key.path[:3]), "user": Key("user", "", (key.path[0], "", key.path[3]))}

    def create(self, api: Api, change: Change) -> str:
        refer = self.references(change.key, {})
        group, user = api.id(refer["group"]), api.id(refer["user"])
        api.put(f"/groups/{group}/users/{user}")
        return f"{group}/{user}"

    def delete(self, api: Api, change: Change) -> None:
        group, user = change.id.split("/")
        api.delete(f"/groups/{group}/users/{user}")
