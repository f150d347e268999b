# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules let through, for any rules: what the tables of cases cannot hold."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.filtering import (
    Opening,
    Rule,
    is_anybody,
    is_public,
    is_wide,
    openings,
    outside,
    public_share,
    rule_of,
)
from hypothesis import given
from hypothesis import strategies as st

EVERY_PORT = (0, 65535)


def rule(id: str, prefix: str, first: int = 0, last: int = 65535, protocol: str = "tcp") -> Rule:
    """Return an ingress rule in normal form."""
    version = 6 if ":" in prefix else 4
    return Rule(id, "g", "ingress", version, protocol, first, last, (prefix,), "", False, "")


def pieces(prefix: str, cuts: list[bool]) -> list[str]:
    """Return the pieces of a prefix, cut into halves again and again: the same addresses in other words."""
    found = [ipaddress.ip_network(prefix)]
    for cut in cuts:
        head, *rest = found
        found = [*rest, *head.subnets()] if cut and head.prefixlen < head.max_prefixlen else [*rest, head]
    return [str(network) for network in found]


@given(st.sampled_from(["0.0.0.0/0", "::/0"]), st.lists(st.booleans(), max_size=12))
def test_anybody_in_pieces_is_anybody(prefix: str, cuts: list[bool]) -> None:
    version = 6 if ":" in prefix else 4
    listed = pieces(prefix, cuts)
    assert is_anybody(listed, version)
    (opening,) = [
        found
        for found in openings([rule(f"r-{number}", piece) for number, piece in enumerate(listed)])
        if found.protocol == "tcp"
    ]
    assert opening.whole


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 65535)), max_size=8), st.integers(0, 65535))
def test_a_port_is_open_when_some_rule_lets_anybody_reach_it(ranges: list[tuple[int, int]], port: int) -> None:
    rules = [rule(f"r-{n}", "0.0.0.0/0", min(pair), max(pair)) for n, pair in enumerate(ranges)]
    found = openings(rules)
    opened = any(opening.first <= port <= opening.last for opening in found if opening.protocol == "tcp")
    assert opened == any(one.first <= port <= one.last for one in rules)
    # Neighbouring ranges are one opening, and each names rules that make it.
    assert all(left.last + 1 < right.first for left, right in pairwise(found))
    assert all(opening.rules for opening in found)


@given(st.lists(st.ip_addresses(v=4), max_size=6), st.lists(st.integers(0, 32), min_size=6, max_size=6))
def test_a_share_counts_each_address_once(addresses: list[Any], lengths: list[int]) -> None:
    prefixes = [
        str(ipaddress.ip_network(f"{address}/{length}", strict=False))
        for address, length in zip(addresses, lengths, strict=False)
    ]
    share = public_share(frozenset(prefixes), 4)
    assert 0 <= share <= 1
    assert share <= sum(public_share(frozenset((prefix,)), 4) for prefix in prefixes) + 1e-9
    assert public_share(frozenset((*prefixes, "0.0.0.0/0")), 4) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("172.31.255.255", False),
        ("172.32.0.0", True),
        ("192.168.1.1", False),
        ("203.0.113.9", False),
        ("224.0.0.1", False),
        ("2a01:cb00::1", True),
        ("fd00::1", False),
        ("fe80::1", False),
    ],
)
def test_a_public_address_is_known(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("prefixes", "version", "anybody", "wide"),
    [
        (["0.0.0.0/0"], 4, True, False),
        (["0.0.0.0/1", "128.0.0.0/1"], 4, True, False),
        # Leaving out a few networks makes no difference.
        ([str(net) for net in ipaddress.ip_network("0.0.0.0/0").address_exclude(ipaddress.ip_network("90.0.0.0/12"))],
         4, True, False),
        (["0.0.0.0/1"], 4, False, True),
        (["90.0.0.0/8"], 4, False, True),
        (["90.0.0.0/9"], 4, False, False),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], 4, False, False),
        (["2000::/3"], 6, True, False),
        (["2a00::/12"], 6, False, False),
        (["2000::/8"], 6, False, True),
        (["fc00::/7"], 6, False, False),
        ([], 4, False, False),
    ],
)  # fmt: skip
def test_anybody_and_wide_are_told_apart(prefixes: list[str], version: int, anybody: bool, wide: bool) -> None:
    assert (is_anybody(prefixes, version), is_wide(prefixes, version)) == (anybody, wide)


