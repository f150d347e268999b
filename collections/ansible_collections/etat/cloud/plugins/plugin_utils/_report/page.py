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

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from ...module_utils._audit.model import UNSAID, Control, Outcome, Severity, Text
from .characters import visible
from .document import SEVERITIES, Finding, Result, Subject, Tenant, by_outcome, by_severity, fact
from .report import Framework, Report
from .summary import Summary
from .trend import Change
from .words import Tongue

_HERE = Path(__file__).parent
#: How many objects of one control are shown for one subject; the file of the whole audit has all of them.
MOST_OBJECTS = 50
#: How many tenants are worst.
MOST_WORST = 5


@dataclass(frozen=True, slots=True)
class Row:
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
    objects: Sequence[Row]
    #: Objects beyond those that are shown.
    more: int
    #: Per site, why it fails where no single object does, and whether that is new or worse.
    reasons: Sequence[tuple[str, Text, str]]


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

    reason: Text
    controls: Sequence[tuple[str, str]]
    subjects: Sequence[str]


def page(report: Report, tongue: Tongue, whole: str) -> str:
    """Return the page, in one language. It refers to the file beside it that holds the whole audit, by its name."""
    view = _View(report, tongue, whole)
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    # The page may hold this style and nothing else, whatever an object is called.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The style is a file of this collection.
    return _template().render(view=view, style=Markup(style), digest=digest)  # noqa: S704


def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    return environment.get_template("page.html.j2")


class _View(Summary):
    """What the template asks for, by name."""

    def __init__(self, report: Report, tongue: Tongue, whole: str) -> None:
        super().__init__(report, tongue)
        self.number = tongue.number
        self.text = tongue.text
        self.day = tongue.day
        self.role = tongue.role
        self.language = tongue.language
        self.fact = fact
        self.whole = whole
        self.severities = SEVERITIES
        self._tenants = {tenant.subject: tenant for tenant in self.document.tenants}

    @cached_property
    def judged(self) -> int:
        return sum(result.judged for result in self.document.results)

    @cached_property
    def ministries(self) -> Sequence[Ministry]:
        """The cloud itself, then each ministry in the order of the alphabet."""
        groups: dict[str, list[Part]] = defaultdict(list)
        for subject, results in self.document.by_subject.items():
            groups[self.report.ministry(subject)].append(self._part(subject, results))
        return [Ministry(_anchor("ministry", name), self._ministry(name), groups[name]) for name in sorted(groups)]

    @cached_property
    def worst(self) -> Sequence[tuple[Subject, Mapping[Severity, int]]]:
        return self.failing_tenants[:MOST_WORST]

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

    def anchor(self, subject: Subject) -> str:
        return _anchor("subject", *subject)

    @cached_property
    def frameworks(self) -> Sequence[tuple[str, Framework]]:
        """The texts to which the failing controls refer, with their names."""
        failing = [
            self.report.controls[row.control] for row in self.failing_controls if row.control in self.report.controls
        ]
        keys = {reference.framework for control in failing for reference in control.references}
        known = sorted(keys & self.report.frameworks.keys())
        return [(self.tongue.framework(key), self.report.frameworks[key]) for key in known]

    def requirement(self, framework: str, identity: str) -> tuple[str, str]:
        """Return the title of a requirement and its language; empty where none is known."""
        known = self.report.frameworks.get(framework)
        return (known.requirements.get(identity, ""), known.language) if known else ("", "")

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
            Row(result.site, finding, self.report.state(finding.key))
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
            reasons=[
                (result.site, result.reason, self.report.state(result.key))
                for result in results
                if result.reason != UNSAID
            ],
        )

    def _blind(self, outcome: Outcome) -> Sequence[Blind]:
        """Group the results with this outcome by their reason, so that one refused listing is one line."""
        found: dict[Text, list[Result]] = defaultdict(list)
        for result in self.document.ended(outcome):
            found[result.reason].append(result)
        return [
            Blind(
                reason,
                [(control, self.title(control)) for control in sorted({result.control for result in results})],
                [self.called(subject) for subject in sorted({result.subject for result in results})],
            )
            for reason, results in sorted(found.items(), key=lambda one: self.text(one[0]) or one[0].en)
        ]


def _anchor(*parts: str) -> str:
    """Return a name for a link that says where it leads, and is no other's."""
    readable = re.sub(r"[^a-z0-9]+", "-", "-".join(part for part in parts if part).lower()).strip("-")
    return f"{readable}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:8]}"
