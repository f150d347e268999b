# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address scopes: subnet pools of one scope have no address twice, so routers pass traffic on between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._engine.model import Api, Change, Key, Observed, Privilege
from .._options import STATE
from ._resource import SHARED, NetworkResource, name_of, used_by_others, without_defaults


class AddressScope(NetworkResource):
    """https://docs.openstack.org/api-ref/network/v2/#address-scopes"""

    name = "address_scope"
    collection, plural, singular = "/address-scopes", "address_scopes", "address_scope"
    section = ("address_scopes",)
    heading = {"description": ["Address scopes of the tenant in this region."]}
    options = {
        **name_of("address scope"),
        "ip_version": {
            "description": ["Version of IP.", "It cannot be changed later."],
            "type": "int",
            "choices": [4, 6],
            "required": True,
        },
        **SHARED,
        **STATE,
    }
    compared = ("ip_version", "shared")
    fixed = ("ip_version",)
    needs = ("project",)
    privileges = {"shared": Privilege.CLOUD}

    def item(self, found: Observed) -> dict[str, Any]:
        return without_defaults(super().item(found), self.privileges)

    def known_as(self, key: Key, fields: Any) -> Sequence[Key]:
        return [Key("shared_address_scope", key.region, key.path[2:])] if fields.get("shared") else ()

    def users(self, api: Api, change: Change) -> Sequence[str]:
        return used_by_others(api, change, "/subnetpools", "subnetpools", "address_scope_id")
