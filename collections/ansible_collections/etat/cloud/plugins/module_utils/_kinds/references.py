# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a declaration refers to and never makes: users, services, and the networks that lead outside.

The model of limits is never named either; it says how Keystone judges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Get, Key, Kind, Names, Observed, Privilege, Scope


class Service(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#list-services"""

    name = "service"
    service = "identity"
    stage = 0

    def listings(self, scope: Scope) -> Iterable[Get]:
        # Keystone lists them to administrators only. The catalogue of a token shows those that have endpoints.
        path = "/services" if scope.account.privilege is Privilege.CLOUD else ""
        return [Get("identity", "", path, "services")]

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            yield Observed(Key(self.name, "", ("", "", raw["type"])), raw["id"])


class LimitModel(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#get-enforcement-model"""

    name = "limit_model"
    service = "identity"

    def listings(self, scope: Scope) -> Iterable[Get]:
        return [Get("identity", "", "/limits/model", "model")]

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            yield Observed(Key(self.name, "", ("", "", raw["name"])), raw["name"])


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
    _QUERY = (("router:external", "True"),)

    def listings(self, scope: Scope) -> Iterable[Get]:
        # Every project sees them; a manager of a domain needs the token of one of its projects to look.
        token = ""
        if scope.account.privilege is Privilege.DOMAIN:
            projects = sorted(scope.names.ids("project"))
            if not projects:
                return
            token = (scope.project_ids() or projects)[0]
        for region in scope.regions:
            yield Get("network", region, "/networks", "networks", self._QUERY, project=token)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            yield Observed(Key(self.name, get.region, (raw["name"],)), raw["id"])
