# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules of security groups let through, whatever the spelling, and for several groups together.

A port lets through what any of its groups lets through, so rules are judged together: two halves of the Internet in two
rules, or in two groups of one port, are the Internet.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from .._rules import ANY, ICMP, prefix_name, protocol_name
from .model import Row

LAST_PORT = 65535
#: The protocols that have ports.
WITH_PORTS = ("tcp", "udp", "sctp", "dccp", "udplite")
#: Anybody: what reaches at least this share of the public addresses. A few that are left out make no difference.
ANYBODY = 0.99
#: Wide: a share of the public addresses as large as that of a /8 in all of IPv4, and not yet anybody.
WIDE = 1 / 256

_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}
#: What is no public address, by IANA's registries of special-purpose addresses; of IPv6 only 2000::/3 is assigned.
#: https://www.iana.org/assignments/iana-ipv4-special-registry/
_NOT_PUBLIC = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
)
_PUBLIC_IPV6 = "2000::/3"
#: What networks use that are of no concern to the Internet.
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")

#: First and last address, or port, both included.
Interval = tuple[int, int]
#: Tells whether prefixes of an IP version together are what is looked for.
Reaches = Callable[[Iterable[str], int], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in normal form.

    first and last: the ports, all of them where none is named; of protocols without ports, all of them too.
    prefixes: the addresses of the other side. remote_group: the id of its security group, in place of addresses.
    unknown: the addresses are those of an address group that was not seen.
    """

    id: str
    group: str
    direction: str
    version: int
    protocol: str
    first: int
    last: int
    prefixes: tuple[str, ...]
    remote_group: str
    unknown: bool
    description: str

    @property
    def ports(self) -> str:
        """The ports as people write them."""
        return ports_text(self.protocol, self.first, self.last)

    @property
    def source(self) -> str:
        """The other side as people write it."""
        return f"security group {self.remote_group}" if self.remote_group else ", ".join(self.prefixes) or "unknown"

    def covers(self, protocol: str) -> bool:
        """Return whether the rule is about a protocol."""
        return self.protocol in (ANY, protocol)


@dataclass(frozen=True, slots=True)
class Opening:
    """Ports of one protocol that some rules open together. rules: those that it takes."""

    version: int
    protocol: str
    first: int
    last: int
    rules: tuple[Rule, ...]

    @property
    def ports(self) -> str:
        """The ports as people write them."""
        return ports_text(self.protocol, self.first, self.last)

    @property
    def whole(self) -> bool:
        """Whether these are all ports. Port 0 is used by nobody."""
        return self.protocol in WITH_PORTS and self.first <= 1 and self.last == LAST_PORT


def ports_text(protocol: str, first: int, last: int) -> str:
    """Return ports as people write them: a number, a range, or any."""
    if (first <= 1 and last == LAST_PORT) or protocol not in (*WITH_PORTS, ANY):
        return ANY
    return str(first) if first == last else f"{first}-{last}"


def rule_of(row: Row, address_group: Callable[[str], Row | None]) -> Rule:
    """Return a rule in normal form. address_group: finds an address group by its id."""
    version = 6 if row["ethertype"] == "IPv6" else 4
    protocol = protocol_name(row.get("protocol"), row["ethertype"])
    first, last = _ports(row, protocol)
    prefixes, unknown = _prefixes(row, version, address_group)
    return Rule(
        id=row["id"],
        group=row.get("security_group_id", ""),
        direction=row["direction"],
        version=version,
        protocol=protocol,
        first=first,
        last=last,
        prefixes=prefixes,
        remote_group=row.get("remote_group_id") or "",
        unknown=unknown,
        description=row.get("description") or "",
    )


def _ports(row: Row, protocol: str) -> Interval:
    ends = [end for end in (row.get("port_range_min"), row.get("port_range_max")) if end is not None]
    # Of ICMP these are a type and a code.
    return (0, LAST_PORT) if protocol in ICMP or not ends else (ends[0], ends[-1])


def _prefixes(row: Row, version: int, address_group: Callable[[str], Row | None]) -> tuple[tuple[str, ...], bool]:
    if row.get("remote_group_id"):
        return (), False
    if row.get("remote_address_group_id"):
        group = address_group(row["remote_address_group_id"])
        if group is None:
            return (), True
        listed = (ipaddress.ip_network(prefix, strict=False) for prefix in group.get("addresses") or ())
        return tuple(str(prefix) for prefix in listed if prefix.version == version), False
    name = prefix_name(row.get("remote_ip_prefix"))
    return (_EVERYWHERE[version] if name == ANY else name,), False


# --- addresses


def _interval(prefix: str) -> Interval:
    network = ipaddress.ip_network(prefix, strict=False)
    return int(network.network_address), int(network.broadcast_address)


def ranges(prefixes: Iterable[str]) -> Sequence[Interval]:
    """Return what prefixes of one IP version cover together: ranges of addresses that neither overlap nor touch."""
    return _merged(map(_interval, prefixes))


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _common(here: Sequence[Interval], there: Sequence[Interval]) -> int:
    """Return how many addresses two sorted sets of intervals share."""
    total = left = right = 0
    while left < len(here) and right < len(there):
        first, last = max(here[left][0], there[right][0]), min(here[left][1], there[right][1])
        total += max(0, last - first + 1)
        if here[left][1] < there[right][1]:
            left += 1
        else:
            right += 1
    return total


def _gaps(intervals: Sequence[Interval], last: int) -> list[Interval]:
    found, start = [], 0
    for low, high in intervals:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return [*found, (start, last)] if start <= last else found


_PUBLIC = {
    4: _gaps(_merged(map(_interval, _NOT_PUBLIC)), 2**32 - 1),
    6: [_interval(_PUBLIC_IPV6)],
}
_PUBLIC_SIZE = {version: sum(last - first + 1 for first, last in found) for version, found in _PUBLIC.items()}


@cache
def public_share(prefixes: frozenset[str], version: int) -> float:
    """Return which share of all public addresses of an IP version is in some prefixes, from 0 to 1."""
    return _common(_merged(map(_interval, prefixes)), _PUBLIC[version]) / _PUBLIC_SIZE[version]


def is_anybody(prefixes: Iterable[str], version: int) -> bool:
    """Return whether some prefixes together stand for anybody."""
    return public_share(frozenset(prefixes), version) >= ANYBODY


def is_wide(prefixes: Iterable[str], version: int) -> bool:
    """Return whether some prefixes together stand for a large part of the Internet, though not for all of it."""
    return WIDE <= public_share(frozenset(prefixes), version) < ANYBODY


def by_version(prefixes: Iterable[str]) -> Mapping[int, tuple[str, ...]]:
    """Return prefixes, apart by IP version."""
    listed = [(ipaddress.ip_network(prefix, strict=False).version, prefix) for prefix in prefixes]
    return {version: tuple(prefix for found, prefix in listed if found == version) for version in (4, 6)}


def is_public(address: str) -> bool:
    """Return whether an address is one of the public ones."""
    found = ipaddress.ip_address(address)
    return any(first <= int(found) <= last for first, last in _PUBLIC[found.version])


def outside(address: str) -> Reaches:
    """Return what tells whether prefixes let in all who are around an address of an external network.

    Around a private address these are all addresses of its block: a network of the State is outside as well.
    """
    found = ipaddress.ip_address(address) if address else None
    blocks = (block for block in _PRIVATE if found and found in ipaddress.ip_network(block))
    return _around(next(blocks, ""))


@cache
def _around(block: str) -> Reaches:
    if not block:
        return is_anybody
    wanted_version, (low, high) = ipaddress.ip_network(block).version, _interval(block)

    def reaches(prefixes: Iterable[str], version: int) -> bool:
        return version == wanted_version and any(first <= low and high <= last for first, last in ranges(prefixes))

    return reaches


# --- rules together


def openings(rules: Iterable[Rule], reaches: Reaches = is_anybody) -> tuple[Opening, ...]:
    """Return which ports rules of one direction open together to anybody, or to whom else reaches says.

    Rules whose other side is a security group open nothing to addresses.
    """
    listed = [rule for rule in rules if rule.prefixes]
    named = {rule.protocol for rule in listed} - {ANY, *WITH_PORTS}
    protocols = (*WITH_PORTS[:2], *(name for name in WITH_PORTS[2:] if _is_named(listed, name)), *sorted(named))
    return tuple(
        opening
        for version in (4, 6)
        for protocol in protocols
        for opening in _together(
            [rule for rule in listed if rule.version == version and rule.covers(protocol)], version, protocol, reaches
        )
    )


def _is_named(rules: Sequence[Rule], protocol: str) -> bool:
    return any(rule.protocol == protocol for rule in rules)


def _together(rules: Sequence[Rule], version: int, protocol: str, reaches: Reaches) -> Iterator[Opening]:
    """Yield the ports that rules of one protocol open, neighbours in one piece."""
    edges = sorted({edge for rule in rules for edge in (rule.first, rule.last + 1)})
    first, last, taken = 0, -2, dict[str, Rule]()
    for low, after in pairwise(edges):
        here = [rule for rule in rules if rule.first <= low and rule.last >= after - 1]
        if not reaches([prefix for rule in here for prefix in rule.prefixes], version):
            continue
        if last != low - 1:
            if taken:
                yield Opening(version, protocol, first, last, tuple(taken.values()))
            first, taken = low, {}
        last = after - 1
        taken.update((rule.id, rule) for rule in _culprits(here, version, reaches))
    if taken:
        yield Opening(version, protocol, first, last, tuple(taken.values()))


def _culprits(rules: Sequence[Rule], version: int, reaches: Reaches) -> Sequence[Rule]:
    """Return the rules that it takes: those that do it alone, or else those that no wider one contains."""
    alone = [rule for rule in rules if reaches(rule.prefixes, version)]
    if alone:
        return alone
    held = {rule.id: _merged(map(_interval, rule.prefixes)) for rule in rules}

    def contained(rule: Rule, other: Rule) -> bool:
        size = sum(last - first + 1 for first, last in held[rule.id])
        return _common(held[rule.id], held[other.id]) == size and held[rule.id] != held[other.id]

    widest = [rule for rule in rules if not any(contained(rule, other) for other in rules if other.id != rule.id)]
    # Private addresses add nothing to the Internet; where they are all that there is, they are what reaches.
    return [rule for rule in widest if public_share(frozenset(rule.prefixes), version) > 0] or widest


def any_rules(row: Mapping[str, Any]) -> Sequence[Row]:
    """Return the rules of a security group as the API gives them inside it."""
    return [{"security_group_id": row["id"], **rule} for rule in row.get("security_group_rules") or ()]
