# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoint groups, which pick endpoints of the catalogue, and the projects whose catalogue shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import (
    Action,
    Api,
    Change,
    Fields,
    Get,
    Key,
    Kind,
    Level,
    Names,
    Observed,
    Outlook,
    Place,
    Privilege,
    Problem,
    Scope,
)
from .._options import STATE
from ._resource import DESCRIPTION, IdentityResource, name_of

COLLECTION = "/OS-EP-FILTER/endpoint_groups"


class EndpointGroup(IdentityResource):
    """https://docs.openstack.org/api-ref/identity/v3-ext/#endpoint-groups"""

    name = "endpoint_group"
    collection, plural, singular = COLLECTION, "endpoint_groups", "endpoint_group"
    levels = (Level.IDENTITY,)
    section = ("endpoint_groups",)
    heading = {"description": ["Groups of endpoints, which tenants may have in their catalogue."]}
    options = {
        **name_of("endpoint group"),
        **DESCRIPTION,
        "filters": {
            "description": ["Which endpoints are in it: those that meet all filters.", "Required when it is new."],
            "type": "dict",
            "suboptions": {
                "service": {"description": ["Type of the service, such as V(compute)."], "type": "str"},
                "region": {"description": ["Region of the endpoint."], "type": "str"},
                "interface": {
                    "description": ["Interface of the endpoint."],
                    "type": "str",
                    "choices": ["public", "internal", "admin"],
                },
            },
        },
        **STATE,
    }
    compared = ("description", "filters")
    needs = ("service",)
    # The filters name their service by its type.
    read_with = ("service",)
    stage = 1
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return ("", "", item["name"])

    def normal(self, name: str, value: Any) -> Any:
        return {key: said for key, said in value.items() if said} if name == "filters" else value

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def listings(self, scope: Scope) -> Iterable[Get]:
        # Keystone shows them to administrators only.
        if scope.account.privilege is Privilege.CLOUD:
            yield Get("identity", "", self.collection, self.plural)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            filters = raw["filters"]
            service = names.path("service", "", filters.get("service_id"))
            seen = {
                "service": service[2] if service else filters.get("service_id"),
                "region": filters.get("region_id"),
                "interface": filters.get("interface"),
            }
            fields = {"description": raw["description"] or "", "filters": self.normal("filters", seen)}
            yield Observed(Key(self.name, "", ("", "", raw["name"])), raw["id"], fields)

    def references(self, key: Key, fields: Fields) -> Mapping[str, Key]:
        service = (fields.get("filters") or {}).get("service")
        return {"service": Key("service", "", ("", "", service))} if service else {}

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = dict(change.after)
        if "filters" in sent:
            filters = sent["filters"]
            refer = self.references(change.key, sent)
            sent["filters"] = {
                **({"service_id": api.id(refer["service"])} if refer else {}),
                **({"region_id": filters["region"]} if "region" in filters else {}),
                **({"interface": filters["interface"]} if "interface" in filters else {}),
            }
        return sent

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        if change.action is not Action.DELETE:
            if not change.after.get("filters", change.action is Action.UPDATE):
                yield Problem(f"{change.key} picks no endpoint", "no filter is declared", "Declare one of its filters.")
            return
        shown = api.get(f"{self.collection}/{change.id}/projects")["projects"]
        going = {found.id for found in outlook.changes if found.action is Action.DELETE}
        left = [project["name"] for project in shown if f"{change.id}/projects/{project['id']}" not in going]
        if left:
            yield Problem(
                f"{change.key} cannot be deleted",
                f"it is in the catalogue of {len(left)} projects: {', '.join(left[:5])}",
                "Declare it absent there first, or keep it.",
            )


class EndpointGroupProject(Kind):
    """https://docs.openstack.org/api-ref/identity/v3-ext/#create-endpoint-group-to-project-association"""

    name = "endpoint_group_project"
    service = "identity"
    levels = (Level.TENANT,)
    section = ("endpoint_groups",)
    heading = {
        "description": [
            "Endpoint groups whose endpoints the tenant's catalogue shows.",
            "As soon as a tenant has one, its catalogue shows nothing else, also to those who build the tenant.",
        ]
    }
    options = {**name_of("endpoint group"), **STATE}
    needs = ("project", "endpoint_group")
    privilege = Privilege.CLOUD

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.account.privilege is not Privilege.CLOUD:
            return
        groups = {key.path[2] for key in scope.wanted if key.kind == self.name}
        # Keystone lists them per group only, or per project, of which there are more.
        for id, path in sorted(scope.names.ids("endpoint_group").items()):
            if path[2] in groups:
                yield Get("identity", "", f"{COLLECTION}/{id}/projects", "projects", about=id)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        group = names.path("endpoint_group", "", get.about)
        for raw in records:
            project = names.path("project", "", raw["id"])
            if group and project:
                yield Observed(Key(self.name, "", (*project, group[2])), f"{get.about}/projects/{raw['id']}")

    def references(self, key: Key, fields: Fields) -> Mapping[str, Key]:
        group = Key("endpoint_group", "", ("", "", key.path[2]))
        return {"project": Key("project", "", key.path[:2]), "group": group}

    def create(self, api: Api, change: Change) -> str:
        refer = self.references(change.key, {})
        id = f"{api.id(refer['group'])}/projects/{api.id(refer['project'])}"
        api.put(f"{COLLECTION}/{id}")
        return id

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"{COLLECTION}/{change.id}")
