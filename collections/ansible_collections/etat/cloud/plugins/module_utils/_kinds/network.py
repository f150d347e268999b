# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of a tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Place, Privilege, Wanted
from .._options import STATE
from ._resource import (
    DESCRIPTION,
    QOS_POLICY,
    SHARED,
    TaggedResource,
    name_of,
    tags_option,
    without_defaults,
)

ADMIN_STATE_UP: dict[str, Any] = {
    "admin_state_up": {"description": ["Whether it carries traffic."], "type": "bool"},
}
AVAILABILITY_ZONE_HINTS: dict[str, Any] = {
    "availability_zone_hints": {
        "description": ["Availability zones to choose hosts from.", "They cannot be changed later."],
        "type": "list",
        "elements": "str",
    },
}
#: Neutron's names of fields that bear its extension's name.
EXTENDED = {
    "external": "router:external",
    "provider_network_type": "provider:network_type",
    "provider_physical_network": "provider:physical_network",
    "provider_segmentation_id": "provider:segmentation_id",
}
PROVIDER = tuple(name for name in EXTENDED if name.startswith("provider_"))


class Network(TaggedResource):
    """https://docs.openstack.org/api-ref/network/v2/#networks"""

    name = "network"
    collection, plural, singular = "/networks", "networks", "network"
    section = ("networks",)
    heading = {"description": ["Networks of the tenant in this region."]}
    options = {
        **name_of("network"),
        **DESCRIPTION,
        **ADMIN_STATE_UP,
        "mtu": {
            "description": ["Largest packet that the network carries, in bytes."],
            "type": "int",
            "schema": {"minimum": 68, "maximum": 9216},
        },
        "port_security_enabled": {
            "description": ["Whether new ports filter by security group and by source address."],
            "type": "bool",
        },
        **QOS_POLICY.options("for every port of the network"),
        **AVAILABILITY_ZONE_HINTS,
        **SHARED,
        "external": {
            "description": [
                "Whether it leads outside, so that routers have their gateway in it.",
                "It takes an administrator of the cloud.",
            ],
            "type": "bool",
        },
        "provider_network_type": {
            "description": [
                "Kind of the physical network, such as V(flat), V(vlan) or V(vxlan).",
                "It takes an administrator of the cloud, and cannot be changed later.",
            ],
            "type": "str",
        },
        "provider_physical_network": {
            "description": [
                "Name of the physical network.",
                "It takes an administrator of the cloud, and cannot be changed later.",
            ],
            "type": "str",
        },
        "provider_segmentation_id": {
            "description": [
                "Number of the segment: of a VLAN, or of a tunnel.",
                "It takes an administrator of the cloud, and cannot be changed later.",
            ],
            "type": "int",
            "schema": {"minimum": 1, "maximum": 16777215},
        },
        **tags_option("network"),
        **STATE,
    }
    compared = (
        "description",
        "admin_state_up",
        "mtu",
        "port_security_enabled",
        *QOS_POLICY.kinds,
        "availability_zone_hints",
        "shared",
        *EXTENDED,
        "tags",
    )
    fixed = ("availability_zone_hints", *PROVIDER)
    needs = ("project", *QOS_POLICY.kinds)
    privileges = dict.fromkeys(("shared", *EXTENDED), Privilege.CLOUD)
    asked = (
        "description",
        "admin_state_up",
        "mtu",
        "port_security_enabled",
        QOS_POLICY.field,
        "availability_zone_hints",
        "shared",
        *EXTENDED.values(),
        "tags",
    )

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        QOS_POLICY.check(item)
        yield from super().wanted(place, item)

    def normal(self, name: str, value: Any) -> Any:
        return sorted(value) if name == "availability_zone_hints" else super().normal(name, value)

    def item(self, found: Observed) -> dict[str, Any]:
        said = QOS_POLICY.item(without_defaults(super().item(found), self.privileges))
        if not said.get("availability_zone_hints"):
            said.pop("availability_zone_hints", None)
        if "provider_physical_network" not in said:
            # The segment of an overlay is a number that Neutron drew.
            said = {name: value for name, value in said.items() if name not in PROVIDER}
        return said

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        extended = {name: raw[there] for name, there in EXTENDED.items() if there in raw}
        return {**super().seen(raw, get, names), **QOS_POLICY.seen(raw, get.region, names), **extended}

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        return {**super().references(key, fields), **QOS_POLICY.keys(key, fields)}

    def known_as(self, key: Key, fields: Mapping[str, Any]) -> Sequence[Key]:
        return [Key("external_network", key.region, key.path[2:])] if fields.get("external") else ()

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {EXTENDED.get(name, name): value for name, value in change.after.items() if name not in QOS_POLICY.kinds}
        return {**sent, **QOS_POLICY.sent(api, change)}

    def users(self, api: Api, change: Change) -> Sequence[str]:
        ports = api.get("/ports", {"network_id": change.id})["ports"]
        return [
            f"{port['device_owner'] or 'port'} {port['device_id'] or port['id']}"
            for port in ports
            # Those of Neutron's own services go with the network, or are deleted by the plan itself.
            if not port["device_owner"].startswith("network:")
        ]
