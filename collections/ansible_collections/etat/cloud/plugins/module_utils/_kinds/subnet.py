# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets of a tenant's networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from .._engine.model import Api, Change, Key, Names
from .._options import STATE
from ._resource import DESCRIPTION, NetworkResource, name_of

NO_GATEWAY = "none"


class Subnet(NetworkResource):
    """https://docs.openstack.org/api-ref/network/v2/#subnets"""

    name = "subnet"
    collection, plural, singular = "/subnets", "subnets", "subnet"
    section = ("networks", "subnets")
    heading = {"description": ["Subnets of the network."]}
    options = {
        **name_of("subnet"),
        **DESCRIPTION,
        "cidr": {
            "description": ["Addresses of the subnet, as a prefix.", "It cannot be changed later."],
            "type": "str",
            "required": True,
            "schema": {"format": "cidr"},
        },
        "gateway_ip": {
            "description": [
                "Address of the gateway, or V(none) for a subnet without one.",
                "The cloud takes the first address when it is not named.",
            ],
            "type": "str",
            "schema": {"anyOf": [{"format": "ip"}, {"const": NO_GATEWAY}]},
        },
        "enable_dhcp": {"description": ["Whether addresses are given by DHCP."], "type": "bool"},
        "dns_nameservers": {
            "description": ["Addresses of the name servers, in order."],
            "type": "list",
            "elements": "str",
            "schema": {"format": "ip"},
        },
        "allocation_pools": {
            "description": ["Ranges from which addresses are given."],
            "type": "list",
            "elements": "dict",
            "suboptions": {
                "start": {
                    "description": ["First address."],
                    "type": "str",
                    "required": True,
                    "schema": {"format": "ip"},
                },
                "end": {
                    "description": ["Last address."],
                    "type": "str",
                    "required": True,
                    "schema": {"format": "ip"},
                },
            },
        },
        "host_routes": {
            "description": ["Routes given to servers by DHCP."],
            "type": "list",
            "elements": "dict",
            "suboptions": {
                "destination": {
                    "description": ["Prefix that the route leads to."],
                    "type": "str",
                    "required": True,
                    "schema": {"format": "cidr"},
                },
                "nexthop": {
                    "description": ["Address of the next hop."],
                    "type": "str",
                    "required": True,
                    "schema": {"format": "ip"},
                },
            },
        },
        **STATE,
    }
    compared = (
        "description",
        "cidr",
        "gateway_ip",
        "enable_dhcp",
        "dns_nameservers",
        "allocation_pools",
        "host_routes",
    )
    fixed = ("cidr",)
    needs = ("network",)
    parent = "network"
    asked = (*compared, "network_id")

    def normal(self, name: str, value: Any) -> Any:
        if name == "cidr":
            return str(ipaddress.ip_network(value, strict=False))
        if name == "gateway_ip":
            return NO_GATEWAY if value in (None, "", NO_GATEWAY) else str(ipaddress.ip_address(value))
        if name == "dns_nameservers":
            return [str(ipaddress.ip_address(address)) for address in value]
        if name == "allocation_pools":
            return sorted(
                ({end: str(ipaddress.ip_address(pool[end])) for end in ("start", "end")} for pool in value),
                key=lambda pool: int(ipaddress.ip_address(pool["start"])),
            )
        if name == "host_routes":
            return sorted(
                (
                    {
                        "destination": str(ipaddress.ip_network(route["destination"], strict=False)),
                        "nexthop": str(ipaddress.ip_address(route["nexthop"])),
                    }
                    for route in value
                ),
                key=lambda route: (route["destination"], route["nexthop"]),
            )
        return value

    def above(self, raw: Mapping[str, Any], region: str, names: Names) -> tuple[str, ...] | None:
        return names.path("network", region, raw["network_id"])

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {**super().references(key, fields), "network": Key("network", key.region, key.path[:3])}

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = dict(change.after)
        if sent.get("gateway_ip") == NO_GATEWAY:
            sent["gateway_ip"] = None
        return sent

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        return {
            **super().birth(api, change),
            "network_id": api.id(self.references(change.key, {})["network"]),
            "ip_version": ipaddress.ip_network(change.after["cidr"]).version,
        }
