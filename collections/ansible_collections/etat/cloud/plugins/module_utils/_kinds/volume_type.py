# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volume types: the kinds of storage that a region offers, to all or to some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._engine.model import Api, Change, Get, Key, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from ._access import prune_option, pruning
from ._resource import DESCRIPTION, NONE, Resource, extra_specs, extra_specs_option, merged, name_of, write_extra_specs


class VolumeType(Resource):
    """https://docs.openstack.org/api-ref/block-storage/v3/#volume-types-types"""

    name = "volume_type"
    service = "block-storage"
    collection, plural, singular = "/types", "volume_types", "volume_type"
    levels = (Level.REGION,)
    section = ("volume_types",)
    heading = {"description": ["Volume types of the region."]}
    options = {
        **name_of("volume type"),
        **DESCRIPTION,
        "is_public": {"description": ["Whether every project may use it; true when not said."], "type": "bool"},
        **extra_specs_option("volume type"),
        "qos_specs": {
            "description": [
                "Name of the QoS specification that holds for its volumes.",
                f"V({NONE}) takes it away.",
            ],
            "type": "str",
        },
        **prune_option("volume type"),
        **STATE,
    }
    compared = ("description", "is_public", "extra_specs", "qos_specs")
    needs = ("qos_specs",)
    read_with = ("qos_specs",)
    privilege = Privilege.CLOUD

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for found in super().wanted(place, item):
            yield replace(found, owns=pruning("volume_type_access", place, item))

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return ("", "", item["name"])

    def normal(self, name: str, value: Any) -> Any:
        return extra_specs(value) if name == "extra_specs" else value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return merged(before, wanted) if name == "extra_specs" else wanted

    def listings(self, scope: Scope) -> Iterable[Get]:
        return scope.common(self.service, self.collection, self.plural, ("is_public", "None"))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            fields = {
                "description": raw["description"] or "",
                "is_public": raw["is_public"],
                # Cinder shows them to administrators, and to others an empty list.
                "extra_specs": dict(raw.get("extra_specs") or {}),
            }
            # This too it shows to administrators alone.
            if "qos_specs_id" in raw:
                path = names.path("qos_specs", get.region, raw["qos_specs_id"])
                fields["qos_specs"] = path[2] if path else raw["qos_specs_id"] or NONE
            yield Observed(Key(self.name, get.region, ("", "", raw["name"])), raw["id"], fields)

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        named = fields.get("qos_specs", NONE)
        return {} if named == NONE else {"qos": Key("qos_specs", key.region, ("", "", named))}

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        return {name: value for name, value in change.after.items() if name not in ("extra_specs", "qos_specs")}

    def create(self, api: Api, change: Change) -> str:
        sent = {**self.body(api, change), "name": change.key.path[2]}
        if "is_public" in sent:
            sent["os-volume-type-access:is_public"] = sent.pop("is_public")
        if "extra_specs" in change.after:
            sent["extra_specs"] = merged({}, change.after["extra_specs"])
        id = str(api.post(self.collection, {self.singular: sent})[self.singular]["id"])
        self._associate(api, id, change)
        return id

    def update(self, api: Api, change: Change) -> None:
        if self.body(api, change):
            super().update(api, change)
        write_extra_specs(api, f"{self.collection}/{change.id}/extra_specs", change)
        self._associate(api, change.id, change)

    def _associate(self, api: Api, id: str, change: Change) -> None:
        """Name the QoS specification of a type. A type has one at most, and lets go of it before it takes another."""
        if "qos_specs" not in change.after:
            return
        for action, fields in (("disassociate", change.before), ("associate", change.after)):
            for qos in self.references(change.key, fields).values():
                api.act(f"/qos-specs/{api.id(qos)}/{action}", {"vol_type_id": id})

    def users(self, api: Api, change: Change) -> Sequence[str]:
        query = {"all_tenants": "1", "volume_type_id": change.id, "limit": "100"}
        return [f"volume {volume['id']}" for volume in api.get("/volumes", query)["volumes"]]
