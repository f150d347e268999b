# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kinds share that are one collection of their service: create, update and delete by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Scope

#: What a declaration says of something that the object does without.
NONE = "none"


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
    #: Neutron's field that holds the object's own name, the last part of its path.
    name_field: ClassVar[str] = "name"

    def listings(self, scope: Scope) -> Iterable[Get]:
        names = ("id", self.name_field, "project_id", *(self.asked or self.compared))
        return scope.regional("network", self.collection, self.plural, *(("fields", name) for name in names))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            above = self.above(raw, get.region, names)
            if above is not None:
                key = Key(self.name, get.region, (*above, raw[self.name_field]))
                yield Observed(key, raw["id"], self.seen(raw, get, names))

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

    def made(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {**self.body(api, change), **self.birth(api, change), self.name_field: change.key.path[-1]}
        record: dict[str, Any] = api.post(self.collection, {self.singular: sent})[self.singular]
        return record


def tags_option(what: str) -> dict[str, Any]:
    """Return the option of tags."""
    return {
        "tags": {
            "description": [
                f"Tags that the {what} must bear; others are left alone.",
                "A tag of the form C(name:value) replaces another value of the same name.",
            ],
            "type": "list",
            "elements": "str",
            "schema": {"pattern": "^[^,/]{1,255}$"},
        }
    }


def merged_tags(before: Iterable[str] | None, wanted: Iterable[str]) -> list[str]:
    """Return what tags become where a declaration names some of them."""
    named = {tag.partition(":")[0] for tag in wanted if ":" in tag}
    others = [tag for tag in before or () if ":" not in tag or tag.partition(":")[0] not in named]
    return sorted({*others, *wanted})


class TaggedResource(NetworkResource):
    """A resource that bears tags, which Neutron takes with a call of their own.

    Newer ones take them with a creation too, and older ones refuse such a creation.
    """

    def normal(self, name: str, value: Any) -> Any:
        return sorted(set(value)) if name == "tags" else value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return merged_tags(before, wanted) if name == "tags" else wanted

    def item(self, found: Observed) -> dict[str, Any]:
        said: dict[str, Any] = super().item(found)
        return {name: value for name, value in said.items() if name != "tags" or value}

    def made(self, api: Api, change: Change) -> dict[str, Any]:
        record = super().made(api, _without_tags(change))
        self._set_tags(api, replace(change, id=record["id"]))
        return record

    def update(self, api: Api, change: Change) -> None:
        fields = _without_tags(change)
        if fields.after:
            super().update(api, fields)
        self._set_tags(api, change)

    def _set_tags(self, api: Api, change: Change) -> None:
        if "tags" in change.after:
            api.put(f"{self.collection}/{change.id}/tags", {"tags": change.after["tags"]})


def _without_tags(change: Change) -> Change:
    return replace(change, after={name: value for name, value in change.after.items() if name != "tags"})


@dataclass(frozen=True, slots=True)
class Reference:
    """An option that names an object of the same tenant, with a twin for one that another tenant shares.

    kind: the kind of the object, and the name of the option; the twin's begins with shared_. field: Neutron's field
    with the object's id. what: the object in words.
    """

    kind: str
    field: str
    what: str

    @property
    def kinds(self) -> tuple[str, str]:
        """The kind of the tenant's own objects, and of those that others share; the options have the same names."""
        return self.kind, f"shared_{self.kind}"

    def options(self, about: str, *, optional: bool = True) -> dict[str, Any]:
        """Return the two options; about says what the object is for."""
        own, shared = self.kinds
        without = [f"V({NONE}) takes it away."] if optional else []
        return {
            own: {"description": [f"Name of the tenant's {self.what} {about}.", *without], "type": "str"},
            shared: {
                "description": [f"Name of a {self.what} {about} that another tenant shares.", f"In place of {own}."],
                "type": "str",
            },
        }

    def check(self, item: Mapping[str, Any]) -> None:
        """Raise ValueError when an item names both."""
        own, shared = self.kinds
        if item.get(own) is not None and item.get(shared) is not None:
            raise ValueError(f"{own} and {shared} are both named; allowed: one of them")

    def seen(self, raw: Mapping[str, Any], region: str, names: Names) -> dict[str, str | None]:
        """Return the two fields of a record; what is known by no name shows its id."""
        own, shared = self.kinds
        if self.field not in raw:
            return {}
        id = raw[self.field]
        if id is None:
            return {own: NONE, shared: None}
        mine, other = names.path(own, region, id), names.path(shared, region, id)
        is_shared = {shared: other[0] if other else None}
        if mine and mine[:2] == names.path("project", "", raw["project_id"]):
            # A tenant may name what it shares itself either way.
            return {own: mine[2], **is_shared}
        return {own: None if other else id, **is_shared}

    def keys(self, key: Key, fields: Mapping[str, Any]) -> dict[str, Key]:
        """Return the object that the fields of another one name."""
        own, shared = self.kinds
        if fields.get(own) not in (None, NONE):
            return {self.kind: Key(own, key.region, (*key.path[:2], fields[own]))}
        if fields.get(shared) is not None:
            return {self.kind: Key(shared, key.region, (fields[shared],))}
        return {}

    def item(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said of an object with one of the two options at most, and none where it names nothing."""
        own, shared = self.kinds
        named = own if said.get(own) not in (None, NONE) else shared
        return {name: value for name, value in said.items() if name not in self.kinds or name == named}

    def sent(self, api: Api, change: Change) -> dict[str, Any]:
        """Return Neutron's field when the change is about it."""
        if not any(change.after.get(name) is not None for name in self.kinds):
            return {}
        named = self.keys(change.key, change.after)
        if not named:
            # A new object has none by itself.
            return {self.field: None} if change.id else {}
        return {self.field: api.id(named[self.kind])}


QOS_POLICY = Reference("qos_policy", "qos_policy_id", "QoS policy")
ADDRESS_SCOPE = Reference("address_scope", "address_scope_id", "address scope")
SUBNET_POOL = Reference("subnet_pool", "subnetpool_id", "subnet pool")

SHARED: dict[str, Any] = {
    "shared": {
        "description": ["Whether every tenant may use it.", "It takes an administrator of the cloud."],
        "type": "bool",
    }
}

DESCRIPTION = {"description": {"description": ["What it is for."], "type": "str"}}


def name_of(what: str) -> dict[str, Any]:
    """Return the option that names an object."""
    return {"name": {"description": [f"Name of the {what}."], "type": "str", "required": True}}


def without_defaults(said: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return what is said of an object without what is not so: to say that of a new one takes its own privilege."""
    return {name: value for name, value in said.items() if name not in names or value is not False}


def used_by_others(api: Api, change: Change, collection: str, plural: str, field: str) -> list[str]:
    """Return what other tenants have that refers to an object. What its own has goes first, or keeps it there."""
    own = api.id(Key("project", "", change.key.path[:2]))
    found = api.get(collection, {field: change.id})[plural]
    what = plural.removesuffix("s")
    return [f"{what} {raw['name'] or raw['id']} of another tenant" for raw in found if raw["project_id"] != own]


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
