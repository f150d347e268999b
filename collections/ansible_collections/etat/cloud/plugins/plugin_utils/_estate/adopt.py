# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From existing tenants, as module tenant_info shows them, to estate files that leave them as they are; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from .files import CATALOGUE, MINISTRIES, NAME, NAME_RULE, TENANTS
from .schema import DOMAINS, SENSITIVITIES, SITE

#: The offer of tenants that were there before the estate: it supplies nothing.
EXISTING = "existing"


@dataclass(slots=True)
class Adopted:
    """The text of each file by its path in the estate, and what no file can say, in sentences."""

    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def adopt(cloud: str, found: Mapping[str, Any], sensitivity: str) -> Adopted:
    """Return the files of an estate for domains and tenants of a cloud that gives domains.

    found holds the domains and tenants that module tenant_info returned. sensitivity is that of tenants whose project
    does not say it in a tag.
    """
    made = Adopted()
    sites: set[str] = set()
    roles: set[str] = set()
    for domain in found["domains"]:
        if _named(domain["name"], f"domain {domain['name']}", made):
            made.files[f"{MINISTRIES}/{domain['name']}.yml"] = _text(_ministry(domain, roles, made))
    for tenant in found["tenants"]:
        what = f"tenant {tenant['domain']}/{tenant['name']}"
        if _named(tenant["domain"], what, made) and _named(tenant["name"], what, made):
            path = f"{TENANTS}/{tenant['domain']}/{tenant['name']}.yml"
            made.files[path] = _text(_tenant(tenant, sensitivity, roles, made))
            sites.update(site["region"] for site in tenant["sites"])
    made.files[CATALOGUE] = _text(_catalogue(cloud, sorted(sites), sorted(roles) or ["reader"]))
    return made


def _named(name: str, what: str, made: Adopted) -> bool:
    if NAME.fullmatch(name):
        return True
    made.left_out.append(f"{what}: '{name}' cannot be the name of a file; allowed: {NAME_RULE}")
    return False


def _ministry(domain: Mapping[str, Any], roles: set[str], made: Adopted) -> dict[str, Any]:
    title = domain.get("description") or domain["name"]
    return {
        "title": {"fr": title, "en": title},
        "contacts": [],
        "adopted": True,
        **{key: domain[key] for key in ("groups",) if domain.get(key)},
        **_role_assignments(domain, f"domain {domain['name']}", roles, made),
    }


def _tenant(tenant: Mapping[str, Any], sensitivity: str, roles: set[str], made: Adopted) -> dict[str, Any]:
    said = [tag.partition(":")[2] for tag in tenant.get("tags", ()) if tag.startswith("sensitivity:")]
    known = [word for word in said if word in SENSITIVITIES]
    # Tags are not declared: those that are there stay, and none is added to an adopted tenant.
    own = {key: tenant[key] for key in ("parent", "enabled", "options") if key in tenant}
    own |= _role_assignments(tenant, f"tenant {tenant['domain']}/{tenant['name']}", roles, made)
    by_site = {site["region"]: {key: site[key] for key in SITE if key in site} for site in tenant["sites"]}
    return {
        "offer": EXISTING,
        "sensitivity": known[0] if known else sensitivity,
        "adopted": True,
        "sites": sorted(by_site),
        **({"description": tenant["description"]} if tenant.get("description") else {}),
        **({"overrides": own} if own else {}),
        **({"overrides_by_site": by_site} if any(by_site.values()) else {}),
    }


def _role_assignments(holder: Mapping[str, Any], what: str, roles: set[str], made: Adopted) -> dict[str, Any]:
    kept = []
    for item in holder.get("role_assignments", ()):
        if item["role"] == "admin":
            made.left_out.append(f"{what}: the role admin reaches the whole cloud, so no estate gives it")
        else:
            roles.add(item["role"])
            kept.append(item)
    return {"role_assignments": kept} if kept else {}


def _catalogue(cloud: str, sites: Sequence[str], roles: Sequence[str]) -> dict[str, Any]:
    both = {"fr": "À décrire", "en": "To be described"}
    return {
        "clouds": {cloud: {"title": {"fr": cloud, "en": cloud}, "gives": DOMAINS, "sites": list(sites)}},
        "sensitivities": {
            name: {"title": {"fr": name, "en": name}, "description": both, "clouds": [cloud]} for name in SENSITIVITIES
        },
        "roles": list(roles),
        "blueprints": {"nothing": {"description": "Adopted tenants have what they had."}},
        "offers": {
            EXISTING: {
                "title": {"fr": "Existant", "en": "Existing"},
                "description": {
                    "fr": "Tenants antérieurs à ces fichiers, repris tels quels.",
                    "en": "Tenants that were there before these files, taken over as they are.",
                },
                "cloud": cloud,
                "sites": {cloud: list(sites)},
                "sensitivities": list(SENSITIVITIES),
                "size": "as-found",
                "sizes": {"as-found": {"price": 0, "quotas": {}}},
                "blueprint": "nothing",
                "people": {},
            }
        },
    }


def _text(value: Mapping[str, Any]) -> str:
    # What comes out of Ansible bears tags that YAML does not know.
    plain = json.loads(json.dumps(value))
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=118, explicit_start=True)
    return text
