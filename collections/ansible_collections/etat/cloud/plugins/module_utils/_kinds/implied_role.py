# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implied roles: who holds the one role holds the others, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE


class ImpliedRole(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#create-role-inference-rule"""

    name = "implied_role"
    service = "identity"
    levels = (Level.IDENTITY, Level.DOMAIN)
    section = ("implied_roles",)
    heading = {"description": ["Roles that a role implies; others that it implies are left alone."]}
    options = {
        "role": {
            "description": ["Name of the role that implies others; in a domain, of one of its own roles."],
            "type": "str",
            "required": True,
        },
        "implies": {
            "description": ["Names of the roles of the cloud that it implies."],
            "type": "list",
            "elements": "str",
            "required": True,
        },
        **STATE,
    }
    needs = ("role",)
    privilege = Privilege.CLOUD

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for implied in item["implies"]:
            path = (place.domain, "", item["role"], implied)
            yield Wanted(Key(self.name, "", path), absent=place.absent(item))

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any]:
        return {"role": found.key.path[2], "implies": [found.key.path[3]]}

    def label(self, key: Key) -> str:
        return f"{key.path[2]} implies {key.path[3]}"

    def listings(self, scope: Scope) -> Iterable[Get]:
        # Keystone shows them to administrators only, who alone may write them.
        if scope.account.privilege is Privilege.CLOUD:
            yield Get("identity", "", "/role_inferences", "role_inferences")

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            prior = names.path("role", "", raw["prior_role"]["id"])
            for implied in raw["implies"] if prior else ():
                path = (*(prior or ()), implied["name"])
                yield Observed(Key(self.name, "", path), "/".join(path))

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"role": Key("role", "", key.path[:3]), "implied": Key("role", "", ("", "", key.path[3]))}

    def create(self, api: Api, change: Change) -> str:
        api.put(self._address(api, change.key))
        return "/".join(change.key.path)

    def delete(self, api: Api, change: Change) -> None:
        api.delete(self._address(api, change.key))

    def _address(self, api: Api, key: Key) -> str:
        refer = self.references(key, {})
        return f"/roles/{api.id(refer['role'])}/implies/{api.id(refer['implied'])}"
