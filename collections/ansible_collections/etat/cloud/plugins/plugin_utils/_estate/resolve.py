# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the files of an estate to what module tenant takes for one cloud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from .baseline import FIELDS
from .check import check
from .files import CLOUD_WAIVERS, TENANTS, Files, load
from .merge import merge
from .mistakes import EstateError, unknown
from .schema import DOMAIN, PROJECTS
from .tenant import Tenant, settle
from .values import listing, mapping

MANAGED_BY = "managed_by:etat.cloud"
#: What a tenant's project takes as its file says it, since no offer says anything of it.
PLAIN = ("parent", "enabled", "limits", "endpoint_groups")


class Estate:
    """An estate without mistakes."""

    def __init__(self, folder: Path, today: date) -> None:
        """Read and check a folder.

        Raises EstateError with everything that is wrong in it.
        """
        self._files: Files = load(folder)
        mistakes = check(self._files, today)
        if mistakes:
            raise EstateError(mistakes)
        self._tenants = [settle(self._files, *name) for name in self._files.tenants]
        self._sites: dict[tuple[object, ...], dict[str, Any]] = {}

    def declare(self, cloud: str, only: Sequence[str] = ()) -> dict[str, Any]:
        """Return what a cloud has to hold, for all its tenants or for some that are named.

        What belongs to the whole cloud, or to a region, is no matter of a few tenants.

        Raises ValueError for a cloud or a tenant that the estate does not know.
        """
        clouds = mapping(self._files.catalogue.value, "clouds")
        if cloud not in clouds:
            raise ValueError(unknown(cloud, "a cloud of the catalogue", clouds))
        known = [tenant.full_name for tenant in self._tenants]
        strange = [unknown(name, "a tenant of the estate", known) for name in only if name not in known]
        if strange:
            raise ValueError("; ".join(strange))
        here = [tenant for tenant in self._tenants if tenant.cloud_name == cloud]
        tenants = [tenant for tenant in here if not only or tenant.full_name in only]
        ready = clouds[cloud]["gives"] == PROJECTS
        domains = [] if ready else list(self._domains(tenants, () if only else clouds[cloud]["sites"]))
        return {
            "domains": domains,
            "tenants": [self._tenant(tenant) for tenant in tenants],
            "identity": {} if only else mapping(clouds, cloud, "identity"),
            "regions": [] if only else list(_regions(clouds[cloud])),
            "sites": list(clouds[cloud]["sites"]),
            "waivers": [*self._waivers(tenants, ready), *self._cloud_waivers(cloud)],
            "notes": self._notes(tenants),
            "about": {tenant.full_name: self._about(tenant) for tenant in tenants},
            "posture": {
                "tenants": [self._judged(tenant) for tenant in tenants],
                # A domain as such is no matter of a few tenants, either.
                "domains": [] if only else [domain["name"] for domain in domains],
                "roles": list(self._files.catalogue.value["roles"]),
                "qualification": mapping(clouds, cloud, "qualification"),
                "cartographies": [one] if (one := mapping(clouds, cloud, "cartography")) else [],
            },
        }

    def _domains(self, tenants: Sequence[Tenant], sites: Iterable[str]) -> Iterator[dict[str, Any]]:
        """Yield the domain of each ministry that has a tenant here, or capacity on one of these sites."""
        with_tenants = {tenant.ministry for tenant in tenants}
        for name, document in self._files.ministries.items():
            ministry = document.value
            if name in with_tenants or mapping(ministry, "envelope").keys() & set(sites):
                asked: dict[str, Any] = {key: ministry[key] for key in DOMAIN if key in ministry}
                described = {} if ministry.get("adopted") else {"description": ministry["title"]["fr"]}
                own = [tenant for tenant in tenants if tenant.ministry == name]
                users = merge(_users(own), ministry.get("users", []))
                yield {"name": name, **described, **asked, **({"users": users} if users else {})}

    def _waivers(self, tenants: Sequence[Tenant], ready: bool) -> Iterator[dict[str, Any]]:
        """Yield each waiver that concerns one of some tenants here, as module posture_info takes it."""
        for (ministry, name), document in self._files.waivers.items():
            said = document.value
            own = [tenant for tenant in tenants if tenant.ministry == ministry]
            covered = [tenant for tenant in own if tenant.name in said.get("tenants", (tenant.name,))]
            if covered:
                yield {
                    **_exception(f"{ministry}/{name}", said),
                    "domains": [] if ready or "tenants" in said else [ministry],
                    "tenants": [{"domain": tenant.domain, "name": tenant.project} for tenant in covered],
                }

    def _cloud_waivers(self, cloud: str) -> Iterator[dict[str, Any]]:
        """Yield each waiver of what belongs to a cloud itself."""
        for (owner, name), document in self._files.cloud_waivers.items():
            if owner == cloud:
                # The module takes one that names nobody for one of the cloud.
                yield {**_exception(f"{CLOUD_WAIVERS}/{cloud}/{name}", document.value), "domains": [], "tenants": []}

    def _tenant(self, tenant: Tenant) -> dict[str, Any]:
        project = self._ready_project(tenant) if tenant.in_ready_project else self._project(tenant)
        sites = [{"region": site, **self._site(tenant, site)} for site in tenant.sites]
        return {**project, "sensitivity": tenant.sensitivity, "sites": sites}

    def _ready_project(self, tenant: Tenant) -> dict[str, Any]:
        return {"name": tenant.project, "domain": tenant.domain, "account": tenant.ready["account"]}

    def _project(self, tenant: Tenant) -> dict[str, Any]:
        own, offer = tenant.document.value, tenant.offer
        people = mapping(own, "people")
        parts = {part: f"{tenant.name}-{part}" for part in offer["people"]}
        groups = [{"name": group, "members": list(people.get(part, ()))} for part, group in parts.items()]
        roles = [{"role": role, "group": parts[part]} for part in parts for role in offer["people"][part]]
        overrides = mapping(own, "overrides")
        ministry = self._files.ministries[tenant.ministry].value["title"]["fr"]
        described = own.get("description", f"{offer['title']['fr']}, {ministry}")
        # An adopted tenant is left as it was found, but for what its file says.
        kept = own.get("adopted") and "description" not in own
        return {
            "name": tenant.name,
            "domain": tenant.ministry,
            **({} if kept else {"description": described}),
            **_options(tenant.baseline, overrides),
            **{key: overrides[key] for key in PLAIN if key in overrides},
            "tags": self._tags(tenant),
            "groups": merge(groups, overrides.get("groups", [])),
            "role_assignments": [*roles, *overrides.get("role_assignments", ())],
        }

    def _tags(self, tenant: Tenant) -> list[str]:
        """Return the tags of a tenant's project."""
        overrides = mapping(tenant.document.value, "overrides")
        return sorted({*self._said(tenant), *overrides.get("tags", ())})

    def _said(self, tenant: Tenant) -> Iterator[str]:
        own, catalogue = tenant.document.value, self._files.catalogue.value
        if own.get("adopted"):
            return
        yield MANAGED_BY
        yield f"offer:{tenant.offer_name}"
        yield f"sensitivity:{tenant.sensitivity}"
        yield f"size:{tenant.size_name}"
        if "end_date" in own:
            yield f"end_date:{own['end_date']}"
        for field, value in tenant.facts.items():
            yield f"{FIELDS[field]}:{value}"
        yield from listing(mapping(catalogue, "sensitivities", tenant.sensitivity), "tags")

    def _site(self, tenant: Tenant, site: str) -> dict[str, Any]:
        if tenant.overrides:
            return tenant.complete(site)
        # What only the offer and the baseline say is the same for every tenant of an offer and a size that says the
        # same of itself.
        said = (tenant.sensitivity, bool(tenant.baseline), *tenant.labels)
        same = (tenant.cloud_name, tenant.offer_name, tenant.size_name, site, *said)
        if same not in self._sites:
            self._sites[same] = tenant.complete(site)
        return self._sites[same]

    def _notes(self, tenants: Iterable[Tenant]) -> list[str]:
        """Return what a cloud does not give, each once with the tenants that it is about."""
        found: dict[str, list[str]] = {}
        for tenant in tenants:
            for note in _left_out(tenant):
                found.setdefault(note, []).append(tenant.full_name)
        return [f"{', '.join(names)}: {note}" for note, names in found.items()]

    def _judged(self, tenant: Tenant) -> dict[str, Any]:
        own = {"name": tenant.name, "domain": tenant.ministry, "tags": self._tags(tenant)}
        project = self._ready_project(tenant) if tenant.in_ready_project else own
        limits = {site: _limits(self._site(tenant, site).get("quotas", {})) for site in tenant.sites}
        return {
            **project,
            "sensitivity": tenant.sensitivity,
            "sites": list(tenant.sites),
            "quotas": limits,
            "residency": tenant.residency,
            "qualifications": tenant.qualifications,
        }

    def _about(self, tenant: Tenant) -> dict[str, Any]:
        own = tenant.document.value
        return {
            "ministry": tenant.ministry,
            "ministry_title": self._files.ministries[tenant.ministry].value["title"],
            "domain": tenant.domain,
            "project": tenant.project,
            "description": own.get("description", ""),
            "offer": tenant.offer_name,
            "offer_title": tenant.offer["title"],
            "sensitivity": tenant.sensitivity,
            "size": tenant.size_name,
            "cloud": tenant.cloud_name,
            "sites": list(tenant.sites),
            "end_date": own.get("end_date", ""),
            "price_per_month": tenant.price,
            "contacts": own.get("contacts", []),
            "file": f"{TENANTS}/{tenant.ministry}/{Path(tenant.document.file).name}",
            "line": tenant.document.position(())[0],
        }


