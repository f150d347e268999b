# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has become of the failures of a former audit, and which are new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...module_utils._audit.model import Outcome, Severity
from .document import Document, Result, Subject, at_least

#: With these a control has judged its objects, so that a failure that is not among its findings is gone.
_JUDGED = (Outcome.PASS, Outcome.FAIL, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Change:
    """What one audit says of an object and the other does not, or says otherwise."""

    control: str
    subject: Subject
    site: str
    severity: Severity
    type: str
    name: str
    key: str
    #: The key of the result that it is a part of.
    place: str


@dataclass(frozen=True, slots=True)
class Trend:
    """How an audit differs from a former one."""

    since: datetime
    new: tuple[Change, ...]
    worse: tuple[Change, ...]
    repaired: tuple[Change, ...]
    #: What failed before, and could not be looked for now.
    unknown: tuple[Change, ...]
    same: int


def compare(former: Document, document: Document) -> Trend:
    """Return how an audit differs from a former one of the same cloud.

    A failure is repaired when the control that found it judged again and does not find it; otherwise nobody knows. One
    that is excused by now is in no list.
    """
    before, after = dict(_failures(former)), dict(_failures(document))
    judged = {result.key for result in document.ended(*_JUDGED)}
    excused = {result.key for result in document.ended(Outcome.EXEMPT)}
    gone = [change for key, change in before.items() if key not in after]
    worse = [
        change for key, change in after.items() if key in before and not at_least(before[key].severity, change.severity)
    ]
    return Trend(
        since=former.run.at,
        new=tuple(change for key, change in after.items() if key not in before),
        worse=tuple(worse),
        repaired=tuple(change for change in gone if change.place in judged),
        unknown=tuple(change for change in gone if change.place not in judged | excused),
        same=len(before.keys() & after.keys()) - len(worse),
    )


def _failures(document: Document) -> Iterator[tuple[str, Change]]:
    """Yield each failing object by its key; a failure that names no object stands for itself."""
    for result in document.ended(Outcome.FAIL):
        if not result.findings:
            yield result.key, _change(result, "", "", result.key)
        for finding in result.findings:
            yield finding.key, _change(result, finding.type, finding.name or finding.id, finding.key)


def _change(result: Result, kind: str, name: str, key: str) -> Change:
    return Change(result.control, result.subject, result.site, result.severity, kind, name, key, result.key)
