# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the volumes of a type are encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope
from .._options import STATE


class VolumeTypeEncryption(Kind):
    """https://docs.openstack.org/api-ref/block-storage/v3/#volume-type-encryption"""

    name = "volume_type_encryption"
    service = "block-storage"
    levels = (Level.REGION,)
    section = ("volume_types", "encryption")
    heading = {
        "type": "dict",
        "description": ["How volumes of this type are encrypted. Cinder changes it only while there are none."],
    }
    options = {
        "provider": {"description": ["Format of the encryption, such as V(luks)."], "type": "str", "required": True},
        "cipher": {"description": ["Algorithm and mode, such as V(aes-xts-plain64)."], "type": "str"},
        "key_size": {"description": ["Length of the key, in bits."], "type": "int", "schema": {"minimum": 1}},
        "control_location": {
            "description": ["Which service encrypts: Nova in the V(front-end), or Cinder in the V(back-end)."],
            "type": "str",
            "choices": ["front-end", "back-end"],
        },
        **STATE,
    }
    compared = ("provider", "cipher", "key_size", "control_location")
    needs = ("volume_type",)
    parent = "volume_type"
    stage = 3
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return ("", "", place.parents[-1]["name"])

    def owner(self, key: Key) -> tuple[str, ...]:
        return key.path

    def around(self, key: Key) -> tuple[str, ...]:
        return key.path[2:]

    def item(self, found: Observed) -> dict[str, Any]:
        return {name: value for name, value in found.fields.items() if value is not None}

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.account.privilege is not Privilege.CLOUD:
            return
        wanted = {(key.region, key.path) for key in scope.wanted if key.kind == self.name}
        for region in scope.regions:
            for id, path in scope.names.ids("volume_type", region).items():
                if (region, path) in wanted:
                    yield Get(self.service, region, f"/types/{id}/encryption", "", about=id, nothing=(404,))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        path = names.path("volume_type", get.region, get.about)
        for raw in records:
            # The answer of a type without encryption is empty.
            if raw and path is not None:
                fields = {name: raw[name] for name in self.compared}
                yield Observed(Key(self.name, get.region, path), f"{get.about}/{raw['encryption_id']}", fields)

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"type": Key("volume_type", key.region, key.path)}

    def create(self, api: Api, change: Change) -> str:
        type = api.id(self.references(change.key, {})["type"])
        made = api.post(f"/types/{type}/encryption", {"encryption": dict(change.after)})["encryption"]
        return f"{type}/{made['encryption_id']}"

    def update(self, api: Api, change: Change) -> None:
        type, id = change.id.split("/")
        api.put(f"/types/{type}/encryption/{id}", {"encryption": dict(change.after)})

    def delete(self, api: Api, change: Change) -> None:
        type, id = change.id.split("/")
        api.delete(f"/types/{type}/encryption/{id}")
