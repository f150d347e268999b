# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CI reads an audit as a set of tests, in which nothing that was refused is a success."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Outcome
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import by_outcome
from ansible_collections.etat.cloud.plugins.plugin_utils._report.junit import junit
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Tongue


def parsed(report: Report, tongue: Tongue) -> ElementTree.Element:
    """Return the root of the XML. It was made here, a moment ago."""
    return ElementTree.fromstring(junit(report, tongue))  # noqa: S314


def test_each_subject_is_a_suite_and_each_result_a_case(report: Report, tongue: Tongue) -> None:
    suites = parsed(report, tongue).findall("testsuite")
    expected = {str(subject) or "interne": len(results) for subject, results in report.document.by_subject.items()}
    assert {suite.get("name"): len(suite.findall("testcase")) for suite in suites} == expected


def test_what_is_counted_is_there(report: Report, tongue: Tongue) -> None:
    root = parsed(report, tongue)
    for element in [root, *root.findall("testsuite")]:
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert element.get(name) == str(len(list(element.iter(tag))))


def test_each_outcome_is_told_as_ci_understands_it(report: Report, tongue: Tongue) -> None:
    root = parsed(report, tongue)
    outcomes = by_outcome(report.document.results)
    assert len(list(root.iter("failure"))) == outcomes[Outcome.FAIL] > 0
    assert len(list(root.iter("error"))) == outcomes[Outcome.NOT_EVALUABLE] > 0
    skipped = [element.get("message", "").partition(":")[0] for element in root.iter("skipped")]
    for outcome in (Outcome.NOT_APPLICABLE, Outcome.MANUAL, Outcome.EXEMPT):
        assert skipped.count(outcome) == outcomes[outcome] > 0
    silent = [case for case in root.iter("testcase") if len(case) == 0]
    assert len(silent) == outcomes[Outcome.PASS] > 0


def test_a_failure_names_its_severity_and_its_objects(report: Report, french: Tongue) -> None:
    (case,) = (
        case
        for case in parsed(report, french).iter("testcase")
        if "NET-001" in case.get("name", "") and "[toulouse]" in case.get("name", "") and len(case)
    )
    assert case.get("classname") == "interne.education.moodle"
    failure = case[0]
    assert failure.get("type") == "critical"
    assert failure.get("message") == "critique\u00a0: 2\u00a0objets"
    assert (failure.text or "").splitlines()[0] == (
        "port web-1 (6d0f4f9e-3f0e-4a33-9d8c-3a2f5a0a8b11): ports=22, source=0.0.0.0/0, groups=front, admin, "
        "exposed=floating IP 198.51.100.17"
    )


def test_hostile_names_leave_it_xml(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    hostile = "]]>&<!--\x00\x0b\x1b\ufffe\"'"
    for row in given["results"]:
        row["reason"] = hostile
        for finding in row["findings"]:
            finding["name"] = hostile
    root = parsed(rendered(given), french)
    assert "]]>&<!--\\x00" in "".join(root.itertext())
