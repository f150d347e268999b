# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flavors: the sizes of servers that a region offers, to all or to some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._engine.model import Api, Change, Get, Key, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from ._access import prune_option, pruning
from ._resource import DESCRIPTION, Resource, extra_specs, extra_specs_option, merged, name_of, write_extra_specs

#: The options that Nova calls otherwise.
_NAMES = {"ephemeral": "OS-FLV-EXT-DATA:ephemeral", "is_public": "os-flavor-access:is_public"}


def _size(description: str, least: int, required: bool = False) -> dict[str, Any]:
    need = {"required": True} if required else {}
    return {"description": [description], "type": "int", "schema": {"minimum": least}, **need}


class Flavor(Resource):
    """https://docs.openstack.org/api-ref/compute/#flavors"""

    name = "flavor"
    service = "compute"
    collection, plural, singular = "/flavors", "flavors", "flavor"
    levels = (Level.REGION,)
    section = ("flavors",)
    heading = {
        "description": [
            "Flavors of the region.",
            "Nova can change nothing of them but the description, the extra specs and the access.",
        ]
    }
    options = {
        **name_of("flavor"),
        **DESCRIPTION,
        "vcpus": _size("Virtual processors.", 1, required=True),
        "ram": _size("Memory, in MiB.", 1, required=True),
        "disk": _size("Size of the root disk, in GiB; 0 takes that of the image.", 0),
        "ephemeral": _size("Size of a second disk that goes with the server, in GiB.", 0),
        "swap": _size("Size of a disk to swap on, in MiB.", 0),
        "is_public": {"description": ["Whether every project may use it; true when not said."], "type": "bool"},
        **extra_specs_option("flavor"),
        **prune_option("flavor"),
        **STATE,
    }
    compared = ("description", "vcpus", "ram", "disk", "ephemeral", "swap", "is_public", "extra_specs")
    fixed = ("vcpus", "ram", "disk", "ephemeral", "swap", "is_public")
    privilege = Privilege.CLOUD

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for found in super().wanted(place, item):
            yield replace(found, owns=pruning("flavor_access", place, item))

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return ("", "", item["name"])

    def normal(self, name: str, value: Any) -> Any:
        return extra_specs(value) if name == "extra_specs" else value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return merged(before, wanted) if name == "extra_specs" else wanted

    def listings(self, scope: Scope) -> Iterable[Get]:
        return scope.common(self.service, f"{self.collection}/detail", self.plural, ("is_public", "None"))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            fields = {name: raw.get(_NAMES.get(name, name)) for name in self.compared}
            fields |= {"description": raw["description"] or "", "swap": raw["swap"] or 0}
            # Nova keeps them from those who may not see them.
            fields["extra_specs"] = dict(raw.get("extra_specs") or {})
            yield Observed(Key(self.name, get.region, ("", "", raw["name"])), raw["id"], fields)

    def create(self, api: Api, change: Change) -> str:
        said = {_NAMES.get(name, name): value for name, value in change.after.items() if name != "extra_specs"}
        sent = {"disk": 0, **said, "name": change.key.path[2]}
        id = str(api.post(self.collection, {self.singular: sent})[self.singular]["id"])
        write_extra_specs(api, f"{self.collection}/{id}/os-extra_specs", change)
        return id

    def update(self, api: Api, change: Change) -> None:
        if "description" in change.after:
            sent = {"description": change.after["description"]}
            api.put(f"{self.collection}/{change.id}", {self.singular: sent})
        write_extra_specs(api, f"{self.collection}/{change.id}/os-extra_specs", change)
