# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a project in a region: one kind per service, and one for those that a volume type has of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted
from ._resource import name_of
from .dns_zone import ALL_PROJECTS, of_project


def _options(limits: Mapping[str, str]) -> dict[str, Any]:
    return {
        # A limit is no secret, whatever Ansible makes of a name that ends with "key_pairs".
        name: {
            "description": [f"{what} V(-1) means no limit."],
            "type": "int",
            "no_log": False,
            "schema": {"minimum": -1},
        }
        for name, what in limits.items()
    }


class Quota(Kind):
    """Limits that a service keeps per project; they exist as soon as the project does.

    An account that may not set them reads the limits that its provider set, and what is declared must fit in them.
    """

    levels = (Level.SITE,)
    needs: ClassVar[tuple[str, ...]] = ("project",)
    containers = {"quotas": "Limits of the project in this region; what is not named is left alone."}
    heading = {"type": "dict"}
    privilege = Privilege.CLOUD
    inherent = True

    #: The collection of quotas below the endpoint, and the key of the answer.
    collection: ClassVar[str] = "/os-quota-sets"
    singular: ClassVar[str] = "quota_set"
    #: The key of the list that holds every project whose limits were ever set, where the service has one.
    plural: ClassVar[str] = ""
    #: The names under which the service tells a member the limits of its project; none where quotas are readable.
    limits: ClassVar[Mapping[str, str]] = {}
    #: What the service wants to be told by an administrator who looks into a project.
    headers: ClassVar[tuple[tuple[str, str], ...]] = ()

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        yield Wanted(Key(self.name, place.region, (place.domain, place.project)), self.declared(item))

    def listings(self, scope: Scope) -> Iterable[Get]:
        token_of_project = scope.account.privilege is not Privilege.CLOUD
        provided = scope.account.privilege is Privilege.PROJECT
        for region in scope.regions:
            if self.plural and not (scope.filtered or token_of_project):
                # The others have the defaults, which are not declared.
                yield Get(self.service, region, self.collection, self.plural, headers=self.headers)
                continue
            for id in scope.project_ids():
                path, holder = f"{self.collection}/{id}", self.singular
                if provided and self.limits:
                    path, holder = "/limits", "limits"
                project, headers = (id, ()) if token_of_project else ("", self.headers)
                yield Get(
                    self.service, region, path, holder, project=project, about=id, provided=provided, headers=headers
                )

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        names_there = self.limits if get.collection == "limits" else {name: name for name in self.compared}
        for raw in records:
            project = get.about or raw["project_id"]
            path = names.path("project", "", project)
            if path is not None:
                said = raw["absolute"] if get.collection == "limits" else raw
                fields = {name: said[there] for name, there in names_there.items() if there in said}
                yield Observed(Key(self.name, get.region, path), project, fields, provided=get.provided)

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any]:
        return {name: limit for name, limit in found.fields.items() if limit is not None}

    def fits(self, name: str, provided: Any, wanted: Any) -> bool:
        return provided is not None and (provided < 0 or 0 <= wanted <= provided)

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"project": Key("project", "", key.tenant)}

    def update(self, api: Api, change: Change) -> None:
        api.put(self.address(api, change), {self.singular: dict(change.after)})

    def address(self, api: Api, change: Change) -> str:
        return f"{self.collection}/{api.id(Key('project', '', change.key.tenant))}"


class ComputeQuota(Quota):
    """https://docs.openstack.org/api-ref/compute/#quota-sets-os-quota-sets"""

    name = "compute_quota"
    service = "compute"
    section = ("quotas", "compute")
    options = _options(
        {
            "instances": "Servers.",
            "cores": "Virtual processors.",
            "ram": "Memory, in MiB.",
            "key_pairs": "Key pairs of each user.",
            "server_groups": "Server groups.",
            "server_group_members": "Servers in each server group.",
            "metadata_items": "Metadata items of each server.",
        }
    )
    heading = {"type": "dict", "description": ["Limits of the compute service, by the names of its API."]}
    compared = tuple(options)
    limits = {
        "instances": "maxTotalInstances",
        "cores": "maxTotalCores",
        "ram": "maxTotalRAMSize",
        "key_pairs": "maxTotalKeypairs",
        "server_groups": "maxServerGroups",
        "server_group_members": "maxServerGroupMembers",
        "metadata_items": "maxServerMeta",
    }

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        detail = api.get(f"{self.address(api, change)}/detail")[self.singular]
        return {name: detail[name]["in_use"] for name in change.after if name in detail}


