# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What JSON Schema cannot say of one site: addresses that fit together, rules that make sense, names that exist.

Values of a wrong type are passed over: the schema speaks of them already.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Place
from ansible_collections.etat.cloud.plugins.module_utils._kinds.security_group_rule import (
    ANY,
    ICMP,
    PROTOCOLS,
    SecurityGroupRule,
    protocol_name,
)

from .mistakes import Path, said, unknown

#: The group that Neutron makes in each project.
DEFAULT_GROUP = "default"
WITH_PORTS = ("tcp", "udp", "sctp", "dccp", "udplite")
_SIDES = ("remote_ip_prefix", "remote_group", "remote_address_group")

Found = Iterator[tuple[Path, str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def check_site(site: Mapping[str, Any]) -> Found:
    """Yield what is wrong in a merged site, each with its path in it."""
    networks = {item["name"]: item for _index, item in objects(site, "networks") if "name" in item}
    for index, network in objects(site, "networks"):
        for position, subnet in objects(network, "subnets"):
            for path, text in _subnet(subnet):
                yield ("networks", index, "subnets", position, *path), text
    for index, router in objects(site, "routers"):
        for path, text in _interfaces(router, networks):
            yield ("routers", index, *path), text
    groups = [DEFAULT_GROUP, *names(site, "security_groups")]
    address_groups = names(site, "address_groups")
    for index, group in objects(site, "security_groups"):
        first: dict[Any, int] = {}
        for position, rule in objects(group, "rules"):
            found = [*_rule(rule), *_other_side(rule, groups, address_groups), *_repeated(group, rule, position, first)]
            for path, text in found:
                yield ("security_groups", index, "rules", position, *path), text


def objects(holder: Any, key: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects of a list with their places, without what is no object."""
    items = holder.get(key) if isinstance(holder, Mapping) else None
    listed = items if isinstance(items, list) else []
    return [(index, item) for index, item in enumerate(listed) if isinstance(item, dict)]


def names(holder: Any, key: str) -> list[str]:
    """Return the names of the objects of a list, without those that are to go."""
    return [
        item["name"]
        for _index, item in objects(holder, key)
        if isinstance(item.get("name"), str) and item.get("state") != "absent"
    ]


# --- addresses


def prefix(value: Any) -> Network | None:
    """Return a prefix, or None for what is none."""
    try:
        return ipaddress.ip_network(value) if isinstance(value, str) else None
    except ValueError:
        return None


def address(value: Any) -> Address | None:
    """Return an address, or None for what is none."""
    try:
        return ipaddress.ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _subnet(subnet: Mapping[str, Any]) -> Found:
    if "cidr" not in subnet:
        yield ("cidr",), "is missing; allowed: a prefix such as 10.10.0.0/24"
    cidr = prefix(subnet.get("cidr"))
    if cidr is None:
        return
    gateway = address(subnet.get("gateway_ip"))
    if gateway is not None and gateway not in cidr:
        yield ("gateway_ip",), f"'{gateway}' lies outside its subnet; allowed: an address in {cidr}"
    pools: list[tuple[Address, Address]] = []
    for index, pool in objects(subnet, "allocation_pools"):
        ends = {end: address(pool.get(end)) for end in ("start", "end")}
        outside = [end for end, value in ends.items() if value is not None and not _usable(value, cidr)]
        for end in outside:
            text = f"'{ends[end]}' lies outside its subnet; allowed: {_range(cidr)}"
            yield ("allocation_pools", index, end), text
        start, end = ends["start"], ends["end"]
        if outside or start is None or end is None:
            continue
        if int(start) > int(end):
            yield ("allocation_pools", index, "end"), f"'{end}' comes before '{start}'; allowed: {start} or later"
        elif gateway is not None and int(start) <= int(gateway) <= int(end):
            text = f"'{start}' to '{end}' holds the gateway {gateway}; allowed: a range without it"
            yield ("allocation_pools", index), text
        elif other := next((pool for pool in pools if pool[0] <= end and start <= pool[1]), None):  # type: ignore[operator]
            text = f"'{start}' to '{end}' overlaps the pool {other[0]} to {other[1]}; allowed: ranges apart"
            yield ("allocation_pools", index), text
        pools.append((start, end))


def _usable(value: Address, cidr: Network) -> bool:
    """Return whether a server may have an address; of IPv4, the first and the last one of a subnet are not for that."""
    ends = (cidr.network_address, cidr.broadcast_address)
    return value in cidr and (cidr.version == 6 or cidr.prefixlen > 30 or value not in ends)


def _range(cidr: Network) -> str:
    inner = 0 if cidr.version == 6 or cidr.prefixlen > 30 else 1
    return f"{cidr[inner]} to {cidr[-1 - inner]}"


# --- routers


def _interfaces(router: Mapping[str, Any], networks: Mapping[str, Any]) -> Found:
    there = [name for name, network in networks.items() if network.get("state") != "absent"]
    joined: list[tuple[str, Network]] = []
    for index, interface in objects(router, "interfaces"):
        name = interface.get("network")
        if "absent" in (interface.get("state"), router.get("state")) or not isinstance(name, str):
            continue
        if name not in there:
            yield ("interfaces", index, "network"), unknown(name, "a network that is declared on this site", there)
            continue
        subnets = {item.get("name"): item for _position, item in objects(networks[name], "subnets")}
        wanted = interface.get("subnet", name)
        declared = [other for other in names(networks[name], "subnets")]
        if wanted not in declared:
            where = ("subnet",) if "subnet" in interface else ()
            yield ("interfaces", index, *where), unknown(wanted, f"a subnet of network {name}", declared)
            continue
        cidr, label = prefix(subnets[wanted].get("cidr")), f"{name}/{wanted}"
        for other, taken in joined if cidr is not None else ():
            if cidr.overlaps(taken):
                text = f"subnet {label} ({cidr}) overlaps {other} ({taken}) on one router; allowed: subnets apart"
                yield ("interfaces", index), text
                break
        if cidr is not None:
            joined.append((label, cidr))


# --- rules


def _rule(rule: Mapping[str, Any]) -> Found:
    """Yield what is wrong in the traffic that a rule speaks of."""
    ethertype, protocol = rule.get("ethertype", "IPv4"), rule.get("protocol")
    if not isinstance(protocol, str | int | None) or isinstance(protocol, bool):
        return
    name = protocol_name(protocol, str(ethertype))
    known = [ANY, *PROTOCOLS.values()]
    if name not in known and not (name.isdecimal() and int(name) <= 255):
        yield ("protocol",), f"{unknown(protocol, 'a protocol', known)}, or a number up to 255"
        return
    if ethertype == "IPv4" and name.startswith("ipv6-"):
        yield ("protocol",), f"{said(protocol)} exists in IPv6 only; allowed with it: ethertype IPv6"
    ports = rule.get("ports")
    if not isinstance(ports, list) or not ports:
        return
    if name not in (*WITH_PORTS, *ICMP):
        without = "no protocol" if name == ANY else f"protocol {said(protocol)}"
        yield ("ports",), f"ports with {without}; allowed with ports: {', '.join((*WITH_PORTS, *ICMP))}"
        return
    for index, value in enumerate(ports):
        text = _icmp(value) if name in ICMP else _ports(value)
        if text:
            yield ("ports", index), text


def _ports(value: Any) -> str:
    if not isinstance(value, str | int):
        return ""
    first, dash, last = str(value).partition("-")
    ends = (first, last) if dash else (first,)
    if not all(end.isdecimal() and 1 <= int(end) <= 65535 for end in ends):
        return f"{said(value)} is no port and no range; allowed: 1 to 65535, or two of them such as 8000-8010"
    if dash and int(last) < int(first):
        return f"{said(value)} is reversed (did you mean '{last}-{first}'?); allowed: the lower port first"
    return ""


def _icmp(value: Any) -> str:
    if not isinstance(value, str | int):
        return ""
    type, colon, code = str(value).partition(":")
    ends = (type, code) if colon else (type,)
    if not all(end.isdecimal() and int(end) <= 255 for end in ends):
        return f"{said(value)} is no type of ICMP; allowed: 0 to 255, or a type and a code such as 8:0"
    return ""


def _other_side(rule: Mapping[str, Any], groups: Sequence[str], address_groups: Sequence[str]) -> Found:
    """Yield what is wrong in whom a rule speaks of."""
    sides = [side for side in _SIDES if side in rule]
    if len(sides) > 1:
        yield (sides[1],), f"a second other side beside {sides[0]}; allowed: one of {', '.join(_SIDES)}"
    ethertype, cidr = rule.get("ethertype", "IPv4"), prefix(rule.get("remote_ip_prefix"))
    if cidr is not None and ethertype in ("IPv4", "IPv6") and ethertype != f"IPv{cidr.version}":
        text = f"'{cidr}' is no prefix of {ethertype}; allowed: one of {ethertype}, or ethertype IPv{cidr.version}"
        yield ("remote_ip_prefix",), text
    if rule.get("state") == "absent":
        return
    for side, what, there in (
        ("remote_group", "a security group that is declared on this site", groups),
        ("remote_address_group", "an address group that is declared on this site", address_groups),
    ):
        if isinstance(rule.get(side), str) and rule[side] not in there:
            yield (side,), unknown(rule[side], what, there)


def _repeated(group: Mapping[str, Any], rule: Mapping[str, Any], position: int, first: dict[Any, int]) -> Found:
    """Yield a rule that allows what another one of the group allows already."""
    try:
        wanted = list(SecurityGroupRule().wanted(Place("", parents=(group,)), rule))
    except (KeyError, TypeError, ValueError, AttributeError):
        # The rule itself is wrong, which is said elsewhere.
        return
    for item in wanted:
        if first.setdefault(item.key.path, position) != position:
            text = f"allows what rules[{first[item.key.path]}] of this group allows already; allowed: each rule once"
            yield (), text
            return
