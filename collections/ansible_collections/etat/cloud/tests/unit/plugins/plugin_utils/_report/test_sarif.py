# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log is SARIF, and forges are told neither more nor less than what fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Outcome
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import Subject
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.sarif import sarif
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue
from fluidattacks_core.sarif import SarifLog

SUBJECTS_2027 = "9b7f0f7e-1f0d-4c0a-8d51-2a8d0a7a3d5e"


def run(report: Report, tongue: Tongue) -> dict[str, Any]:
    """Return the only run of the log, which the standard's schema accepts."""
    made = sarif(report, tongue)
    # Made from the standard's schema, and closed: a name that it does not know is refused.
    SarifLog.model_validate(made)
    found: dict[str, Any]
    (found,) = made["runs"]
    return found


def test_the_schema_refuses_what_is_no_sarif(report: Report, french: Tongue) -> None:
    made = sarif(report, french)
    made["runs"][0]["results"][0]["locations"][0]["place"] = {}
    with pytest.raises(ValueError, match="place"):
        SarifLog.model_validate(made)


def test_each_failing_or_exempt_object_is_a_result(report: Report, tongue: Tongue) -> None:
    results = [
        key
        for result in report.document.ended(Outcome.FAIL, Outcome.EXEMPT)
        for key in [finding.key for finding in result.findings] or [result.key]
    ]
    made = run(report, tongue)["results"]
    assert [row["partialFingerprints"]["etatCloudFinding/v1"] for row in made] == results


def test_a_result_refers_to_its_rule(report: Report, tongue: Tongue) -> None:
    made = run(report, tongue)
    rules = made["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) == 12
    assert all(rules[row["ruleIndex"]]["id"] == row["ruleId"] for row in made["results"])


def test_a_rule_helps(report: Report, french: Tongue) -> None:
    (rule,) = (rule for rule in run(report, french)["tool"]["driver"]["rules"] if rule["id"] == "ETAT-NET-001")
    assert rule["help"]["text"].splitlines() == [
        "Critère\u00a0: Aucune règle ne laisse une adresse quelconque atteindre SSH, RDP ou WinRM.",
        "Comment corriger\u00a0: Restreindre la source de la règle au réseau d\u2019administration.",
        (
            "Avant de conclure\u00a0: Un port sans serveur peut porter un tel groupe sans être joignable\u00a0: "
            "vérifier l\u2019usage du groupe."
        ),
        (
            "Références\u00a0: PSSIE RES-CLOIS (contribue), ANSSI, guide d\u2019hygiène 23 (partiel), "
            "ISO/IEC 27001:2022, annexe A 8.20 (contribue)"
        ),
    ]
    # The gravest that any sensitivity gives it.
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"]["security-severity"] == "9.5"


def test_levels_follow_severities(report: Report, french: Tongue) -> None:
    made = {row["properties"]["severity"]: row["level"] for row in run(report, french)["results"]}
    assert made == {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}


def test_exceptions_are_suppressed_and_nothing_else_is(report: Report, french: Tongue) -> None:
    suppressed = [row for row in run(report, french)["results"] if "suppressions" in row]
    assert len(suppressed) == sum(len(result.findings) for result in report.document.ended(Outcome.EXEMPT)) > 0
    assert suppressed[0]["suppressions"] == [
        {
            "kind": "external",
            "justification": "Les images brutes sont redistribuées par l'agence spatiale "
            "(agriculture/satellite-sauvegardes, Claire Petit, 2026-12-31)",
        }
    ]


def test_what_was_not_seen_is_a_notification(report: Report, french: Tongue) -> None:
    (invocation,) = run(report, french)["invocations"]
    notes = invocation["toolExecutionNotifications"]
    refused = sum(1 for _result in report.document.ended(Outcome.NOT_EVALUABLE))
    assert len(notes) == len(report.document.unseen) + refused
    assert notes[0]["message"]["text"] == (
        "Not seen: secrets [toulouse]: Barbican refuses this list (403) to a reader of the system"
    )
    assert {note["associatedRule"]["id"] for note in notes if "associatedRule" in note} == {
        "ETAT-KEY-001",
        "ETAT-LB-002",
    }


def test_an_object_lies_in_its_tenant_and_in_the_file_that_declares_it(report: Report, french: Tongue) -> None:
    (row,) = (row for row in run(report, french)["results"] if "sujets-2027" in row["message"]["text"])
    assert row["locations"] == [
        {
            "logicalLocations": [
                {
                    "name": "sujets-2027",
                    "fullyQualifiedName": f"interne/education/examens/toulouse/volume/{SUBJECTS_2027}",
                    "kind": "volume",
                }
            ],
            "physicalLocation": {
                "artifactLocation": {"uri": "tenants/education/examens.yml", "uriBaseId": "ESTATE"},
                "region": {"startLine": 3},
            },
        }
    ]


def test_a_file_that_is_not_known_is_not_named(report: Report, french: Tongue) -> None:
    subject = Subject("education", "examens")
    about = {**report.about, subject: replace(report.about[subject], file="")}
    (row,) = (
        row for row in run(replace(report, about=about), french)["results"] if "sujets-2027" in row["message"]["text"]
    )
    assert "physicalLocation" not in row["locations"][0]


def test_what_is_new_says_so(report: Report, french: Tongue) -> None:
    assert report.trend
    states = {
        row["partialFingerprints"]["etatCloudFinding/v1"]: row["baselineState"]
        for row in run(report, french)["results"]
        if "baselineState" in row
    }
    assert {key for key, state in states.items() if state == "new"} == {change.key for change in report.trend.new}
    assert {key for key, state in states.items() if state == "updated"} == {change.key for change in report.trend.worse}
    assert not [row for row in run(replace(report, trend=None), french)["results"] if "baselineState" in row]


def test_both_languages_give_the_same_results(report: Report) -> None:
    french, english = (run(report, Tongue(language))["results"] for language in Language)
    for one, other in zip(french, english, strict=True):
        assert {name: one[name] for name in one if name != "message"} == {
            name: other[name] for name in other if name != "message"
        }


def test_hostile_names_leave_it_sarif(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    hostile = "\ud800\x00 {0} [link](https://evil.example)"
    for row in given["results"]:
        for finding in row["findings"]:
            finding.update(name=hostile, id="", evidence={"name": hostile})
    text = json.dumps(run(rendered(given), french), ensure_ascii=False)
    assert "\ud800" not in text
    assert "\\u0000" not in text
