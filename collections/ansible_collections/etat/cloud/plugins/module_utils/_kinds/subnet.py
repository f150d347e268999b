# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets of a tenant's networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Place, Wanted
from .._options import STATE
from ._resource import DESCRIPTION, SUBNET_POOL, TaggedResource, name_of, tags_option

NO_GATEWAY = "none"
#: Where a subnet's addresses come from: exactly one of them is named.
SOURCES = ("cidr", *SUBNET_POOL.kinds)
IPV6_MODES = ("ipv6_ra_mode", "ipv6_address_mode")


def _ipv6_mode(what: str) -> dict[str, Any]:
    return {
        "description": [f"{what}; of IPv6 only.", "It cannot be changed later."],
        "type": "str",
        "choices": ["slaac", "dhcpv6-stateful", "dhcpv6-stateless"],
    }


class Subnet(TaggedResource):
    """https://docs.openstack.org/api-ref/network/v2/#subnets"""

    name = "subnet"
    collection, plural, singular = "/subnets", "subnets", "subnet"
    section = ("networks", "subnets")
    heading = {"description": ["Subnets of the network."]}
    options = {
        **name_of("subnet"),
        **DESCRIPTION,
        "cidr": {
            "description": [
                "Addresses of the subnet, as a prefix; one of this and a subnet pool is needed.",
                "It cannot be changed later.",
            ],
            "type": "str",
            "schema": {"format": "cidr"},
        },
        **SUBNET_POOL.options("that gives the subnet its prefix", optional=False),
        "prefix_length": {
            "description": [
                "Length of the prefix that the subnet pool gives; the pool's default when it is not named.",
                "It cannot be changed later.",
            ],
            "type": "int",
            "schema": {"minimum": 0, "maximum": 128},
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
        "ipv6_ra_mode": _ipv6_mode("How routers announce the subnet"),
        "ipv6_address_mode": _ipv6_mode("How servers get their addresses"),
        "service_types": {
            "description": ["Owners of ports that get addresses here, such as V(compute:nova); all when empty."],
            "type": "list",
            "elements": "str",
        },
        **tags_option("subnet"),
        **STATE,
    }
    compared = (
        "description",
        "cidr",
        *SUBNET_POOL.kinds,
        "prefix_length",
        "gateway_ip",
        "enable_dhcp",
        "dns_nameservers",
        "allocation_pools",
        "host_routes",
        *IPV6_MODES,
        "service_types",
        "tags",
    )
    fixed = (*SOURCES, "prefix_length", *IPV6_MODES)
    needs = ("network", *SUBNET_POOL.kinds)
    parent = "network"
    asked = (
        "description",
        "cidr",
        SUBNET_POOL.field,
        "gateway_ip",
        "enable_dhcp",
        "dns_nameservers",
        "allocation_pools",
        "host_routes",
        *IPV6_MODES,
        "service_types",
        "tags",
        "network_id",
        "router:external",
    )

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        if not place.absent(item):
            _check(item)
        for found in super().wanted(place, item):
            yield replace(found, once={"external": True}) if place.parents[-1].get("external") else found

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
        if name == "service_types":
            return sorted(set(value))
        return super().normal(name, value)

    def item(self, found: Observed) -> dict[str, Any]:
        said = SUBNET_POOL.item(super().item(found))
        from_pool = any(name in said for name in SUBNET_POOL.kinds)
        # A pool may give another prefix the next time, so what follows from the prefix is not said.
        unsaid = {"cidr", "allocation_pools"} if from_pool else {"prefix_length"}
        unsaid.add("external")
        if from_pool and said.get("gateway_ip") != NO_GATEWAY:
            unsaid.add("gateway_ip")
        if not said.get("service_types"):
            unsaid.add("service_types")
        return {name: value for name, value in said.items() if name not in unsaid}

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        length = {"prefix_length": ipaddress.ip_network(raw["cidr"]).prefixlen}
        external = {"external": True} if raw.get("router:external") else {}
        return {**super().seen(raw, get, names), **SUBNET_POOL.seen(raw, get.region, names), **length, **external}

    def above(self, raw: Mapping[str, Any], region: str, names: Names) -> tuple[str, ...] | None:
        return names.path("network", region, raw["network_id"])

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        network = {"network": Key("network", key.region, key.path[:3])}
        return {**super().references(key, fields), **network, **SUBNET_POOL.keys(key, fields)}

    def known_as(self, key: Key, fields: Mapping[str, Any]) -> Sequence[Key]:
        if not fields.get("external"):
            return ()
        # Gateways and floating IPs take their addresses from the subnets of the network that they name.
        return [Key("external_network", key.region, key.path[2:3]), Key("external_subnet", key.region, key.path[2:4])]

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {name: value for name, value in change.after.items() if name not in SUBNET_POOL.kinds}
        if "prefix_length" in sent:
            sent["prefixlen"] = sent.pop("prefix_length")
        if sent.get("gateway_ip") == NO_GATEWAY:
            sent["gateway_ip"] = None
        return sent

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        pool = SUBNET_POOL.sent(api, change)
        if pool:
            version = api.get(f"/subnetpools/{pool[SUBNET_POOL.field]}")["subnetpool"]["ip_version"]
        else:
            version = ipaddress.ip_network(change.after["cidr"]).version
        return {
            **super().birth(api, change),
            **pool,
            "network_id": api.id(self.references(change.key, {})["network"]),
            "ip_version": version,
        }


def _check(item: Mapping[str, Any]) -> None:
    """Raise ValueError when what is said of a subnet cannot be."""
    named = [name for name in SOURCES if item.get(name) is not None]
    if len(named) != 1:
        raise ValueError(f"{' and '.join(named) or 'nothing'} says its addresses; allowed: one of {', '.join(SOURCES)}")
    if item.get("prefix_length") is not None and named == ["cidr"]:
        raise ValueError("prefix_length stands beside cidr; allowed: with a subnet pool")
    modes = {item[name] for name in IPV6_MODES if item.get(name) is not None}
    if modes and named == ["cidr"] and ipaddress.ip_network(item["cidr"], strict=False).version == 4:
        raise ValueError(f"{' and '.join(IPV6_MODES)} are of IPv6; allowed with {item['cidr']}: neither")
    if len(modes) > 1:
        raise ValueError(f"{' and '.join(IPV6_MODES)} differ; allowed: the same value, or one of them alone")
