# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From listings to an index of what is there. The calls themselves are made by a reader that is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .model import Fields, Get, Key, Kind, Observed, Problem, Scope, Wanted


class Reader(Protocol):
    """Reads many listings at once."""

    def __call__(self, gets: Iterable[Get]) -> Mapping[Get, list[Mapping[str, Any]] | Problem]:
        """Return, for each listing, its records or the problem that kept it from answering."""

    def offers(self, service: str, region: str) -> bool:
        """Return whether the catalogue has a service in a region."""


@dataclass(slots=True)
class Observation:
    """What was seen. One name may stand for several objects, since OpenStack lets names repeat.

    blind: the kinds and regions that could not be listed, with the reason.
    looked: the kinds and regions that were listed; nothing is known of the others.
    lacking: the services and regions that the catalogue does not have, and that nothing declared asks for.
    """

    objects: dict[Key, list[Observed]] = field(default_factory=dict)
    blind: dict[tuple[str, str], Problem] = field(default_factory=dict)
    looked: set[tuple[str, str]] = field(default_factory=set)
    lacking: set[tuple[str, str]] = field(default_factory=set)

    def one(self, key: Key) -> Observed | None:
        """Return the object of this name, or None when there is none; the first when there are several."""
        found = self.objects.get(key)
        return found[0] if found else None

    def put(self, found: Observed) -> None:
        """Take in one object; one that was seen before counts once, as it was seen last."""
        same = self.objects.get(found.key)
        if same is None:
            self.objects[found.key] = [found]
        else:
            same[:] = [item for item in same if item.id != found.id] + [found]

    def add(self, other: Observation) -> None:
        """Take in what another account saw."""
        for found in other.objects.values():
            for item in found:
                self.put(item)
        self.blind.update(other.blind)
        self.looked |= other.looked
        self.lacking |= other.lacking


def concerned(kinds: Sequence[Kind], wanted: Iterable[Wanted]) -> list[Kind]:
    """Return the kinds that have to be observed for these objects and for what they refer to, in the order given."""
    by_name = {kind.name: kind for kind in kinds}
    names: set[str] = set()
    met: set[Key] = set()
    rest: list[tuple[Key, Fields]] = []
    for item in wanted:
        names.update(item.owns)
        rest.append((item.key, item.fields))
    while rest:
        key, fields = rest.pop()
        names.update((key.kind, *by_name[key.kind].read_with))
        for reference in by_name[key.kind].references(key, fields).values():
            if reference not in met:
                met.add(reference)
                rest.append((reference, {}))
    return [kind for kind in kinds if kind.name in names]


def observe(kinds: Sequence[Kind], scope: Scope, read: Reader) -> Observation:
    """Return what an account sees of these kinds, reading all listings of a stage at once.

    kinds must be in the order of their needs. The names seen are added to those of the scope, for the later stages. A
    service that the catalogue does not have is asked for nothing, unless something declared needs it.
    """
    seen = Observation()
    asked_for = {(key.kind, key.region) for key in scope.wanted}
    for stage in sorted({kind.stage for kind in kinds}):
        asked = {kind: list(dict.fromkeys(kind.listings(scope))) for kind in kinds if kind.stage == stage}
        for kind, gets in asked.items():
            lacking = {
                (get.service, get.region)
                for get in gets
                if (kind.name, get.region) not in asked_for and not read.offers(get.service, get.region)
            }
            seen.lacking |= lacking
            gets[:] = [get for get in gets if (get.service, get.region) not in lacking]
        # Kinds that show in the same listing, such as a security group and its rules, share one call. A call that shows
        # all of a kind lasts long: begun last, it would be waited for when the rest is read.
        answers = dict(read(dict.fromkeys(get for gets in sorted(asked.values(), key=len) for get in gets)))
        last = {get: kind for kind, gets in asked.items() for get in gets}
        for kind, gets in asked.items():
            for get in gets:
                seen.looked.add((kind.name, get.region))
                # Records are many times as large as what is kept of them.
                answer = answers.pop(get) if last[get] is kind else answers[get]
                if isinstance(answer, Problem):
                    seen.blind[(kind.name, get.region)] = answer
                    continue
                for found in kind.read(answer, get, scope.names):
                    scope.names.add(found)
                    seen.put(found)
    return seen
