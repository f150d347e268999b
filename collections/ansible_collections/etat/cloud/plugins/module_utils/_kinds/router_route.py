# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes of routers. They come after the interfaces through which their next hops are reached, so they stand alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Scope
from .._options import STATE


class RouterRoute(Kind):
    """https://docs.openstack.org/api-ref/network/v2/#add-extra-routes-to-router

    The path of a route: domain, project, router, destination, next hop.
    """

    name = "router_route"
    service = "network"
    levels = (Level.SITE,)
    section = ("routers", "routes")
    heading = {
        "description": [
            "Routes of the router, all of them; an empty list takes them away.",
            "When nothing is said of them, they are left alone.",
        ]
    }
    options = {
        "destination": {
            "description": ["Prefix that the route leads to."],
            "type": "str",
            "required": True,
            "schema": {"format": "cidr"},
        },
        "nexthop": {
            "description": ["Address of the next hop, in a subnet that the router joins."],
            "type": "str",
            "required": True,
            "schema": {"format": "ip"},
        },
        **STATE,
    }
    needs = ("router", "router_interface")
    parent = "router"

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project, place.parents[-1]["name"], *route(item))

    def around(self, key: Key) -> tuple[str, ...]:
        return key.path[2:3]

    def owner(self, key: Key) -> tuple[str, ...]:
        return key.path[:3]

    def item(self, found: Observed) -> dict[str, Any]:
        return {"destination": found.key.path[3], "nexthop": found.key.path[4]}

    def label(self, key: Key) -> str:
        router, destination, nexthop = key.path[2:]
        return f"{router}: {destination} by {nexthop}"

    def listings(self, scope: Scope) -> Iterable[Get]:
        return scope.regional("network", "/routers", "routers", ("fields", "id"), ("fields", "routes"))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            router = names.path("router", get.region, raw["id"])
            for found in raw["routes"] if router else ():
                path = (*(router or ()), *route(found))
                yield Observed(Key(self.name, get.region, path), f"{raw['id']} {' '.join(path[3:])}")

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {"router": Key("router", key.region, key.path[:3])}

    def create(self, api: Api, change: Change) -> str:
        self._act(api, change, "add_extraroutes")
        return f"{api.id(self.references(change.key, {})['router'])} {' '.join(change.key.path[3:])}"

    def delete(self, api: Api, change: Change) -> None:
        self._act(api, change, "remove_extraroutes")

    def _act(self, api: Api, change: Change, action: str) -> None:
        router = api.id(self.references(change.key, {})["router"])
        destination, nexthop = change.key.path[3:]
        # Neutron does these one after the other, however many come at once.
        body = {"router": {"routes": [{"destination": destination, "nexthop": nexthop}]}}
        api.put(f"/routers/{router}/{action}", body)


def route(raw: Mapping[str, Any]) -> tuple[str, str]:
    """Return the destination and the next hop in normal form."""
    destination = ipaddress.ip_network(raw["destination"], strict=False)
    return str(destination), str(ipaddress.ip_address(raw["nexthop"]))
