# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as JUnit's XML, for CI: a suite for each subject, a test case for each of its results."""

from __future__ import annotations

from xml.etree import ElementTree

from ...module_utils._audit.model import Outcome
from .characters import visible
from .document import Finding, Result, by_outcome, fact
from .report import Report
from .words import Tongue

#: What is neither judged by a program nor wrong.
_SKIPPED = (Outcome.NOT_APPLICABLE, Outcome.MANUAL, Outcome.EXEMPT)


def junit(report: Report, tongue: Tongue) -> str:
    """Return the XML. A failure fails its test case; what could not be evaluated is an error, never a success."""
    document = report.document
    root = ElementTree.Element(
        "testsuites", {"name": f"etat.cloud audit {document.cloud}", **_counts(document.results)}
    )
    for subject, results in document.by_subject.items():
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            {
                "name": visible(str(subject)) or document.cloud,
                **_counts(results),
                "timestamp": f"{document.run.at:%Y-%m-%dT%H:%M:%S}",
                "time": "0",
            },
        )
        for result in results:
            suite.append(_case(report, tongue, result))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(results: tuple[Result, ...]) -> dict[str, str]:
    outcomes = by_outcome(results)
    return {
        "tests": str(len(results)),
        "failures": str(outcomes[Outcome.FAIL]),
        "errors": str(outcomes[Outcome.NOT_EVALUABLE]),
        "skipped": str(sum(outcomes[outcome] for outcome in _SKIPPED)),
    }


def _case(report: Report, tongue: Tongue, result: Result) -> ElementTree.Element:
    where = f" [{result.site}]" if result.site else ""
    case = ElementTree.Element(
        "testcase",
        {
            "name": visible(f"{result.control} {report.title(result.control, tongue)}{where}"),
            "classname": visible(".".join((report.document.cloud, *(part for part in result.subject if part)))),
            "time": "0",
        },
    )
    if result.outcome is Outcome.FAIL:
        said = result.reason.en or tongue.count("objects", len(result.findings))
        failure = ElementTree.SubElement(
            case,
            "failure",
            {
                "message": visible(f"{tongue.severity(result.severity)}{tongue.say('colon')}{said}"),
                "type": result.severity,
            },
        )
        failure.text = "\n".join(map(_line, result.findings))
    elif result.outcome is Outcome.NOT_EVALUABLE:
        ElementTree.SubElement(case, "error", {"message": visible(result.reason.en), "type": result.outcome})
    elif result.outcome in _SKIPPED:
        said = result.reason.en
        if result.waiver:
            said = f"{result.waiver.reason} ({result.waiver.owner}, {result.waiver.until})"
        ElementTree.SubElement(case, "skipped", {"message": visible(f"{result.outcome}: {said}")})
    return case


def _line(finding: Finding) -> str:
    facts = ", ".join(f"{key}={fact(value)}" for key, value in finding.evidence.items())
    return visible(f"{finding.type} {finding.name} ({finding.id}): {facts}")
