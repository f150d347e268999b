# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What JSON Schema cannot say of one site: addresses that fit together, rules that make sense, names that exist.

Values of a wrong type are passed over: the schema speaks of them already.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Place
from ansible_collections.etat.cloud.plugins.module_utils._kinds._resource import (
    ADDRESS_SCOPE,
    NONE,
    QOS_POLICY,
    SUBNET_POOL,
    Reference,
)
from ansible_collections.etat.cloud.plugins.module_utils._kinds.network_rbac_policy import OBJECTS, NetworkRbacPolicy
from ansible_collections.etat.cloud.plugins.module_utils._kinds.qos_policy import FIELDS, QosPolicy
from ansible_collections.etat.cloud.plugins.module_utils._kinds.security_group_rule import SecurityGroupRule
from ansible_collections.etat.cloud.plugins.module_utils._kinds.subnet import IPV6_MODES, SOURCES
from ansible_collections.etat.cloud.plugins.module_utils._kinds.subnet_pool import merged
from ansible_collections.etat.cloud.plugins.module_utils._rules import ANY, ICMP, PROTOCOLS, protocol_name

from .mistakes import Path, said, unknown

#: The group that Neutron makes in each project.
DEFAULT_GROUP = "default"
WITH_PORTS = ("tcp", "udp", "sctp", "dccp", "udplite", *ICMP)
KNOWN = (ANY, *WITH_PORTS, *(name for name in PROTOCOLS.values() if name not in WITH_PORTS))
#: Of each kind that others refer to: the list that declares it.
LISTS = {
    "network": "networks",
    "qos_policy": "qos_policies",
    "security_group": "security_groups",
    "address_scope": "address_scopes",
    "subnet_pool": "subnet_pools",
    "address_group": "address_groups",
}
_SIDES = ("remote_ip_prefix", "remote_group", "remote_address_group")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a path of a merged site.

    or_else: the same, said of the other value that it takes to be wrong; whoever came last is the one to tell.
    """

    path: Path
    text: str
    or_else: Finding | None = None


def check_site(site: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong in a merged site."""
    for index, scope in objects(site, "address_scopes"):
        if "ip_version" not in scope and scope.get("state") != "absent":
            yield Finding(("address_scopes", index, "ip_version"), "is missing; allowed: 4, 6")
    for index, pool in objects(site, "subnet_pools"):
        yield from _reference(ADDRESS_SCOPE, pool, site, ("subnet_pools", index))
        yield from _refused(merged, pool.get("prefixes"), ("subnet_pools", index, "prefixes"))
    for index, policy in objects(site, "qos_policies"):
        for name in FIELDS:
            yield from _refused(
                lambda rules, name=name: QosPolicy().normal(name, rules),
                policy.get(name),
                ("qos_policies", index, name),
            )
    for index, network in objects(site, "networks"):
        yield from _reference(QOS_POLICY, network, site, ("networks", index))
        for position, subnet in objects(network, "subnets"):
            absent = "absent" in (network.get("state"), subnet.get("state"))
            yield from _subnet(subnet, site, ("networks", index, "subnets", position), absent)
    yield from _floating_ips(site)
    for index, policy in objects(site, "network_rbac_policies"):
        yield from _rbac_policy(policy, site, ("network_rbac_policies", index))
    for index, router in objects(site, "routers"):
        yield from _interfaces(router, site, ("routers", index))
    groups = list(dict.fromkeys((DEFAULT_GROUP, *names(site, "security_groups"))))
    address_groups = names(site, "address_groups")
    for index, group in objects(site, "security_groups"):
        first: dict[Any, str | int] = {}
        for position, rule in objects(group, "rules"):
            path = ("security_groups", index, "rules", position)
            yield from _rule(rule, path)
            yield from _other_side(rule, path, groups, address_groups)
            yield from _repeated(group, rule, path, first)


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


