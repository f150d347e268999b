#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes, alters and adds objects behind the product's back. What the product must make of it is in repair.yml."""

from __future__ import annotations

from typing import Any

import lab
from openstack.exceptions import raise_from_response

CULTURE, SANTE, JUSTICE = (f"molecule-default-{name}" for name in ("culture", "sante", "justice"))


class Hand:
    """An administrator who works by hand."""

    def __init__(self) -> None:
        self.admin = lab.connect()
        self.there = lab.Domains(self.admin, lab.prefix())

    def call(self, service: str, method: str, path: str, body: Any = None) -> Any:
        """Make one call, which must succeed."""
        proxy = getattr(self.admin, service)
        answer = proxy.request(path, method, **({} if body is None else {"json": body}))
        raise_from_response(answer)
        return answer.json() if answer.content else None

    def identity(self, kind: str, domain: str, name: str) -> str:
        """Return the id of a user or a group."""
        return str(
            self.call("identity", "GET", f"/{kind}?domain_id={self.there.domain(domain)}&name={name}")[kind][0]["id"]
        )

    def network(self, kind: str, project: str, name: str) -> str:
        """Return the id of an object of Neutron."""
        key = kind.replace("-", "_")
        found = self.call("network", "GET", f"/{kind}?project_id={project}&name={name}")[key]
        assert len(found) == 1, (kind, name, found)  # noqa: S101
        return str(found[0]["id"])


def identity(hand: Hand) -> None:
    there = hand.there
    culture, sante = there.domain(CULTURE), there.domain(SANTE)
    museums, hospitals = there.project(CULTURE, "museums"), there.project(SANTE, "hospitals")
    roles = {role["name"]: role["id"] for role in hand.call("identity", "GET", "/roles")["roles"]}
    users = {name: hand.identity("users", CULTURE, name) for name in ("alice.martin", "chloe.durand", "david.moreau")}
    operators = hand.identity("groups", CULTURE, "museums-operators")

    def put(path: str) -> None:
        hand.call("identity", "PUT", path)

    def delete(path: str) -> None:
        hand.call("identity", "DELETE", path)

    def patch(path: str, body: Any) -> None:
        hand.call("identity", "PATCH", path, body)

    patch(f"/domains/{culture}", {"domain": {"description": "by hand"}})
    patch(f"/projects/{hospitals}", {"project": {"description": "by hand", "tags": ["by-hand"]}})
    patch(f"/projects/{museums}", {"project": {"options": {"immutable": False}}})
    # Keystone forgets the project; what it has in Neutron stays, under an owner who is no more.
    delete(f"/projects/{there.project(CULTURE, 'archives')}")
    altered = {"description": "by hand", "enabled": False, "tags": ["sensitivity:open", "owner:museums", "by-hand"]}
    patch(f"/projects/{museums}", {"project": altered})

    patch(f"/groups/{hand.identity('groups', CULTURE, 'overseers')}", {"group": {"description": "by hand"}})
    delete(f"/groups/{hand.identity('groups', SANTE, 'museums-operators')}")
    hand.call("identity", "POST", "/groups", {"group": {"name": "by-hand", "domain_id": culture}})

    delete(f"/groups/{operators}/users/{users['alice.martin']}")
    put(f"/groups/{operators}/users/{users['david.moreau']}")
    put(f"/groups/{hand.identity('groups', CULTURE, 'museums-readers')}/users/{users['david.moreau']}")

    delete(f"/domains/{sante}/users/{hand.identity('users', SANTE, 'emma.lefevre')}/roles/{roles['reader']}")
    put(f"/projects/{museums}/users/{users['david.moreau']}/roles/{roles['reader']}")
    put(f"/projects/{museums}/users/{users['chloe.durand']}/roles/{roles['reader']}")


def quotas(hand: Hand) -> None:
    museums, courts = hand.there.project(CULTURE, "museums"), hand.there.project(JUSTICE, "courts")
    hand.call("compute", "PUT", f"/os-quota-sets/{museums}", {"quota_set": {"cores": 20, "metadata_items": 99}})
    hand.call("block_storage", "PUT", f"/os-quota-sets/{museums}", {"quota_set": {"gigabytes": 50, "backups": 7}})
    hand.call("network", "PUT", f"/quotas/{museums}", {"quota": {"port": 500, "rbac_policy": 3}})
    hand.call("block_storage", "DELETE", f"/os-quota-sets/{courts}")