class VolumeQuota(Quota):
    """https://docs.openstack.org/api-ref/block-storage/v3/#quota-sets-extension-os-quota-sets"""

    name = "volume_quota"
    service = "block-storage"
    section: ClassVar[tuple[str, ...]] = ("quotas", "volume")
    options = _options(
        {
            "volumes": "Volumes.",
            "gigabytes": "Size of all volumes and snapshots together, in GiB.",
            "snapshots": "Snapshots.",
            "backups": "Backups.",
            "backup_gigabytes": "Size of all backups together, in GiB.",
            "per_volume_gigabytes": "Size of one volume, in GiB.",
            "groups": "Volume groups.",
        }
    )
    heading = {"type": "dict", "description": ["Limits of the block storage service, by the names of its API."]}
    compared: ClassVar[tuple[str, ...]] = tuple(options)
    limits = {
        "volumes": "maxTotalVolumes",
        "gigabytes": "maxTotalVolumeGigabytes",
        "snapshots": "maxTotalSnapshots",
        "backups": "maxTotalBackups",
        "backup_gigabytes": "maxTotalBackupGigabytes",
    }

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        detail = api.get(self.address(api, change), {"usage": "True"})[self.singular]
        return {name: detail[name]["in_use"] for name in change.after if name in detail}


class NetworkQuota(Quota):
    """https://docs.openstack.org/api-ref/network/v2/#quotas-extension-quotas"""

    name = "network_quota"
    service = "network"
    section = ("quotas", "network")
    options = _options(
        {
            "network": "Networks.",
            "subnet": "Subnets.",
            "port": "Ports.",
            "router": "Routers.",
            "floatingip": "Floating IP addresses.",
            "security_group": "Security groups.",
            "security_group_rule": "Rules of all security groups together.",
            "rbac_policy": "Sharing policies.",
            "subnetpool": "Subnet pools.",
            "trunk": "Trunks.",
            "router_route": "Routes of each router.",
        }
    )
    heading = {"type": "dict", "description": ["Limits of the network service, by the names of its API."]}
    compared = tuple(options)
    collection, singular, plural = "/quotas", "quota", "quotas"

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        detail = api.get(f"{self.address(api, change)}/details")[self.singular]
        return {name: detail[name]["used"] for name in change.after if name in detail}


class VolumeTypeQuota(VolumeQuota):
    """https://docs.openstack.org/api-ref/block-storage/v3/#quota-sets-extension-os-quota-sets

    Cinder holds them among the others, as volumes_NAME. They are listed together, so that there is one call for both.
    """

    name = "volume_type_quota"
    section = ("quotas", "volume", "types")
    options = {
        **name_of("volume type"),
        **_options(
            {
                "volumes": "Volumes of this type.",
                "gigabytes": "Size of all volumes and snapshots of this type together, in GiB.",
                "snapshots": "Snapshots of volumes of this type.",
            }
        ),
    }
    heading = {"description": ["Limits of single volume types, within those of all volumes."]}
    compared = ("volumes", "gigabytes", "snapshots")
    needs = ("project", "volume_type")
    limits = {}

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        yield Wanted(Key(self.name, place.region, self.path(place, item)), self.declared(item))

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project, item["name"])

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        project = names.path("project", "", get.about)
        for raw in records if project else ():
            types: dict[str, dict[str, Any]] = {}
            for field, limit in raw.items():
                counted, sign, type = field.partition("_")
                if sign and counted in self.compared:
                    types.setdefault(type, {})[counted] = limit
            for type, fields in types.items():
                key = Key(self.name, get.region, (*(project or ()), type))
                yield Observed(key, f"{get.about}/{type}", fields, provided=get.provided)

    def item(self, found: Observed) -> dict[str, Any]:
        return {"name": found.key.path[2], **super().item(found)}

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {**super().references(key, fields), "type": Key("volume_type", key.region, ("", "", key.path[2]))}

    def update(self, api: Api, change: Change) -> None:
        limits = {f"{name}_{change.key.path[2]}": limit for name, limit in change.after.items()}
        api.put(self.address(api, change), {self.singular: limits})

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        detail = api.get(self.address(api, change), {"usage": "True"})[self.singular]
        fields = {name: f"{name}_{change.key.path[2]}" for name in change.after}
        return {name: detail[field]["in_use"] for name, field in fields.items() if field in detail}


