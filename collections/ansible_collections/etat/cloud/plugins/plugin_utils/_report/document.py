# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of an audit, read and checked once, in the form from which every report is made."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from ...module_utils._audit.model import Outcome, Severity, Text

VERSION = 1
Term = TypeVar("Term", bound=StrEnum)
Scalar = str | int | float | bool | None
#: The gravest first, as people read it.
SEVERITIES = tuple(reversed(Severity))


class ReportError(ValueError):
    """A document that is no document of an audit; says where, and what is expected there."""


class Subject(NamedTuple):
    """Whom a result is about: a tenant, a domain (no tenant), or the cloud itself (neither)."""

    domain: str
    tenant: str

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that fails a control, and the facts that say so."""

    type: str
    id: str
    name: str
    evidence: Mapping[str, Scalar]
    #: What of it is a statement, in both languages.
    statements: Mapping[str, Text]
    #: What stays the same from one audit to the next while it is the same failure of the same object.
    key: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A dated exception."""

    id: str
    owner: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class Result:
    """How one control ended for one subject, on one site or on none."""

    control: str
    level: str
    subject: Subject
    site: str
    outcome: Outcome
    severity: Severity
    judged: int
    reason: Text
    waiver: Waiver | None
    findings: tuple[Finding, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as the estate declares it."""

    subject: Subject
    sensitivity: str
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unseen:
    """A listing that the audit could not read, why, and with which role it could have."""

    source: str
    region: str
    why: Text
    role: str
    #: The tenants and domains that it concerns; everybody when there is none.
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """An account that looked, and how far it reaches."""

    name: str
    roles: tuple[str, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class Run:
    """When and as whom the audit looked."""

    at: datetime
    #: The main one first; others where a cloud gives one for each project.
    accounts: tuple[Account, ...]
    calls: int
    seconds: float


@dataclass(frozen=True)
class Document:
    """One audit of one cloud."""

    cloud: str
    run: Run
    tenants: tuple[Tenant, ...]
    unseen: tuple[Unseen, ...]
    #: By domain and tenant, the gravest first.
    results: tuple[Result, ...]

    @cached_property
    def by_subject(self) -> Mapping[Subject, tuple[Result, ...]]:
        """The results of each subject; a tenant without any is there too."""
        found: dict[Subject, list[Result]] = {tenant.subject: [] for tenant in self.tenants}
        for result in self.results:
            found.setdefault(result.subject, []).append(result)
        return {subject: tuple(found[subject]) for subject in sorted(found)}

    @cached_property
    def controls(self) -> tuple[str, ...]:
        """The ids of the controls that were judged."""
        return tuple(sorted({result.control for result in self.results}))

    def ended(self, *outcomes: Outcome) -> Iterator[Result]:
        """Yield the results with one of these outcomes."""
        return (result for result in self.results if result.outcome in outcomes)


def read(given: object) -> Document:
    """Return the document that module posture_info returned, or that was kept as JSON.

    Raises ReportError for anything else.
    """
    document = _mapping(given, "the document")
    if document.get("version") != VERSION:
        raise ReportError(
            f"the document has version {document.get('version')!r}; this collection reads version {VERSION}. "
            "Audit again, or use the collection that wrote it."
        )
    cloud = _text(document, "cloud", "the document")
    results = tuple(_results(cloud, _list(document, "results", "the document")))
    twice = [key for key, count in Counter(result.key for result in results).items() if count > 1]
    if twice:
        double = next(result for result in results if result.key == twice[0])
        raise ReportError(
            f"control {double.control} has two results for {double.subject or cloud} {double.site}; expected is one"
        )
    return Document(
        cloud=cloud,
        run=_run(_mapping(document.get("run"), "run")),
        tenants=tuple(
            sorted(
                (_tenant(_mapping(tenant, "a tenant")) for tenant in _list(document, "tenants", "the document")),
                key=lambda tenant: tenant.subject,
            )
        ),
        unseen=tuple(_unseen(_mapping(row, "unseen")) for row in _list(document, "unseen", "the document")),
        results=tuple(sorted(results, key=_order)),
    )


def threshold(document: Document, severity: Severity) -> bool:
    """Return whether anything fails that is as grave as this, or graver."""
    return any(at_least(result.severity, severity) for result in document.ended(Outcome.FAIL))


def at_least(severity: Severity, other: Severity) -> bool:
    """Return whether a severity is as grave as another, or graver."""
    return severity.rank >= other.rank


def by_severity(results: Iterable[Result]) -> dict[Severity, int]:
    """Return how many of these results have each severity, the gravest first."""
    counts = Counter(result.severity for result in results)
    return {severity: counts[severity] for severity in SEVERITIES}


def by_outcome(results: Iterable[Result]) -> dict[Outcome, int]:
    """Return how many of these results have each outcome."""
    counts = Counter(result.outcome for result in results)
    return {outcome: counts[outcome] for outcome in Outcome}


def fact(value: Scalar) -> str:
    """Return a fact as the API would write it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _order(result: Result) -> tuple[Any, ...]:
    return (result.subject, SEVERITIES.index(result.severity), result.control, result.site)


def _results(cloud: str, rows: Iterable[object]) -> Iterator[Result]:
    for given in rows:
        row = _mapping(given, "a result")
        control = _text(row, "control", "a result")
        here = f"a result of {control}"
        subject = Subject(_text(row, "domain", here), _text(row, "tenant", here))
        site = _text(row, "site", here)
        waiver = row.get("waiver")
        yield Result(
            control=control,
            level=_text(row, "level", here),
            subject=subject,
            site=site,
            outcome=_one_of(Outcome, row, "outcome", here),
            severity=_one_of(Severity, row, "severity", here),
            judged=int(row.get("judged") or 0),
            reason=_both(row, "reason", here),
            waiver=None if waiver is None else _waiver(_mapping(waiver, f"the waiver of {here}")),
            findings=tuple(_findings((cloud, control, *subject, site), _list(row, "findings", here), here)),
            key=_digest(cloud, control, *subject, site),
        )


def _findings(place: tuple[str, ...], rows: Iterable[object], here: str) -> Iterator[Finding]:
    seen: Counter[tuple[str, str]] = Counter()
    for given in rows:
        row = _mapping(given, f"a finding of {here}")
        kind, identity, name = (_text(row, key, f"a finding of {here}") for key in ("type", "id", "name"))
        evidence = _mapping(row.get("evidence", {}), f"the evidence of {here}")
        for key, value in evidence.items():
            # Whole objects may hold what nobody should read.
            if value is not None and not isinstance(value, (str, int, float, bool)):
                raise ReportError(f"the evidence '{key}' of {here} is a {type(value).__name__}; expected is a scalar")
        french = _mapping(row.get("evidence_fr", {}), f"the French evidence of {here}")
        statements = {key: Text(fact(evidence.get(key)), _text(french, key, here)) for key in french}
        object_ = (kind, identity or name)
        yield Finding(kind, identity, name, dict(evidence), statements, _digest(*place, *object_, str(seen[object_])))
        seen[object_] += 1


def _digest(*parts: str) -> str:
    # JSON keeps ("a", "b") and ("ab", "") apart, and writes any character in ASCII.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _waiver(row: Mapping[str, Any]) -> Waiver:
    return Waiver(*(_text(row, key, "a waiver") for key in ("id", "owner", "reason", "until")))


def _tenant(row: Mapping[str, Any]) -> Tenant:
    return Tenant(
        Subject(_text(row, "domain", "a tenant"), _text(row, "name", "a tenant")),
        _text(row, "sensitivity", "a tenant"),
        tuple(map(str, _list(row, "sites", "a tenant"))),
    )


def _unseen(row: Mapping[str, Any]) -> Unseen:
    source, region, role = (_text(row, key, "unseen") for key in ("source", "region", "role"))
    return Unseen(source, region, _both(row, "why", "unseen"), role, tuple(map(str, _list(row, "owners", "unseen"))))


def _account(row: Mapping[str, Any]) -> Account:
    roles = tuple(map(str, _list(row, "roles", "run")))
    return Account(_text(row, "account", "run"), roles, _text(row, "scope", "run"))


def _run(row: Mapping[str, Any]) -> Run:
    said = _text(row, "at", "run")
    try:
        at = datetime.fromisoformat(said)
    except ValueError as error:
        raise ReportError(f"run.at is '{said}'; expected is a time such as 2026-11-25T05:00:00Z") from error
    return Run(
        at=at.astimezone(UTC),
        # The main account stands among all of them, too.
        accounts=tuple(
            dict.fromkeys(_account(_mapping(one, "an account")) for one in (row, *_list(row, "accounts", "run")))
        ),
        calls=sum(_mapping(row.get("calls", {}), "run.calls").values()),
        seconds=float(sum(_mapping(row.get("seconds", {}), "run.seconds").values())),
    )


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ReportError(
            f"{where} is a {type(value).__name__}; expected is a mapping, as etat.cloud.posture_info returns"
        )
    return value


def _list(row: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = row.get(key)
    if not isinstance(value, (list, tuple)):
        raise ReportError(f"{key} of {where} is a {type(value).__name__}; expected is a list")
    return list(value)


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key, "")
    if value is not None and not isinstance(value, str):
        raise ReportError(f"{key} of {where} is a {type(value).__name__}; expected is a text")
    return value or ""


def _both(row: Mapping[str, Any], key: str, where: str) -> Text:
    """Return a sentence in both languages. Documents of earlier releases have it in English only."""
    return Text(_text(row, key, where), _text(row, f"{key}_fr", where))


def _one_of(terms: type[Term], row: Mapping[str, Any], key: str, where: str) -> Term:
    value = _text(row, key, where)
    try:
        return terms(value)
    except ValueError as error:
        raise ReportError(f"{key} of {where} is '{value}'; allowed: {', '.join(terms)}") from error
