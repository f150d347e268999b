# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new cloud holds: catalogue, accounts, flavors, images, an external network, volume types, zones."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from .model import Cloud, Lab, LabError, Region
from .secret import Secrets

IMAGE = bytes(1024 * 1024)
"""What every image of the lab consists of: nothing boots it."""


def connect(cloud: Cloud, secrets: Secrets, region: Region | None = None) -> Any:
    """A connection as the administrator of a cloud."""
    import openstack

    return openstack.connect(
        auth={
            "auth_url": cloud.auth_url,
            "username": "admin",
            "user_domain_id": "default",
            "project_name": "admin",
            "project_domain_id": "default",
            "password": secrets.get("accounts", cloud.name, "Default", "admin"),
        },
        region_name=(region or cloud.regions[0]).name,
        # Before its first run, a Keystone has no catalogue to be found in.
        identity_endpoint_override=cloud.auth_url,
        load_yaml_config=False,
        load_envvars=False,
    )


class Identity:
    """The catalogue and the accounts of one cloud; each act adds only what is missing."""

    def __init__(self, cloud: Cloud, secrets: Secrets) -> None:
        """Read what is there, one listing for each kind."""
        self._cloud = cloud
        self._secrets = secrets
        self._api = connect(cloud, secrets).identity
        self._domains = {d.name: d for d in self._api.domains()}
        self._roles = {r.name: r for r in self._api.roles()}
        self._projects = {(p.domain_id, p.name): p for p in self._api.projects()}
        self._users = {(u.domain_id, u.name): u for u in self._api.users()}
        self._assigned = {self._key(a) for a in self._api.role_assignments()}
        self.changed = False

    def converge(self) -> bool:
        """Add what is missing; say whether anything was."""
        self._catalogue()
        self._operators()
        for domain in self._cloud.domains:
            self._ministry(domain.name, domain.users)
        for project in self._cloud.projects:
            made = self._project(project.name)
            self._grant(self._user("Default", project.name), "member", "project", made.id)
        return self.changed

    @staticmethod
    def _key(assignment: Any) -> tuple[str, str, str, str, bool]:
        kind, scope = next(iter(assignment.scope.items())) if assignment.scope else ("", {})
        inherited = "OS-INHERIT:inherited_to" in (assignment.scope or {})
        if kind == "OS-INHERIT:inherited_to":
            kind, scope = next((k, v) for k, v in assignment.scope.items() if k != kind)
        holder = assignment.user["id"] if assignment.user else assignment.group["id"]
        return holder, assignment.role["id"], kind, "all" if kind == "system" else scope["id"], inherited

    def _catalogue(self) -> None:
        regions = {r.id for r in self._api.regions()}
        services = {s.type: s for s in self._api.services()}
        endpoints = {(e.service_id, e.region_id, e.interface): e for e in self._api.endpoints()}
        wanted = {}
        for region in self._cloud.regions:
            if region.name not in regions:
                self._api.create_region(id=region.name)
                self.changed = True
            for kind, (name, url) in {"identity": ("keystone", self._cloud.auth_url), **region.urls}.items():
                if kind not in services:
                    services[kind] = self._api.create_service(type=kind, name=name)
                    self.changed = True
                for interface in ("public", "internal"):
                    wanted[services[kind].id, region.name, interface] = url
        for place, url in wanted.items():
            if place not in endpoints:
                service, region_id, interface = place
                self._api.create_endpoint(service_id=service, region_id=region_id, interface=interface, url=url)
                self.changed = True
        # A site that is no longer declared leaves the catalogue.
        for place, endpoint in endpoints.items():
            if place not in wanted:
                self._api.delete_endpoint(endpoint)
                self.changed = True
        for name in regions - {region.name for region in self._cloud.regions}:
            self._api.delete_region(name)
            self.changed = True

    def _operators(self) -> None:
        if "service" not in self._roles:
            self._roles["service"] = self._api.create_role(name="service")
            self.changed = True
        project = self._project("service")
        for name in self._cloud.service_users:
            user = self._user("Default", name)
            for role in ("admin", "service"):
                self._grant(user, role, "project", project.id)
        if not self._cloud.provider:
            self._grant(self._user("Default", "reader"), "reader", "system", "all")
            self._user("Default", "auditor")

    def _ministry(self, name: str, people: Iterable[str]) -> None:
        if name not in self._domains:
            self._domains[name] = self._api.create_domain(name=name)
            self.changed = True
        for person in people:
            self._user(name, person)
        domain = self._domains[name].id
        manager = self._user(name, f"{name}-manager")
        self._grant(manager, "manager", "domain", domain)
        self._grant(manager, "member", "domain", domain, inherited=True)
        auditor = self._user("Default", "auditor")
        self._grant(auditor, "reader", "domain", domain)
        self._grant(auditor, "reader", "domain", domain, inherited=True)

    def _project(self, name: str) -> Any:
        key = ("default", name)
        if key not in self._projects:
            self._projects[key] = self._api.create_project(name=name, domain_id="default")
            self.changed = True
        return self._projects[key]

    def _user(self, domain: str, name: str) -> Any:
        domain_id = self._domains[domain].id
        if (domain_id, name) not in self._users:
            password = self._secrets.get("accounts", self._cloud.name, domain, name)
            self._users[domain_id, name] = self._api.create_user(name=name, domain_id=domain_id, password=password)
            self.changed = True
        return self._users[domain_id, name]

    def _grant(self, user: Any, role: str, kind: str, scope: str, *, inherited: bool = False) -> None:
        role_id = self._roles[role].id
        if (user.id, role_id, kind, scope, inherited) in self._assigned:
            return
        if kind == "system":
            path = f"/system/users/{user.id}/roles/{role_id}"
        else:
            path = f"/{kind}s/{scope}/users/{user.id}/roles/{role_id}"
        if inherited:
            path = f"/OS-INHERIT{path}/inherited_to_projects"
        response = self._api.put(path)
        if response.status_code != 204:
            raise LabError(f"Keystone of {self._cloud.name} answers {response.status_code} to the grant {path}.")
        self.changed = True


