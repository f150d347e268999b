# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups, the project's default one included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._engine.model import Api, Change, Get, Key, Observed, Place, Scope, Wanted
from .._options import STATE
from ._resource import DESCRIPTION, TaggedResource, name_of, tags_option

DEFAULT = "default"


def groups_with_rules(scope: Scope) -> Iterable[Get]:
    """Return the listings that show groups and, inside them, their rules."""
    fields = ("id", "name", "project_id", "description", "stateful", "tags", "security_group_rules")
    return scope.regional("network", "/security-groups", "security_groups", *(("fields", name) for name in fields))


class SecurityGroup(TaggedResource):
    """https://docs.openstack.org/api-ref/network/v2/#security-groups-security-groups"""

    name = "security_group"
    collection, plural, singular = "/security-groups", "security_groups", "security_group"
    section = ("security_groups",)
    heading = {
        "description": [
            "Security groups of the tenant in this region.",
            "The one named V(default) is the project's own: Neutron makes it, and it can be declared like the others.",
        ]
    }
    options = {
        **name_of("security group"),
        **DESCRIPTION,
        "stateful": {"description": ["Whether answers to allowed traffic are allowed."], "type": "bool"},
        "prune_rules": {
            "description": [
                "Whether rules that are not declared are taken out of the group.",
                "Rules that Neutron puts into each new group are among them.",
            ],
            "type": "bool",
            "default": False,
        },
        **tags_option("security group"),
        **STATE,
    }
    compared = ("description", "stateful", "tags")
    needs = ("project",)

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        for found in super().wanted(place, item):
            yield replace(found, owns=("security_group_rule",)) if item.get("prune_rules") else found

    def natural(self, found: Observed) -> bool:
        return found.key.path[-1] == DEFAULT

    def listings(self, scope: Scope) -> Iterable[Get]:
        return groups_with_rules(scope)

    def users(self, api: Api, change: Change) -> Sequence[str]:
        ports = api.get("/ports", {"security_groups": change.id, "fields": "id"})["ports"]
        return [f"port {port['id']}" for port in ports]

    def create(self, api: Api, change: Change) -> str:
        if change.key.path[-1] != DEFAULT:
            made = self.made(api, change)
        else:
            # Neutron makes the default group of a project when its groups are first listed.
            project = api.id(Key("project", "", change.key.path[:2]))
            made = api.get(self.collection, {"project_id": project, "name": DEFAULT})[self.plural][0]
            if change.after:
                self.update(api, replace(change, id=made["id"]))
        if change.owns:
            for rule in made["security_group_rules"]:
                api.delete(f"/security-group-rules/{rule['id']}")
        return str(made["id"])
