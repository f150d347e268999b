#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes two tenants through the API alone: one that is in order, and one with everything that makes adoption hard."""

from __future__ import annotations

from typing import Any

import lab

DOMAIN = "molecule-adopt-culture"


def post(proxy: Any, path: str, kind: str, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = lab.accept(proxy.post(path, json={kind: fields})).json()[kind]
    return made


def main() -> None:
    admin = lab.connect()
    identity, network = admin.identity, admin.network
    domain = post(identity, "/domains", "domain", name=DOMAIN, description="Ministère de la Culture")["id"]
    public = lab.listing(network, "/networks?name=public", "networks")[0]["id"]
    role = lab.listing(identity, "/roles?name=member", "roles")[0]["id"]
    for name in ("museums", "archives"):
        project = post(identity, "/projects", "project", name=name, domain_id=domain, tags=["by-hand"])["id"]
        group = post(identity, "/groups", "group", name=f"{name}-people", domain_id=domain)["id"]
        lab.accept(identity.put(f"/projects/{project}/groups/{group}/roles/{role}"))
        lab.accept(admin.compute.put(f"/os-quota-sets/{project}", json={"quota_set": {"cores": 6, "ram": 4096}}))
        lab.accept(network.put(f"/quotas/{project}", json={"quota": {"router": 2}}))
        own = {"project_id": project}
        front = post(network, "/networks", "network", name="front", description="By hand", **own)["id"]
        six = {"ip_version": 6, "cidr": "2001:db8:7::/64", "enable_dhcp": False}
        four = {"ip_version": 4, "cidr": "10.44.0.0/24", "dns_nameservers": ["192.0.2.53"], "gateway_ip": None}
        post(network, "/subnets", "subnet", name="front-six", network_id=front, **six, **own)
        post(network, "/subnets", "subnet", name="front-four", network_id=front, **four, **own)
        back = post(network, "/networks", "network", name="back", mtu=1400, **own)["id"]
        subnet = post(
            network, "/subnets", "subnet", name="back", network_id=back, ip_version=4, cidr="10.45.0.0/24", **own
        )
        gateway = {"network_id": public}
        router = post(network, "/routers", "router", name="edge", external_gateway_info=gateway, **own)["id"]
        lab.accept(network.put(f"/routers/{router}/add_router_interface", json={"subnet_id": subnet["id"]}))
        web = post(network, "/security-groups", "security_group", name="web", **own)["id"]
        inner = post(network, "/security-groups", "security_group", name="inner", stateful=False, **own)["id"]
        addresses = post(network, "/address-groups", "address_group", name="offices", addresses=["192.0.2.0/24"], **own)
        for rule in (
            {"security_group_id": web, "protocol": "6", "port_range_min": 443, "port_range_max": 443},
            {"security_group_id": web, "protocol": "icmp", "port_range_min": 8, "port_range_max": 0},
            {"security_group_id": inner, "protocol": "udp", "remote_group_id": web},
            {"security_group_id": inner, "protocol": "tcp", "remote_address_group_id": addresses["id"]},
        ):
            post(network, "/security-group-rules", "security_group_rule", direction="ingress", **rule, **own)
        if name == "archives":
            # What a declaration has no words for.
            post(network, "/networks", "network", name="", **own)
            for _ in range(2):
                post(network, "/security-groups", "security_group", name="twice", **own)


if __name__ == "__main__":
    main()
