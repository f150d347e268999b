# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document is read whole, or refused with what is wrong in it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Outcome, Severity
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import (
    ReportError,
    Subject,
    at_least,
    by_severity,
    read,
    threshold,
)


def test_the_gravest_results_of_a_tenant_come_first(given: dict[str, Any]) -> None:
    moodle = read(given).by_subject[Subject("education", "moodle")]
    severities = [result.severity for result in moodle]
    assert severities == sorted(severities, key=["critical", "high", "medium", "low", "info"].index)


def test_a_tenant_without_results_is_there(given: dict[str, Any]) -> None:
    given["tenants"].append({"domain": "dila", "name": "new", "sensitivity": "public", "sites": []})
    assert read(given).by_subject[Subject("dila", "new")] == ()


def test_keys_stay_while_objects_do(given: dict[str, Any]) -> None:
    def keys() -> set[str]:
        return {finding.key for result in read(given).results for finding in result.findings}

    before = keys()
    assert len(before) == sum(len(row["findings"]) for row in given["results"])
    given["run"]["at"] = "2026-12-25T05:00:00Z"
    given["results"].reverse()
    for row in given["results"]:
        for finding in row["findings"]:
            finding["evidence"] = {"other": 1}
            finding["name"] = finding["name"] if not finding["id"] else "renamed"
    assert keys() == before


def test_two_findings_of_one_object_have_two_keys(given: dict[str, Any]) -> None:
    row = next(row for row in given["results"] if row["findings"])
    row["findings"] = [row["findings"][0]] * 3
    result = next(result for result in read(given).results if len(result.findings) == 3)
    assert len({finding.key for finding in result.findings}) == 3


def test_names_that_join_to_the_same_text_have_other_keys(given: dict[str, Any]) -> None:
    row = {
        "control": "X",
        "outcome": "fail",
        "severity": "low",
        "reason": "",
        "findings": [],
        "site": "",
        "level": "site",
    }
    given["results"] = [{**row, "domain": "a", "tenant": "bc"}, {**row, "domain": "ab", "tenant": "c"}]
    assert len({result.key for result in read(given).results}) == 2


@pytest.mark.parametrize(
    ("severity", "reached"),
    [("critical", False), ("high", False), ("medium", True), ("low", True), ("info", True)],
)
def test_the_threshold_counts_failures_that_are_as_grave_or_graver(
    given: dict[str, Any], severity: str, reached: bool
) -> None:
    for row in given["results"]:
        if row["outcome"] == "fail":
            row["severity"] = "medium"
    # Neither exceptions nor what could not be seen fails.
    assert {row["outcome"] for row in given["results"] if row["severity"] == "critical"} >= {"exempt", "not_evaluable"}
    assert threshold(read(given), Severity(severity)) is reached


def test_severities_are_ordered() -> None:
    order = [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO]
    assert all(
        at_least(grave, light) is (order.index(grave) <= order.index(light)) for grave in order for light in order
    )


def test_every_outcome_and_every_severity_is_in_this_audit(given: dict[str, Any]) -> None:
    document = read(given)
    assert {result.outcome for result in document.results} == set(Outcome)
    assert all(by_severity(document.ended(Outcome.FAIL)).values())


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("version",), 2, "the document has version 2; this collection reads version 1"),
        (("results",), {}, "results of the document is a dict; expected is a list"),
        (("run",), None, "run is a NoneType; expected is a mapping, as etat.cloud.posture_info returns"),
        (("run", "at"), "yesterday", "run.at is 'yesterday'; expected is a time such as 2026-11-25T05:00:00Z"),
        (("results", 0, "outcome"), "good", "outcome of a result of ETAT-IAM-013 is 'good'; allowed: pass, fail"),
        (("results", 0, "severity"), "huge", "severity of a result of ETAT-IAM-013 is 'huge'; allowed: info, low"),
        (("results", 0, "site"), 3, "site of a result of ETAT-IAM-013 is a int; expected is a text"),
        (
            ("results", 0, "findings", 0, "evidence", "blob"),
            {"secret": "s3cr3t"},
            "the evidence 'blob' of a result of ETAT-IAM-013 is a dict; expected is a scalar",
        ),
        (
            ("results", 0, "findings", 0, "evidence", "keys"),
            ["s3cr3t"],
            "the evidence 'keys' of a result of ETAT-IAM-013 is a list; expected is a scalar",
        ),
    ],
)
def test_a_wrong_document_is_refused_with_what_is_wrong(
    given: dict[str, Any], path: tuple[Any, ...], value: Any, said: str
) -> None:
    place: Any = given
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ReportError) as raised:
        read(given)
    assert said in str(raised.value)
    assert "s3cr3t" not in str(raised.value)


def test_two_results_of_one_control_in_one_place_are_refused(given: dict[str, Any]) -> None:
    given["results"].append(given["results"][4])
    with pytest.raises(
        ReportError, match="ETAT-NET-001 has two results for education/moodle toulouse; expected is one"
    ):
        read(given)


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(ReportError, match="the document is a list; expected is a mapping"):
        read([])
