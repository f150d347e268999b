# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a project in a region, one kind per service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted


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
    containers = {"quotas": "Limits of the project in this region; what is not named is left alone."}
    heading = {"type": "dict"}
    needs = ("project",)
    privilege = Privilege.CLOUD
    inherent = True

    #: The collection of quotas below the endpoint, and the key of the answer.
    collection: ClassVar[str] = "/os-quota-sets"
    singular: ClassVar[str] = "quota_set"
    #: The names under which the service tells a member the limits of its project; none where quotas are readable.
    limits: ClassVar[Mapping[str, str]] = {}

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        yield Wanted(Key(self.name, place.region, (place.domain, place.project)), self.declared(item))

    def listings(self, scope: Scope) -> Iterable[Get]:
        token_of_project = scope.account.privilege is not Privilege.CLOUD
        provided = scope.account.privilege is Privilege.PROJECT
        for region in scope.regions:
            for id in scope.project_ids():
                path, holder = f"{self.collection}/{id}", self.singular
                if provided and self.limits:
                    path, holder = "/limits", "limits"
                project = id if token_of_project else ""
                yield Get(self.service, region, path, holder, project=project, about=id, provided=provided)

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
        return {"project": Key("project", "", key.path)}

    def update(self, api: Api, change: Change) -> None:
        api.put(self.address(api, change), {self.singular: dict(change.after)})

    def address(self, api: Api, change: Change) -> str:
        return f"{self.collection}/{api.id(Key('project', '', change.key.path))}"


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
    section = ("quotas", "volume")
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
    compared = tuple(options)
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
        }
    )
    heading = {"type": "dict", "description": ["Limits of the network service, by the names of its API."]}
    compared = tuple(options)
    collection, singular = "/quotas", "quota"

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.filtered or scope.account.privilege is not Privilege.CLOUD:
            yield from super().listings(scope)
            return
        # The list holds the projects whose limits were ever set; the others have the defaults, which are not declared.
        for region in scope.regions:
            yield Get("network", region, "/quotas", "quotas")

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        detail = api.get(f"{self.address(api, change)}/details")[self.singular]
        return {name: detail[name]["used"] for name in change.after if name in detail}
