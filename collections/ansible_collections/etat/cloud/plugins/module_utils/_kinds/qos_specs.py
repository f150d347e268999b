# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QoS specifications of block storage: how fast the volumes of the types that name one may be."""

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
    Wanted,
)
from .._options import STATE
from ._resource import Resource, extra_specs, merged, name_of

#: What Cinder keeps beside the specifications themselves, under names that none of them can have.
RESERVED = ("consumer", "name")


class QosSpecs(Resource):
    """https://docs.openstack.org/api-ref/block-storage/v3/#quality-of-service-qos-specifications-qos-specs"""

    name = "qos_specs"
    service = "block-storage"
    collection, plural, singular = "/qos-specs", "qos_specs", "qos_specs"
    levels = (Level.REGION,)
    section = ("qos_specs",)
    heading = {
        "description": [
            "QoS specifications of the region: how fast volumes may be.",
            "A volume type names the one that holds for its volumes.",
        ]
    }
    options = {
        **name_of("QoS specification"),
        "consumer": {
            "description": [
                "Who keeps to it: Nova in the V(front-end), the storage in the V(back-end), or V(both).",
                "Cinder takes V(back-end) when it is not said.",
            ],
            "type": "str",
            "choices": ["front-end", "back-end", "both"],
        },
        "specs": {
            "description": [
                "The limits by their names, such as V(total_iops_sec); others are left alone.",
                "One without a value (null) is taken away.",
            ],
            "type": "dict",
            "schema": {"additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
        },
        **STATE,
    }
    compared = ("consumer", "specs")
    privilege = Privilege.CLOUD

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        reserved = [name for name in RESERVED if name in (item.get("specs") or {})]
        if reserved:
            raise ValueError(
                f"specs names {' and '.join(reserved)}, which Cinder takes for its own; allowed: other names"
            )
        yield from super().wanted(place, item)

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return ("", "", item["name"])

    def normal(self, name: str, value: Any) -> Any:
        return extra_specs(value) if name == "specs" else value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return merged(before, wanted) if name == "specs" else wanted

    def listings(self, scope: Scope) -> Iterable[Get]:
        # Cinder shows them to administrators only.
        if scope.account.privilege is Privilege.CLOUD:
            # Volume types are read for much else: only where one says something of it is this asked.
            said = {
                key.region for key, item in scope.wanted.items() if key.kind == self.name or self.name in item.fields
            }
            for region in sorted(said):
                yield Get(self.service, region, self.collection, self.plural)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            fields = {name: raw[name] for name in self.compared}
            yield Observed(Key(self.name, get.region, ("", "", raw["name"])), raw["id"], fields)

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        before, after = change.before.get("specs", {}), merged({}, change.after.get("specs", {}))
        plain = {name: value for name, value in change.after.items() if name != "specs"}
        return {**plain, **{name: value for name, value in after.items() if before.get(name) != value}}

    def update(self, api: Api, change: Change) -> None:
        if self.body(api, change):
            super().update(api, change)
        gone = sorted(set(change.before.get("specs", ())).difference(change.after.get("specs", ())))
        if gone:
            api.put(f"{self.collection}/{change.id}/delete_keys", {"keys": gone})

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        if change.action is not Action.DELETE:
            return
        found = api.get(f"{self.collection}/{change.id}/associations")["qos_associations"]
        left = {
            planned.key.path[2]
            for planned in outlook.changes
            if planned.key.kind == "volume_type"
            and planned.key.region == change.key.region
            and (planned.action is Action.DELETE or self.name in planned.after)
        }
        using = sorted(f"volume type {type['name']}" for type in found if type["name"] not in left)
        if using:
            yield Problem(
                f"{change.key} cannot be deleted",
                f"it is in use by {', '.join(using)}",
                "Free it first, or keep it in the declaration.",
            )
