# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as OSCAL assessment results: one set of results for each subject.

Each result of the audit is an observation. What passes, fails or is exempt is a finding besides; a failure is an open
risk, an exception an approved deviation with its deadline. What could not be evaluated, has nothing to judge or is to
be checked by hand stays an observation: OSCAL knows objectives that are satisfied or not, and neither would be true.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from ...module_utils._audit.model import Outcome
from .characters import visible
from .document import Account, Finding, ReportError, Result, Subject, fact
from .report import Report
from .words import Tongue

VERSION = "1.2.1"
#: The namespace of every UUID, and of the properties that OSCAL does not know.
NAMESPACE = uuid.UUID("2c834cd1-17aa-4f9c-bc3c-9ce470fc35c7")
_STATES = {
    Outcome.PASS: {"state": "satisfied", "reason": "pass"},
    Outcome.FAIL: {"state": "not-satisfied", "reason": "fail"},
    Outcome.EXEMPT: {"state": "not-satisfied", "reason": "other"},
}

Json = dict[str, Any]


def oscal(report: Report, tongue: Tongue) -> Json:
    """Return the assessment results. UUIDs are the same in every audit that finds the same of the same object.

    A subject to which no control applies is left out, since OSCAL has no words for it. Raises ReportError where that
    leaves nothing.
    """
    document = report.document
    if not document.results:
        raise ReportError(f"the audit of cloud {document.cloud} has no results at all, which OSCAL cannot say")
    at = f"{document.run.at:%Y-%m-%dT%H:%M:%SZ}"
    plan = _uuid("plan", document.cloud)
    return {
        "assessment-results": {
            "uuid": _uuid("document", document.cloud, at),
            "metadata": {
                "title": _line(tongue.say("title", document.cloud)),
                "last-modified": at,
                "version": at,
                "oscal-version": VERSION,
            },
            "import-ap": {"href": f"#{plan}"},
            "local-definitions": {
                "objectives-and-methods": [_objective(report, tongue, control) for control in document.controls]
            },
            "results": [
                _results(report, tongue, subject, results, at)
                for subject, results in document.by_subject.items()
                if results
            ],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Controls of the collection etat.cloud",
                        "description": "There is no plan besides: every control of the collection that applies to the "
                        "sensitivity of a tenant is judged.",
                        **({"props": [_own("version", report.version)]} if report.version else {}),
                    }
                ]
            },
        }
    }


def _objective(report: Report, tongue: Tongue, identity: str) -> Json:
    control = report.controls.get(identity)
    part: Json = {"id": _target(identity), "name": "assessment-objective"}
    if control is None:
        return {"control-id": identity, "parts": [{**part, "title": identity}]}
    references = [
        _own("reference", f"{reference.framework} {reference.id} ({reference.relation})")
        for reference in control.references
    ]
    return {
        "control-id": identity,
        "description": tongue.text(control.title),
        **({"props": references} if references else {}),
        "parts": [{**part, "title": _line(tongue.text(control.title)), "prose": tongue.text(control.criterion)}],
    }


def _results(report: Report, tongue: Tongue, subject: Subject, results: Sequence[Result], at: str) -> Json:
    document = report.document
    place = (document.cloud, *subject)
    tool = _uuid("tool", *place)
    rows = {
        "observations": [_observation(report, tongue, result, tool, at) for result in results],
        "risks": [_risk(report, tongue, result, tool) for result in results if _at_risk(result)],
        "findings": [_finding(report, tongue, result) for result in results if result.outcome in _STATES],
    }
    controls = [{"control-id": control} for control in sorted({result.control for result in results})]
    return {
        "uuid": _uuid("results", *place, at),
        "title": _line(report.called(subject, tongue)),
        "description": _line(tongue.say("title", document.cloud)),
        "start": at,
        "end": at,
        "local-definitions": {
            "inventory-items": [_subject(report, subject), *_objects(place, results)],
            "users": [_user(account, place) for account in document.run.accounts],
            "assessment-assets": {
                "components": [
                    {
                        "uuid": tool,
                        "type": "software",
                        "title": "etat.cloud",
                        "description": "Reads the cloud through its APIs and judges what it reads.",
                        "status": {"state": "operational"},
                    }
                ],
                "assessment-platforms": [
                    {"uuid": _uuid("platform", *place), "uses-components": [{"component-uuid": tool}]}
                ],
            },
        },
        "reviewed-controls": {"control-selections": [{"include-controls": controls}]},
        **{name: found for name, found in rows.items() if found},
        **_unseen(report),
    }


def _subject(report: Report, subject: Subject) -> Json:
    tenant = next((tenant for tenant in report.document.tenants if tenant.subject == subject), None)
    properties = []
    if tenant:
        properties = [_own("sensitivity", tenant.sensitivity), *(_own("site", site) for site in tenant.sites)]
    return {
        "uuid": _subject_uuid(report, subject),
        "description": visible(str(subject) or report.document.cloud),
        **({"props": properties} if properties else {}),
    }


def _objects(place: tuple[str, ...], results: Sequence[Result]) -> list[Json]:
    """Return every object that a finding names, once."""
    found = {}
    for result in results:
        for finding in result.findings:
            identity = _object_uuid(place, result, finding)
            found[identity] = {
                "uuid": identity,
                "description": _described(finding),
                "props": [
                    *([{"name": "asset-id", "value": visible(finding.id)}] if finding.id.strip() else []),
                    _own("type", finding.type),
                    *([_own("site", result.site)] if result.site else []),
                ],
            }
    return list(found.values())


