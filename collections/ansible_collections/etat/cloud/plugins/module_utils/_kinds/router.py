# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers of a tenant, with their way outside."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Outlook, Place, Privilege, Problem, Wanted
from .._options import STATE
from ._resource import DESCRIPTION, TaggedResource, name_of, tags_option, without_defaults
from .network import ADMIN_STATE_UP, AVAILABILITY_ZONE_HINTS
from .references import ALLOCATION_POOLS

NO_GATEWAY = "none"
#: The fields that Neutron has in external_gateway_info.
GATEWAY = ("external_network", "enable_snat", "external_fixed_ips")
#: How Neutron carries a router. It lets them change only while the router is down; here they are chosen once.
FORMS = ("ha", "distributed")
#: The extensions of Neutron that fields are of.
EXTENSIONS = {"enable_snat": "ext-gw-mode", "ha": "l3-ha", "distributed": "dvr"}

Addresses = Sequence[Mapping[str, str]]


def _form(what: str) -> dict[str, Any]:
    return {
        "description": [
            f"{what}; as the cloud has it by default when not said.",
            "It takes an administrator of the cloud, and cannot be changed later.",
        ],
        "type": "bool",
    }


class Router(TaggedResource):
    """https://docs.openstack.org/api-ref/network/v2/#routers-routers"""

    name = "router"
    collection, plural, singular = "/routers", "routers", "router"
    section = ("routers",)
    heading = {"description": ["Routers of the tenant in this region."]}
    options = {
        **name_of("router"),
        **DESCRIPTION,
        **ADMIN_STATE_UP,
        "external_network": {
            "description": ["Name of the external network of its gateway, or V(none) for a router without one."],
            "type": "str",
        },
        "enable_snat": {
            "description": [
                "Whether addresses are translated at the gateway.",
                "Most clouds let only an administrator set it.",
            ],
            "type": "bool",
        },
        "external_fixed_ips": {
            "description": [
                "Addresses of the gateway in the external network, all of them, where certain ones are needed.",
                "Each names a subnet, an address, or both; Neutron chooses what is not said.",
                "Choosing them takes an administrator of the cloud.",
                "An export says them where a person chose them: outside of the allocation pools, or several of IPv4.",
            ],
            "type": "list",
            "elements": "dict",
            "suboptions": {
                "subnet": {"description": ["Name of a subnet of the external network."], "type": "str"},
                "ip_address": {"description": ["The address."], "type": "str", "schema": {"format": "ip"}},
            },
        },
        "ha": _form("Whether it runs on several hosts, so that another one takes over from one that fails"),
        "distributed": _form("Whether it runs on the hosts of the servers, and not on those of the network alone"),
        **AVAILABILITY_ZONE_HINTS,
        **tags_option("router"),
        **STATE,
    }
    compared = ("description", "admin_state_up", *GATEWAY, *FORMS, "availability_zone_hints", "tags")
    fixed = (*FORMS, "availability_zone_hints")
    needs = ("project", "external_network", "external_subnet")
    read_with = ("external_network",)
    privileges = dict.fromkeys(("external_fixed_ips", *FORMS), Privilege.CLOUD)
    asked = ("description", "admin_state_up", "external_gateway_info", *FORMS, "availability_zone_hints", "tags")

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        if not place.absent(item):
            _check(item)
        for found in super().wanted(place, item):
            yield found if item.get("routes") is None else replace(found, owns=("router_route",))

    def declared(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        addresses = item.get("external_fixed_ips")
        if addresses is None:
            return super().declared(item)
        # The name of a subnet says nothing without that of its network.
        network = item.get("external_network")
        named = [{**address, "network": network} if address.get("subnet") else address for address in addresses]
        return super().declared({**item, "external_fixed_ips": named})

    def normal(self, name: str, value: Any) -> Any:
        if name == "availability_zone_hints":
            return sorted(value)
        return _normal_addresses(value) if name == "external_fixed_ips" else super().normal(name, value)

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        if name == "external_fixed_ips":
            return before if before and _fit(before, wanted) else wanted
        return super().merge(name, before, wanted)

    def item(self, found: Observed) -> dict[str, Any]:
        said: dict[str, Any] = without_defaults(super().item(found), FORMS)
        if not said.get("availability_zone_hints"):
            said.pop("availability_zone_hints", None)
        addresses = said.pop("external_fixed_ips", ())
        if said.pop("chosen_addresses", False):
            said["external_fixed_ips"] = [_sayable(address) for address in addresses]
        return said

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        gateway = raw.get("external_gateway_info") or {}
        network = names.path("external_network", get.region, gateway.get("network_id"))
        fields = {
            **super().seen(raw, get, names),
            "external_network": network[0] if network else gateway.get("network_id", NO_GATEWAY),
            "enable_snat": gateway.get("enable_snat"),
        }
        addresses = gateway.get("external_fixed_ips", ())
        if addresses:
            named = [_named(address, get.region, names) for address in addresses]
            fields["external_fixed_ips"] = _normal_addresses(named)
        return {**fields, "chosen_addresses": True} if _chosen(addresses, get.region, names) else fields

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        network = fields.get("external_network", NO_GATEWAY)
        external = {} if network == NO_GATEWAY else {"external": Key("external_network", key.region, (network,))}
        subnets = {
            f"subnet {address['subnet']}": _subnet(key, address)
            for address in fields.get("external_fixed_ips") or ()
            if "network" in address
        }
        return {**super().references(key, fields), **external, **subnets}

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {name: value for name, value in change.after.items() if name not in GATEWAY}
        network = change.after.get("external_network")
        if network == NO_GATEWAY:
            # Neutron answers an explicit null on creation with an error in some releases; nothing is the same there.
            return sent if not change.id else {**sent, "external_gateway_info": None}
        if any(name in change.after for name in GATEWAY):
            sent["external_gateway_info"] = self._gateway(api, change)
        return sent

    def _gateway(self, api: Api, change: Change) -> dict[str, Any]:
        now = api.get(f"{self.collection}/{change.id}")[self.singular]["external_gateway_info"] if change.id else None
        network = change.after.get("external_network")
        if network is not None:
            id = api.id(Key("external_network", change.key.region, (network,)))
        elif now:
            id = now["network_id"]
        else:
            said = " and ".join(name for name in GATEWAY if name in change.after)
            raise LookupError(f"{change.key} has no gateway, so {said} means nothing there")
        # Neutron turns translation on again when a gateway comes without a word on it. It keeps the addresses.
        kept = {"enable_snat": False} if now and now["enable_snat"] is False else {}
        sent = {"enable_snat": change.after["enable_snat"]} if "enable_snat" in change.after else kept
        addresses = [
            {
                **({"subnet_id": api.id(_subnet(change.key, address))} if "subnet" in address else {}),
                **{name: value for name, value in address.items() if name == "ip_address"},
            }
            for address in change.after.get("external_fixed_ips", ())
        ]
        return {"network_id": id, **sent, **({"external_fixed_ips": addresses} if addresses else {})}

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        # What the cloud shows of a router, it offers.
        asked = [name for name in EXTENSIONS if name in change.after and change.before.get(name) is None]
        if not asked:
            return
        offered = {raw["alias"] for raw in api.get("/extensions", {"fields": "alias"})["extensions"]}
        for name in asked:
            if EXTENSIONS[name] not in offered:
                yield Problem(
                    f"{change.key}: {name} cannot be {change.after[name]}",
                    f"the cloud does not have Neutron's extension {EXTENSIONS[name]}, which it is of",
                    "Leave it out of the declaration, or have its provider load the extension.",
                )


def _check(item: Mapping[str, Any]) -> None:
    """Raise ValueError when what is said of a router's addresses cannot be."""
    addresses = item.get("external_fixed_ips")
    if addresses is None:
        return
    if item.get("external_network") in (None, NO_GATEWAY):
        raise ValueError("external_fixed_ips stands without external_network; allowed: beside the name of one")
    if not addresses:
        raise ValueError(
            "external_fixed_ips is empty; allowed: one or more, or no word on it for one of Neutron's choice"
        )
    if not all(address.get("subnet") or address.get("ip_address") for address in addresses):
        raise ValueError("one of external_fixed_ips says nothing; allowed: subnet, ip_address, or both")


def _normal_addresses(addresses: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    found = map(_normal_address, addresses)
    return sorted(found, key=lambda address: (address.get("ip_address", ""), address.get("subnet", "")))


def _normal_address(address: Mapping[str, Any]) -> dict[str, str]:
    said = {name: address[name] for name in ("network", "subnet", "ip_address") if address.get(name)}
    return {**said, "ip_address": str(ipaddress.ip_address(said["ip_address"]))} if "ip_address" in said else said


def _named(address: Mapping[str, str], region: str, names: Names) -> dict[str, str]:
    """Return an address of Neutron's with the name of its subnet; one that is known by no name shows its id."""
    path = names.path("external_subnet", region, address["subnet_id"])
    subnet = {"network": path[0], "subnet": path[1]} if path else {"subnet": address["subnet_id"]}
    return {**subnet, "ip_address": address["ip_address"]}


def _sayable(address: Mapping[str, str]) -> dict[str, str]:
    """Return what a declaration says of an address: not the network, and not the id of a subnet without a name."""
    unsaid = ("network",) if "network" in address else ("subnet",)
    return {name: value for name, value in address.items() if name not in unsaid}


def _chosen(addresses: Addresses, region: str, names: Names) -> bool:
    """Return whether a person chose addresses of a gateway, as far as that shows: Neutron keeps no word on it."""
    known = [(address, names.path(ALLOCATION_POOLS, region, address["subnet_id"])) for address in addresses]
    if any(pools is None for _address, pools in known):
        return False
    found = [(ipaddress.ip_address(address["ip_address"]), pools or ()) for address, pools in known]
    # Neutron takes one address of IPv4, and as many of IPv6 as there are subnets of some sorts.
    return len([address for address, _pools in found if address.version == 4]) > 1 or any(
        not any(_within(address, pool) for pool in pools) for address, pools in found
    )


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, pool: str) -> bool:
    start, end = (int(ipaddress.ip_address(bound)) for bound in pool.split("-"))
    return start <= int(address) <= end


def _fit(there: Addresses, wanted: Addresses) -> bool:
    """Return whether the addresses that a gateway has are those that are wanted, as far as that is said."""
    rest = list(there)
    # What names an address fits one alone, and takes it first.
    for one in sorted(wanted, key=lambda address: "ip_address" not in address):
        fitting = next((address for address in rest if _fits(address, one)), None)
        if fitting is None:
            return False
        rest.remove(fitting)
    return not rest


def _fits(there: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    # Where the account is not shown the subnet's name, that may be as declared.
    names = (*(("network", "subnet") if "network" in there else ()), "ip_address")
    return all(name not in wanted or wanted[name] == there[name] for name in names)


def _subnet(key: Key, address: Mapping[str, str]) -> Key:
    return Key("external_subnet", key.region, (address["network"], address["subnet"]))
