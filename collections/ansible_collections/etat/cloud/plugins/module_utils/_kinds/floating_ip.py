# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floating IP addresses that a tenant reserves."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Place, Privilege, Wanted
from .._options import STATE
from ._resource import QOS_POLICY, NetworkResource


class FloatingIp(NetworkResource):
    """https://docs.openstack.org/api-ref/network/v2/#floating-ips-floatingips

    Neutron names none of them. The address is known only once it is reserved, and choosing it takes a privilege; the
    description can be declared in advance, so it is the name. One without a description can be neither declared nor
    exported.
    """

    name = "floating_ip"
    collection, plural, singular = "/floatingips", "floatingips", "floatingip"
    section = ("floating_ips",)
    heading = {
        "description": [
            "Floating IP addresses that the tenant keeps in this region, whatever they are associated with.",
            "An address is told from others by its description, which no two of a tenant may share.",
        ]
    }
    options = {
        "description": {
            "description": ["What it is for; it stands for a name."],
            "type": "str",
            "required": True,
            "schema": {"minLength": 1},
        },
        "external_network": {
            "description": ["Name of the external network that the address is of.", "It cannot be changed later."],
            "type": "str",
            "required": True,
        },
        "floating_ip_address": {
            "description": [
                "The address, where a certain one is needed.",
                "Choosing it takes an administrator of the cloud, and it cannot be changed later.",
            ],
            "type": "str",
            "schema": {"format": "ip"},
        },
        **QOS_POLICY.options("for traffic of the address"),
        **STATE,
    }
    compared = ("external_network", "floating_ip_address", *QOS_POLICY.kinds)
    fixed = ("external_network", "floating_ip_address")
    needs = ("project", "external_network", *QOS_POLICY.kinds)
    read_with = ("external_network",)
    privileges = {"floating_ip_address": Privilege.CLOUD}
    asked = ("floating_network_id", "floating_ip_address", QOS_POLICY.field)
    name_field = "description"

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        QOS_POLICY.check(item)
        if not item["description"]:
            raise ValueError("the description is empty, and nothing else tells an address from others")
        yield from super().wanted(place, item)

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, place.project, item["description"])

    def normal(self, name: str, value: Any) -> Any:
        return str(ipaddress.ip_address(value)) if name == "floating_ip_address" else value

    def item(self, found: Observed) -> dict[str, Any] | None:
        if not found.key.path[-1]:
            return None
        said = QOS_POLICY.item({name: value for name, value in found.fields.items() if value is not None})
        return {"description": found.key.path[-1], **said}

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        id = raw["floating_network_id"]
        network = names.path("external_network", get.region, id)
        return {
            **super().seen(raw, get, names),
            "external_network": network[0] if network else id,
            **QOS_POLICY.seen(raw, get.region, names),
        }

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        network = fields.get("external_network")
        external = {"external": Key("external_network", key.region, (network,))} if network else {}
        return {**super().references(key, fields), **external, **QOS_POLICY.keys(key, fields)}

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {name: change.after[name] for name in ("floating_ip_address",) if name in change.after}
        refer = self.references(change.key, change.after)
        network = {"floating_network_id": api.id(refer["external"])} if "external" in refer else {}
        return {**sent, **network, **QOS_POLICY.sent(api, change)}

    def users(self, api: Api, change: Change) -> Sequence[str]:
        found = api.get(f"{self.collection}/{change.id}")[self.singular]
        return [f"port {found['port_id']} with {found['fixed_ip_address']}"] if found["port_id"] else []
