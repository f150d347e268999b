# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit says in a few lines, as the page and the terminal show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...module_utils._audit.model import Outcome, Severity
from .document import Account, Result, Subject, Unseen, by_outcome, by_severity
from .report import Report
from .words import Tongue


@dataclass(frozen=True, slots=True)
class Failing:
    """A control that fails, over all its subjects."""

    control: str
    title: str
    severities: Mapping[Severity, int]
    subjects: int
    objects: int


class Summary:
    """One audit, counted; in one language."""

    def __init__(self, report: Report, tongue: Tongue) -> None:
        self.report = report
        self.document = report.document
        self.run = report.document.run
        self.trend = report.trend
        self.tongue = tongue
        self.say = tongue.say
        self.count = tongue.count

    def title(self, control: str) -> str:
        """Return the title of a control."""
        return self.report.title(control, self.tongue)

    def called(self, subject: Subject) -> str:
        """Return the name of a subject for people."""
        return self.report.called(subject, self.tongue)

    @cached_property
    def moment(self) -> str:
        """When the audit was made."""
        return self.tongue.moment(self.run.at)

    @cached_property
    def by_severity(self) -> Mapping[Severity, int]:
        """How many failures of each severity."""
        return by_severity(self.document.ended(Outcome.FAIL))

    @cached_property
    def by_outcome(self) -> Mapping[Outcome, int]:
        """How many results with each outcome."""
        return by_outcome(self.document.results)

    @cached_property
    def verdict(self) -> str:
        """The audit in one sentence."""
        if failures := sum(self.by_severity.values()):
            said = self.say("verdict.fail", self.count("failures", failures)) + self.say("colon")
            said += self.counted(self.by_severity)
        else:
            said = self.say("verdict.pass")
        if blind := self.by_outcome[Outcome.NOT_EVALUABLE]:
            said += self.say("verdict.blind", self.count("not_evaluable", blind))
        return f"{said}."

    @property
    def passing(self) -> str:
        """What lets a play pass that fails on what is grave."""
        return self.say("passing")

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
    def account(self) -> Account:
        """The account that looked, or the first of them."""
        return self.run.accounts[0]

    @cached_property
    def unseen(self) -> Sequence[Unseen]:
        """What could not be read."""
        return sorted(self.document.unseen, key=lambda row: (row.source, row.region))

    @cached_property
    def failing_tenants(self) -> Sequence[tuple[Subject, Mapping[Severity, int]]]:
        """The tenants that fail, the gravest first."""
        found = [
            (tenant.subject, by_severity(self._failures(self.document.by_subject[tenant.subject])))
            for tenant in self.document.tenants
        ]
        failing = [(subject, severities) for subject, severities in found if any(severities.values())]
        return sorted(failing, key=lambda row: [-count for count in row[1].values()])

    @cached_property
    def failing_controls(self) -> Sequence[Failing]:
        """The controls that fail, the gravest first."""
        found: dict[str, list[Result]] = defaultdict(list)
        for result in self.document.ended(Outcome.FAIL):
            found[result.control].append(result)
        rows = [
            Failing(
                control,
                self.title(control),
                by_severity(results),
                len({result.subject for result in results}),
                sum(len(result.findings) for result in results),
            )
            for control, results in found.items()
        ]
        return sorted(rows, key=lambda row: ([-count for count in row.severities.values()], row.control))

    def counted(self, severities: Mapping[Severity, int]) -> str:
        """Return how many failures there are of each severity that has any, in words."""
        return self.tongue.listing([self.count(severity, count) for severity, count in severities.items() if count])

    @staticmethod
    def _failures(results: Sequence[Result]) -> Sequence[Result]:
        return [result for result in results if result.outcome is Outcome.FAIL]
