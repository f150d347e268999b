# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a declaration refers to and never makes: users, services, networks that lead outside, and what others share.

Networks that lead outside come with their subnets. The model of limits is never named either; it says how Keystone
judges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from .._engine.model import Get, Key, Kind, Names, Observed, Privilege, Scope

#: The kind under which names hold, for the id of an external subnet, the ranges from which addresses are given.
ALLOCATION_POOLS = "allocation_pools"


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

    def listings(self, scope: Scope) -> Iterable[Get]:
        return scope.common("network", "/networks", "networks", ("router:external", "True"))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            yield Observed(Key(self.name, get.region, (raw["name"],)), raw["id"])


class ExternalSubnet(Kind):
    """https://docs.openstack.org/api-ref/network/v2/#list-subnets

    A subnet of a network that leads outside. The path: the network and the subnet.
    """

    name = "external_subnet"
    service = "network"
    needs = ("external_network",)
    read_with = ("external_network",)

    def listings(self, scope: Scope) -> Iterable[Get]:
        fields = (("fields", name) for name in ("id", "name", "network_id", "allocation_pools"))
        return scope.common("network", "/subnets", "subnets", ("router:external", "True"), *fields)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            network = names.path("external_network", get.region, raw["network_id"])
            if network:
                # Who has an address outside of them was given it by a person.
                pools = tuple(f"{pool['start']}-{pool['end']}" for pool in raw["allocation_pools"])
                names.add(Observed(Key(ALLOCATION_POOLS, get.region, pools), raw["id"]))
                yield Observed(Key(self.name, get.region, (*network, raw["name"])), raw["id"])


class Shared(Kind):
    """What tenants share with others, by its name alone.

    An administrator sees everything, whomever it is shared with: where one of a name is shared with all, those of the
    same name that are not are nobody else's business.
    """

    service = "network"
    collection: ClassVar[str]
    plural: ClassVar[str]

    def listings(self, scope: Scope) -> Iterable[Get]:
        fields = (("fields", "id"), ("fields", "name"), ("fields", "shared"))
        for region in scope.regions:
            if scope.account.privilege is Privilege.CLOUD:
                yield Get("network", region, self.collection, self.plural, fields)
                continue
            for id in scope.project_ids():
                yield Get("network", region, self.collection, self.plural, (("shared", "True"), *fields), project=id)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        with_all = {raw["name"] for raw in records if raw["shared"]}
        for raw in records:
            if raw["shared"] or raw["name"] not in with_all:
                yield Observed(Key(self.name, get.region, (raw["name"],)), raw["id"])


class SharedAddressScope(Shared):
    """https://docs.openstack.org/api-ref/network/v2/#list-address-scopes"""

    name = "shared_address_scope"
    collection, plural = "/address-scopes", "address_scopes"


class SharedQosPolicy(Shared):
    """https://docs.openstack.org/api-ref/network/v2/#list-qos-policies"""

    name = "shared_qos_policy"
    collection, plural = "/qos/policies", "policies"


class SharedSubnetPool(Shared):
    """https://docs.openstack.org/api-ref/network/v2/#list-subnet-pools"""

    name = "shared_subnet_pool"
    collection, plural = "/subnetpools", "subnetpools"
