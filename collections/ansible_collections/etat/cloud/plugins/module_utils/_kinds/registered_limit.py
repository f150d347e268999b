# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registered limits: how much of a resource every project may have that has no limit of its own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

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
from ._resource import DESCRIPTION, IdentityResource

#: What names the resource that a limit is about; the last of them, how much of it there may be, is each kind's own.
RESOURCE = {
    "service": {
        "description": ["Type of the service, such as V(compute)."],
        "type": "str",
        "required": True,
    },
    "region": {
        "description": ["Region in which it holds.", "Not said, it is the limit of a service that knows no regions."],
        "type": "str",
    },
    "resource_name": {
        "description": ["Name of the resource, as the service knows it."],
        "type": "str",
        "required": True,
    },
}


class LimitResource(IdentityResource):
    """A limit of a resource. Its path ends with the service's type, the region, and the resource's name."""

    needs: ClassVar[tuple[str, ...]] = ("service",)
    stage = 1
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project, item["service"], item.get("region") or "", item["resource_name"])

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def label(self, key: Key) -> str:
        return " / ".join(part for part in key.path[2:] if part)

    def item(self, found: Observed) -> dict[str, Any]:
        names = dict(zip(("service", "region", "resource_name"), found.key.path[2:], strict=True))
        return {name: value for name, value in {**names, **found.fields}.items() if value not in (None, "")}

    def listings(self, scope: Scope) -> Iterable[Get]:
        return [Get("identity", "", self.collection, self.plural)]

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            above = self.above(raw, names)
            service = names.path("service", "", raw["service_id"])
            if above is not None and service is not None:
                path = (*above, service[2], raw["region_id"] or "", raw["resource_name"])
                fields = {name: raw[name] or self.nothing(name) for name in self.compared}
                yield Observed(Key(self.name, "", path), raw["id"], fields)

    @abstractmethod
    def above(self, raw: Mapping[str, Any], names: Names) -> tuple[str, ...] | None:
        """Return the domain and the project that a record is about, or None when they are not known."""

    def nothing(self, name: str) -> Any:
        """Return the normal form of a field of which Keystone says nothing."""
        return "" if name == "description" else 0

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"service": Key("service", "", ("", "", key.path[2]))}

    def batch(self, change: Change) -> Key | None:
        # Those of one domain are written by one account.
        return Key("domain", "", change.key.path[:1])

    def create(self, api: Api, change: Change) -> str:
        return self.create_batch(api, [change])[0]

    def create_batch(self, api: Api, changes: list[Change]) -> list[str]:
        body = {self.plural: [{**self.identifying(api, change.key), **self.body(api, change)} for change in changes]}
        return [made["id"] for made in api.post(self.collection, body)[self.plural]]

    def identifying(self, api: Api, key: Key) -> dict[str, Any]:
        """Return what a creation says beside the fields."""
        region, name = key.path[3:]
        return {
            "service_id": api.id(self.references(key, {})["service"]),
            **({"region_id": region} if region else {}),
            "resource_name": name,
        }


class RegisteredLimit(LimitResource):
    """https://docs.openstack.org/api-ref/identity/v3/#list-registered-limits"""

    name = "registered_limit"
    collection, plural, singular = "/registered_limits", "registered_limits", "registered_limit"
    levels = (Level.IDENTITY,)
    section = ("registered_limits",)
    heading = {
        "description": [
            "How much of a resource every project may have that has no limit of its own.",
            "OpenStack counts one that is missing as 0, for services that use unified limits.",
        ]
    }
    options = {
        **RESOURCE,
        "default_limit": {
            "description": ["How much every project may have; V(-1) means no limit.", "Required when it is new."],
            "type": "int",
            "schema": {"minimum": -1},
        },
        **DESCRIPTION,
        "allow_zero": {
            "description": [
                "Whether it may be deleted although every project without a limit of its own drops to 0 by that."
            ],
            "type": "bool",
            "default": False,
        },
        **STATE,
    }
    compared = ("default_limit", "description")
    allowances = ("allow_zero",)

    def above(self, raw: Mapping[str, Any], names: Names) -> tuple[str, ...]:
        return ("", "")

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        if change.action is Action.CREATE:
            if "default_limit" not in change.after:
                yield Problem(f"{change.key} cannot be created", "no default_limit is declared", "Declare one.")
            return
        going = {found.id for found in outlook.changes if found.action is Action.DELETE and found.key.kind == "limit"}
        now = api.get(f"{self.collection}/{change.id}")[self.singular]
        resource = {name: now[name] for name in ("service_id", "region_id", "resource_name") if now[name]}
        limits = [limit for limit in api.get("/limits", resource)["limits"] if limit["region_id"] == now["region_id"]]
        # Updates come before deletions.
        left = [limit for limit in limits if change.action is Action.UPDATE or limit["id"] not in going]
        if left:
            yield Problem(
                f"{change.key} cannot be {change.action.value}d",
                f"Keystone refuses it while there are limits of domains and projects for it, and there are {len(left)}",
                "Delete those first, in a run of their own.",
            )
        if change.action is Action.DELETE and "allow_zero" not in change.allows:
            limited = {limit["project_id"] for limit in limits if limit["id"] not in going}
            projects = api.get("/projects")["projects"]
            zero = sorted(project["name"] for project in projects if project["id"] not in limited)
            if zero:
                shown = ", ".join(zero[:5]) + (f" and {len(zero) - 5} more" if len(zero) > 5 else "")
                yield Problem(
                    f"{change.key} cannot be deleted",
                    f"{len(zero)} of {len(projects)} projects have no limit of their own and drop to 0: {shown}",
                    "Keep it, or declare allow_zero with it if that is meant.",
                )
