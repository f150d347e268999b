# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server groups of a tenant: which of its servers share hosts, and which never do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import (
    Action,
    Api,
    Change,
    Get,
    Key,
    Level,
    Names,
    Observed,
    Place,
    Privilege,
    Scope,
    Wanted,
)
from .._options import STATE
from ._resource import Resource, name_of


class ServerGroup(Resource):
    """https://docs.openstack.org/api-ref/compute/#server-groups-os-server-groups"""

    name = "server_group"
    service = "compute"
    collection, plural, singular = "/os-server-groups", "server_groups", "server_group"
    levels = (Level.SITE,)
    section = ("server_groups",)
    heading = {"description": ["Server groups of the tenant in this region. Nova can change nothing of them."]}
    options = {
        **name_of("server group"),
        "policy": {
            "description": ["Whether servers of the group are put on the same host, or on different ones."],
            "type": "str",
            "choices": ["affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity"],
            "required": True,
        },
        "rules": {
            "description": ["What the policy leaves open."],
            "type": "dict",
            "suboptions": {
                "max_server_per_host": {
                    "description": ["How many servers of the group a host may have, with V(anti-affinity)."],
                    "type": "int",
                    "schema": {"minimum": 1},
                },
            },
        },
        **STATE,
    }
    compared = ("policy", "rules")
    fixed = ("policy", "rules")
    # A role in the project may be what the same run grants to who acts.
    needs = ("project", "compute_quota", "role_assignment")
    # Nova makes a group in the project of the token, also for an administrator, who may delete any.
    own_token = (Action.CREATE,)

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        if (item.get("rules") or {}).get("max_server_per_host") and item["policy"] != "anti-affinity":
            raise ValueError(f"max_server_per_host has no meaning with the policy {item['policy']}")
        return super().wanted(place, item)

    def normal(self, name: str, value: Any) -> Any:
        return {rule: said for rule, said in value.items() if said is not None} if name == "rules" else value

    def listings(self, scope: Scope) -> Iterable[Get]:
        projects = scope.project_ids()
        # Nova gives so many at once as it likes, and no link to the rest.
        query = (("limit", "1000"), ("offset", "0"))
        for region in scope.regions if projects else ():
            if scope.account.privilege is Privilege.CLOUD:
                yield Get(self.service, region, self.collection, self.plural, (("all_projects", "True"), *query))
                continue
            for id in projects:
                yield Get(self.service, region, self.collection, self.plural, query, project=id)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            project = names.path("project", "", raw["project_id"])
            if project is not None:
                fields = {"policy": raw["policy"], "rules": raw["rules"]}
                yield Observed(Key(self.name, get.region, (*project, raw["name"])), raw["id"], fields)

    def item(self, found: Observed) -> dict[str, Any]:
        rules = {"rules": found.fields["rules"]} if found.fields["rules"] else {}
        return {"name": found.key.path[2], "policy": found.fields["policy"], **rules}

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"project": Key("project", "", key.tenant)}

    def users(self, api: Api, change: Change) -> Sequence[str]:
        members = api.get(f"{self.collection}/{change.id}")[self.singular]["members"]
        return [f"server {id}" for id in members]
