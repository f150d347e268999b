#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes, alters and adds objects behind the product's back. What the product must make of it is in repair.yml."""

from __future__ import annotations

from typing import Any

import lab

CULTURE, TRANSITION = "molecule-network-culture", "molecule-network-transition"
ADMIN = lab.connect()
THERE = lab.Domains(ADMIN, lab.prefix())
BACKBONE, MUSEUMS = THERE.project(TRANSITION, "backbone"), THERE.project(CULTURE, "museums")


def call(method: str, path: str, body: Any = None) -> Any:
    """Make one call to the network service, which must succeed."""
    answer = lab.accept(ADMIN.network.request(path, method, **({} if body is None else {"json": body})))
    return answer.json() if answer.content else None


def one(collection: str, project: str, name: str, field: str = "name") -> str:
    """Return the id of an object."""
    key = collection.rpartition("/")[2].replace("-", "_")
    found = lab.listing(ADMIN.network, f"/{collection}?project_id={project}", key)
    return str(next(item["id"] for item in found if item[field] == name))


def put(collection: str, key: str, project: str, name: str, **fields: Any) -> None:
    call("PUT", f"/{collection}/{one(collection, project, name)}", {key: fields})


def shared_things() -> None:
    lent = one("networks", BACKBONE, "molecule-network-lent")
    for found in call("GET", f"/rbac-policies?object_id={lent}")["rbac_policies"]:
        call("DELETE", f"/rbac-policies/{found['id']}")
    hidden = {
        "object_type": "network",
        "object_id": one("networks", BACKBONE, "molecule-network-hidden"),
        "action": "access_as_shared",
        "target_tenant": MUSEUMS,
        "project_id": BACKBONE,
    }
    call("POST", "/rbac-policies", {"rbac_policy": hidden})
    put("networks", "network", BACKBONE, "molecule-network-common", shared=False)
    pool = one("subnetpools", BACKBONE, "molecule-network-six")
    call("PUT", f"/subnetpools/{pool}/remove_prefixes", {"prefixes": ["2001:db8:62::/48"]})
    put("subnetpools", "subnetpool", BACKBONE, "molecule-network-six", is_default=False, max_prefixlen=128)
    policy = one("qos/policies", BACKBONE, "molecule-network-gold")
    for rule in call("GET", f"/qos/policies/{policy}")["policy"]["rules"]:
        path = f"/qos/policies/{policy}/{rule['type']}_rules/{rule['id']}"
        if rule["type"] == "dscp_marking":
            call("DELETE", path)
        elif rule["direction"] == "egress":
            call("PUT", path, {"bandwidth_limit_rule": {"max_kbps": 2}})
    minimum = {"minimum_bandwidth_rule": {"min_kbps": 1, "direction": "egress"}}
    call("POST", f"/qos/policies/{policy}/minimum_bandwidth_rules", minimum)


def own_things() -> None:
    put("networks", "network", MUSEUMS, "molecule-network-front", qos_policy_id=None)
    put("networks", "network", MUSEUMS, "molecule-network-back", qos_policy_id=one("qos/policies", MUSEUMS, "own"))
    put("subnetpools", "subnetpool", MUSEUMS, "part", default_prefixlen=72)
    routes = [
        {"destination": "192.0.2.0/25", "nexthop": "10.62.0.10"},
        {"destination": "2001:db8:600::/40", "nexthop": "2001:db8:6f::9"},
    ]
    put("routers", "router", MUSEUMS, "edge", routes=routes)
    way = one("networks", BACKBONE, "molecule-network-way")
    elsewhere = {"network_id": way, "external_fixed_ips": [{"ip_address": "198.18.60.11"}]}
    put("routers", "router", MUSEUMS, "sure", external_gateway_info=elsewhere)
    call("DELETE", f"/routers/{one('routers', MUSEUMS, 'spread')}")
    put("trunks", "trunk", MUSEUMS, "appliance", description="Changed")
    call("DELETE", f"/floatingips/{one('floatingips', MUSEUMS, 'What visitors call', 'description')}")
    partners = one("floatingips", MUSEUMS, "What partners know", "description")
    call("PUT", f"/floatingips/{partners}", {"floatingip": {"qos_policy_id": None}})
    retired = {
        "floating_network_id": one("networks", BACKBONE, "molecule-network-way"),
        "project_id": MUSEUMS,
        "description": "Retired",
    }
    call("POST", "/floatingips", {"floatingip": retired})
    fixed = one("networks", MUSEUMS, "molecule-network-fixed")
    old = {"name": "old", "network_id": fixed, "cidr": "10.69.0.0/24", "ip_version": 4, "project_id": MUSEUMS}
    call("POST", "/subnets", {"subnet": old})


def template() -> None:
    path, key = "/default-security-group-rules", "default_security_group_rule"
    rules = lab.listing(ADMIN.network, path, "default_security_group_rules")
    call("DELETE", f"{path}/{next(rule['id'] for rule in rules if rule['port_range_min'] == 22)}")
    retired = {
        "direction": "ingress",
        "protocol": "udp",
        "port_range_min": 9999,
        "port_range_max": 9999,
        "used_in_default_sg": False,
        "used_in_non_default_sg": True,
        "description": lab.prefix(),
    }
    call("POST", path, {key: retired})


if __name__ == "__main__":
    shared_things()
    own_things()
    template()
