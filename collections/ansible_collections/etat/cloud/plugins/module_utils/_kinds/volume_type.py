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
from ._resource import DESCRIPTION, Resource, extra_specs, extra_specs_option, merged, name_of, write_extra_specs


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
        **prune_option("volume type"),
        **STATE,
    }
    compared = ("description", "is_public", "extra_specs")
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
            yield Observed(Key(self.name, get.region, ("", "", raw["name"])), raw["id"], fields)

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        return {name: value for name, value in change.after.items() if name != "extra_specs"}

    def create(self, api: Api, change: Change) -> str:
        sent = {**change.after, "name": change.key.path[2]}
        if "is_public" in sent:
            sent["os-volume-type-access:is_public"] = sent.pop("is_public")
        if "extra_specs" in sent:
            sent["extra_specs"] = merged({}, sent["extra_specs"])
        return str(api.post(self.collection, {self.singular: sent})[self.singular]["id"])

    def update(self, api: Api, change: Change) -> None:
        if set(change.after) != {"extra_specs"}:
            super().update(api, change)
        write_extra_specs(api, f"{self.collection}/{change.id}/extra_specs", change)

    def users(self, api: Api, change: Change) -> Sequence[str]:
        query = {"all_tenants": "1", "volume_type_id": change.id, "limit": "100"}
        return [f"volume {volume['id']}" for volume in api.get("/volumes", query)["volumes"]]
