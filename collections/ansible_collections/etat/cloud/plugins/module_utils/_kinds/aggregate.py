# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host aggregates: hosts that belong together, in an availability zone or for some tenants only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from ._access import tenant_of
from ._resource import Resource, extra_specs, merged, name_of

#: The metadata with which Nova keeps hosts for projects. Placement takes one project for each key that begins so.
ISOLATES = "filter_tenant_id"
ZONE = "availability_zone"


class Aggregate(Resource):
    """https://docs.openstack.org/api-ref/compute/#host-aggregates-os-aggregates"""

    name = "aggregate"
    service = "compute"
    collection, plural, singular = "/os-aggregates", "aggregates", "aggregate"
    levels = (Level.REGION,)
    section = ("aggregates",)
    heading = {"description": ["Host aggregates of the region."]}
    options = {
        **name_of("aggregate"),
        "availability_zone": {
            "description": ["Name of the availability zone that its hosts are in. It cannot be taken away again."],
            "type": "str",
        },
        "hosts": {
            "description": ["Names of all its hosts; others are taken out."],
            "type": "list",
            "elements": "str",
        },
        "metadata": {
            "description": [
                "Metadata of the aggregate; others are left alone.",
                "One without a value (null) is taken away.",
            ],
            "type": "dict",
            "schema": {
                "propertyNames": {"not": {"pattern": f"^({ISOLATES}.*|{ZONE})$"}},
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
            },
        },
        "isolates": {
            "description": [
                "The only tenants whose servers its hosts take; an empty list of tenants lets everybody in again.",
                "The scheduler heeds it when it limits tenants to aggregates, which is a setting of Nova.",
            ],
            "type": "dict",
            "suboptions": {
                "domain": {"description": ["Name of their domain."], "type": "str", "required": True},
                "tenants": {
                    "description": ["Names of their projects."],
                    "type": "list",
                    "elements": "str",
                    "required": True,
                },
            },
        },
        **STATE,
    }
    compared = ("availability_zone", "hosts", "metadata", "isolates")
    privilege = Privilege.CLOUD
    needs = ("project",)

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for name in item.get("metadata") or ():
            if name == ZONE or name.startswith(ISOLATES):
                raise ValueError(f"metadata {name} has an option of its own")
        return super().wanted(place, item)

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return ("", "", item["name"])

    def normal(self, name: str, value: Any) -> Any:
        if name == "hosts":
            return sorted(set(value))
        if name == "isolates":
            return [{"domain": value["domain"], "tenant": tenant} for tenant in sorted(set(value["tenants"]))]
        return extra_specs(value) if name == "metadata" else value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return merged(before, wanted) if name == "metadata" else wanted

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.account.privilege is Privilege.CLOUD:
            for region in scope.regions:
                yield Get(self.service, region, self.collection, self.plural)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            metadata = raw["metadata"]
            tenants = {
                tenant_of(id.strip(), names)
                for name, ids in metadata.items()
                if name.startswith(ISOLATES)
                for id in ids.split(",")
            }
            fields = {
                "availability_zone": raw["availability_zone"],
                "hosts": sorted(raw["hosts"]),
                "metadata": {
                    name: value for name, value in metadata.items() if name != ZONE and not name.startswith(ISOLATES)
                },
                "isolates": [{"domain": domain, "tenant": tenant} for domain, tenant in sorted(tenants)],
            }
            yield Observed(Key(self.name, get.region, ("", "", raw["name"])), str(raw["id"]), fields)

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {
            f"{tenant['domain']}/{tenant['tenant']}": Key("project", "", (tenant["domain"], tenant["tenant"]))
            for tenant in fields.get("isolates") or ()
            if tenant["domain"]
        }

    def create(self, api: Api, change: Change) -> str:
        sent = {"name": change.key.path[2], ZONE: change.after.get(ZONE)}
        id = str(api.post(self.collection, {self.singular: sent})[self.singular]["id"])
        self._set(api, id, change, {})
        return id

    def update(self, api: Api, change: Change) -> None:
        if ZONE in change.after:
            api.put(f"{self.collection}/{change.id}", {self.singular: {ZONE: change.after[ZONE]}})
        there = {}
        if "isolates" in change.after:
            there = api.get(f"{self.collection}/{change.id}")[self.singular]["metadata"]
        self._set(api, change.id, change, there)

    def _set(self, api: Api, id: str, change: Change, there: Mapping[str, str]) -> None:
        """Set the metadata and the hosts that differ; there is the metadata that holds the tenants so far."""
        path = f"{self.collection}/{id}/action"
        before, after = change.before.get("metadata", {}), change.after.get("metadata", {})
        metadata: dict[str, str | None] = {name: None for name in before if name not in after}
        metadata |= {name: said for name, said in after.items() if said is not None and before.get(name) != said}
        if "isolates" in change.after:
            ids = [api.id(need) for need in self.references(change.key, change.after).values()]
            kept = {f"{ISOLATES}{number or ''}": project for number, project in enumerate(ids)}
            gone = {name: None for name in there if name.startswith(ISOLATES) and name not in kept}
            metadata |= {**gone, **{name: project for name, project in kept.items() if there.get(name) != project}}
        # Before the hosts: nobody else's server lands on one meanwhile.
        if metadata:
            api.post(path, {"set_metadata": {"metadata": metadata}})
        hosts = change.after.get("hosts", ())
        for action, names in (
            ("add_host", [host for host in hosts if host not in change.before.get("hosts", ())]),
            ("remove_host", [host for host in change.before.get("hosts", ()) if host not in hosts]),
        ):
            for host in names:
                api.post(path, {action: {"host": host}})

    def users(self, api: Api, change: Change) -> Sequence[str]:
        return [f"host {host}" for host in change.before.get("hosts", ())]
