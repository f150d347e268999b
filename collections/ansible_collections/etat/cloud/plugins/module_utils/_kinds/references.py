# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a declaration refers to and never makes: roles, users, and the networks that lead outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Get, Key, Kind, Names, Observed, Scope


class Role(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#list-roles"""

    name = "role"
    service = "identity"
    stage = 0

    def listings(self, scope: Scope) -> Iterable[Get]:
        return [Get("identity", "", "/roles", "roles")]

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            yield Observed(Key(self.name, "", (raw["name"],)), raw["id"])


class User(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#list-users"""

    name = "user"
    service = "identity"
    needs = ("domain",)
    stage = 1

    def listings(self, scope: Scope) -> Iterable[Get]:
        for id in scope.domain_ids():
            yield Get("identity", "", "/users", "users", (("domain_id", id),))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            domain = names.path("domain", "", raw["domain_id"])
            if domain is not None:
                yield Observed(Key(self.name, "", (*domain, "", raw["name"])), raw["id"])


class ExternalNetwork(Kind):
    """https://docs.openstack.org/api-ref/network/v2/#list-networks"""

    name = "external_network"
    service = "network"
    stage = 2

    def listings(self, scope: Scope) -> Iterable[Get]:
        return scope.common("network", "/networks", "networks", ("router:external", "True"))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            yield Observed(Key(self.name, get.region, (raw["name"],)), raw["id"])
