# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant with everything that its offer supplies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from .baseline import APPLICATION_CREDENTIAL, FIELDS, completed, within
from .files import Document, Files
from .merge import Layer, merge
from .schema import PROJECTS, SITE
from .values import listing, mapping, word


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as its file and the catalogue settle it. In an estate with mistakes, any part may be empty."""

    ministry: str
    name: str
    document: Document
    ministry_document: Document
    catalogue: Document
    offer_name: str
    offer: Mapping[str, Any]
    sensitivity: str
    cloud_name: str
    cloud: Mapping[str, Any]
    size_name: str
    size: Mapping[str, Any]
    sites: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """The name of the tenant in the estate."""
        return f"{self.ministry}/{self.name}"

    @property
    def in_ready_project(self) -> bool:
        """Whether the tenant lives in a project that its provider made."""
        return self.cloud.get("gives") == PROJECTS

    @property
    def ready(self) -> Mapping[str, Any]:
        """The ready project of the tenant."""
        return mapping(self.cloud, "projects", self.full_name)

    @property
    def domain(self) -> str:
        """The name of the domain that holds its project."""
        return word(self.ready.get("domain"), "Default") if self.in_ready_project else self.ministry

    @property
    def project(self) -> str:
        """The name of its project."""
        return word(self.ready.get("project"), self.name) if self.in_ready_project else self.name

    @property
    def price(self) -> int | float:
        """The price in euros for one month, over all sites."""
        price = round(float(self.size["price"]) * len(self.sites), 2)
        return int(price) if price.is_integer() else price

    @property
    def facts(self) -> Mapping[str, str]:
        """What the tenant says of itself, by field; its own word comes before its ministry's, and that of its offer."""
        holders = (self.document.value, self.ministry_document.value, self.offer)
        found = {field: word(*(holder.get(field) for holder in holders)) for field in FIELDS}
        return {field: value for field, value in found.items() if value}

    @property
    def baseline(self) -> Mapping[str, Any]:
        """What the tenant is born with; nothing for one that was there before its file."""
        adopted = self.document.value.get("adopted")
        return {} if adopted else mapping(self.catalogue.value, "sensitivities", self.sensitivity, "baseline")

    @property
    def residency(self) -> Mapping[str, Any]:
        """Where its data may be, by site and kind of place, on the sites of which its sensitivity says it."""
        said = mapping(self.catalogue.value, "sensitivities", self.sensitivity, "by_site")
        return {site: said[site] for site in self.sites if site in said}

    @property
    def qualifications(self) -> list[str]:
        """The kinds of qualification that its data ask of its cloud."""
        return listing(mapping(self.catalogue.value, "sensitivities", self.sensitivity), "qualifications")

    @property
    def labels(self) -> tuple[str, ...]:
        """The tags of each of its networks, subnets, routers and security groups."""
        said = {"sensitivity": self.sensitivity, **self.facts}
        named = [field for field in listing(self.baseline, "labels") if field in said]
        return tuple(f"{FIELDS.get(field, field)}:{said[field]}" for field in named)

    @property
    def egress(self) -> list[dict[str, Any]]:
        """The rules of the egress profile of its baseline."""
        return egress_rules(self.catalogue, self.baseline)

    def baseline_at(self, site: str) -> Mapping[str, Any]:
        """Return what of the baseline a site can give."""
        found = dict(self.baseline)
        if not self.has_volume_type(site):
            found.pop("volume_type", None)
        # The limits of a ready project are its provider's.
        there = ("compute", "volume", "network", *listing(mapping(self.cloud, "services"), site))
        limits = {} if self.in_ready_project else mapping(found, "quotas")
        found["quotas"] = {service: limits[service] for service in limits if service in there}
        return found

    def has_volume_type(self, site: str) -> bool:
        """Return whether a tenant may have the volume type of its baseline as its default on a site."""
        declared = listing(mapping(self.cloud, "by_site", site), "volume_types")
        named = [item.get("name") for item in declared if mapping(item).get("state") != "absent"]
        return not self.in_ready_project and self.baseline.get("volume_type") in named

    @property
    def second_factors(self) -> list[list[str]]:
        """The rules of its people, where its cloud takes the methods of all of them."""
        rules = listing(self.baseline, "multi_factor_auth_rules")
        methods = {APPLICATION_CREDENTIAL, *listing(self.cloud, "methods")}
        return [] if self.in_ready_project or not all(methods.issuperset(rule) for rule in rules) else rules

    @property
    def people(self) -> set[str]:
        """The names of the people whom its file gives a part."""
        parts = mapping(self.document.value, "people")
        return {name for part in parts for name in listing(parts, part) if isinstance(name, str)}

    def complete(self, site: str) -> dict[str, Any]:
        """Return a site as its layers and the baseline make it."""
        return completed(merged(self.layers(site)), self.baseline_at(site), self.egress, self.labels)

    def layers(self, site: str) -> list[Layer]:
        """Return what makes up a site, the last word last."""
        own = self.document
        layers = []
        if not self.in_ready_project:
            size = _layer(self.catalogue, "offers", self.offer_name, "sizes", self.size_name)
            quotas = within(mapping(size.value, "quotas"), self.baseline_at(site)["quotas"])
            layers.append(replace(size, value={**size.value, "quotas": quotas} if quotas else size.value))
        layers += blueprint_layers(self.catalogue, word(self.offer.get("blueprint")), site)
        return [*layers, _layer(own, "overrides"), _layer(own, "overrides_by_site", site)]

    @property
    def overrides(self) -> bool:
        """Whether the tenant says anything of its sites itself."""
        own = self.document.value
        return bool(own.get("overrides_by_site") or set(mapping(own, "overrides")) & set(SITE))


def egress_rules(catalogue: Document, baseline: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of the egress profile that a baseline names."""
    profile = mapping(catalogue.value, "egress_profiles", word(baseline.get("egress")))
    return [rule for rule in listing(profile, "rules") if isinstance(rule, dict)]


def blueprint_layers(catalogue: Document, name: str, site: str) -> list[Layer]:
    """Return what a blueprint says of a site."""
    return [_layer(catalogue, "blueprints", name), _layer(catalogue, "blueprints", name, "by_site", site)]


def merged(layers: list[Layer]) -> dict[str, Any]:
    """Return a site as its layers make it."""
    found: dict[str, Any] = reduce(merge, (layer.value for layer in layers), {})
    return found


def _layer(document: Document, *path: str) -> Layer:
    value = mapping(document.value, *path)
    return Layer(document, path, {key: value[key] for key in SITE if key in value})


def settle(files: Files, ministry: str, name: str) -> Tenant:
    """Return a tenant with what its offer supplies."""
    own, catalogue = files.tenants[ministry, name], files.catalogue
    offer_name = word(own.value.get("offer"))
    offer = mapping(catalogue.value, "offers", offer_name)
    cloud_name = word(own.value.get("cloud"), offer.get("cloud"))
    size_name = word(own.value.get("size"), offer.get("size"))
    sites = listing(own.value, "sites") or listing(mapping(offer, "sites"), cloud_name)
    return Tenant(
        ministry=ministry,
        name=name,
        document=own,
        ministry_document=files.ministries.get(ministry, Document("", {})),
        catalogue=catalogue,
        offer_name=offer_name,
        offer=offer,
        sensitivity=word(own.value.get("sensitivity")),
        cloud_name=cloud_name,
        cloud=mapping(catalogue.value, "clouds", cloud_name),
        size_name=size_name,
        size=mapping(offer, "sizes", size_name),
        sites=tuple(site for site in sites if isinstance(site, str)),
    )
