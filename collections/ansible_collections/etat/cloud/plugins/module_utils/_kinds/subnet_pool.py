# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnet pools: prefixes from which subnets get theirs."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Place, Privilege, Wanted
from .._options import STATE
from ._resource import (
    ADDRESS_SCOPE,
    DESCRIPTION,
    SHARED,
    NetworkResource,
    name_of,
    used_by_others,
    without_defaults,
)

#: Neutron's names of the lengths.
LENGTHS = {
    "default_prefix_length": "default_prefixlen",
    "minimum_prefix_length": "min_prefixlen",
    "maximum_prefix_length": "max_prefixlen",
}


def _length(which: str) -> dict[str, Any]:
    return {"description": [which], "type": "int", "schema": {"minimum": 0, "maximum": 128}}


class SubnetPool(NetworkResource):
    """https://docs.openstack.org/api-ref/network/v2/#subnet-pools-extension-subnetpools"""

    name = "subnet_pool"
    collection, plural, singular = "/subnetpools", "subnetpools", "subnetpool"
    section = ("subnet_pools",)
    heading = {"description": ["Subnet pools of the tenant in this region."]}
    options = {
        **name_of("subnet pool"),
        **DESCRIPTION,
        "prefixes": {
            "description": [
                "Prefixes that the pool gives out, all of them.",
                "One that a subnet has cannot be taken away.",
            ],
            "type": "list",
            "elements": "str",
            "schema": {"format": "cidr"},
        },
        "default_prefix_length": _length("Length of the prefix of a subnet that asks for none."),
        "minimum_prefix_length": _length("Smallest length of the prefix of a subnet."),
        "maximum_prefix_length": _length("Largest length of the prefix of a subnet."),
        **ADDRESS_SCOPE.options("that the prefixes belong to"),
        "is_default": {
            "description": [
                "Whether subnets that ask for the cloud's default pool get their prefix here.",
                "It takes an administrator of the cloud.",
            ],
            "type": "bool",
        },
        **SHARED,
        **STATE,
    }
    compared = ("description", "prefixes", *LENGTHS, *ADDRESS_SCOPE.kinds, "is_default", "shared")
    fixed = ("shared",)
    needs = ("project", *ADDRESS_SCOPE.kinds)
    privileges = {"is_default": Privilege.CLOUD, "shared": Privilege.CLOUD}
    asked = ("description", "prefixes", *LENGTHS.values(), ADDRESS_SCOPE.field, "is_default", "shared")

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        ADDRESS_SCOPE.check(item)
        yield from super().wanted(place, item)

    def normal(self, name: str, value: Any) -> Any:
        return merged(value) if name == "prefixes" else value

    def item(self, found: Observed) -> dict[str, Any]:
        return ADDRESS_SCOPE.item(without_defaults(super().item(found), self.privileges))

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        lengths = {name: int(raw[there]) for name, there in LENGTHS.items() if there in raw}
        return {**super().seen(raw, get, names), **lengths, **ADDRESS_SCOPE.seen(raw, get.region, names)}

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {**super().references(key, fields), **ADDRESS_SCOPE.keys(key, fields)}

    def known_as(self, key: Key, fields: Mapping[str, Any]) -> Sequence[Key]:
        return [Key("shared_subnet_pool", key.region, key.path[2:])] if fields.get("shared") else ()

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {
            LENGTHS.get(name, name): value for name, value in change.after.items() if name not in ADDRESS_SCOPE.kinds
        }
        return {**sent, **ADDRESS_SCOPE.sent(api, change)}

    def update(self, api: Api, change: Change) -> None:
        path = f"{self.collection}/{change.id}"
        if "prefixes" in change.after:
            before, after = set(change.before["prefixes"]), set(change.after["prefixes"])
            # Added before others go, so that the pool is never empty.
            for action, prefixes in (("add_prefixes", after - before), ("remove_prefixes", before - after)):
                if prefixes:
                    api.put(f"{path}/{action}", {"prefixes": sorted(prefixes)})
        plain = {name: value for name, value in self.body(api, change).items() if name != "prefixes"}
        if plain:
            api.put(path, {self.singular: plain})

    def users(self, api: Api, change: Change) -> Sequence[str]:
        return used_by_others(api, change, "/subnets", "subnets", "subnetpool_id")


def merged(prefixes: Any) -> list[str]:
    """Return prefixes as Neutron keeps them: in order, those that touch or overlap as one."""
    networks: Any = [ipaddress.ip_network(prefix, strict=False) for prefix in prefixes]
    if len({network.version for network in networks}) > 1:
        raise ValueError("prefixes of both versions of IP; allowed: those of one version")
    return [str(network) for network in ipaddress.collapse_addresses(networks)]
