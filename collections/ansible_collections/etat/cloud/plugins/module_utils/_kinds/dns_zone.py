# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS zones of a tenant. What is in them belongs to the applications."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from ._resource import DESCRIPTION, Resource

#: What Designate wants to be told by an administrator who reaches into projects.
ALL_PROJECTS = (("X-Auth-All-Projects", "true"),)


def of_project(api: Api, change: Change) -> dict[str, str]:
    """Return the header with which an administrator acts for a project."""
    return {} if api.project else {"X-Auth-Sudo-Project-ID": api.id(Key("project", "", change.key.tenant))}


class DnsZone(Resource):
    """https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html#zones"""

    name = "dns_zone"
    service = "dns"
    collection, plural, singular = "/zones", "zones", ""
    levels = (Level.SITE,)
    section = ("dns_zones",)
    heading = {"description": ["DNS zones of the tenant in this region."]}
    options = {
        "name": {
            "description": ["Name of the zone, with the dot at its end."],
            "type": "str",
            "required": True,
            "schema": {"pattern": r"^([a-zA-Z0-9_-]+\.)+$", "maxLength": 255},
        },
        **DESCRIPTION,
        "type": {
            "description": ["Whether Designate holds the zone, or copies it from others.", "It cannot be changed."],
            "type": "str",
            "choices": ["PRIMARY", "SECONDARY"],
            "default": "PRIMARY",
        },
        "email": {"description": ["Address of who answers for a primary zone."], "type": "str"},
        "ttl": {
            "description": ["For how many seconds answers may be kept, unless a record says it."],
            "type": "int",
            "schema": {"minimum": 1, "maximum": 2147483647},
        },
        "masters": {
            "description": ["Addresses of the servers that a secondary zone is copied from."],
            "type": "list",
            "elements": "str",
        },
        **STATE,
    }
    compared = ("description", "type", "email", "ttl", "masters")
    fixed = ("type",)
    needs = ("project", "dns_quota")

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        if not item["name"].endswith("."):
            raise ValueError("its name does not end with a dot")
        primary = item["type"] == "PRIMARY"
        if not place.absent(item) and not item.get("email" if primary else "masters"):
            raise ValueError("a primary zone needs an email" if primary else "a secondary zone needs masters")
        if item.get("masters" if primary else "email") or (not primary and item.get("ttl")):
            raise ValueError("a primary zone has no masters" if primary else "a secondary zone has no email and no ttl")
        return super().wanted(place, item)

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project, item["name"].lower())

    def normal(self, name: str, value: Any) -> Any:
        return sorted(value) if name == "masters" else value

    def listings(self, scope: Scope) -> Iterable[Get]:
        projects = scope.project_ids()
        for region in scope.regions if projects else ():
            if scope.account.privilege is not Privilege.CLOUD:
                for id in projects:
                    yield Get(self.service, region, self.collection, self.plural, (("limit", "1000"),), project=id)
            elif scope.filtered:
                for id in projects:
                    headers = (("X-Auth-Sudo-Project-ID", id),)
                    yield Get(self.service, region, self.collection, self.plural, (("limit", "1000"),), headers=headers)
            else:
                query = (("limit", "1000"),)
                yield Get(self.service, region, self.collection, self.plural, query, headers=ALL_PROJECTS)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            project = names.path("project", "", raw["project_id"])
            # A zone that goes is shown until the name servers have forgotten it.
            if project is not None and raw["action"] != "DELETE":
                fields = {name: self.normal(name, raw[name]) for name in self.compared}
                yield Observed(
                    Key(self.name, get.region, (*project, raw["name"])),
                    raw["id"],
                    {**fields, "description": raw["description"] or ""},
                )

    def item(self, found: Observed) -> dict[str, Any]:
        only = {"PRIMARY": ("masters",), "SECONDARY": ("email", "ttl")}[found.fields["type"]]
        said = {name: value for name, value in found.fields.items() if name not in only and value is not None}
        return {"name": found.key.path[2], **said}

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"project": Key("project", "", key.tenant)}

    def create(self, api: Api, change: Change) -> str:
        sent = {"name": change.key.path[2], **self.body(api, change)}
        return str(api.post(self.collection, sent, headers=of_project(api, change))["id"])

    def update(self, api: Api, change: Change) -> None:
        api.patch(f"{self.collection}/{change.id}", self.body(api, change), headers=of_project(api, change))

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"{self.collection}/{change.id}", headers=of_project(api, change))

    def users(self, api: Api, change: Change) -> Sequence[str]:
        path = f"{self.collection}/{change.id}/recordsets"
        records = api.get(path, {"limit": "1000"}, headers=of_project(api, change))["recordsets"]
        own = ("SOA", "NS")
        return [
            f"record {record['type']} {record['name']}"
            for record in records
            if record["type"] not in own or record["name"] != change.key.path[2]
        ]
