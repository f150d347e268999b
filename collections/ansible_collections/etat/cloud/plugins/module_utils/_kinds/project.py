# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects: the part of a tenant that Keystone holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine import marks
from .._engine.lease import is_lease
from .._engine.model import Api, Change, Get, Key, Level, Names, Observed, Place, Privilege, Scope
from ._resource import DESCRIPTION, IdentityResource, merged_tags, name_of, tags_option


class Project(IdentityResource):
    """https://docs.openstack.org/api-ref/identity/v3/#projects"""

    name = "project"
    collection, plural, singular = "/projects", "projects", "project"
    levels = (Level.TENANT,)
    options = {
        **name_of("project"),
        "domain": {"description": ["Name of the domain that holds the project."], "type": "str", "required": True},
        **DESCRIPTION,
        "parent": {
            "description": ["Name of the project above this one, in the same domain.", "It cannot be changed later."],
            "type": "str",
        },
        "enabled": {"description": ["Whether tokens for the project are given."], "type": "bool"},
        **tags_option("project"),
        "options": {
            "description": ["Resource options of the project."],
            "type": "dict",
            "suboptions": {
                "immutable": {
                    "description": [
                        "Whether Keystone refuses to change or delete the project.",
                        "The product lifts it for the length of a change that is declared, and sets it again.",
                    ],
                    "type": "bool",
                },
            },
        },
    }
    compared = ("description", "parent", "enabled", "tags", "options")
    fixed = ("parent",)
    needs = ("domain",)
    stage = 1
    privilege = Privilege.DOMAIN

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project)

    def normal(self, name: str, value: Any) -> Any:
        if name == "tags":
            return sorted(set(value))
        if name == "options":
            return {option: setting for option, setting in value.items() if setting is not None}
        return value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        if name == "tags":
            return merged_tags(before, wanted)
        if name == "options":
            return {**(before or {}), **wanted}
        return wanted

    def item(self, found: Observed) -> dict[str, Any]:
        said = {name: value for name, value in found.fields.items() if value not in (None, {}, [])}
        return {"name": found.key.path[1], "domain": found.key.path[0], **said}

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.account.privilege is Privilege.PROJECT:
            return [Get("identity", "", f"{self.collection}/{scope.account.project_id}", self.singular)]
        return self.in_domains(scope)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        title = {raw["id"]: raw["name"] for raw in records}
        for raw in records:
            domain = names.path("domain", "", raw["domain_id"])
            if domain is None:
                continue
            fields = {
                "description": raw.get("description") or "",
                "parent": title.get(raw.get("parent_id")),
                "enabled": raw["enabled"],
                # A lease says who writes, and nothing of the tenant.
                "tags": sorted(tag for tag in raw.get("tags", ()) if not is_lease(tag)),
                "options": dict(raw.get("options", {})),
            }
            key = Key(self.name, "", (*domain, raw["name"]))
            yield Observed(key, raw["id"], fields, marks=marks.read(raw.get(marks.PROPERTY)))

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        domain = {"domain": Key("domain", "", key.path[:1])}
        parent = fields.get("parent")
        return {**domain, "parent": Key(self.name, "", (key.path[0], parent))} if parent else domain

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        return {name: value for name, value in change.after.items() if name != "parent"}

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        refer = self.references(change.key, change.after)
        return {
            "domain_id": api.id(refer["domain"]),
            **({"parent_id": api.id(refer["parent"])} if "parent" in refer else {}),
        }

    def update(self, api: Api, change: Change) -> None:
        path = f"{self.collection}/{change.id}"
        now = api.get(path)[self.singular]
        options, body = now.get("options", {}), self.body(api, change)
        if "tags" in body:
            body["tags"] = [*body["tags"], *filter(is_lease, now["tags"])]
        # Keystone refuses every change of an immutable project but that of the option itself.
        if options.get("immutable") and set(change.after) != {"options"}:
            api.patch(path, {self.singular: {"options": {"immutable": False}}})
            api.patch(path, {self.singular: {"options": options, **body}})
        else:
            api.patch(path, {self.singular: body})

    def users(self, api: Api, change: Change) -> Sequence[str]:
        below = api.get(self.collection, {"parent_id": change.id})[self.plural]
        return [f"project {project['name']} below it" for project in below]
