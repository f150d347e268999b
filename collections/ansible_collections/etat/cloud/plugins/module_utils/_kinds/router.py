# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers of a tenant, with their way outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Place, Wanted
from .._options import STATE
from ._resource import DESCRIPTION, TaggedResource, name_of, tags_option
from .network import ADMIN_STATE_UP, AVAILABILITY_ZONE_HINTS

NO_GATEWAY = "none"


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
        **AVAILABILITY_ZONE_HINTS,
        **tags_option("router"),
        **STATE,
    }
    compared = ("description", "admin_state_up", "external_network", "enable_snat", "availability_zone_hints", "tags")
    fixed = ("availability_zone_hints",)
    needs = ("project", "external_network")
    read_with = ("external_network",)
    asked = ("description", "admin_state_up", "external_gateway_info", "availability_zone_hints", "tags")

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for found in super().wanted(place, item):
            yield found if item.get("routes") is None else replace(found, owns=("router_route",))

    def normal(self, name: str, value: Any) -> Any:
        return sorted(value) if name == "availability_zone_hints" else super().normal(name, value)

    def item(self, found: Observed) -> dict[str, Any]:
        said: dict[str, Any] = super().item(found)
        if not said.get("availability_zone_hints"):
            said.pop("availability_zone_hints", None)
        return said

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        gateway = raw.get("external_gateway_info") or {}
        network = names.path("external_network", get.region, gateway.get("network_id"))
        return {
            **super().seen(raw, get, names),
            "external_network": network[0] if network else gateway.get("network_id", NO_GATEWAY),
            "enable_snat": gateway.get("enable_snat"),
        }

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        network = fields.get("external_network", NO_GATEWAY)
        external = {} if network == NO_GATEWAY else {"external": Key("external_network", key.region, (network,))}
        return {**super().references(key, fields), **external}

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {name: value for name, value in change.after.items() if name not in ("external_network", "enable_snat")}
        network = change.after.get("external_network")
        if network == NO_GATEWAY:
            # Neutron answers an explicit null on creation with an error in some releases; nothing is the same there.
            return sent if not change.id else {**sent, "external_gateway_info": None}
        if network is not None or "enable_snat" in change.after:
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
            raise LookupError(f"{change.key} has no gateway, so enable_snat means nothing there")
        # Neutron turns translation on again when a gateway comes without a word on it.
        kept = {"enable_snat": False} if now and now["enable_snat"] is False else {}
        said = {"enable_snat": change.after["enable_snat"]} if "enable_snat" in change.after else kept
        return {"network_id": id, **said}
