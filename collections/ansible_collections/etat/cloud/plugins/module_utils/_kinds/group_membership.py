# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of groups. The users themselves exist already: a directory brings them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted

#: The query of role assignments as they work out for users.
EFFECTIVE = (("effective", ""),)


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
    #: After the role assignments.
    stage = 3
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
        declared = {key.path[:3] for key in scope.wanted if key.kind == self.name}
        owners = {key.path for key, item in scope.wanted.items() if self.name in item.owns}
        together = set() if scope.whole else self._with_role(scope) & declared - owners
        if together:
            yield Get("identity", "", "/role_assignments", "role_assignments", EFFECTIVE)
        # Keystone lists the members of a group without a role per group only.
        for id, path in scope.names.ids("group").items():
            if scope.whole or path in (declared | owners) - together:
                yield Get("identity", "", f"/groups/{id}/users", "users", about=id)

    def _with_role(self, scope: Scope) -> set[tuple[str, ...]]:
        """Return the groups whose members an administrator sees in one listing: each of them has its groups' roles.

        Users of other domains show there without a name, so it serves only to look for members that are declared.
        """
        if scope.filtered or scope.account.privilege is not Privilege.CLOUD:
            return set()
        assigned = scope.names.ids("role_assignment").values()
        return {(domain, "", who) for domain, _project, holder, who, _role in assigned if holder == "group"}

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        if get.query == EFFECTIVE:
            yield from self._read_effective(records, names)
            return
        group = names.path("group", "", get.about)
        for raw in records:
            if group is not None:
                yield Observed(Key(self.name, "", (*group, raw["name"])), f"{get.about}/{raw['id']}")

    def _read_effective(self, records: Sequence[Mapping[str, Any]], names: Names) -> Iterator[Observed]:
        # A member shows once for each role of the group, and for each role that those imply.
        through = {raw["links"]["membership"] for raw in records if "membership" in raw["links"]}
        for address in sorted(through):
            _before, group_id, user_id = re.split("/groups/|/users/", address)
            group, user = names.path("group", "", group_id), names.path("user", "", user_id)
            if group and user and group[0] == user[0]:
                yield Observed(Key(self.name, "", (*group, user[2])), f"{group_id}/{user_id}")

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
