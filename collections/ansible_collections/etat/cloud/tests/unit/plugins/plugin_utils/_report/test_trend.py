# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failure is new, worse, the same, repaired, or out of sight."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import Document, read
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.trend import Trend, compare


def names(trend: Trend) -> dict[str, list[tuple[str, str]]]:
    """Return the control and the object of each change."""
    return {
        state: [(change.control, change.name) for change in getattr(trend, state)]
        for state in ("new", "worse", "repaired", "unknown")
    }


def changed(given: dict[str, Any], change: Callable[[dict[str, Any]], None], control: str, tenant: str) -> Document:
    """Return the document after a change to one result."""
    later = copy.deepcopy(given)
    (row,) = (row for row in later["results"] if (row["control"], row["tenant"]) == (control, tenant))
    change(row)
    return read(later)


def test_each_failure_is_in_one_list(report: Report) -> None:
    assert report.trend
    assert names(report.trend) == {
        "new": [("ETAT-NET-001", "<b>jeu</b>"), ("ETAT-VOL-001", "sujets-2027")],
        "worse": [("ETAT-VOL-007", "base")],
        "repaired": [("ETAT-NET-008", "default")],
        "unknown": [("ETAT-LB-002", "http")],
    }
    assert report.trend.same == 14


def test_an_audit_is_the_same_as_itself(given: dict[str, Any]) -> None:
    trend = compare(read(given), read(given))
    assert names(trend) == {"new": [], "worse": [], "repaired": [], "unknown": []}
    assert trend.same == 17


def test_what_became_lighter_is_the_same(given: dict[str, Any]) -> None:
    later = changed(given, lambda row: row.update(severity="low"), "ETAT-VOL-001", "examens")
    assert names(compare(read(given), later))["worse"] == []
    assert compare(read(given), later).same == 17


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("pass", "repaired"),
        ("not_applicable", "repaired"),
        ("not_evaluable", "unknown"),
        ("manual", "unknown"),
        ("exempt", None),
    ],
)
def test_only_what_was_judged_again_is_repaired(given: dict[str, Any], outcome: str, state: str | None) -> None:
    later = changed(given, lambda row: row.update(outcome=outcome, findings=[]), "ETAT-VOL-001", "examens")
    assert {name for name, changes in names(compare(read(given), later)).items() if changes} == {state} - {None}


def test_a_tenant_that_is_audited_no_more_is_not_repaired(given: dict[str, Any]) -> None:
    later = copy.deepcopy(given)
    later["results"] = [row for row in later["results"] if row["tenant"] != "examens"]
    assert names(compare(read(given), read(later))) == {
        "new": [],
        "worse": [],
        "repaired": [],
        "unknown": [("ETAT-VOL-001", "sujets-2027")],
    }


def test_a_failure_without_objects_counts_as_one(given: dict[str, Any]) -> None:
    def repair(row: dict[str, Any]) -> None:
        row.update(outcome="pass", reason="")

    later = changed(given, repair, "ETAT-VOL-007", "moodle")
    assert names(compare(read(given), later))["repaired"] == [("ETAT-VOL-007", "")]
    assert names(compare(later, read(given)))["new"] == [("ETAT-VOL-007", "")]
