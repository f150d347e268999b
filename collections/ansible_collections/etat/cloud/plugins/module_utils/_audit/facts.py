# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of a cloud, and what could not be, with an index for each field that somebody asks by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from .model import Refusal, Row, Text

Derived = TypeVar("Derived")
#: A source and a region; the region is empty for identity.
Place = tuple[str, str]
#: Stands for every owner of a place.
EVERYBODY = ""
UNREAD = Refusal(Text("it was not read", "la lecture n'a pas été faite"))
PARTLY = Refusal(
    Text("it was read for some projects or domains only", "la lecture ne couvre qu'une partie des projets ou domaines")
)


class Facts:
    """The records of all sources. Filled once by add, and only read from then on."""

    def __init__(self) -> None:
        self._rows: dict[Place, dict[tuple[str, str, str], Row]] = {}
        self._looked: dict[Place, dict[str, Refusal | None]] = {}
        self._derived: dict[Hashable, Any] = {}
        self._indexes: dict[tuple[Place, str], Mapping[object, Sequence[Row]]] = {}

    # --- filling

    def add(self, source: str, region: str, rows: Iterable[Row], owner: str = EVERYBODY) -> None:
        """Take in records. owner: the id of the project or domain that was looked into; everybody when empty.

        A record that several accounts or projects see, such as a shared network, counts once.
        """
        place = (source, region)
        held = self._rows.setdefault(place, {})
        # The ids of some services are names, which two projects may share.
        held.update(((row["id"], row.get("parent_id", ""), row.get("project_id", "")), row) for row in rows)
        self._looked.setdefault(place, {}).setdefault(owner, None)

    def refuse(self, source: str, region: str, refusal: Refusal, owner: str = EVERYBODY) -> None:
        """Note that records of an owner, or of everybody, could not be read."""
        self._looked.setdefault((source, region), {})[owner] = refusal

    def merge(self, other: Facts) -> None:
        """Take in what another account saw. Where both looked, what one of them could read is known."""
        for place, rows in other._rows.items():
            self._rows.setdefault(place, {}).update(rows)
        for place, looked in other._looked.items():
            mine = self._looked.setdefault(place, {})
            for owner, refusal in looked.items():
                if owner not in mine or mine[owner] is not None:
                    mine[owner] = refusal

    # --- reading

    def rows(self, source: str, region: str) -> Sequence[Row]:
        """Return all records of a source in a region."""
        return tuple(self._rows.get((source, region), {}).values())

    def by(self, source: str, region: str, field: str, value: object) -> Sequence[Row]:
        """Return the records with a text, a number or nothing in a field. The first such question makes the index."""
        key = ((source, region), field)
        if key not in self._indexes:
            index: defaultdict[object, list[Row]] = defaultdict(list)
            for row in self._rows.get((source, region), {}).values():
                found = row.get(field)
                if found is None or isinstance(found, (str, int)):
                    index[found].append(row)
            self._indexes[key] = dict(index)
        return self._indexes[key].get(value, ())

    def one(self, source: str, region: str, id: str | None) -> Row | None:
        """Return the record with this id, or None when there is none or it was not seen."""
        found = self.by(source, region, "id", id) if id else ()
        return found[0] if found else None

    def once(self, key: Hashable, make: Callable[[], Derived]) -> Derived:
        """Return what somebody derives from the facts, made when it is first asked for."""
        if key not in self._derived:
            self._derived[key] = make()
        found: Derived = self._derived[key]
        return found

    def refusal(self, source: str, region: str, owners: Sequence[str]) -> Refusal | None:
        """Return why the records of a subject are not known, or None when they are.

        owners: the ids of the subject, from its own to the one around it. What is known of the first one counts;
        what is said of everybody comes last. Without any, all of the cloud is the subject.
        """
        looked = self._looked.get((source, region), {})
        if not owners:
            refused = [refusal for refusal in looked.values() if refusal is not None]
            return refused[0] if refused else None if EVERYBODY in looked else PARTLY if looked else UNREAD
        for owner in (*owners, EVERYBODY):
            if owner in looked:
                return looked[owner]
        return UNREAD

    def refusals(self) -> Iterator[tuple[str, str, str, Refusal]]:
        """Yield everything that could not be read: source, region, owner and why."""
        for (source, region), looked in self._looked.items():
            yield from ((source, region, owner, refusal) for owner, refusal in looked.items() if refusal is not None)

    def looked(self, source: str, region: str) -> Mapping[str, Refusal | None]:
        """Return, for each owner that was asked for, why its records could not be read, or None when they were."""
        return self._looked.get((source, region), {})
