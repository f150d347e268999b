# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volume type that a volume of a project gets when nobody names one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from ._resource import name_of

MICROVERSION = "3.62"
HEADERS = {"OpenStack-API-Version": f"volume {MICROVERSION}"}


class DefaultVolumeType(Kind):
    """https://docs.openstack.org/api-ref/block-storage/v3/#default-volume-types-default-types

    The path: domain and project.
    """

    name = "default_volume_type"
    service = "block-storage"
    levels = (Level.SITE,)
    section = ("default_volume_type",)
    heading = {
        "type": "dict",
        "description": [
            "Volume type that a volume of the tenant gets in this region when nobody names one.",
            "It takes an administrator of the cloud.",
        ],
    }
    options = {**name_of("volume type"), **STATE}
    compared = ("volume_type",)
    needs = ("project", "volume_type")
    read_with = ("volume_type",)
    stage = 3
    privilege = Privilege.CLOUD

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        absent = place.absent(item)
        fields = {} if absent else {"volume_type": item["name"]}
        yield Wanted(Key(self.name, place.region, (place.domain, place.project)), fields, absent=absent)

    def item(self, found: Observed) -> dict[str, Any]:
        return {"name": found.fields["volume_type"]}

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def listings(self, scope: Scope) -> Iterable[Get]:
        for region in scope.regions:
            if not (scope.whole or any(key.kind == self.name and key.region == region for key in scope.wanted)):
                continue
            if scope.account.privilege is Privilege.CLOUD:
                # An older Cinder has no such defaults.
                yield Get(
                    *(self.service, region, "/default-types", "default_types"),
                    microversion=MICROVERSION,
                    nothing=(404, 406),
                )
                continue
            # Others are shown what holds for them, whether it is the project's own or the default of all.
            for id in () if scope.whole else scope.project_ids():
                yield Get(self.service, region, "/types/default", "volume_type", project=id, about=id, nothing=(404,))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            project = get.about or raw["project_id"]
            path = names.path("project", "", project)
            id = raw["id"] if get.about else raw["volume_type_id"]
            volume_type = names.path("volume_type", get.region, id)
            if path is not None:
                fields = {"volume_type": volume_type[2] if volume_type else id}
                yield Observed(Key(self.name, get.region, path), project, fields)

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        project = {"project": Key("project", "", key.tenant)}
        name = fields.get("volume_type")
        return {**project, "type": Key("volume_type", key.region, ("", "", name))} if name else project

    def create(self, api: Api, change: Change) -> str:
        refer = self.references(change.key, change.after)
        project = api.id(refer["project"])
        api.put(f"/default-types/{project}", {"default_type": {"volume_type": api.id(refer["type"])}}, headers=HEADERS)
        return project

    def update(self, api: Api, change: Change) -> None:
        self.create(api, change)

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"/default-types/{change.id}", headers=HEADERS)
