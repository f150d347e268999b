#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes, alters and adds objects behind the product's back. What the product must make of it is in repair.yml."""

from __future__ import annotations

from typing import Any

import lab

FINANCES, CULTURE = "molecule-services-finances", "molecule-services-culture"
NOVA = "2.64"


def named(proxy: Any, path: str, key: str, name: str, **more: Any) -> dict[str, Any]:
    """Return the one object of a name."""
    (found,) = [item for item in lab.accept(proxy.get(path, **more)).json()[key] if item["name"] == name]
    return dict(found)


def qos_specs(cinder: Any, name: str) -> str:
    """Return the path of a QoS specification."""
    return f"/qos-specs/{named(cinder, '/qos-specs', 'qos_specs', f'molecule-services-{name}')['id']}"


def offered(admin: Any, there: lab.Domains) -> None:
    nova, cinder = admin.compute, admin.block_storage
    budget = there.project(FINANCES, "budget")

    flavor = f"/flavors/{named(nova, '/flavors/detail?is_public=None', 'flavors', 'molecule-services-large')['id']}"
    lab.accept(nova.put(flavor, json={"flavor": {"description": "by hand"}}, microversion=NOVA))
    lab.accept(nova.post(f"{flavor}/os-extra_specs", json={"extra_specs": {"hw:cpu_policy": "shared", "own": "1"}}))
    lab.accept(nova.post(f"{flavor}/action", json={"addTenantAccess": {"tenant": budget}}))
    museums = there.project(CULTURE, "museums")
    lab.accept(nova.post(f"{flavor}/action", json={"removeTenantAccess": {"tenant": museums}}))

    types = "/types?is_public=None"
    secret = f"/types/{named(cinder, types, 'volume_types', 'molecule-services-secret')['id']}"
    lab.accept(cinder.post(f"{secret}/extra_specs", json={"extra_specs": {"volume_backend_name": "standard"}}))
    encryption = lab.accept(cinder.get(f"{secret}/encryption")).json()["encryption_id"]
    lab.accept(cinder.put(f"{secret}/encryption/{encryption}", json={"encryption": {"key_size": 512}}))
    lab.accept(cinder.post(f"{secret}/action", json={"addProjectAccess": {"project": budget}}))
    plain = f"/types/{named(cinder, types, 'volume_types', 'molecule-services-plain')['id']}"
    altered = {"volume_type": {"description": "by hand", "is_public": False}}
    lab.accept(cinder.put(plain, json=altered))

    specs = {name: qos_specs(cinder, name) for name in ("fast", "slow")}
    retired = {"qos_specs": {"name": "molecule-services-retired", "consumer": "both"}}
    specs["retired"] = f"/qos-specs/{lab.accept(cinder.post('/qos-specs', json=retired)).json()['qos_specs']['id']}"
    altered = {"qos_specs": {"consumer": "both", "total_iops_sec": "1", "retired": "1", "own": "1"}}
    lab.accept(cinder.put(specs["fast"], json=altered))
    lab.accept(cinder.put(f"{specs['fast']}/delete_keys", json={"keys": ["read_bytes_sec"]}))
    lab.accept(cinder.delete(specs["slow"]))
    for action, name, type in (
        ("disassociate", "fast", secret),
        ("associate", "retired", secret),
        ("associate", "fast", plain),
    ):
        lab.accept(cinder.get(f"{specs[name]}/{action}?vol_type_id={type.rpartition('/')[2]}"))

    aggregates = "/os-aggregates"
    hosts = f"{aggregates}/{named(nova, aggregates, 'aggregates', 'molecule-services-finances')['id']}"
    for action in (
        {"remove_host": {"host": "toulouse-compute-2"}},
        {"add_host": {"host": "toulouse-compute-1"}},
        {"set_metadata": {"metadata": {"filter_tenant_id": museums, "rack": "8", "own": "1"}}},
    ):
        lab.accept(nova.post(f"{hosts}/action", json=action))
    zone = f"{aggregates}/{named(nova, aggregates, 'aggregates', 'molecule-services-zone')['id']}"
    lab.accept(nova.delete(zone))


def limits(admin: Any, treasury: str) -> None:
    altered = {"gigabytes": 50, "volumes_molecule-services-secret": 9}
    lab.accept(admin.block_storage.put(f"/os-quota-sets/{treasury}", json={"quota_set": altered}))
    lab.accept(admin.load_balancer.delete(f"/lbaas/quotas/{treasury}"))
    lab.accept(admin.key_manager.delete(f"/project-quotas/{treasury}"))
    lab.accept(admin.dns.patch(f"/quotas/{treasury}", json={"zones": 9}, headers=lab.ALL_PROJECTS))
    path, key, headers = lab.FURTHER["shared-file-system"]
    lab.accept(admin.shared_file_system.put(f"{path}/{treasury}", json={key: {"shares": 9}}, headers=headers))


def owned(admin: Any, there: lab.Domains) -> None:
    alice = lab.log_in(FINANCES, "alice.martin", project_name="treasury", project_domain_name=FINANCES)
    group = named(alice.compute, "/os-server-groups", "server_groups", "near")["id"]
    lab.accept(alice.compute.delete(f"/os-server-groups/{group}"))
    zone = named(alice.dns, "/zones", "zones", "treasury.molecule-services.example.")["id"]
    lab.accept(alice.dns.patch(f"/zones/{zone}", json={"ttl": 60, "description": "by hand"}))
    image = named(alice.image, "/images", "images", "golden")["id"]
    lab.accept(alice.image.delete(f"/images/{image}/members/{there.project(FINANCES, 'budget')}"))
    chloe = lab.log_in(CULTURE, "chloe.durand", project_name="museums", project_domain_name=CULTURE)
    path = f"/images/{image}/members/{there.project(CULTURE, 'museums')}"
    lab.accept(chloe.image.put(path, json={"status": "rejected"}))
    for kind, name, read in (
        ("secret", "private", {"project-access": True}),
        ("secret", "master", {"users": []}),
        ("container", "bundle", {"users": []}),
    ):
        ref = named(alice.key_manager, f"/{kind}s?limit=100", f"{kind}s", name)[f"{kind}_ref"]
        lab.accept(alice.key_manager.patch(f"/{kind}s/{ref.rpartition('/')[2]}/acl", json={"read": read}))


if __name__ == "__main__":
    by_hand = lab.connect()
    domains = lab.Domains(by_hand, lab.prefix())
    offered(by_hand, domains)
    limits(by_hand, domains.project(FINANCES, "treasury"))
    owned(by_hand, domains)
