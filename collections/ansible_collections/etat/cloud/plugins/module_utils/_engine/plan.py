# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes in the order in which they can be made, with a digest that names exactly them; pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .model import Action, Change, EngineError, Key, Kind, Problem


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
    levels = {name: _level(by_name, name) for name in by_name}
    return tuple(by_name[name] for name in sorted(by_name, key=lambda name: (levels[name], name)))


def _level(by_name: dict[str, Kind], name: str) -> int:
    return 1 + max((_level(by_name, need) for need in by_name[name].needs), default=-1)


def plan(kinds: Sequence[Kind], changes: Iterable[Change]) -> Plan:
    """Return the plan of these changes: creations and updates as their needs allow, then deletions the other way.

    Raises EngineError when objects need one another in a circle.
    """
    by_name = {kind.name: kind for kind in kinds}
    inside = sorted(changes, key=lambda change: (change.key, change.id))
    # Several objects may bear one name, when all of them are deleted; they need the same.
    needs = {change.key: change.needs for change in inside}
    depths: dict[Key, int] = {}

    def depth(key: Key, above: tuple[Key, ...] = ()) -> int:
        """Return how many waves must come before: those of the kind's needs, and those of the object's own."""
        if key in above:
            circle = " needs ".join(map(str, (*above, key)))
            raise EngineError(Problem("the declaration goes in a circle", circle, "Break the circle."))
        if key not in depths:
            needed = [depth(need, (*above, key)) for need in needs[key] if need in needs]
            depths[key] = max([_level(by_name, key.kind), *(1 + depth for depth in needed)])
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
