# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole declarations, made by hypothesis: of several tenants on several sites, and free of contradictions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_model import PEOPLED, REGIONS, ROLES, USERS
from hypothesis import strategies as st

Item = dict[str, Any]
NAMES = ("one", "two", "three")
STATES = st.sampled_from(["present", "present", "present", "absent"])
TEXTS = st.sampled_from(["", "first", "second"])
TAGS = st.lists(st.sampled_from(["a", "b:x", "b:y"]), max_size=2)


def options(required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]) -> Any:
    """Return a strategy of items that have the required options and some of the others."""
    return st.fixed_dictionaries(required, optional=optional)


def named(optional: dict[str, st.SearchStrategy[Any]], names: tuple[str, ...] = NAMES) -> Any:
    """Return a strategy of lists of items with names that differ."""
    item = options({"name": st.sampled_from(names)}, {"description": TEXTS, "state": STATES, **optional})
    return st.lists(item, max_size=2, unique_by=lambda item: item["name"])


def present(items: list[Item]) -> list[Item]:
    """Return the items that are not declared absent."""
    return [item for item in items if item.get("state") != "absent"]


def distinct(items: list[Item], identity: Callable[[Item], Hashable]) -> list[Item]:
    """Return the items without those that declare another of the same identity."""
    return list({identity(item): item for item in items}.values())


@st.composite
def networks(draw: st.DrawFn) -> list[Item]:
    """Return networks with subnets, whose prefixes come from their names since they can never change."""
    found: list[Item] = draw(
        named(
            {
                "admin_state_up": st.booleans(),
                "mtu": st.sampled_from([1400, 1450]),
                "subnets": named({"enable_dhcp": st.booleans(), "gateway_ip": st.sampled_from(["none", "10.0.0.1"])}),
            }
        )
    )
    for network in found:
        for subnet in network.get("subnets", ()):
            subnet["cidr"] = f"10.{NAMES.index(network['name'])}.{NAMES.index(subnet['name'])}.0/24"
    return found


@st.composite
def routers(draw: st.DrawFn, nets: list[Item]) -> list[Item]:
    """Return routers with interfaces on subnets that are declared."""
    joined = [
        {"network": network["name"], "subnet": subnet["name"]}
        for network in present(nets)
        for subnet in present(network.get("subnets", []))
    ]
    found: list[Item] = draw(
        named({"admin_state_up": st.booleans(), "external_network": st.sampled_from(["public", "none"])})
    )
    for router in found:
        chosen = draw(st.lists(st.sampled_from(joined), max_size=2, unique_by=str)) if joined else []
        router["interfaces"] = [{**interface, "state": draw(STATES)} for interface in chosen]
    return found


@st.composite
def rules(draw: st.DrawFn, groups: list[str], addresses: list[str]) -> list[Item]:
    """Return rules, each once, from anywhere, from a prefix or from a group that is declared."""
    sides: list[Item] = [{}, {"remote_ip_prefix": "192.0.2.7/24"}, {"remote_ip_prefix": "0.0.0.0/0"}]
    sides += [{"remote_group": name} for name in groups]
    sides += [{"remote_address_group": name} for name in addresses]
    traffic: list[Item] = [
        {"state": "present"},
        {"protocol": "tcp", "ports": ["80", "443"]},
        {"protocol": "6", "ports": ["1-65535"]},
    ]
    traffic += [{"protocol": "icmp", "ports": ["8:0"]}, {"protocol": "udp"}]
    made = [
        {
            "direction": draw(st.sampled_from(["ingress", "egress"])),
            "ethertype": "IPv4",
            "state": draw(STATES),
            # A rule that Neutron puts into each new group can be taken out once the group is there, not before.
            **draw(st.sampled_from(traffic)),
            **draw(st.sampled_from(sides)),
        }
        for count in range(draw(st.integers(0, 3)))
    ]
    return distinct(
        made,
        lambda rule: (
            rule["direction"],
            rule.get("protocol"),
            rule.get("remote_group"),
            rule.get("remote_address_group"),
            rule.get("remote_ip_prefix", "0.0.0.0/0"),
        ),
    )


@st.composite
def sites(draw: st.DrawFn, region: str) -> Item:
    """Return what a tenant has in a region."""
    nets = draw(networks())
    addresses = draw(named({"addresses": st.lists(st.sampled_from(["192.0.2.0/24", "198.51.100.7/24"]), unique=True)}))
    groups = draw(named({"stateful": st.booleans(), "prune_rules": st.booleans()}, ("one", "two")))
    groups += draw(st.sampled_from([[], [{"name": "default"}], [{"name": "default", "prune_rules": True}]]))
    for group in groups:
        group["rules"] = draw(
            rules([item["name"] for item in present(groups)], [item["name"] for item in present(addresses)])
        )
    limits = st.sampled_from([-1, 5, 10])
    return {
        "region": region,
        "networks": nets,
        "routers": draw(routers(nets)),
        "address_groups": addresses,
        "security_groups": groups,
        "quotas": {"compute": draw(options({}, {"instances": limits, "cores": limits}))},
    }


@st.composite
def people(draw: st.DrawFn, domain: str, prefix: str) -> Item:
    """Return groups with their members, and roles for those groups and for users."""
    users = list(USERS) if domain in PEOPLED else []
    groups = draw(named({"prune_members": st.booleans()}))
    for group in groups:
        group["name"] = f"{prefix}-{group['name']}"
        group["members"] = draw(st.lists(st.sampled_from(users), unique=True, max_size=2)) if users else []
    holders = [{"group": group["name"]} for group in present(groups)] + [{"user": user} for user in users]
    roles: list[Item] = []
    if holders:
        roles = [
            {"role": draw(st.sampled_from(ROLES)), **draw(st.sampled_from(holders)), "state": draw(STATES)}
            for count in range(draw(st.integers(0, 2)))
        ]
    return {
        "groups": groups,
        "role_assignments": distinct(roles, lambda role: (role["role"], role.get("group"), role.get("user"))),
    }


@st.composite
def declarations(draw: st.DrawFn) -> tuple[list[Item], list[Item]]:
    """Return domains and tenants as a module gets them."""
    domains = [
        {"name": name, "description": draw(TEXTS), **draw(people(name, "domain"))}
        for name in draw(st.permutations([*PEOPLED, "dila"]))
    ]
    places = st.tuples(st.sampled_from([*PEOPLED, "dila"]), st.sampled_from(NAMES))
    tenants = []
    for domain, name in draw(st.lists(places, unique=True, max_size=3)):
        about = draw(options({}, {"description": TEXTS, "enabled": st.booleans(), "tags": TAGS}))
        regions = draw(st.lists(st.sampled_from(REGIONS), unique=True, max_size=2))
        tenants.append(
            {
                "name": name,
                "domain": domain,
                **about,
                **draw(people(domain, name)),
                "sites": [draw(sites(region)) for region in regions],
            }
        )
    return domains, tenants