def _subnet(subnet: Mapping[str, Any], site: Mapping[str, Any], path: Path, absent: bool) -> Iterator[Finding]:
    named = [name for name in SOURCES if name in subnet]
    if not named and not absent:
        text = f"is missing; allowed: a prefix such as 10.10.0.0/24, or one of {', '.join(SUBNET_POOL.kinds)}"
        yield Finding((*path, "cidr"), text)
    for name in named[1:]:
        text = f"names addresses beside {named[0]}; allowed: one of {', '.join(SOURCES)}"
        yield Finding((*path, name), text)
    if not absent and len(named) < 2:
        yield from _reference(SUBNET_POOL, subnet, site, path)
    if named == ["cidr"] and "prefix_length" in subnet:
        yield Finding((*path, "prefix_length"), "stands beside cidr; allowed: with a subnet pool")
    cidr = prefix(subnet.get("cidr"))
    yield from _ipv6_modes(subnet, cidr, path)
    if cidr is None:
        return
    gateway = address(subnet.get("gateway_ip"))
    if gateway is not None and gateway not in cidr:
        text = f"'{gateway}' lies outside its subnet; allowed: an address in {cidr}"
        yield Finding((*path, "gateway_ip"), text)
    seen: list[tuple[int, int, str]] = []
    for index, pool in objects(subnet, "allocation_pools"):
        yield from _pool(pool, cidr, gateway, seen, (*path, "allocation_pools", index))


def _ipv6_modes(subnet: Mapping[str, Any], cidr: Network | None, path: Path) -> Iterator[Finding]:
    modes = [name for name in IPV6_MODES if isinstance(subnet.get(name), str)]
    if cidr is not None and cidr.version == 4:
        for name in modes:
            text = f"{said(subnet[name])} is of IPv6; allowed with it: a prefix of IPv6, and not {cidr}"
            yield Finding((*path, name), text)
    elif len({subnet[name] for name in modes}) > 1:
        first, second = modes
        text = f"{said(subnet[second])} differs from {first}; allowed: {subnet[first]}, or one of both alone"
        yield Finding((*path, second), text)


def _pool(
    pool: Mapping[str, Any], cidr: Network, gateway: Address | None, seen: list[tuple[int, int, str]], path: Path
) -> Iterator[Finding]:
    ends = {end: value for end in ("start", "end") if (value := address(pool.get(end))) is not None}
    outside = [end for end, value in ends.items() if not _usable(value, cidr)]
    for end in outside:
        yield Finding((*path, end), f"'{ends[end]}' lies outside its subnet; allowed: {_range(cidr)}")
    if outside or len(ends) < 2:
        return
    first, last, label = int(ends["start"]), int(ends["end"]), f"{ends['start']} to {ends['end']}"
    if first > last:
        yield Finding((*path, "end"), f"'{ends['end']}' comes before the start; allowed: {ends['start']} or later")
        return
    if gateway is not None and first <= int(gateway) <= last:
        yield Finding(path, f"{label} holds the gateway {gateway}; allowed: a range without it")
    if other := next((pool for pool in seen if pool[0] <= last and first <= pool[1]), None):
        yield Finding(path, f"{label} overlaps {other[2]}; allowed: ranges apart")
    seen.append((first, last, label))


def _usable(value: Address, cidr: Network) -> bool:
    """Return whether a server may have an address; of IPv4, the first and the last one of a subnet are not for that."""
    ends = (cidr.network_address, cidr.broadcast_address)
    return value in cidr and (cidr.version == 6 or cidr.prefixlen > 30 or value not in ends)


def _range(cidr: Network) -> str:
    inner = 0 if cidr.version == 6 or cidr.prefixlen > 30 else 1
    return f"{cidr[inner]} to {cidr[-1 - inner]}"


# --- what others refer to