def networks(hand: Hand) -> None:
    museums, courts = hand.there.project(CULTURE, "museums"), hand.there.project(JUSTICE, "courts")

    def put(kind: str, name: str, key: str, body: Any) -> None:
        hand.call("network", "PUT", f"/{kind}/{hand.network(kind, museums, name)}", {key: body})

    def post(kind: str, key: str, body: Any) -> str:
        return str(hand.call("network", "POST", f"/{kind}", {key: {"project_id": museums, **body}})[key]["id"])

    front, edge = hand.network("subnets", museums, "front"), hand.network("routers", museums, "edge")
    hand.call("network", "PUT", f"/routers/{edge}/remove_router_interface", {"subnet_id": front})
    put(
        "routers",
        "edge",
        "router",
        {"description": "by hand", "admin_state_up": False, "external_gateway_info": None},
    )
    public = hand.call("network", "GET", "/networks?router:external=True&name=public")["networks"][0]["id"]
    put("routers", "inner", "router", {"external_gateway_info": {"network_id": public}})

    put(
        "networks",
        "molecule-default-front",
        "network",
        {"description": "by hand", "mtu": 1300, "admin_state_up": False, "port_security_enabled": False},
    )
    put("networks", "molecule-default-back", "network", {"port_security_enabled": True})
    put(
        "subnets",
        "front",
        "subnet",
        {
            "description": "by hand",
            "gateway_ip": "10.20.0.1",
            "enable_dhcp": False,
            "dns_nameservers": ["10.20.0.3", "10.20.0.2"],
            "allocation_pools": [{"start": "10.20.0.10", "end": "10.20.0.200"}],
            "host_routes": [],
        },
    )
    put("subnets", "back", "subnet", {"gateway_ip": "10.20.1.1"})
    hand.call("network", "DELETE", f"/subnets/{hand.network('subnets', museums, 'front-six')}")
    network = hand.network("networks", courts, "molecule-default-courts")
    hand.call("network", "DELETE", f"/networks/{network}")

    retired = post("networks", "network", {"name": "molecule-default-retired"})
    post("subnets", "subnet", {"name": "retired", "network_id": retired, "ip_version": 4, "cidr": "10.20.9.0/24"})
    post("networks", "network", {"name": "molecule-default-by-hand"})
    post("routers", "router", {"name": "by-hand"})


def security(hand: Hand) -> None:
    museums, neighbour = hand.there.project(CULTURE, "museums"), hand.there.project(SANTE, "museums")

    def rule(group: str, project: str = museums, **body: Any) -> None:
        rule = {"security_group_id": group, "project_id": project, "direction": "ingress", **body}
        hand.call("network", "POST", "/security-group-rules", {"security_group_rule": rule})

    default, store = (hand.network("security-groups", museums, name) for name in ("default", "store"))
    for found in hand.call("network", "GET", f"/security-group-rules?security_group_id={default}")[
        "security_group_rules"
    ]:
        hand.call("network", "DELETE", f"/security-group-rules/{found['id']}")
    rule(default)
    hand.call("network", "PUT", f"/security-groups/{default}", {"security_group": {"description": "by hand"}})
    rule(store, protocol="tcp", port_range_min=1, port_range_max=1024, remote_ip_prefix="0.0.0.0/0")
    hand.call("network", "PUT", f"/security-groups/{store}", {"security_group": {"stateful": True}})
    # Takes the rule of the group store that refers to it along.
    hand.call("network", "DELETE", f"/security-groups/{hand.network('security-groups', museums, 'web')}")
    rule(
        hand.network("security-groups", neighbour, "web"),
        neighbour,
        protocol="tcp",
        port_range_min=8080,
        port_range_max=8080,
    )
    for name in ("retired", "by-hand"):
        group = {"name": name, "project_id": museums}
        hand.call("network", "POST", "/security-groups", {"security_group": group})

    offices = hand.network("address-groups", museums, "offices")
    for action, address in (("remove_addresses", "203.0.113.7/32"), ("add_addresses", "0.0.0.0/0")):
        hand.call("network", "PUT", f"/address-groups/{offices}/{action}", {"addresses": [address]})
    hand.call("network", "PUT", f"/address-groups/{offices}", {"address_group": {"description": "by hand"}})


if __name__ == "__main__":
    by_hand = Hand()
    # The projects must still be there when their networks are changed.
    quotas(by_hand)
    networks(by_hand)
    security(by_hand)
    identity(by_hand)
