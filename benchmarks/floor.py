#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor: the bare API calls that the same work needs, from one process with the same number of threads.

    floor.py create|read PREFIX TENANTS WORKERS

It decides nothing and compares nothing: create sends what makes each tenant, read lists what shows all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openstack

CLOUD, REGION = "interne", "toulouse"


def create(cloud: Any, prefix: str, tenants: int, workers: int) -> None:
    public = cloud.network.get("/networks", params={"name": "public", "fields": "id"}).json()["networks"][0]["id"]
    role = cloud.identity.get("/roles", params={"name": "member"}).json()["roles"][0]["id"]

    def one(number: int) -> None:
        name = f"{prefix}-{number}"
        identity, network = cloud.identity, cloud.network
        body = {"project": {"name": name, "domain_id": "default", "description": "x"}}
        project = identity.post("/projects", json=body).json()["project"]["id"]
        body = {"group": {"name": f"{name}-ops", "domain_id": "default"}}
        group = identity.post("/groups", json=body).json()["group"]["id"]
        identity.put(f"/projects/{project}/groups/{group}/roles/{role}")
        quota = {"instances": 20, "cores": 40, "ram": 81920}
        cloud.compute.put(f"/os-quota-sets/{project}", json={"quota_set": quota})
        cloud.block_storage.put(f"/os-quota-sets/{project}", json={"quota_set": {"volumes": 20, "gigabytes": 500}})
        quota = {"network": 5, "router": 2, "floatingip": 5, "security_group": 20}
        network.put(f"/quotas/{project}", json={"quota": quota})

        def post(kind: str, path: str, **fields: Any) -> str:
            made = network.post(path, json={kind: {**fields, "project_id": project}}).json()
            return str(made[kind]["id"])

        net = post("network", "/networks", name=f"{name}-net")
        subnet = post("subnet", "/subnets", name=f"{name}-sub", network_id=net, cidr="10.10.0.0/24", ip_version=4)
        router = post("router", "/routers", name=f"{name}-rtr", external_gateway_info={"network_id": public})
        network.put(f"/routers/{router}/add_router_interface", json={"subnet_id": subnet})
        security_group = post("security_group", "/security-groups", name=f"{name}-web")
        rules = [
            {
                "security_group_id": security_group,
                "project_id": project,
                "direction": "ingress",
                "protocol": "tcp",
                "port_range_min": port,
                "port_range_max": port,
                "remote_ip_prefix": "10.0.0.0/8",
            }
            for port in (22, 80, 443)
        ]
        network.post("/security-group-rules", json={"security_group_rules": rules})

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, range(1, tenants + 1)))


def read(cloud: Any, prefix: str, tenants: int, workers: int) -> None:
    with ThreadPoolExecutor(workers) as pool:

        def lists(*asked: tuple[Any, str]) -> list[Any]:
            return list(pool.map(lambda one: one[0].get(one[1]).json(), asked))

        identity, network = cloud.identity, cloud.network
        projects = lists((identity, "/domains"), (identity, "/roles"), (identity, "/projects"), (identity, "/groups"))[
            2
        ]["projects"]
        own = [project["id"] for project in projects if project["name"].startswith(f"{prefix}-")]
        if len(own) != tenants:
            raise SystemExit(f"{len(own)} tenants are there, and not {tenants}: the floor would not do the same work.")
        lists(
            (identity, "/role_assignments"),
            *((network, path) for path in ("/networks", "/subnets", "/routers", "/security-groups", "/quotas")),
            (network, "/ports?device_owner=network:router_interface"),
            *((service, f"/os-quota-sets/{id}") for id in own for service in (cloud.compute, cloud.block_storage)),
        )


def main() -> None:
    work: dict[str, Callable[[Any, str, int, int], None]] = {"create": create, "read": read}
    name, prefix, tenants, workers = sys.argv[1:]
    work[name](openstack.connect(cloud=CLOUD, region_name=REGION), prefix, int(tenants), int(workers))


if __name__ == "__main__":
    main()
