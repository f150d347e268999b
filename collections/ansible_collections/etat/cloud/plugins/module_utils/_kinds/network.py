# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._engine.model import Api, Change
from .._options import STATE
from ._resource import DESCRIPTION, NetworkResource, name_of

ADMIN_STATE_UP: dict[str, Any] = {
    "admin_state_up": {"description": ["Whether it carries traffic."], "type": "bool"},
}


class Network(NetworkResource):
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
        **STATE,
    }
    compared = ("description", "admin_state_up", "mtu", "port_security_enabled")
    needs = ("project",)

    def users(self, api: Api, change: Change) -> Sequence[str]:
        ports = api.get("/ports", {"network_id": change.id})["ports"]
        return [
            f"{port['device_owner'] or 'port'} {port['device_id'] or port['id']}"
            for port in ports
            # Those of Neutron's own services go with the network, or are deleted by the plan itself.
            if not port["device_owner"].startswith("network:")
        ]
