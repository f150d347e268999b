#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants the same weaknesses into two tenants: one that the estate declares, and one that it does not."""

from __future__ import annotations

import time
from typing import Any

import lab

DOMAIN = "molecule-harden-culture"
WHOLE = {"direction": "ingress", "ethertype": "IPv4", "remote_ip_prefix": "0.0.0.0/0"}
LATEST = "2.85"


def post(proxy: Any, path: str, kind: str, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = lab.accept(proxy.post(path, json={kind: fields})).json()[kind]
    return made


def wait(proxy: Any, path: str, kind: str, status: str) -> None:
    until = time.monotonic() + 60
    while lab.accept(proxy.get(path)).json()[kind]["status"].lower() != status:
        if time.monotonic() > until:
            raise RuntimeError(f"{path} is not {status} after 60 s")
        time.sleep(0.5)


def plant(admin: Any, project: str, name: str) -> None:
    network, own = admin.network, {"project_id": project}
    front = post(network, "/networks", "network", name="front", **own)["id"]
    post(network, "/subnets", "subnet", name="front", network_id=front, ip_version=4, cidr="10.46.0.0/24", **own)
    group = post(network, "/security-groups", "security_group", name="web", description="Web", **own)["id"]
    for rule in (
        # By number, as Neutron allows.
        {"protocol": "6", "port_range_min": 22, "port_range_max": 22, "description": "opened in a hurry", **WHOLE},
        {"protocol": "tcp", "port_range_min": 443, "port_range_max": 443, "description": "the site", **WHOLE},
    ):
        post(network, "/security-group-rules", "security_group_rule", security_group_id=group, **rule, **own)
    image = {"container_format": "bare", "disk_format": "raw", "owner": project}
    lab.accept(admin.image.post("/images", json={**image, "name": f"{name}-shown", "visibility": "public"}))
    lab.accept(admin.image.post("/images", json={**image, "name": f"{name}-golden", "tags": ["golden"]}))


def workload() -> None:
    """Make a critical server with a volume that would go with it."""
    alice = lab.log_in(DOMAIN, "alice.martin", project_name="museums", project_domain_name=DOMAIN)
    flavor = next(
        found["id"] for found in lab.listing(alice.compute, "/flavors", "flavors") if found["name"] == "m1.tiny"
    )
    image = next(found.id for found in alice.image.images() if found.name == "debian-12")
    network = lab.listing(alice.network, "/networks?name=front", "networks")[0]["id"]
    volume = post(alice.block_storage, "/volumes", "volume", name="data", size=1)["id"]
    server = post(
        *(alice.compute, "/servers", "server"),
        name="ledger",
        flavorRef=flavor,
        imageRef=image,
        networks=[{"uuid": network}],
        metadata={"critical": "yes"},
    )["id"]
    wait(alice.block_storage, f"/volumes/{volume}", "volume", "available")
    wait(alice.compute, f"/servers/{server}", "server", "active")
    body = {"volumeAttachment": {"volumeId": volume, "delete_on_termination": True}}
    path = f"/servers/{server}/os-volume_attachments"
    lab.accept(alice.compute.post(path, json=body, microversion=LATEST))
    wait(alice.block_storage, f"/volumes/{volume}", "volume", "in-use")


if __name__ == "__main__":
    there = lab.Domains(lab.connect(), lab.prefix())
    for tenant in ("museums", "archives"):
        plant(lab.connect(), there.project(DOMAIN, tenant), tenant)
    workload()
