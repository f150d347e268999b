# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains: one per ministry or public body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Level, Names, Observed, Place, Privilege, Scope
from ._resource import DESCRIPTION, IdentityResource, name_of


class Domain(IdentityResource):
    """https://docs.openstack.org/api-ref/identity/v3/#domains"""

    name = "domain"
    collection, plural, singular = "/domains", "domains", "domain"
    levels = (Level.DOMAIN,)
    options = {**name_of("domain"), **DESCRIPTION}
    compared = ("description",)
    stage = 0
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain,)

    def listings(self, scope: Scope) -> Iterable[Get]:
        if scope.account.privilege is Privilege.CLOUD:
            yield Get("identity", "", self.collection, self.plural)
        elif scope.account.privilege is Privilege.DOMAIN:
            yield Get("identity", "", f"{self.collection}/{scope.account.domain_id}", self.singular)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            yield Observed(Key(self.name, "", (raw["name"],)), raw["id"], {"description": raw.get("description") or ""})

    def birth(self, api: Api, change: Change) -> dict[str, Any]:
        return {"enabled": True}
