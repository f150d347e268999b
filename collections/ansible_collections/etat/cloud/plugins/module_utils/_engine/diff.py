# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must change for the cloud to be as declared; pure and total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .model import Action, Change, EngineError, Key, Kind, Observed, Problem, Wanted
from .observe import Observation


def diff(
    kinds: Sequence[Kind], wanted: Sequence[Wanted], seen: Observation, pruned: Iterable[Observed] = ()
) -> list[Change]:
    """Return one change for every declared object, and one deletion for each undeclared object that has to go.

    Those are the objects under an owner that keeps what is declared only, and the ones that are pruned.

    Objects of kinds and regions that could not be listed give no change: see blocked.

    Raises EngineError, with every problem at once, when names are ambiguous, when a field that OpenStack cannot change
    differs, or when something referred to is nowhere.
    """
    by_name = {kind.name: kind for kind in kinds}
    problems: list[Problem] = []
    changes: list[Change] = []
    for item in wanted:
        kind = by_name[item.key.kind]
        if (kind.name, item.key.region) in seen.blind:
            continue
        there = seen.one(item.key)
        problems += _ambiguous(kind, item.key, seen)
        problems += _fixed(kind, item, there)
        if item.absent:
            changes += _absent(item, seen)
        else:
            changes.append(_compare(kind, item, there))
    going = {(found.key, found.id): found for found in (*_undeclared(by_name, wanted, seen), *pruned)}
    changes += [Change(Action.DELETE, found.key, before=found.fields, id=found.id) for found in going.values()]
    changes = [_with_needs(by_name[change.key.kind], change) for change in changes]
    problems += _missing(by_name, wanted, changes, seen)
    if problems:
        raise EngineError(*dict.fromkeys(problems))
    return changes


def blocked(wanted: Sequence[Wanted], seen: Observation) -> dict[Key, Problem]:
    """Return the declared objects that could not be looked at, each with the reason."""
    found = {}
    for item in wanted:
        problem = seen.blind.get((item.key.kind, item.key.region))
        if problem is not None:
            found[item.key] = problem
    return found


def _absent(item: Wanted, seen: Observation) -> Iterator[Change]:
    for found in seen.objects.get(item.key, ()):
        yield Change(Action.DELETE, item.key, before=found.fields, id=found.id, allows=item.allows)
    if not seen.one(item.key):
        yield Change(Action.KEEP, item.key)


def _compare(kind: Kind, item: Wanted, there: Observed | None) -> Change:
    if there is None:
        action = Action.UPDATE if kind.inherent else Action.CREATE
        return Change(action, item.key, after=item.fields, once=item.once, owns=item.owns, allows=item.allows)
    before, after = {}, {}
    for name, value in item.fields.items():
        was = there.fields.get(name)
        if there.provided and kind.fits(name, was, value):
            continue
        becomes = kind.merge(name, was, value)
        if becomes != was:
            before[name], after[name] = was, becomes
    if not after:
        return Change(Action.KEEP, item.key, id=there.id)
    return Change(Action.UPDATE, item.key, before=before, after=after, id=there.id, allows=item.allows)


def _undeclared(by_name: dict[str, Kind], wanted: Sequence[Wanted], seen: Observation) -> Iterator[Observed]:
    """Yield each undeclared object whose declared owner keeps only what is declared under it."""
    owners = {(item.key, kind) for item in wanted for kind in item.owns}
    if not owners:
        return
    declared = {item.key for item in wanted}
    for key, found in seen.objects.items():
        owner = Key(by_name[key.kind].parent, key.region, by_name[key.kind].owner(key))
        if key not in declared and (owner, key.kind) in owners:
            yield from found


def _with_needs(kind: Kind, change: Change) -> Change:
    references = kind.references(change.key, {**change.before, **change.after})
    return replace(change, needs=tuple(sorted(set(references.values())))) if references else change


def _ambiguous(kind: Kind, key: Key, seen: Observation) -> Iterator[Problem]:
    found = seen.objects.get(key, ())
    # Objects that are nothing but their identity are equal: it does not matter which is meant.
    if len(found) > 1 and not kind.same_if_exists:
        ids = " and ".join(sorted(item.id for item in found))
        yield Problem(
            f"{key} is ambiguous",
            f"{len(found)} objects bear this name: {ids}",
            "Rename or delete all but one; nothing was written.",
        )


def _fixed(kind: Kind, item: Wanted, there: Observed | None) -> Iterator[Problem]:
    if there is None or item.absent:
        return
    for name in kind.fixed:
        # What the account is not shown may be as declared; who could write it, would see it.
        if name in item.fields and there.fields.get(name, item.fields[name]) != item.fields[name]:
            yield Problem(
                f"{item.key}: {name} cannot be changed",
                f"the cloud has {there.fields[name]}, the declaration says {item.fields[name]}",
                "Correct the declaration, or declare the object absent first.",
            )


def _missing(
    by_name: dict[str, Kind], wanted: Sequence[Wanted], changes: Sequence[Change], seen: Observation
) -> Iterator[Problem]:
    """Yield a problem for each thing that a change needs and that neither is there nor will be."""
    coming = {
        key
        for item in wanted
        if not item.absent
        for key in (item.key, *by_name[item.key.kind].known_as(item.key, {**item.fields, **item.once}))
    }
    going = {item.key for item in wanted if item.absent}
    there: defaultdict[tuple[str, str], list[str]] | None = None
    for change in changes:
        if change.action not in (Action.CREATE, Action.UPDATE):
            continue
        for need in change.needs:
            if need in coming or (need.kind, need.region) in seen.blind:
                continue
            if need in going:
                yield Problem(f"{change.key} needs {need}", "it is declared absent", "Keep the one or drop the other.")
                continue
            yield from _ambiguous(by_name[need.kind], need, seen)
            if seen.one(need) is None and (need.kind, need.region) in seen.looked:
                if there is None:
                    there = defaultdict(list)
                    for key in sorted(seen.objects):
                        there[(key.kind, key.region)].append("/".join(part for part in key.path if part))
                names = there[(need.kind, need.region)]
                said = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
                yield Problem(
                    f"{change.key} needs {need}",
                    "it is neither in the cloud nor declared",
                    f"Declare it, or name one that is there: {said or 'there is none'}.",
                )