@pytest.mark.parametrize(
    "row",
    [
        {"remote_ip_prefix": None},
        {"remote_ip_prefix": "0.0.0.0/0"},
        {"remote_ip_prefix": "10.1.2.3/0"},
        {"remote_address_group_id": "ag"},
        {"protocol": "any"},
        {"protocol": "0", "remote_ip_prefix": ""},
        {"protocol": "tcp"},
        {"protocol": "6", "port_range_min": 1, "port_range_max": 65535},
        {"protocol": "TCP", "port_range_min": 0, "port_range_max": 65535},
    ],
)
def test_every_spelling_of_everything_from_anybody_opens_all_of_tcp(row: dict[str, Any]) -> None:
    record = {"id": "r", "direction": "ingress", "ethertype": "IPv4", "security_group_id": "g", **row}
    found = openings([rule_of(record, lambda _id: {"id": "ag", "addresses": ["0.0.0.0/1", "128.0.0.0/1", "::/0"]})])
    assert [opening.whole for opening in found if opening.protocol == "tcp"] == [True]


def test_a_rule_that_is_needed_is_named_and_one_that_is_not_is_left_out() -> None:
    low, high, inner = rule("low", "0.0.0.0/1"), rule("high", "128.0.0.0/1"), rule("inner", "90.0.0.0/8")
    (opening,) = openings([low, high, inner])
    assert {found.id for found in opening.rules} == {"low", "high"}
    whole = rule("whole", "0.0.0.0/0")
    (opening,) = openings([low, high, whole])
    assert [found.id for found in opening.rules] == ["whole"]


def test_ports_are_written_as_people_write_them() -> None:
    assert rule("r", "0.0.0.0/0", 22, 22).ports == "22"
    assert rule("r", "0.0.0.0/0", 80, 90).ports == "80-90"
    assert rule("r", "0.0.0.0/0", 1, 65535).ports == "any"
    assert rule("r", "0.0.0.0/0", *EVERY_PORT, "vrrp").ports == "any"
    assert Opening(4, "tcp", 1, 65535, ()).ports == "any"


def test_rules_that_reach_somebody_only_together_are_named_though_none_is_public() -> None:
    halves = [rule("r-1", "10.0.0.0/9"), rule("r-2", "10.128.0.0/9")]

    def reaches(prefixes: Iterable[str], _version: int) -> bool:
        return {"10.0.0.0/9", "10.128.0.0/9"} <= set(prefixes)

    (opening,) = openings(halves, reaches)
    assert [found.id for found in opening.rules] == ["r-1", "r-2"]


@pytest.mark.parametrize(
    ("address", "prefixes", "version", "expected"),
    [
        ("203.0.113.9", ["10.0.0.0/8"], 4, False),
        ("203.0.113.9", ["0.0.0.0/0"], 4, True),
        ("", ["0.0.0.0/1", "128.0.0.0/1"], 4, True),
        ("10.9.0.5", ["10.0.0.0/9", "10.128.0.0/9"], 4, True),
        ("10.9.0.5", ["10.0.0.0/9"], 4, False),
        ("10.9.0.5", ["0.0.0.0/0"], 4, True),
        ("10.9.0.5", ["172.16.0.0/12"], 4, False),
        ("172.20.0.5", ["172.16.0.0/12"], 4, True),
        ("fd00:1::5", ["fc00::/7"], 6, True),
        ("fd00:1::5", ["fd00::/8"], 6, False),
        ("fd00:1::5", ["::/0"], 4, False),
    ],
)
def test_who_is_outside_depends_on_where_the_address_lies(
    address: str, prefixes: list[str], version: int, expected: bool
) -> None:
    assert outside(address)(prefixes, version) is expected
