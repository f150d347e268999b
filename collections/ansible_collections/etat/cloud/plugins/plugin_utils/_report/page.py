# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as one page for people: a single HTML file without script, which reads on a screen and on paper.

What is shown is decided here; the template only lays it out.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .characters import visible
from .document import SEVERITIES, Finding, Result, Scalar, Subject, Tenant, Unseen, by_outcome, by_severity
from .report import Change, Report
from .terms import Control, Outcome, Severity
from .words import Language, Tongue

_HERE = Path(__file__).parent
#: How many objects of one control are shown for one subject; the CSV file has all of them.
MOST_OBJECTS = 50
#: How many tenants are worst.
MOST_WORST = 5


@dataclass(frozen=True, slots=True)
class Failing:
    """One object of a failure, as a line of a table."""

    site: str
    finding: Finding
    state: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A control that fails for a subject, over all its sites."""

    id: str
    title: str
    severity: Severity
    control: Control | None
    objects: Sequence[Failing]
    #: Objects beyond those that are shown.
    more: int
    #: Per site, why it fails where no single object does.
    reasons: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """Everything that is said of one subject."""

    anchor: str
    name: str
    subject: Subject
    tenant: Tenant | None
    end_date: str
    contacts: Sequence[str]
    failures: Sequence[Failure]
    #: The controls that ended so on every site, with their titles.
    passed: Sequence[tuple[str, str]]
    inapplicable: Sequence[tuple[str, str]]
    severities: Mapping[Severity, int]
    outcomes: Mapping[Outcome, int]
    #: What neither passes nor fails, counted in one sentence.
    left_open: str


@dataclass(frozen=True, slots=True)
class Ministry:
    """The subjects of one ministry; the cloud itself stands alone, with no name."""

    anchor: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Blind:
    """Why some controls could not be evaluated, or must be looked at by hand, and where."""

    reason: str
    controls: Sequence[tuple[str, str]]
    subjects: Sequence[str]


def page(report: Report, language: Language, table: str = "audit.csv") -> str:
    """Return the page, in one language. The name of the CSV file is that under which it lies beside the page."""
    view = _View(report, Tongue(language), table)
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    # The page may hold this style and nothing else, whatever an object is called.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(view=view, style=Markup(style), digest=digest)  # noqa: S704 - a file of this collection


def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    return environment.get_template("page.html.j2")


class _View:
    """What the template asks for, by name."""

    def __init__(self, report: Report, tongue: Tongue, table: str) -> None:
        self.report = report
        self.document = report.document
        self.run = report.document.run
        self.trend = report.trend
        self.tongue = tongue
        self.say = tongue.say
        self.count = tongue.count
        self.number = tongue.number
        self.text = tongue.text
        self.language = tongue.language
        self.table = table
        self.severities = SEVERITIES
        self.outcomes = tuple(Outcome)
        self._state = {
            change.key: state
            for state, changes in (("new", self.trend.new), ("worse", self.trend.worse))
            for change in changes
        } if self.trend else {}
        self._tenants = {tenant.subject: tenant for tenant in self.document.tenants}

    @cached_property
    def moment(self) -> str:
        return self.tongue.moment(self.run.at)

    @cached_property
    def by_severity(self) -> Mapping[Severity, int]:
        return by_severity(self.document.ended(Outcome.FAIL))

    @cached_property
    def by_outcome(self) -> Mapping[Outcome, int]:
        return by_outcome(self.document.results)

    @cached_property
    def verdict(self) -> str:
        """The audit in one sentence."""
        failures = sum(self.by_severity.values())
        if failures:
            counts = [self.count(severity, count) for severity, count in self.by_severity.items() if count]
            said = f"{self.say('verdict.fail', self.count('failures', failures))}{self.say('colon')}"
            said += self.tongue.listing(counts)
        else:
            said = self.say("verdict.pass")
        if blind := self.by_outcome[Outcome.NOT_EVALUABLE]:
            said += self.say("verdict.blind", self.count("not_evaluable", blind))
        return f"{said}."

    @cached_property
    def scope(self) -> str:
        """How much was audited, in one line."""
        sites = {site for tenant in self.document.tenants for site in tenant.sites}
        ministries = {self.report.ministry(tenant.subject) for tenant in self.document.tenants}
        return ", ".join(
            (
                self.count("tenants", len(self.document.tenants)),
                self.count("ministries", len(ministries)),
                self.count("sites", len(sites)),
                self.count("controls", len(self.document.controls)),
            )
        )

    @cached_property
    def judged(self) -> int:
        return sum(result.judged for result in self.document.results)

    @cached_property
    def unseen(self) -> Sequence[Unseen]:
        return sorted(self.document.unseen, key=lambda row: (row.source, row.region))

    @cached_property
    def ministries(self) -> Sequence[Ministry]:
        """The cloud itself, then each ministry in the order of the alphabet."""
        groups: dict[str, list[Part]] = defaultdict(list)
        for subject, results in self.document.by_subject.items():
            groups[self.report.ministry(subject)].append(self._part(subject, results))
        return [
            Ministry(_anchor("ministry", name), self._ministry(name), groups[name]) for name in sorted(groups)
        ]

    @cached_property
    def parts(self) -> Sequence[Part]:
        return [part for ministry in self.ministries for part in ministry.parts]

    @cached_property
    def worst(self) -> Sequence[Part]:
        """The tenants with the gravest failures, those with the most of them first."""
        failing = [part for part in self.parts if part.tenant and any(part.severities.values())]
        return sorted(failing, key=lambda part: [-count for count in part.severities.values()])[:MOST_WORST]

    @cached_property
    def failing_controls(self) -> Sequence[tuple[str, str, Mapping[Severity, int], int, int]]:
        """Each control that fails: id, title, failures by severity, subjects and objects."""
        found: dict[str, list[Result]] = defaultdict(list)
        for result in self.document.ended(Outcome.FAIL):
            found[result.control].append(result)
        rows = [
            (
                control,
                self.title(control),
                by_severity(results),
                len({result.subject for result in results}),
                sum(len(result.findings) for result in results),
            )
            for control, results in found.items()
        ]
        return sorted(rows, key=lambda row: ([-count for count in row[2].values()], row[0]))

    @cached_property
    def exempt(self) -> Sequence[Result]:
        """Exceptions in force, those that end first on top."""
        return sorted(
            self.document.ended(Outcome.EXEMPT),
            key=lambda result: (result.waiver.until if result.waiver else "", result.subject, result.control),
        )

    @cached_property
    def not_evaluable(self) -> Sequence[Blind]:
        return self._blind(Outcome.NOT_EVALUABLE)

    @cached_property
    def manual(self) -> Sequence[Blind]:
        return self._blind(Outcome.MANUAL)

    def title(self, control: str) -> str:
        return self.report.title(control, self.tongue)

    def called(self, subject: Subject) -> str:
        return self.report.called(subject, self.tongue)

    def anchor(self, subject: Subject) -> str:
        return _anchor("subject", *subject)

    def day(self, iso: str) -> str:
        return self.tongue.day(iso)

    def requirement(self, framework: str, identity: str) -> str:
        """Return the title of a requirement; empty where none is known."""
        return self.report.frameworks.get(framework, {}).get(identity, "")

    def value(self, value: Scalar) -> str:
        """Return a fact as the API would write it."""
        return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)

    def changes(self, changes: Iterable[Change]) -> Sequence[Change]:
        """Return changes with the gravest first."""
        return sorted(changes, key=lambda change: (SEVERITIES.index(change.severity), change.subject, change.control))

    def _ministry(self, name: str) -> str:
        if not name:
            return self.say("the_cloud")
        titles = [said.ministry_title for said in self.report.about.values() if said.ministry == name]
        return self.tongue.typeset(titles[0].get(self.language, name)) if titles else name

    def _part(self, subject: Subject, results: Sequence[Result]) -> Part:
        said = self.report.about.get(subject)
        failing: dict[str, list[Result]] = defaultdict(list)
        ended: dict[str, set[Outcome]] = defaultdict(set)
        for result in results:
            ended[result.control].add(result.outcome)
            if result.outcome is Outcome.FAIL:
                failing[result.control].append(result)
        return Part(
            anchor=_anchor("subject", *subject),
            name=subject.tenant or (self.called(subject) if subject.domain else self.document.cloud),
            subject=subject,
            tenant=self._tenants.get(subject),
            end_date=said.end_date if said else "",
            contacts=said.contacts if said else (),
            failures=[self._failure(control, found) for control, found in failing.items()],
            passed=self._named(ended, {Outcome.PASS}, {Outcome.PASS, Outcome.NOT_APPLICABLE}),
            inapplicable=self._named(ended, {Outcome.NOT_APPLICABLE}, {Outcome.NOT_APPLICABLE}),
            severities=by_severity(result for found in failing.values() for result in found),
            outcomes=(outcomes := by_outcome(results)),
            left_open=self._left_open(outcomes),
        )

    def _left_open(self, outcomes: Mapping[Outcome, int]) -> str:
        open_ = (Outcome.NOT_EVALUABLE, Outcome.EXEMPT, Outcome.MANUAL)
        said = self.tongue.listing([self.count(outcome, outcomes[outcome]) for outcome in open_ if outcomes[outcome]])
        return f"{said}." if said else ""

    def _named(
        self, ended: Mapping[str, set[Outcome]], needed: set[Outcome], allowed: set[Outcome]
    ) -> Sequence[tuple[str, str]]:
        chosen = sorted(control for control, outcomes in ended.items() if needed <= outcomes <= allowed)
        return [(control, self.title(control)) for control in chosen]

    def _failure(self, control: str, results: Sequence[Result]) -> Failure:
        objects = [
            Failing(result.site, finding, self._state.get(finding.key, ""))
            for result in results
            for finding in result.findings
        ]
        return Failure(
            id=control,
            title=self.title(control),
            severity=results[0].severity,
            control=self.report.controls.get(control),
            objects=objects[:MOST_OBJECTS],
            more=max(0, len(objects) - MOST_OBJECTS),
            reasons=[(result.site, result.reason) for result in results if result.reason],
        )

    def _blind(self, outcome: Outcome) -> Sequence[Blind]:
        """Group the results with this outcome by their reason, so that one refused listing is one line."""
        found: dict[str, list[Result]] = defaultdict(list)
        for result in self.document.ended(outcome):
            found[result.reason].append(result)
        return [
            Blind(
                reason,
                [(control, self.title(control)) for control in sorted({result.control for result in results})],
                [self.called(subject) for subject in sorted({result.subject for result in results})],
            )
            for reason, results in sorted(found.items())
        ]


def _anchor(*parts: str) -> str:
    """Return a name for a link that says where it leads, and is no other's."""
    readable = re.sub(r"[^a-z0-9]+", "-", "-".join(part for part in parts if part).lower()).strip("-")
    return f"{readable}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:8]}"