class Resources:
    """What one region offers; each act adds only what is missing."""

    def __init__(self, cloud: Cloud, region: Region, secrets: Secrets) -> None:
        """Connect as the cloud's administrator."""
        self._cloud = cloud
        self._region = region
        self._api = connect(cloud, secrets, region)
        self.changed = False

    def converge(self) -> bool:
        """Add what is missing; say whether anything was."""
        self._flavors()
        self._images()
        self._network()
        self._volume_types()
        self._zones()
        self._quotas()
        return self.changed

    def _flavors(self) -> None:
        known = {flavor.name for flavor in self._api.compute.flavors()}
        for flavor in self._cloud.flavors:
            if flavor.name not in known:
                self._api.compute.create_flavor(
                    name=flavor.name, ram=flavor.ram, vcpus=flavor.vcpus, disk=flavor.disk, is_public=True
                )
                self.changed = True

    def _images(self) -> None:
        known = {image.name for image in self._api.image.images(status="active", visibility="public")}
        for name in self._cloud.images:
            if name not in known:
                self._api.image.create_image(
                    name=name, container_format="bare", disk_format="raw", visibility="public", data=IMAGE, wait=True
                )
                self.changed = True

    def _network(self) -> None:
        network = next(iter(self._api.network.networks(name="public", is_router_external=True)), None)
        if network is None:
            network = self._api.network.create_network(
                name="public",
                is_router_external=True,
                provider_network_type="flat",
                provider_physical_network="public",
            )
            self.changed = True
        if not network.subnet_ids:
            self._api.network.create_subnet(
                name="public",
                network_id=network.id,
                ip_version=4,
                cidr=self._region.external_network,
                is_dhcp_enabled=False,
            )
            self.changed = True

    def _volume_types(self) -> None:
        known = {kind.name: kind for kind in self._api.block_storage.types()}
        for name in self._region.volume_types:
            if name not in known:
                self._api.block_storage.create_type(
                    name=name, is_public=True, extra_specs={"volume_backend_name": name}
                )
                self.changed = True
        if "__DEFAULT__" in known:
            self._api.block_storage.delete_type(known["__DEFAULT__"])
            self.changed = True

    def _zones(self) -> None:
        known = {aggregate.name: aggregate for aggregate in self._api.compute.aggregates()}
        for host, zone in self._region.computes:
            aggregate = known.get(zone)
            if aggregate is None:
                aggregate = known[zone] = self._api.compute.create_aggregate(name=zone, availability_zone=zone)
                self.changed = True
            if host not in (aggregate.hosts or []):
                self._await_host(host)
                known[zone] = self._api.compute.add_host_to_aggregate(aggregate, host)
                self.changed = True

    def _await_host(self, host: str) -> None:
        until = time.monotonic() + 120
        while not any(host == hypervisor.name for hypervisor in self._api.compute.hypervisors()):
            if time.monotonic() > until:
                raise LabError(f"Nova of {self._region.name} does not know the host {host} after 120 s.")
            time.sleep(0.5)

    def _quotas(self) -> None:
        if not any(any(project.quotas.values()) for project in self._cloud.projects):
            return
        ids = {project.name: project.id for project in self._api.identity.projects(domain_id="default")}
        for project in self._cloud.projects:
            for kind, path in (
                ("compute", f"/os-quota-sets/{ids[project.name]}"),
                ("volume", f"/os-quota-sets/{ids[project.name]}"),
                ("network", f"/quotas/{ids[project.name]}"),
            ):
                api = self._api.block_storage if kind == "volume" else getattr(self._api, kind)
                body = "quota" if kind == "network" else "quota_set"
                wanted = project.quotas[kind]
                known = api.get(path).json()[body]
                if any(known.get(name) != limit for name, limit in wanted.items()):
                    response = api.put(path, json={body: wanted})
                    if response.status_code != 200:
                        raise LabError(
                            f"{self._region.name} refuses the {kind} quota of {project.name}"
                            f" ({response.status_code}: {response.text[:200]})."
                        )
                    self.changed = True


