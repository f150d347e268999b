# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kinds share that are one collection of their service: create, update and delete by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Scope


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
        return str(self.made(api, change)["id"])

    def made(self, api: Api, change: Change) -> dict[str, Any]:
        """Create the object and return its record."""
        sent = {**self.body(api, change), **self.birth(api, change), "name": change.key.path[-1]}
        record: dict[str, Any] = api.post(self.collection, {self.singular: sent})[self.singular]
        return record

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

    def listings(self, scope: Scope) -> Iterable[Get]:
        fields = tuple(("fields", name) for name in ("id", "name", "project_id", *(self.asked or self.compared)))
        return scope.regional("network", self.collection, self.plural, *fields)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            above = self.above(raw, get.region, names)
            if above is not None:
                yield Observed(Key(self.name, get.region, (*above, raw["name"])), raw["id"], self.seen(raw, get, names))

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


DESCRIPTION = {"description": {"description": ["What it is for."], "type": "str"}}


def name_of(what: str) -> dict[str, Any]:
    """Return the option that names an object."""
    return {"name": {"description": [f"Name of the {what}."], "type": "str", "required": True}}