class LoadBalancerQuota(Quota):
    """https://docs.openstack.org/api-ref/load-balancer/v2/#quotas"""

    name = "load_balancer_quota"
    service = "load-balancer"
    section = ("quotas", "load_balancer")
    options = _options(
        {
            "load_balancer": "Load balancers.",
            "listener": "Listeners.",
            "pool": "Pools.",
            "member": "Members of all pools together.",
            "health_monitor": "Health monitors.",
            "l7policy": "Policies of layer 7.",
            "l7rule": "Rules of all policies of layer 7 together.",
        }
    )
    heading = {"type": "dict", "description": ["Limits of the load balancer service, by the names of its API."]}
    compared = tuple(options)
    collection, singular, plural = "/lbaas/quotas", "quota", "quotas"
    #: What is counted by listing it, since Octavia tells limits only. Members and rules have no list of their own.
    _COUNTED = {
        "load_balancer": "loadbalancers",
        "listener": "listeners",
        "pool": "pools",
        "health_monitor": "healthmonitors",
        "l7policy": "l7policies",
    }

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        query = {"project_id": api.id(Key("project", "", change.key.tenant)), "fields": "id"}
        return {
            name: len(api.get(f"/lbaas/{self._COUNTED[name]}", query)[self._COUNTED[name]])
            for name in change.after
            if name in self._COUNTED
        }


class KeyManagerQuota(Quota):
    """https://docs.openstack.org/barbican/latest/api/reference/quotas.html

    Barbican tells an administrator nothing of what a project uses, so that there is nothing to compare limits with.
    """

    name = "key_manager_quota"
    service = "key-manager"
    section = ("quotas", "key_manager")
    options = _options(
        {
            "secrets": "Secrets.",
            "orders": "Orders.",
            "containers": "Containers.",
            "consumers": "Consumers of all containers together.",
            "cas": "Certificate authorities.",
        }
    )
    heading = {
        "type": "dict",
        "description": ["Limits of the key manager service, by the names of its API."],
        "no_log": False,
    }
    compared = tuple(options)
    collection, singular, plural = "/project-quotas", "project_quotas", "project_quotas"

    def listings(self, scope: Scope) -> Iterable[Get]:
        # A project whose limits were never set has no record of its own, and only its members are told the defaults.
        for region in scope.regions:
            if scope.account.privilege is Privilege.CLOUD:
                yield Get(self.service, region, self.collection, self.plural, (("limit", "100"),))
                continue
            provided = scope.account.privilege is Privilege.PROJECT
            for id in scope.project_ids():
                yield Get(self.service, region, "/quotas", "quotas", project=id, about=id, provided=provided)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        own = [{**raw, **raw.get(self.singular, {})} for raw in records]
        return super().read(own, get, names)


class DnsQuota(Quota):
    """https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html#quotas"""

    name = "dns_quota"
    service = "dns"
    section = ("quotas", "dns")
    options = _options(
        {
            "zones": "Zones.",
            "zone_recordsets": "Record sets of each zone.",
            "zone_records": "Records of each zone.",
            "recordset_records": "Records of each record set.",
            "api_export_size": "Record sets of a zone that is exported.",
        }
    )
    heading = {"type": "dict", "description": ["Limits of the DNS service, by the names of its API."]}
    compared = tuple(options)
    collection, singular = "/quotas", ""
    headers = ALL_PROJECTS

    def update(self, api: Api, change: Change) -> None:
        api.patch(self.address(api, change), dict(change.after), headers=dict(self.headers))

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        if "zones" not in change.after:
            return {}
        found = api.get("/zones", {"limit": "1"}, headers=of_project(api, change))
        return {"zones": found["metadata"]["total_count"]}


class SharedFileSystemQuota(Quota):
    """https://docs.openstack.org/api-ref/shared-file-system/#quota-sets"""

    name = "shared_file_system_quota"
    service = "shared-file-system"
    section = ("quotas", "shared_file_system")
    options = _options(
        {
            "shares": "Shares.",
            "gigabytes": "Size of all shares together, in GiB.",
            "snapshots": "Snapshots.",
            "snapshot_gigabytes": "Size of all snapshots together, in GiB.",
            "share_networks": "Share networks.",
            "share_groups": "Share groups.",
            "share_group_snapshots": "Snapshots of share groups.",
        }
    )
    heading = {"type": "dict", "description": ["Limits of the shared file system service, by the names of its API."]}
    compared = tuple(options)
    collection, singular = "/quota-sets", "quota_set"

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        detail = api.get(f"{self.address(api, change)}/detail")[self.singular]
        return {name: detail[name]["in_use"] for name in change.after if name in detail}