def _left_out(tenant: Tenant) -> Iterator[str]:
    """Yield what of an offer and of a baseline the cloud of a tenant does not give."""
    baseline = tenant.baseline
    if tenant.in_ready_project:
        yield (
            f"the provider of cloud {tenant.cloud_name} sets groups, role assignments, tags, description and quotas of "
            f"its ready projects; those of offer {tenant.offer_name} are left out"
        )
        if baseline:
            yield (
                f"of the baseline of {tenant.sensitivity}, what concerns the project itself, its quotas, its people "
                f"and its default volume type is for the provider of cloud {tenant.cloud_name} to set"
            )
        return
    without = [site for site in tenant.sites if not tenant.has_volume_type(site)]
    if "volume_type" in baseline and without:
        yield (
            f"cloud {tenant.cloud_name} declares no volume type {baseline['volume_type']} on {', '.join(without)}, so "
            "volumes get the default of all there"
        )
    if tenant.people and "multi_factor_auth_rules" in baseline and not tenant.second_factors:
        yield (
            f"cloud {tenant.cloud_name} does not take every method that the baseline of {tenant.sensitivity} asks of "
            "people, so nothing is asked of them there"
        )


def _exception(id: str, said: dict[str, Any]) -> dict[str, Any]:
    """Return what the file of a waiver says, whomever it is about."""
    told = {key: said[key] for key in ("control", "owner", "reason", "until")}
    return {"id": id, **told, "objects": said.get("objects", [])}


