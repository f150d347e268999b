# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kinds share that are one collection of their service: create, update and delete by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Scope

#: What marks an object as made by this product: a tag of Keystone's projects and of Neutron's objects.
MARK = "managed_by:etat.cloud"


class Resource(Kind):
    """An object with an id in a collection of its service."""

    #: Path of the collection below the service's endpoint, and the keys that hold its objects in bodies.
    collection: ClassVar[str]
    plural: ClassVar[str]
    singular: ClassVar[str]

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        """Return what a creation or an update sends: the fields as they are, unless a kind says otherwise."""
        return dict(change.after)

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        """Return what a creation sends beyond the fields."""
        return {}

    def create(self, api: Api, change: Change) -> str:
        sent = {**self.body(api, change), **self.birth(api, change), "name": change.key.path[-1]}
        made: str = api.post(self.collection, {self.singular: sent})[self.singular]["id"]
        return made

    def update(self, api: Api, change: Change) -> None:
        api.put(f"{self.collection}/{change.id}", {self.singular: self.body(api, change)})

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"{self.collection}/{change.id}")


class IdentityResource(Resource):
    """A resource of Keystone, which updates by PATCH."""

    service = "identity"

    def update(self, api: Api, change: Change) -> None:
        api.patch(f"{self.collection}/{change.id}", {self.singular: self.body(api, change)})

    def in_domains(self, scope: Scope) -> Iterable[Get]:
        """Return one listing per declared domain that exists."""
        for id in scope.domain_ids():
            yield Get("identity", "", self.collection, self.plural, (("domain_id", id),))


class NetworkResource(Resource):
    """A resource of Neutron that belongs to a project and whose path is the project's and its own name."""

    service = "network"
    levels = (Level.SITE,)
    #: What a listing asks for beside id, name, project_id and the compared fields that bear Neutron's own names.
    asked: ClassVar[tuple[str, ...]] = ()
    #: Whether Neutron lets the objects bear tags, and so the mark of the product.
    tagged: ClassVar[bool] = True

    def listings(self, scope: Scope) -> Iterable[Get]:
        tags = ("tags",) if self.tagged else ()
        names = ("id", "name", "project_id", *(self.asked or self.compared), *tags)
        return scope.regional("network", self.collection, self.plural, *(("fields", name) for name in names))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            above = self.above(raw, get.region, names)
            if above is not None:
                yield Observed(
                    Key(self.name, get.region, (*above, raw["name"])),
                    raw["id"],
                    self.seen(raw, get, names),
                    managed=MARK in raw.get("tags", ()),
                )

    def above(self, raw: Mapping[str, Any], region: str, names: Names) -> tuple[str, ...] | None:
        """Return the path of what the object lives under, or None when that is not known."""
        return names.path("project", "", raw["project_id"])

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        """Return the compared fields of a record in normal form."""
        return {name: self.normal(name, raw[name]) for name in self.compared if name in raw}

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"project": Key("project", "", key.path[:2])}

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        return {"project_id": api.id(Key("project", "", change.key.path[:2]))}

    def create(self, api: Api, change: Change) -> str:
        return str(self.made(api, change)["id"])

    def made(self, api: Api, change: Change) -> dict[str, Any]:
        """Create the object, with the mark of the product where it can bear it, and return the record."""
        sent = {**self.body(api, change), **self.birth(api, change), "name": change.key.path[-1]}
        at_once = self.tagged and api.extension("tag-creation")
        record: dict[str, Any] = api.post(
            self.collection, {self.singular: {**sent, **({"tags": [MARK]} if at_once else {})}}
        )[self.singular]
        if self.tagged and not at_once:
            api.put(f"{self.collection}/{record['id']}/tags/{MARK}")
        return record


DESCRIPTION = {"description": {"description": ["What it is for."], "type": "str"}}


def name_of(what: str) -> dict[str, Any]:
    """Return the option that names an object."""
    return {"name": {"description": [f"Name of the {what}."], "type": "str", "required": True}}


def extra_specs_option(what: str) -> dict[str, Any]:
    """Return the option of extra specs."""
    return {
        "extra_specs": {
            "description": [
                f"Extra specs of the {what}; others are left alone.",
                "One without a value (null) is taken away.",
            ],
            "type": "dict",
            "schema": {"additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
        }
    }


def extra_specs(said: Mapping[str, Any]) -> dict[str, str | None]:
    """Return extra specs, or metadata, as services keep them: as text."""
    return {name: None if value is None else str(value) for name, value in said.items()}


def merged(before: Mapping[str, str] | None, wanted: Mapping[str, str | None]) -> dict[str, str]:
    """Return what extra specs become where a declaration names some of them."""
    return {name: value for name, value in {**(before or {}), **wanted}.items() if value is not None}


def write_extra_specs(api: Api, path: str, change: Change) -> None:
    """Set the extra specs that differ, and take away those that have no value."""
    after = change.after.get("extra_specs", {})
    before = change.before.get("extra_specs", {})
    new = {name: value for name, value in after.items() if value is not None and before.get(name) != value}
    if new:
        api.post(path, {"extra_specs": new})
    for name in before:
        if name not in after:
            api.delete(f"{path}/{name}")
