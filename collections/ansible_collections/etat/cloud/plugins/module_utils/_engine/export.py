# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a cloud has to the declaration that would leave it as it is; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .model import Kind, Level, Observed
from .observe import Observation

Item = dict[str, Any]


@dataclass(slots=True)
class Exported:
    """Declarations of the cloud's identity, domains and tenants, and what they cannot say, in sentences."""

    identity: Item = field(default_factory=dict)
    domains: list[Item] = field(default_factory=list)
    tenants: list[Item] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def export(kinds: Sequence[Kind], seen: Observation, tenants: Iterable[tuple[str, str]]) -> Exported:
    """Return the declaration of what was seen of these tenants, pairs of domain and project names.

    A pair without a project stands for a domain, and one of two empty names for the cloud's identity.
    """
    made = Exported()
    names = sorted(set(tenants))
    if ("", "") in names:
        found = [one for one in _mine(seen, "", "") if not one.key.region]
        made.identity = _item(kinds, Level.IDENTITY, found, {}, made.left_out)
    for domain in sorted({domain for domain, _project in names if domain}):
        found = _mine(seen, domain, "")
        made.domains.append(_item(kinds, Level.DOMAIN, found, {"name": domain}, made.left_out))
    for domain, project in ((domain, project) for domain, project in names if project):
        found = _mine(seen, domain, project)
        root: Item = {"name": project, "domain": domain}
        tenant = _item(kinds, Level.TENANT, [one for one in found if not one.key.region], root, made.left_out)
        sites = []
        for region in sorted({one.key.region for one in found if one.key.region}):
            here = [one for one in found if one.key.region == region]
            sites.append(_item(kinds, Level.SITE, here, {"region": region}, made.left_out))
        made.tenants.append({**tenant, "sites": sites})
    return made


def _mine(seen: Observation, domain: str, project: str) -> list[Observed]:
    """Return the objects of one domain or tenant, each name once; a name that repeats is kept twice to be told."""
    return [item for key in sorted(seen.objects) if key.tenant == (domain, project) for item in seen.objects[key]]


def _item(kinds: Sequence[Kind], level: Level, found: Sequence[Observed], root: Item, left_out: list[str]) -> Item:
    counts: dict[Any, int] = {}
    for one in found:
        counts[one.key] = counts.get(one.key, 0) + 1
    # Items around others come first, so that there is something to put those into.
    for kind in sorted((kind for kind in kinds if level in kind.levels), key=lambda kind: len(kind.section)):
        for one in (one for one in found if one.key.kind == kind.name):
            if counts[one.key] > 1 and not kind.same_if_exists:
                left_out.append(f"{one.key} with the id {one.id}: {counts[one.key]} objects bear this name")
                continue
            # Neutron lets an object have no name.
            said = kind.item(one) if one.key.path[-1] or len(one.key.path) < 3 else None
            if said is None or not _put(root, kind, one, said):
                left_out.append(f"{one.key} with the id {one.id}: a declaration has no words for it")
    return root


def _put(root: Item, kind: Kind, found: Observed, said: Any) -> bool:
    """Put an item where a declaration has it; return False when what should be around it is not there."""
    if not kind.section:
        root.update(said)
        return True
    here: Item = root
    around = kind.around(found.key)
    for name, outer in zip(kind.section, around, strict=False):
        inside = [item for item in here.get(name, ()) if item["name"] == outer]
        if len(inside) != 1:
            return False
        here = inside[0]
    for name in kind.section[len(around) : -1]:
        here = here.setdefault(name, {})
    last = kind.section[-1]
    if kind.heading.get("type") == "dict":
        here[last] = said
    elif said not in here.setdefault(last, []):
        here[last].append(said)
    return True