def _user(account: Account, place: tuple[str, ...]) -> Json:
    return {
        "uuid": _uuid("user", *place, account.name, account.scope, *account.roles),
        "title": _line(account.name),
        "description": "An account with which the audit was made.",
        "authorized-privileges": [
            {
                "title": _line(f"scope {account.scope}"),
                "functions-performed": [_line(role) for role in account.roles] or ["none"],
            }
        ],
    }


def _observation(report: Report, tongue: Tongue, result: Result, tool: str, at: str) -> Json:
    place = (report.document.cloud, *result.subject)
    subjects = {_object_uuid(place, result, finding): _described(finding) for finding in result.findings}
    evidence = [
        {
            "description": _facts(finding),
            "props": [_own("finding", finding.key), *_state(report, finding.key)],
        }
        for finding in result.findings
    ]
    remarks = result.reason.en or (result.waiver.reason if result.waiver else "")
    return {
        "uuid": _uuid("observation", result.key),
        "description": _titled(report, tongue, result),
        "props": [
            _own("outcome", result.outcome),
            _own("severity", result.severity),
            _own("judged", str(result.judged)),
            *([_own("site", result.site)] if result.site else []),
        ],
        "methods": ["TEST"],
        "types": ["finding" if result.outcome is Outcome.FAIL else "control-objective"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": tool}]}],
        "subjects": [
            {"subject-uuid": _subject_uuid(report, result.subject), "type": "inventory-item"},
            *(
                {"subject-uuid": identity, "type": "inventory-item", "title": title}
                for identity, title in subjects.items()
            ),
        ],
        **({"relevant-evidence": evidence} if evidence else {}),
        "collected": at,
        **({"remarks": visible(remarks)} if remarks else {}),
    }


def _risk(report: Report, tongue: Tongue, result: Result, tool: str) -> Json:
    control = report.controls.get(result.control)
    title = _titled(report, tongue, result)
    row: Json = {
        "uuid": _uuid("risk", result.key),
        "title": title,
        "description": title,
        "statement": visible(tongue.text(control.criterion)) if control else title,
        "status": "open" if result.outcome is Outcome.FAIL else "deviation-approved",
        "characterizations": [
            {
                "origin": {"actors": [{"type": "tool", "actor-uuid": tool}]},
                "facets": [{"name": "severity", "system": NAMESPACE.urn, "value": result.severity}],
            }
        ],
        "related-observations": [{"observation-uuid": _uuid("observation", result.key)}],
    }
    if control:
        row["remediations"] = [
            {
                "uuid": _uuid("remediation", result.key),
                "lifecycle": "recommendation",
                "title": _line(tongue.say("repair")),
                "description": visible(tongue.text(control.repair.text)),
                "props": [_own("mode", control.repair.mode)],
            }
        ]
    if result.waiver:
        row["props"] = [_own("waiver", result.waiver.id), _own("owner", result.waiver.owner)]
        if _is_day(result.waiver.until):
            row["deadline"] = f"{result.waiver.until}T23:59:59Z"
    return row


def _finding(report: Report, tongue: Tongue, result: Result) -> Json:
    related = [{"risk-uuid": _uuid("risk", result.key)}] if _at_risk(result) else []
    return {
        "uuid": _uuid("finding", result.key),
        "title": _titled(report, tongue, result),
        "description": _titled(report, tongue, result),
        "props": [_own("severity", result.severity), *_state(report, result.key)],
        "target": {"type": "objective-id", "target-id": _target(result.control), "status": _STATES[result.outcome]},
        "related-observations": [{"observation-uuid": _uuid("observation", result.key)}],
        **({"related-risks": related} if related else {}),
    }


def _unseen(report: Report) -> Json:
    lines = [
        visible(f"Not seen: {' '.join(part for part in (row.source, row.region) if part)}: {row.why.en}")
        for row in report.document.unseen
    ]
    return {"remarks": "\n".join(lines)} if lines else {}


def _at_risk(result: Result) -> bool:
    return result.outcome in (Outcome.FAIL, Outcome.EXEMPT)


def _titled(report: Report, tongue: Tongue, result: Result) -> str:
    where = f" [{result.site}]" if result.site else ""
    return _line(f"{result.control} {report.title(result.control, tongue)}{where}")


def _described(finding: Finding) -> str:
    return _line(" ".join(part for part in (finding.type, finding.name or finding.id) if part))


def _facts(finding: Finding) -> str:
    facts = ", ".join(f"{key}={fact(value)}" for key, value in finding.evidence.items())
    return visible(f"{_described(finding)}{f': {facts}' if facts else ''}")


def _state(report: Report, key: str) -> list[Json]:
    state = report.state(key)
    return [_own("change", state)] if state else []


def _own(name: str, value: str) -> Json:
    """Return a property of ours. OSCAL has no empty values, nor any with spaces around them."""
    return {"name": name, "ns": NAMESPACE.urn, "value": _line(value)}


def _line(text: str) -> str:
    return visible(text).strip() or "-"


def _target(control: str) -> str:
    return f"{control}_obj"


def _subject_uuid(report: Report, subject: Subject) -> str:
    return _uuid("subject", report.document.cloud, *subject)


def _object_uuid(place: tuple[str, ...], result: Result, finding: Finding) -> str:
    return _uuid("object", *place, result.site, finding.type, finding.id or finding.name)


def _uuid(*parts: str) -> str:
    # JSON keeps ("a", "b") and ("ab", "") apart, and writes any character in ASCII.
    return str(uuid.uuid5(NAMESPACE, json.dumps(parts)))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