def clouds_yaml(lab: Lab, secrets: Secrets) -> dict[str, Any]:
    """An entry for each account that a person or a playbook may use."""
    entries: dict[str, Any] = {}
    for cloud in lab.clouds:
        regions = [region.name for region in cloud.regions]

        def entry(
            domain: str, user: str, cloud: Cloud = cloud, regions: list[str] = regions, **scope: str
        ) -> dict[str, Any]:
            password = secrets.get("accounts", cloud.name, domain, user)
            auth = {"auth_url": cloud.auth_url, "username": user, "user_domain_name": domain, "password": password}
            return {"auth": {**auth, **scope}, "regions": regions, "identity_api_version": "3"}

        admin = entry("Default", "admin", project_name="admin", project_domain_name="Default")
        if cloud.provider:
            entries[f"{cloud.name}-provider"] = admin
        else:
            entries[cloud.name] = admin
            entries[f"{cloud.name}-reader"] = entry("Default", "reader", system_scope="all")
            if cloud.domains:
                first = cloud.domains[0].name
                entries[f"{cloud.name}-auditor"] = entry("Default", "auditor", domain_name=first)
        for domain in cloud.domains:
            entries[f"{cloud.name}-{domain.name}"] = entry(
                domain.name, f"{domain.name}-manager", domain_name=domain.name
            )
        for project in cloud.projects:
            entries[f"{cloud.name}-{project.name}"] = entry(
                "Default", project.name, project_name=project.name, project_domain_name="Default"
            )
    return {"clouds": entries}
