# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as CSV: one line for each finding, and one for each result without any."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from .characters import visible
from .document import Finding, Result, fact
from .report import Report
from .words import Tongue

#: Columns are added at the end only: other programs read this file.
COLUMNS = (
    "cloud",
    "at",
    "ministry",
    "domain",
    "tenant",
    "site",
    "sensitivity",
    "level",
    "family",
    "control",
    "title",
    "outcome",
    "severity",
    "judged",
    "change",
    "object_type",
    "object_id",
    "object_name",
    "evidence",
    "reason",
    "waiver",
    "waiver_owner",
    "waiver_reason",
    "waiver_until",
    "references",
    "repair",
    "key",
)
#: What makes a spreadsheet take a cell for a formula, in their full-width forms too.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def table(report: Report, tongue: Tongue) -> str:
    """Return the table. The titles of controls are in this language, names of columns and terms never change.

    Every cell is quoted, cells are parted by semicolons, and a byte order mark says that it is UTF-8: this is what the
    spreadsheets of a French desktop open without being asked.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report, tongue):
        writer.writerow([inert(row[column]) for column in COLUMNS])
    return "\ufeff" + out.getvalue()


def inert(value: str) -> str:
    """Return a text in one line that no spreadsheet computes: what looks like a formula gets an apostrophe in front."""
    shown = visible(value)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def _rows(report: Report, tongue: Tongue) -> Iterator[dict[str, str]]:
    document = report.document
    sensitivities = {tenant.subject: tenant.sensitivity for tenant in document.tenants}
    at = f"{document.run.at:%Y-%m-%dT%H:%M:%SZ}"
    for result in document.results:
        control = report.controls.get(result.control)
        waiver = result.waiver
        common = {
            "cloud": document.cloud,
            "at": at,
            "ministry": report.ministry(result.subject),
            "domain": result.subject.domain,
            "tenant": result.subject.tenant,
            "site": result.site,
            "sensitivity": sensitivities.get(result.subject, ""),
            "level": result.level,
            "family": control.family if control else "",
            "control": result.control,
            "title": report.title(result.control, tongue),
            "outcome": result.outcome,
            "severity": result.severity,
            "judged": str(result.judged),
            "reason": result.reason.en,
            "waiver": waiver.id if waiver else "",
            "waiver_owner": waiver.owner if waiver else "",
            "waiver_reason": waiver.reason if waiver else "",
            "waiver_until": waiver.until if waiver else "",
            "references": "; ".join(
                f"{reference.framework} {reference.id} ({reference.relation})"
                for reference in (control.references if control else ())
            ),
            "repair": control.repair.mode if control else "",
        }
        for cells in [_finding(report, finding) for finding in result.findings] or [_no_finding(report, result)]:
            yield {**common, **cells}


def _finding(report: Report, finding: Finding) -> dict[str, str]:
    return {
        "change": report.state(finding.key),
        "object_type": finding.type,
        "object_id": finding.id,
        "object_name": finding.name,
        "evidence": "; ".join(f"{key}={fact(value)}" for key, value in finding.evidence.items()),
        "key": finding.key,
    }


def _no_finding(report: Report, result: Result) -> dict[str, str]:
    return {
        "change": report.state(result.key),
        "object_type": "",
        "object_id": "",
        "object_name": "",
        "evidence": "",
        "key": result.key,
    }
