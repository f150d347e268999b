# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a domain or a project, in place of the registered limit of the same resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._engine.model import Action, Api, Change, Key, Level, Names, Outlook, Problem
from .._options import STATE
from .registered_limit import RESOURCE, LimitResource

#: Keystone's model in which what the projects of a domain have together may not be more than what the domain has.
STRICT = Key("limit_model", "", ("", "", "strict_two_level"))


class Limit(LimitResource):
    """https://docs.openstack.org/api-ref/identity/v3/#list-limits"""

    name = "limit"
    collection, plural, singular = "/limits", "limits", "limit"
    levels = (Level.DOMAIN, Level.TENANT)
    section = ("limits",)
    heading = {
        "description": [
            "How much of a resource there may be, in place of the registered limit for it, which must exist.",
            "For services that use unified limits.",
        ]
    }
    options = {
        **RESOURCE,
        "resource_limit": {
            "description": ["How much there may be; V(-1) means no limit.", "Required unless it is to be deleted."],
            "type": "int",
            "schema": {"minimum": -1},
        },
        **STATE,
    }
    compared = ("resource_limit",)
    needs = ("domain", "project", "service", "registered_limit")
    read_with = ("project", "limit_model")

    def above(self, raw: Mapping[str, Any], names: Names) -> tuple[str, ...] | None:
        if raw["project_id"]:
            return names.path("project", "", raw["project_id"])
        domain = names.path("domain", "", raw["domain_id"])
        return (*domain, "") if domain else None

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        domain, project, *resource = key.path
        over = Key("project", "", (domain, project)) if project else Key("domain", "", (domain,))
        return {
            **super().references(key, fields),
            "over": over,
            "default": Key("registered_limit", "", ("", "", *resource)),
        }

    def identifying(self, api: Api, key: Key) -> dict[str, Any]:
        over = self.references(key, {})["over"]
        return {f"{over.kind}_id": api.id(over), **super().identifying(api, key)}

    def update(self, api: Api, change: Change) -> None:
        if change.after["resource_limit"] != 0:
            super().update(api, change)
            return
        # Keystone takes an update to 0 for one that says nothing.
        described = api.get(f"{self.collection}/{change.id}")[self.singular]["description"]
        api.delete(f"{self.collection}/{change.id}")
        made = {**self.identifying(api, change.key), **change.after}
        api.post(self.collection, {self.plural: [{**made, **({"description": described} if described else {})}]})

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        if change.action is Action.CREATE and "resource_limit" not in change.after:
            yield Problem(f"{change.key} cannot be created", "no resource_limit is declared", "Declare one.")
        if STRICT in outlook.seen:
            yield from self._over(change.key, outlook)

    def _over(self, key: Key, outlook: Outlook) -> Iterable[Problem]:
        """Yield a problem when the domain of a limit will have less than its projects have together."""
        domain, _project, *resource = key.path
        limits = {found: items[0].fields["resource_limit"] for found, items in outlook.seen.items() if self._is(found)}
        for change in outlook.changes:
            if change.action is Action.DELETE:
                limits.pop(change.key, None)
            elif self._is(change.key):
                limits[change.key] = change.after.get("resource_limit", 0)
        whole = Key(self.name, "", (domain, "", *resource))
        most = limits.pop(whole, -1)
        parts = {
            found.path[1]: limit
            for found, limit in limits.items()
            if (found.path[0], *found.path[2:]) == (domain, *resource)
        }
        total = sum(parts.values())
        if most >= 0 and (total > most or -1 in parts.values()):
            shown = ", ".join(f"{name} {limit}" for name, limit in sorted(parts.items()))
            yield Problem(
                f"{whole} cannot be {most}",
                f"its projects have {'no limit' if -1 in parts.values() else total} together ({shown}), and Keystone "
                "enforces the model strict_two_level",
                "Lower those first, or declare as much for the domain.",
            )

    def _is(self, key: Key) -> bool:
        return key.kind == self.name
