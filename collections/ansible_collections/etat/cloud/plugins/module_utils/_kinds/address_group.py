# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address groups: lists of prefixes that security group rules refer to."""

from __future__ import annotations

import ipaddress
from typing import Any

from .._engine.model import Api, Change
from .._options import STATE
from ._resource import DESCRIPTION, NetworkResource, name_of


class AddressGroup(NetworkResource):
    """https://docs.openstack.org/api-ref/network/v2/#address-groups"""

    name = "address_group"
    collection, plural, singular = "/address-groups", "address_groups", "address_group"
    section = ("address_groups",)
    heading = {"description": ["Address groups of the tenant in this region."]}
    options = {
        **name_of("address group"),
        **DESCRIPTION,
        "addresses": {
            "description": ["Prefixes of the group, all of them."],
            "type": "list",
            "elements": "str",
            "schema": {"format": "cidr"},
        },
        **STATE,
    }
    compared = ("description", "addresses")
    needs = ("project",)

    def normal(self, name: str, value: Any) -> Any:
        if name == "addresses":
            return sorted({str(ipaddress.ip_network(prefix, strict=False)) for prefix in value})
        return value

    def update(self, api: Api, change: Change) -> None:
        path = f"{self.collection}/{change.id}"
        if "addresses" in change.after:
            before, after = set(change.before["addresses"]), set(change.after["addresses"])
            # Added before others go, so that rules that refer to the group never match less than they should.
            for action, prefixes in (("add_addresses", after - before), ("remove_addresses", before - after)):
                if prefixes:
                    # The API reference shows this body inside "address_group"; Neutron fails on that with a 500.
                    api.put(f"{path}/{action}", {"addresses": sorted(prefixes)})
        plain = {name: value for name, value in change.after.items() if name != "addresses"}
        if plain:
            api.put(path, {self.singular: plain})
