# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects may use what a region does not offer to all: of flavors and of volume types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope
from .._options import STATE

#: How a project of any domain is named.
TENANT: dict[str, Any] = {
    "domain": {"description": ["Name of the domain of the project."], "type": "str", "required": True},
    "tenant": {"description": ["Name of the project."], "type": "str", "required": True},
}


def tenant_of(id: str, names: Names) -> tuple[str, ...]:
    """Return the domain and the name of a project; without a domain its id, where it is not known."""
    return names.path("project", "", id) or ("", id)


def prune_option(parent: str) -> dict[str, Any]:
    """Return the option that takes undeclared projects out of an access list."""
    return {
        "prune_access": {
            "description": [
                f"Whether projects that may use the {parent} and that C(access) does not name may do so no more."
            ],
            "type": "bool",
        }
    }


def pruning(access: str, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which kinds an item keeps complete.

    Raises ValueError when it names who may use what everybody may.
    """
    if place.absent(item):
        return ()
    if (item.get("access") or item.get("prune_access")) and item.get("is_public") is not False:
        raise ValueError("it has an access list, and does not say is_public: false")
    return (access,) if item.get("prune_access") else ()


class Access(Kind):
    """That one project may use one thing. The path: two empty names, the thing, the domain, the project."""

    levels = (Level.REGION,)
    options = {**TENANT, **STATE}
    stage = 3
    privilege = Privilege.CLOUD
    same_if_exists = True

    #: The collection of the parent, the path of its access list, the key of the answer, and of the project in it.
    collection: ClassVar[str]
    listed: ClassVar[str]
    plural: ClassVar[str]
    project: ClassVar[str]
    #: The actions that let a project in and take it out, and the key of the project in them.
    actions: ClassVar[tuple[str, str]]
    acted: ClassVar[str]

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return ("", "", place.parents[-1]["name"], item["domain"], item["tenant"])

    def label(self, key: Key) -> str:
        return f"{key.path[2]} for {'/'.join(part for part in key.path[3:] if part)}"

    def owner(self, key: Key) -> tuple[str, ...]:
        return key.path[:3]

    def around(self, key: Key) -> tuple[str, ...]:
        return key.path[2:3]

    def item(self, found: Observed) -> dict[str, Any] | None:
        domain, tenant = found.key.path[3:]
        return {"domain": domain, "tenant": tenant} if domain else None

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.account.privilege is not Privilege.CLOUD:
            return
        wanted = {(key.region, key.path[:3]) for key in scope.wanted if key.kind == self.name}
        wanted |= {(key.region, key.path) for key, item in scope.wanted.items() if self.name in item.owns}
        for region in scope.regions:
            for id, path in scope.names.ids(self.parent, region).items():
                if (region, path) in wanted:
                    # What is public has no list.
                    where = f"{self.collection}/{id}/{self.listed}"
                    yield Get(self.service, region, where, self.plural, about=id, nothing=(404,))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        path = names.path(self.parent, get.region, get.about)
        for raw in records:
            if path is not None:
                project = raw[self.project]
                key = Key(self.name, get.region, (*path, *tenant_of(project, names)))
                yield Observed(key, f"{get.about}/{project}")

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        parent = {self.parent: Key(self.parent, key.region, key.path[:3])}
        return {**parent, "project": Key("project", "", key.path[3:])} if key.path[3] else parent

    def create(self, api: Api, change: Change) -> str:
        refer = self.references(change.key, {})
        id, project = api.id(refer[self.parent]), api.id(refer["project"])
        api.post(f"{self.collection}/{id}/action", {self.actions[0]: {self.acted: project}})
        return f"{id}/{project}"

    def delete(self, api: Api, change: Change) -> None:
        id, project = change.id.split("/")
        api.post(f"{self.collection}/{id}/action", {self.actions[1]: {self.acted: project}})
