# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes in the order in which they can be made, with a digest that names exactly them; pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .model import Action, Change, EngineError, Key, Kind, Problem, Sort


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, wave by wave: all changes of a wave may run at once, after those of the waves before.

    kept counts the declared objects that are already as they should be.
    """

    waves: tuple[tuple[Change, ...], ...]
    kept: tuple[Change, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change that writes, in order."""
        return tuple(change for wave in self.waves for change in wave)

    @property
    def digest(self) -> str:
        """The SHA-256 of the plan's canonical form, in hexadecimal: equal digests mean equal plans."""
        canonical = json.dumps([as_data(change) for change in self.changes], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """Return how many objects are created, updated, deleted and kept."""
        counted = Counter(change.action for change in self.changes)
        return {action.value: counted[action] for action in (Action.CREATE, Action.UPDATE, Action.DELETE)} | {
            Action.KEEP.value: len(self.kept)
        }


def ordered(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """Return kinds so that each comes after those it needs; the order of the input does not matter."""
    by_name = {kind.name: kind for kind in kinds}
    levels = {name: _level(by_name, name, by_name) for name in by_name}
    return tuple(by_name[name] for name in sorted(by_name, key=lambda name: (levels[name], name)))


def _level(by_name: Mapping[str, Sort], name: str, counted: Container[str]) -> int:
    """Return how many of the counted kinds must come before a kind, one after the other."""
    return max(
        (_level(by_name, need, counted) + (need in counted) for need in by_name[name].needs),
        default=0,
    )


def plan(kinds: Sequence[Sort], changes: Iterable[Change]) -> Plan:
    """Return the plan of these changes: creations and updates as their needs allow, then deletions the other way.

    Raises EngineError when objects need one another in a circle.
    """
    by_name = {kind.name: kind for kind in kinds}
    inside = sorted(changes, key=lambda change: (change.key, change.id))
    # Several objects may bear one name, when all of them are deleted; they need the same.
    needs = {change.key: change.needs for change in inside}
    known_as: defaultdict[Key, list[Key]] = defaultdict(list)
    for change in inside:
        for name in by_name[change.key.kind].known_as(change.key, {**change.before, **change.after, **change.once}):
            known_as[name].append(change.key)
    # What is not written takes no wave.
    written = {change.key for change in inside if change.action is not Action.KEEP}
    kinds_written = {key.kind for key in written}
    levels = {name: _level(by_name, name, kinds_written) for name in {key.kind for key in needs}}
    depths: dict[Key, int] = {}

    def depth(key: Key, above: tuple[Key, ...] = ()) -> int:
        """Return how many waves must come before: those of the kind's needs, and those of the object's own."""
        if key in above:
            circle = " needs ".join(map(str, (*above, key)))
            raise EngineError(Problem("the declaration goes in a circle", circle, "Break the circle."))
        if key not in depths:
            needed = [real for need in needs[key] for real in known_as.get(need, [need]) if real in needs]
            waits = {need: depth(need, (*above, key)) for need in needed}
            level = levels[key.kind]
            # What waits for something late is late itself, and so is all that its kind must come before.
            late = max((waited - levels[need.kind] for need, waited in waits.items()), default=0)
            depths[key] = max([level + late, *(waited + (need in written) for need, waited in waits.items())])
        return depths[key]

    waves: dict[tuple[int, int], list[Change]] = {}
    kept = []
    for change in inside:
        if change.action is Action.KEEP:
            kept.append(change)
        elif change.action is Action.DELETE:
            waves.setdefault((1, -depth(change.key)), []).append(change)
        else:
            waves.setdefault((0, depth(change.key)), []).append(change)
    return Plan(tuple(tuple(waves[position]) for position in sorted(waves)), tuple(kept))


def as_data(change: Change) -> dict[str, Any]:
    """Return a change as plain data, as results, digests and files show it."""
    return {
        "action": change.action.value,
        "kind": change.key.kind,
        "region": change.key.region,
        "path": list(change.key.path),
        "before": dict(change.before),
        "after": {**change.after, **change.once},
    }