def _users(tenants: Iterable[Tenant]) -> list[dict[str, Any]]:
    """Return the people of tenants whose baselines ask them for several factors, each with the last one's rules."""
    rules = {name: tenant.second_factors for tenant in tenants if tenant.second_factors for name in tenant.people}
    return [
        {"name": name, "options": {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": rules[name]}}
        for name in sorted(rules)
    ]


def _options(baseline: Any, overrides: Any) -> dict[str, Any]:
    """Return the options of a project: those of its baseline, and what its file says."""
    options = {**mapping(baseline, "options"), **mapping(overrides, "options")}
    return {"options": options} if options else {}


def _regions(cloud: Any) -> Iterator[dict[str, Any]]:
    """Yield what the catalogue says of each site, in the order of the sites."""
    said = mapping(cloud, "by_site")
    for site in listing(cloud, "sites"):
        if site in said:
            yield {"region": site, **said[site]}


def _limits(quotas: Any) -> dict[str, dict[str, int]]:
    """Return declared limits by service and the name that the service has for each."""
    found: dict[str, dict[str, int]] = {}
    for service, limits in quotas.items():
        found[service] = {name: limit for name, limit in limits.items() if isinstance(limit, int)}
        # Cinder holds those of a volume type among the others.
        for type in listing(limits, "types"):
            own = {f"{name}_{type['name']}": limit for name, limit in type.items() if isinstance(limit, int)}
            found[service].update(own)
    return found
