# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant shares with another one. What it shares with everyone is a field of the object, where it has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope
from .._options import STATE

#: The kind of each sort of object that Neutron shares. Of most, it says itself whether they are shared with all.
OBJECTS = {
    "network": "network",
    "qos_policy": "qos_policy",
    "security_group": "security_group",
    "address_scope": "address_scope",
    "subnetpool": "subnet_pool",
    "address_group": "address_group",
}
EVERYONE = "*"
#: Those that say themselves, in a field of their own, whether they are shared with everyone.
WITH_FIELD = ("network", "qos_policy", "address_scope", "subnetpool")


class NetworkRbacPolicy(Kind):
    """https://docs.openstack.org/api-ref/network/v2/#rbac-policies

    The path of a policy: domain, project, type and name of the object, action, domain and project that it is shared
    with; of those, * stands for everyone, and a project of which nothing but the id is known has an empty domain.
    """

    name = "network_rbac_policy"
    service = "network"
    levels = (Level.SITE,)
    section = ("network_rbac_policies",)
    heading = {
        "description": [
            "Objects of the tenant that another tenant may use in this region; others are left alone.",
            "A subnet pool of an address scope can be shared once the scope is.",
        ]
    }
    options = {
        "object_type": {
            "description": ["Kind of the object."],
            "type": "str",
            "choices": list(OBJECTS),
            "required": True,
        },
        "object": {"description": ["Name of the object, of this tenant."], "type": "str", "required": True},
        "action": {
            "description": [
                "Whether it is shared, or leads outside for the other tenant too.",
                "V(access_as_external) is for networks.",
            ],
            "type": "str",
            "choices": ["access_as_shared", "access_as_external"],
            "default": "access_as_shared",
        },
        "with": {
            "description": [
                "Whom it is shared with: one tenant, or everyone.",
                "The account must see that tenant: an administrator sees all, a manager those of the domain.",
            ],
            "type": "dict",
            "required": True,
            "suboptions": {
                "domain": {"description": ["Domain of the other tenant."], "type": "str"},
                "tenant": {"description": ["Name of the other tenant."], "type": "str"},
                "everyone": {
                    "description": [
                        "Whether every tenant may use it, which takes an administrator of the cloud.",
                        "For security groups and address groups; the other kinds have an option of their own.",
                    ],
                    "type": "bool",
                },
            },
        },
        **STATE,
    }
    compared = ("everyone",)
    needs = ("project", *OBJECTS.values())
    privileges = {"everyone": Privilege.CLOUD}
    same_if_exists = True

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        type, action, other = item["object_type"], item.get("action") or "access_as_shared", item["with"]
        spoken = OBJECTS[type].replace("_", " ")
        if action == "access_as_external" and type != "network":
            raise ValueError(f"{action} is for networks; allowed with a {spoken}: access_as_shared")
        tenant = (other.get("domain"), other.get("tenant"))
        if other.get("everyone") and any(tenant):
            raise ValueError("with names everyone and a tenant; allowed: one of them")
        if not other.get("everyone") and not all(tenant):
            raise ValueError("with names nobody; allowed: a domain and a tenant, or everyone")
        if other.get("everyone") and type in WITH_FIELD:
            said = "external" if action == "access_as_external" else "shared"
            raise ValueError(f"with names everyone, which a {spoken} says itself; allowed: {said}")
        target = (EVERYONE, EVERYONE) if other.get("everyone") else tenant
        return (place.domain, place.project, type, item["object"], action, *target)

    def declared(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {"everyone": True} if item["with"].get("everyone") else {}

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def label(self, key: Key) -> str:
        type, name, action, domain, project = key.path[2:]
        who = "everyone" if domain == EVERYONE else "/".join(part for part in (domain, project) if part)
        outside = " as external" if action == "access_as_external" else ""
        return f"{OBJECTS[type].replace('_', ' ')} {name} with {who}{outside}"

    def item(self, found: Observed) -> dict[str, Any] | None:
        type, name, action, domain, project = found.key.path[2:]
        if not domain:
            return None
        other = {"everyone": True} if domain == EVERYONE else {"domain": domain, "tenant": project}
        return {"object_type": type, "object": name, "action": action, "with": other}

    def listings(self, scope: Scope) -> Iterable[Get]:
        names = ("id", "project_id", "object_type", "object_id", "action", "target_tenant")
        return scope.regional("network", "/rbac-policies", "rbac_policies", *(("fields", name) for name in names))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            type, target = raw["object_type"], raw["target_tenant"]
            owner, shared = names.path("project", "", raw["project_id"]), None
            if owner and type in OBJECTS:
                shared = names.path(OBJECTS[type], get.region, raw["object_id"])
            # The object's own field speaks of everyone. An administrator may share what is not the tenant's.
            if not owner or not shared or shared[:2] != owner or (target == EVERYONE and type in WITH_FIELD):
                continue
            whom = (EVERYONE, EVERYONE) if target == EVERYONE else names.path("project", "", target) or ("", target)
            fields = {"everyone": True} if target == EVERYONE else {}
            path = (*owner, type, shared[2], raw["action"], *whom)
            yield Observed(Key(self.name, get.region, path), raw["id"], fields)

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        type, name, _action, domain, project = key.path[2:]
        target = {"target": Key("project", "", (domain, project))} if domain not in ("", EVERYONE) else {}
        return {
            "project": Key("project", "", key.path[:2]),
            "object": Key(OBJECTS[type], key.region, (*key.path[:2], name)),
            **target,
        }

    def known_as(self, key: Key, fields: Mapping[str, Any]) -> Sequence[Key]:
        type, name, action = key.path[2:5]
        if action == "access_as_external":
            return [Key("external_network", key.region, (name,))]
        return [Key(f"shared_{OBJECTS[type]}", key.region, (name,))]

    def create(self, api: Api, change: Change) -> str:
        refer = self.references(change.key, {})
        body = {
            "object_type": change.key.path[2],
            "object_id": api.id(refer["object"]),
            "action": change.key.path[4],
            "target_tenant": api.id(refer["target"]) if "target" in refer else EVERYONE,
            "project_id": api.id(refer["project"]),
        }
        made: str = api.post("/rbac-policies", {"rbac_policy": body})["rbac_policy"]["id"]
        return made

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"/rbac-policies/{change.id}")
