# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the declared tenants have in the cloud and in no declaration; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .marks import mark
from .model import Key, Kind, Observed, Wanted
from .observe import Observation


@dataclass(frozen=True, slots=True)
class Extent:
    """Of whom a declaration speaks.

    tenants: pairs of domain and project names. domains: those of which it names every tenant and every group.
    """

    tenants: frozenset[tuple[str, str]]
    domains: frozenset[str] = frozenset()

    def holds(self, key: Key) -> bool:
        """Return whether an object with this key would be declared if it were meant to be there."""
        return key.tenant in self.tenants or key.tenant[0] in self.domains


def undeclared(
    kinds: Sequence[Kind], wanted: Sequence[Wanted], seen: Observation, extent: Extent
) -> Iterator[Observed]:
    """Yield every object that is there and not declared, in order, without those that come by themselves.

    What this product made, or what lives under something that it made, is yielded as managed.
    """
    by_name = {kind.name: kind for kind in kinds}
    declared = {item.key for item in wanted}
    for key in sorted(seen.objects):
        kind = by_name[key.kind]
        if not kind.levels or key in declared or not extent.holds(key):
            continue
        for found in seen.objects[key]:
            if not kind.natural(found):
                yield replace(found, managed=managed(by_name, found, seen))


def managed(by_name: Mapping[str, Kind], found: Observed, seen: Observation) -> bool:
    """Return whether this product made an object, or one that it lives under."""
    project = seen.one(Key("project", "", found.key.tenant))
    if project is not None and mark(found.key) in project.marks:
        return True
    kind = by_name[found.key.kind]
    above = seen.one(Key(kind.parent, found.key.region, kind.owner(found.key))) if kind.parent else None
    return above is not None and managed(by_name, above, seen)


def outermost(kinds: Sequence[Kind], found: Sequence[Observed]) -> list[Observed]:
    """Return objects without those that live under another one of them: what goes with its owner need not be read."""
    by_name = {kind.name: kind for kind in kinds}
    keys = {item.key for item in found}
    return [item for item in found if not keys.intersection(_owners(by_name[item.key.kind], item.key))]


def with_owners(kinds: Sequence[Kind], found: Observation, seen: Observation) -> Observation:
    """Return what was found with what it lives under, of which nothing but the name is kept."""
    by_name = {kind.name: kind for kind in kinds}
    objects = dict(found.objects)
    rest = list(objects)
    while rest:
        key = rest.pop()
        for owner in _owners(by_name[key.kind], key):
            if owner not in objects and owner.kind != "project" and owner in seen.objects:
                objects[owner] = [Observed(owner, seen.objects[owner][0].id)]
                rest.append(owner)
    return Observation(objects)


def _owners(kind: Kind, key: Key) -> Iterator[Key]:
    """Yield what an object lives under: its owner, and its project."""
    if kind.parent:
        yield Key(kind.parent, key.region, kind.owner(key))
    if key.kind != "project" and key.tenant[1]:
        yield Key("project", "", key.tenant)
