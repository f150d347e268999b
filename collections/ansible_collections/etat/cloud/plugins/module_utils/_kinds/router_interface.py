# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces of routers on a tenant's subnets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Scope
from .._options import STATE

#: The owners that Neutron writes on interface ports: plain, distributed and highly available routers.
OWNERS = (
    "network:router_interface",
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
)


class RouterInterface(Kind):
    """https://docs.openstack.org/api-ref/network/v2/#add-interface-to-router"""

    name = "router_interface"
    service = "network"
    levels = (Level.SITE,)
    section = ("routers", "interfaces")
    heading = {"description": ["Subnets that the router joins; others are left alone."]}
    options = {
        "network": {"description": ["Name of the network."], "type": "str", "required": True},
        "subnet": {"description": ["Name of its subnet; that of the network when not named."], "type": "str"},
        **STATE,
    }
    needs = ("router", "subnet")
    parent = "router"

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        router = place.parents[-1]["name"]
        return (place.domain, place.project, router, item["network"], item.get("subnet") or item["network"])

    def owner(self, key: Key) -> tuple[str, ...]:
        return key.path[:3]

    def around(self, key: Key) -> tuple[str, ...]:
        return key.path[2:3]

    def item(self, found: Observed) -> dict[str, Any]:
        return {"network": found.key.path[3], "subnet": found.key.path[4]}

    def label(self, key: Key) -> str:
        router, network, subnet = key.path[2:]
        return f"{router} on {network}" + ("" if subnet == network else f" / {subnet}")

    def listings(self, scope: Scope) -> Iterable[Get]:
        fields = (("fields", name) for name in ("id", "device_id", "fixed_ips"))
        return scope.regional("network", "/ports", "ports", *(("device_owner", owner) for owner in OWNERS), *fields)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            router = names.path("router", get.region, raw["device_id"])
            for address in raw["fixed_ips"]:
                subnet = names.path("subnet", get.region, address["subnet_id"])
                # A router of another project may have a leg in the network; that is not this tenant's declaration.
                if router and subnet and router[:2] == subnet[:2]:
                    yield Observed(Key(self.name, get.region, (*router, *subnet[2:])), raw["id"])

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        domain, project, router, network, subnet = key.path
        return {
            "router": Key("router", key.region, (domain, project, router)),
            "subnet": Key("subnet", key.region, (domain, project, network, subnet)),
        }

    def create(self, api: Api, change: Change) -> str:
        made: str = self._act(api, change, "add_router_interface")["port_id"]
        return made

    def delete(self, api: Api, change: Change) -> None:
        self._act(api, change, "remove_router_interface")

    def _act(self, api: Api, change: Change, action: str) -> Any:
        refer = self.references(change.key, {})
        return api.put(f"/routers/{api.id(refer['router'])}/{action}", {"subnet_id": api.id(refer["subnet"])})
