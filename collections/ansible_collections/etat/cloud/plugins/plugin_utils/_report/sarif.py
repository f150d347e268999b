# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failures of an audit as SARIF 2.1.0, for the code scanning of a forge.

Passes are left out: forges show whatever a SARIF file holds as an alert. What could not be seen is told in
notifications of the run, so that nobody takes an empty list of results for a clean cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...module_utils._audit.model import Control, Outcome, Severity
from .characters import visible
from .document import SEVERITIES, Finding, Result, Subject, fact
from .report import Report
from .words import Tongue

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
#: The number by which forges sort security alerts: above 9 is critical there, above 7 high, above 4 medium.
SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
#: Where the files of the estate lie; the reader of the file knows where that is.
ESTATE = "ESTATE"


def sarif(report: Report, tongue: Tongue) -> dict[str, Any]:
    """Return the log, with one run."""
    document = report.document
    ids = document.controls
    index = {control: number for number, control in enumerate(ids)}
    at = f"{document.run.at:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "etat.cloud",
                        **({"semanticVersion": report.version} if report.version else {}),
                        "language": tongue.language,
                        "rules": [_rule(report, tongue, control) for control in ids],
                    }
                },
                "automationDetails": {"id": f"etat.cloud/audit/{document.cloud}/{at}"},
                "originalUriBaseIds": {ESTATE: {"description": {"text": "The folder of the estate."}}},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "startTimeUtc": at,
                        "account": visible(document.run.accounts[0].name),
                        "toolExecutionNotifications": list(_notifications(report)),
                    }
                ],
                "results": [
                    row
                    for result in document.ended(Outcome.FAIL, Outcome.EXEMPT)
                    for row in _results(report, tongue, result, index[result.control])
                ],
            }
        ],
    }


def _rule(report: Report, tongue: Tongue, identity: str) -> dict[str, Any]:
    control = report.controls.get(identity)
    if control is None:
        # Forges ask every rule for all three.
        text = {"text": identity}
        return {"id": identity, "shortDescription": text, "fullDescription": text, "help": text}
    severities = [Severity(severity) for severity in control.severity.values()]
    gravest = min(severities, key=SEVERITIES.index, default=Severity.INFO)
    return {
        "id": identity,
        "shortDescription": {"text": tongue.text(control.title)},
        "fullDescription": {"text": tongue.text(control.criterion)},
        "help": {"text": _help(control, tongue)},
        "defaultConfiguration": {"level": LEVELS[gravest]},
        "properties": {
            "tags": ["security", control.family],
            "security-severity": SCORES[gravest],
            "references": [
                {"framework": reference.framework, "id": reference.id, "relation": reference.relation}
                for reference in control.references
            ],
        },
    }


def _help(control: Control, tongue: Tongue) -> str:
    parts = [
        ("criterion", tongue.text(control.criterion)),
        ("repair", tongue.text(control.repair.text)),
        ("caution", tongue.text(control.caution)),
        ("references", ", ".join(map(tongue.reference, control.references))),
    ]
    return "\n".join(f"{tongue.say(name)}{tongue.say('colon')}{said}" for name, said in parts if said)


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    for row in report.document.unseen:
        where = f"{row.source} [{row.region}]" if row.region else row.source
        yield {"level": "warning", "message": {"text": visible(f"Not seen: {where}: {row.why.en}")}}
    for result in report.document.ended(Outcome.NOT_EVALUABLE):
        where = " ".join(part for part in (str(result.subject), result.site) if part) or report.document.cloud
        yield {
            "level": "warning",
            "message": {"text": visible(f"Not evaluable: {where}: {result.reason.en}")},
            "associatedRule": {"id": result.control},
        }


def _results(report: Report, tongue: Tongue, result: Result, index: int) -> Iterator[dict[str, Any]]:
    common: dict[str, Any] = {
        "ruleId": result.control,
        "ruleIndex": index,
        "kind": "fail",
        "level": LEVELS[result.severity],
    }
    if result.waiver:
        waiver = result.waiver
        said = f"{waiver.reason} ({waiver.id}, {waiver.owner}, {waiver.until})"
        common["suppressions"] = [{"kind": "external", "justification": visible(said)}]
    for finding in result.findings or (None,):
        key = finding.key if finding else result.key
        yield {
            **common,
            "message": {"text": visible(_message(report, tongue, result, finding))},
            "locations": [_location(report, result, finding)],
            "partialFingerprints": {"etatCloudFinding/v1": key},
            **_baseline(report, result, key),
            "properties": {
                "severity": result.severity,
                "security-severity": SCORES[result.severity],
                "evidence": _evidence(finding),
            },
        }


def _evidence(finding: Finding | None) -> dict[str, str]:
    facts = finding.evidence if finding else {}
    return {visible(name): visible(fact(value)) for name, value in facts.items()}


def _message(report: Report, tongue: Tongue, result: Result, finding: Finding | None) -> str:
    place = f"{report.called(result.subject, tongue)}{f' [{result.site}]' if result.site else ''}"
    if finding is None:
        return f"{report.title(result.control, tongue)} ({place}){tongue.say('colon')}{result.reason.en}"
    facts = ", ".join(f"{key}={fact(value)}" for key, value in finding.evidence.items())
    name = finding.name or finding.id
    return f"{report.title(result.control, tongue)} ({place}){tongue.say('colon')}{finding.type} {name}: {facts}"


def _baseline(report: Report, result: Result, key: str) -> dict[str, str]:
    if report.trend is None or result.outcome is not Outcome.FAIL:
        return {}
    return {"baselineState": {"new": "new", "worse": "updated"}.get(report.state(key), "unchanged")}


def _location(report: Report, result: Result, finding: Finding | None) -> dict[str, Any]:
    parts = [part for part in (report.document.cloud, *result.subject, result.site) if part]
    names = [visible(part) for part in parts]
    logical: dict[str, Any] = {"name": names[-1], "fullyQualifiedName": "/".join(names), "kind": result.level}
    if finding:
        name = visible(finding.name or finding.id)
        logical = {
            "name": name,
            "fullyQualifiedName": "/".join((*names, visible(finding.type), visible(finding.id) or name)),
            "kind": visible(finding.type),
        }
    return {"logicalLocations": [logical], **_physical(report, result.subject)}


def _physical(report: Report, subject: Subject) -> dict[str, Any]:
    said = report.about.get(subject)
    if said is None or not said.file:
        return {}
    artifact = {"uri": said.file, "uriBaseId": ESTATE}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": said.line}}}
