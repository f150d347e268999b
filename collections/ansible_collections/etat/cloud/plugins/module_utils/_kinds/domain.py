# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains: one per ministry or public body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import (
    Api,
    Change,
    Get,
    Key,
    Level,
    Names,
    Observed,
    Outlook,
    Place,
    Privilege,
    Problem,
    Scope,
)
from ._resource import DESCRIPTION, IdentityResource, name_of


class Domain(IdentityResource):
    """https://docs.openstack.org/api-ref/identity/v3/#domains"""

    name = "domain"
    collection, plural, singular = "/domains", "domains", "domain"
    levels = (Level.DOMAIN,)
    options = {
        **name_of("domain"),
        **DESCRIPTION,
        "enabled": {"description": ["Whether tokens for the domain and its projects are given."], "type": "bool"},
        "options": {
            "description": ["Resource options of the domain."],
            "type": "dict",
            "suboptions": {
                "immutable": {
                    "description": [
                        "Whether Keystone refuses to change or delete the domain.",
                        "The product lifts it for the length of a change that is declared, and sets it again.",
                    ],
                    "type": "bool",
                },
            },
        },
    }
    compared = ("description", "enabled", "options")
    stage = 0
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain,)

    def normal(self, name: str, value: Any) -> Any:
        if name == "options":
            return {option: setting for option, setting in value.items() if setting is not None}
        return value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return {**(before or {}), **wanted} if name == "options" else wanted

    def item(self, found: Observed) -> dict[str, Any]:
        said = {name: value for name, value in found.fields.items() if value not in (None, {})}
        return {"name": found.key.path[0], **said}

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.account.privilege is Privilege.CLOUD:
            yield Get("identity", "", self.collection, self.plural)
        elif scope.account.privilege is Privilege.DOMAIN:
            yield Get("identity", "", f"{self.collection}/{scope.account.domain_id}", self.singular)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            fields = {
                "description": raw.get("description") or "",
                "enabled": raw.get("enabled", True),
                "options": dict(raw.get("options", {})),
            }
            yield Observed(Key(self.name, "", (raw["name"],)), raw["id"], fields)

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        return {} if "enabled" in change.after else {"enabled": True}

    def update(self, api: Api, change: Change) -> None:
        path, body = f"{self.collection}/{change.id}", self.body(api, change)
        options = api.get(path)[self.singular].get("options", {})
        # Keystone refuses every change of an immutable domain but that of the option itself.
        if options.get("immutable") and set(body) != {"options"}:
            api.patch(path, {self.singular: {"options": {"immutable": False}}})
            body = {"options": options, **body}
        api.patch(path, {self.singular: body})

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        account = outlook.account
        if change.after.get("enabled") is False and change.id in (account.domain_id, account.user_domain_id):
            yield Problem(
                f"{change.key} cannot be disabled",
                f"the acting account {account.name} lives in it, and nobody could enable it again",
                "Run with an account of another domain.",
            )
