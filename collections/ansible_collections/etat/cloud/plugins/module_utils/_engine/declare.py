# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a declaration to the objects that it wants; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .model import EngineError, Key, Kind, Level, Place, Problem, Wanted


def declare(kinds: Sequence[Kind], declared: Mapping[str, Any]) -> list[Wanted]:
    """Return every object that a declaration wants, each once.

    declared holds the module's options identity, regions, domains and tenants; any of them may be missing.

    Raises EngineError when values have no meaning, or when one object is declared twice with different values.
    """
    found: list[Wanted | Problem] = []
    found += _walk(kinds, Level.IDENTITY, Place(), declared.get("identity") or {})
    for region in declared.get("regions") or ():
        found += _walk(kinds, Level.REGION, Place(region=region["region"]), region)
    for domain in declared.get("domains") or ():
        found += _walk(kinds, Level.DOMAIN, Place(domain["name"]), domain)
    for tenant in declared.get("tenants") or ():
        place = Place(tenant["domain"], tenant["name"])
        found += _walk(kinds, Level.TENANT, place, tenant)
        for site in tenant.get("sites") or ():
            found += _walk(kinds, Level.SITE, replace(place, region=site["region"]), site)
    problems = [item for item in found if isinstance(item, Problem)]
    if problems:
        raise EngineError(*problems)
    return _once(item for item in found if isinstance(item, Wanted))


def _walk(kinds: Sequence[Kind], level: Level, place: Place, root: Mapping[str, Any]) -> Iterator[Wanted | Problem]:
    for kind in kinds:
        if level in kind.levels:
            for parents, item in _items(root, kind.section):
                here = replace(place, parents=parents)
                try:
                    yield from kind.wanted(here, item)
                except ValueError as error:
                    yield Problem(f"{_spoken(kind, here, item)} is not valid", str(error), "Correct the declaration.")


def _spoken(kind: Kind, place: Place, item: Mapping[str, Any]) -> str:
    """Return the name of an item whose key cannot be told, since its values have no meaning."""
    above = "/".join(name for name in (place.domain, place.project, *(up["name"] for up in place.parents)) if name)
    name = item.get("name") if isinstance(item, Mapping) else str(item)
    of = ("of", above) if above else ()
    parts = (kind.name.replace("_", " "), name, *of, place.region and f"in {place.region}")
    return " ".join(part for part in parts if part)


def _items(item: Any, section: Sequence[str]) -> Iterator[tuple[tuple[Mapping[str, Any], ...], Any]]:
    """Yield each item of a section with the list items around it, outermost first."""
    if not section:
        yield (), item
        return
    first, *rest = section
    inner = item.get(first)
    if isinstance(inner, Mapping):
        yield from _items(inner, rest)
    elif inner is not None:
        for element in inner:
            for parents, found in _items(element, rest):
                yield ((element, *parents) if rest else parents), found


def _once(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Drop repetitions; refuse contradictions, all at once."""
    first: dict[Key, Wanted] = {}
    problems = [
        Problem(f"{item.key} is declared twice", f"as {_said(first[item.key])}, and as {_said(item)}", "Keep one.")
        for item in wanted
        if first.setdefault(item.key, item) != item
    ]
    if problems:
        raise EngineError(*problems)
    return list(first.values())


def _said(item: Wanted) -> str:
    if item.absent:
        return "absent"
    said = [f"{name}={value}" for name, value in {**item.fields, **item.once}.items()]
    pruned = [f"pruning every {kind.replace('_', ' ')} that is not declared" for kind in item.owns]
    return ", ".join(said + pruned) or "present"