def _reference(reference: Reference, item: Mapping[str, Any], site: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    """Yield what is wrong in what an item names of its tenant, or of what is shared with that."""
    own, shared = reference.kinds
    if own in item and shared in item:
        yield Finding((*path, shared), f"stands beside {own}; allowed: one of {own}, {shared}")
    if item.get("state") != "absent":
        yield from _declared(reference.kind, reference.what, item.get(own), site, (*path, own))


def _declared(kind: str, what: str, name: Any, site: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    there = names(site, LISTS[kind]) + ([DEFAULT_GROUP] if kind == "security_group" else [])
    if isinstance(name, str) and name != NONE and name not in there:
        article = "an" if what[0] in "ae" else "a"
        yield Finding(path, unknown(name, f"{article} {what} that is declared on this site", there))


def _refused(normal: Callable[[Any], Any], value: Any, path: Path) -> Iterator[Finding]:
    """Yield what a kind has against a value; of one that has no sense at all, the schema speaks."""
    if not value:
        return
    try:
        normal(value)
    except ValueError as error:
        if "; allowed" in str(error):
            yield Finding(path, str(error))
    except (AttributeError, KeyError, TypeError):
        return


def _floating_ips(site: Mapping[str, Any]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, floating in objects(site, "floating_ips"):
        path, text = ("floating_ips", index), floating.get("description")
        yield from _reference(QOS_POLICY, floating, site, path)
        if isinstance(text, str) and first.setdefault(text, index) != index:
            words = f"{said(text)} is that of floating_ips[{first[text]}] already; allowed: each description once"
            yield Finding((*path, "description"), words)


def _rbac_policy(policy: Mapping[str, Any], site: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    yield from _refused(lambda item: NetworkRbacPolicy().path(Place(""), item), policy, path)
    kind = OBJECTS.get(str(policy.get("object_type")))
    if kind and policy.get("state") != "absent":
        yield from _declared(kind, kind.replace("_", " "), policy.get("object"), site, (*path, "object"))


# --- routers


def _interfaces(router: Mapping[str, Any], site: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    networks = {network.get("name"): (index, network) for index, network in objects(site, "networks")}
    joined: list[tuple[Network, str, Path]] = []
    for index, interface in objects(router, "interfaces"):
        name, here = interface.get("network"), (*path, "interfaces", index)
        if "absent" in (interface.get("state"), router.get("state")) or not isinstance(name, str):
            continue
        position, network = networks.get(name, (0, {}))
        if name not in names(site, "networks"):
            gone = Finding(("networks", position, "state"), f"'absent', and a router joins {name}; allowed: present")
            text = unknown(name, "a network that is declared on this site", names(site, "networks"))
            yield Finding((*here, "network"), text, or_else=gone if network else None)
            continue
        subnets = {subnet.get("name"): (place, subnet) for place, subnet in objects(network, "subnets")}
        wanted, there = interface.get("subnet", name), names(network, "subnets")
        if wanted not in there:
            where = here if "subnet" not in interface else (*here, "subnet")
            yield Finding(where, unknown(wanted, f"a subnet of network {name}", there))
            continue
        place, subnet = subnets[wanted]
        cidr = prefix(subnet.get("cidr"))
        if cidr is not None:
            now = (cidr, f"{name}/{wanted} ({cidr})", ("networks", position, "subnets", place, "cidr"))
            if other := next((other for other in joined if cidr.overlaps(other[0])), None):
                yield _overlap(now, other, or_else=_overlap(other, now))
            joined.append(now)


def _overlap(
    one: tuple[Network, str, Path], other: tuple[Network, str, Path], or_else: Finding | None = None
) -> Finding:
    text = f"'{one[0]}' overlaps {other[1]} on the same router; allowed: subnets apart"
    return Finding(one[2], text, or_else)


# --- rules


def _rule(rule: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    """Yield what is wrong in the traffic that a rule speaks of."""
    ethertype, protocol = rule.get("ethertype", "IPv4"), rule.get("protocol")
    name = protocol_name(protocol, str(ethertype))
    if name not in KNOWN and not (name.isdecimal() and int(name) <= 255):
        yield Finding((*path, "protocol"), f"{unknown(protocol, 'a protocol', KNOWN)}, or a number up to 255")
        return
    if ethertype == "IPv4" and name.startswith("ipv6-"):
        text = f"{said(protocol)} exists in IPv6 only; allowed with it: ethertype IPv6"
        yield Finding((*path, "protocol"), text)
    ports = rule.get("ports")
    if not isinstance(ports, list) or not ports:
        return
    if name not in WITH_PORTS:
        without = "no protocol" if name == ANY else f"protocol {said(protocol)}"
        yield Finding((*path, "ports"), f"ports with {without}; allowed with ports: {', '.join(WITH_PORTS)}")
        return
    for index, value in enumerate(ports):
        text = _icmp(value) if name in ICMP else _ports(value)
        if text:
            yield Finding((*path, "ports", index), text)


def _ports(value: Any) -> str:
    first, dash, last = str(value).partition("-")
    ends = (first, last) if dash else (first,)
    if not all(end.isdecimal() and 1 <= int(end) <= 65535 for end in ends):
        return f"{said(value)} is no port and no range; allowed: 1 to 65535, or two of them such as 8000-8010"
    if dash and int(last) < int(first):
        return f"{said(value)} is reversed (did you mean '{last}-{first}'?); allowed: the lower port first"
    return ""


def _icmp(value: Any) -> str:
    type, colon, code = str(value).partition(":")
    ends = (type, code) if colon else (type,)
    if not all(end.isdecimal() and int(end) <= 255 for end in ends):
        return f"{said(value)} is no type of ICMP; allowed: 0 to 255, or a type and a code such as 8:0"
    return ""


def _other_side(
    rule: Mapping[str, Any], path: Path, groups: Sequence[str], address_groups: Sequence[str]
) -> Iterator[Finding]:
    """Yield what is wrong in whom a rule speaks of."""
    sides = [side for side in _SIDES if side in rule]
    if len(sides) > 1:
        text = f"a second other side beside {sides[0]}; allowed: one of {', '.join(_SIDES)}"
        yield Finding((*path, sides[1]), text)
    ethertype, cidr = rule.get("ethertype", "IPv4"), prefix(rule.get("remote_ip_prefix"))
    if cidr is not None and ethertype in ("IPv4", "IPv6") and ethertype != f"IPv{cidr.version}":
        text = f"'{cidr}' is no prefix of {ethertype}; allowed: one of {ethertype}, or ethertype IPv{cidr.version}"
        yield Finding((*path, "remote_ip_prefix"), text)
    if rule.get("state") == "absent":
        return
    for side, what, there in (
        ("remote_group", "a security group that is declared on this site", groups),
        ("remote_address_group", "an address group that is declared on this site", address_groups),
    ):
        if isinstance(rule.get(side), str) and rule[side] not in there:
            yield Finding((*path, side), unknown(rule[side], what, there))


def _repeated(
    group: Mapping[str, Any], rule: Mapping[str, Any], path: Path, first: dict[Any, str | int]
) -> Iterator[Finding]:
    """Yield a rule that allows what another one of the group allows already."""
    ports = rule.get("ports")
    as_text = {"ports": [str(value) for value in ports]} if isinstance(ports, list) else {}
    position = path[-1]
    try:
        wanted = list(SecurityGroupRule().wanted(Place("", parents=(group,)), {**rule, **as_text}))
    except (KeyError, TypeError, ValueError, AttributeError):
        # The rule itself is wrong, which is said elsewhere.
        return
    for item in wanted:
        if first.setdefault(item.key.path, position) != position:
            text = f"allows what rules[{first[item.key.path]}] of this group allows already; allowed: each rule once"
            yield Finding(path, text)
            return
