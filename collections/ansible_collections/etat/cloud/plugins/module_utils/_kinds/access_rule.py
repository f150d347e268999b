# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access rules of users: which calls their application credentials may make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import (
    Action,
    Api,
    Change,
    Fields,
    Get,
    Key,
    Kind,
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


class AccessRule(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#list-access-rules

    The path of a rule: domain, nothing, user, service, method, path.
    """

    name = "access_rule"
    service = "identity"
    levels = (Level.DOMAIN,)
    section = ("users", "access_rules")
    heading = {
        "description": [
            "Access rules of the user's application credentials; others are left alone.",
            "One that is missing is an error, because Keystone makes them with an application credential of the user.",
            "Keystone shows them to the user, and to an account with a token for the system.",
        ]
    }
    options = {
        "service": {
            "description": ["Type of the service that may be called."],
            "type": "str",
            "required": True,
        },
        "method": {
            "description": ["Method of the calls."],
            "type": "str",
            "choices": ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"],
            "required": True,
        },
        "path": {"description": ["Path of the calls, as Keystone matches it."], "type": "str", "required": True},
        **STATE,
    }
    needs = ("user",)
    parent = "user_options"
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, "", place.parents[-1]["name"], item["service"], item["method"], item["path"])

    def owner(self, key: Key) -> tuple[str, ...]:
        return key.path[:3]

    def around(self, key: Key) -> tuple[str, ...]:
        return key.path[2:3]

    def label(self, key: Key) -> str:
        user, service, method, path = key.path[2:]
        return f"{user}: {method} {path} of {service}"

    def item(self, found: Observed) -> dict[str, Any]:
        return dict(zip(("service", "method", "path"), found.key.path[3:], strict=True))

    def natural(self, found: Observed) -> bool:
        # Users make them for themselves.
        return True

    def listings(self, scope: Scope) -> Iterable[Get]:
        users = {key.path[:3] for key in scope.wanted if key.kind == self.name}
        # Keystone lists them per user only.
        for id, path in sorted(scope.names.ids("user").items()):
            if path in users:
                yield Get("identity", "", f"/users/{id}/access_rules", "access_rules", about=id)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        user = names.path("user", "", get.about)
        for raw in records:
            if user is not None:
                path = (*user, raw["service"], raw["method"], raw["path"])
                yield Observed(Key(self.name, "", path), f"{get.about}/access_rules/{raw['id']}")

    def references(self, key: Key, fields: Fields) -> Mapping[str, Key]:
        return {"user": Key("user", "", key.path[:3])}

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"/users/{change.id}")

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        if change.action is Action.CREATE:
            yield Problem(
                f"{change.key} is not there",
                "Keystone makes access rules with an application credential of the user, and in no other way",
                f"Have {change.key.path[2]} make an application credential with it, or do not declare it.",
            )
