# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table has one line for each finding, and nothing in it is computed by the spreadsheet that opens it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.table import COLUMNS, inert, table
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue


def rows(text: str) -> list[dict[str, str]]:
    """Return the lines of a table as a program reads them."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(), delimiter=";", strict=True))


def test_there_is_a_line_for_each_finding_and_each_result_without_any(report: Report, tongue: Tongue) -> None:
    expected = [key for row in report.document.results for key in [found.key for found in row.findings] or [row.key]]
    assert [row["key"] for row in rows(table(report, tongue))] == expected


def test_a_line_says_all_of_a_finding(report: Report, french: Tongue) -> None:
    (row,) = (row for row in rows(table(report, french)) if row["object_name"] == "sujets-2027")
    # In this order: columns may be added at the end only.
    expected = {
        "cloud": "interne",
        "at": "2026-11-25T05:00:00Z",
        "ministry": "education",
        "domain": "education",
        "tenant": "examens",
        "site": "toulouse",
        "sensitivity": "restricted",
        "level": "site",
        "family": "volume",
        "control": "ETAT-VOL-001",
        "title": "Les volumes sont chiffrés",
        "outcome": "fail",
        "severity": "critical",
        "judged": "3",
        "change": "new",
        "object_type": "volume",
        "object_id": "9b7f0f7e-1f0d-4c0a-8d51-2a8d0a7a3d5e",
        "object_name": "sujets-2027",
        "evidence": "encrypted=false; size=120; type=standard",
        "reason": "",
        "waiver": "",
        "waiver_owner": "",
        "waiver_reason": "",
        "waiver_until": "",
        "references": "pssie EXP-PROT-INF (partial)",
        "repair": "none",
        "key": row["key"],
    }
    assert list(row.items()) == list(expected.items())


def test_an_exception_names_owner_and_end(report: Report, french: Tongue) -> None:
    exempt = [row for row in rows(table(report, french)) if row["outcome"] == "exempt"]
    assert {(row["waiver"], row["waiver_owner"], row["waiver_until"]) for row in exempt} == {
        ("education/moodle-adresses", "Alice Martin", "2027-01-31"),
        ("agriculture/satellite-sauvegardes", "Claire Petit", "2026-12-31"),
    }


def test_what_is_new_says_so(report: Report, french: Tongue) -> None:
    assert report.trend
    changes = {row["key"]: row["change"] for row in rows(table(report, french)) if row["change"]}
    expected = {change.key: "new" for change in report.trend.new} | {
        change.key: "worse" for change in report.trend.worse
    }
    assert changes == expected


def test_columns_and_terms_are_the_same_in_every_language(report: Report) -> None:
    french, english = (rows(table(report, Tongue(language))) for language in Language)
    assert tuple(french[0]) == tuple(english[0]) == COLUMNS
    for one, other in zip(french, english, strict=True):
        assert {name for name in COLUMNS if one[name] != other[name]} <= {"title"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1", "'+33 1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'  =1"),
        (" \u00a0=1", "' \u00a0=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_what_looks_like_a_formula_is_text(given: str, expected: str) -> None:
    assert inert(given) == expected


def test_no_cell_is_a_formula_whatever_an_object_is_called(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    hostile = '=cmd|"/C calc"!A0;=1\r\n=2'
    given["run"]["account"] = hostile
    for row in given["results"]:
        row["reason"] = hostile
        for finding in row["findings"]:
            finding.update(type=hostile, name=hostile, evidence={hostile: hostile})
        if row["waiver"]:
            row["waiver"].update(owner=hostile, reason=hostile, id=hostile)
    made = rows(table(rendered(given), french))
    assert len(made) == sum(len(row["findings"]) or 1 for row in given["results"])
    assert not [cell for row in made for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]
