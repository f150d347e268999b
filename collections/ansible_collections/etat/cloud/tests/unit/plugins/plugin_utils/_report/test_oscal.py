# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results are OSCAL, everything in them is named once, and names last from one audit to the next."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Outcome
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import ReportError, Subject, read
from ansible_collections.etat.cloud.plugins.plugin_utils._report.oscal import oscal
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue
from trestle.oscal import OSCAL_VERSION
from trestle.oscal.assessment_results import AssessmentResults

#: The fields that refer to what is named elsewhere in the document.
REFERENCES = {"subject-uuid", "actor-uuid", "observation-uuid", "risk-uuid", "component-uuid"}


def made(report: Report, tongue: Tongue) -> dict[str, Any]:
    """Return the results, which the models of OSCAL accept."""
    document: dict[str, Any] = json.loads(json.dumps(oscal(report, tongue)))["assessment-results"]
    AssessmentResults.model_validate(document)
    assert document["metadata"]["oscal-version"] == OSCAL_VERSION
    return document


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every field, at any depth."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name, part
            yield from fields(part)
    elif isinstance(value, list):
        for part in value:
            yield from fields(part)


def of(document: dict[str, Any], subject: str) -> dict[str, Any]:
    """Return the results of one subject."""
    found: dict[str, Any]
    (found,) = (results for results in document["results"] if results["title"] == subject)
    return found


def property_of(row: dict[str, Any], name: str) -> str:
    """Return the value of a property."""
    return next(part["value"] for part in row.get("props", ()) if part["name"] == name)


def test_the_models_refuse_what_is_no_oscal(report: Report, french: Tongue) -> None:
    document = oscal(report, french)["assessment-results"]
    document["results"][0]["place"] = "here"
    with pytest.raises(ValueError, match="place"):
        AssessmentResults.model_validate(document)


def test_each_subject_has_its_results(report: Report, tongue: Tongue) -> None:
    titles = [results["title"] for results in made(report, tongue)["results"]]
    assert titles == [report.called(subject, tongue).replace("\u00a0", " ") for subject in report.document.by_subject]


def test_every_result_is_an_observation(report: Report, tongue: Tongue) -> None:
    for results, (_subject, expected) in zip(
        made(report, tongue)["results"], report.document.by_subject.items(), strict=True
    ):
        outcomes = Counter(property_of(row, "outcome") for row in results.get("observations", ()))
        assert outcomes == Counter(result.outcome for result in expected)


def test_only_what_was_judged_is_a_finding(report: Report, french: Tongue) -> None:
    findings = [finding for results in made(report, french)["results"] for finding in results.get("findings", ())]
    states = Counter((row["target"]["status"]["state"], row["target"]["status"]["reason"]) for row in findings)
    counts = Counter(result.outcome for result in report.document.results)
    assert states == {
        ("satisfied", "pass"): counts[Outcome.PASS],
        ("not-satisfied", "fail"): counts[Outcome.FAIL],
        ("not-satisfied", "other"): counts[Outcome.EXEMPT],
    }


def test_a_failure_is_an_open_risk_and_an_exception_an_approved_deviation(report: Report, french: Tongue) -> None:
    risks = [risk for results in made(report, french)["results"] for risk in results.get("risks", ())]
    counts = Counter(result.outcome for result in report.document.results)
    assert Counter(risk["status"] for risk in risks) == {
        "open": counts[Outcome.FAIL],
        "deviation-approved": counts[Outcome.EXEMPT],
    }
    deviations = {property_of(risk, "waiver"): risk for risk in risks if risk["status"] == "deviation-approved"}
    assert deviations["education/moodle-adresses"]["deadline"] == "2027-01-31T23:59:59Z"
    assert property_of(deviations["education/moodle-adresses"], "owner") == "Alice Martin"


def test_an_end_that_is_no_day_is_no_deadline(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    for row in given["results"]:
        if row["waiver"]:
            row["waiver"]["until"] = "some day"
    assert not [name for name, _value in fields(made(rendered(given), french)) if name == "deadline"]


def test_a_finding_leads_to_its_evidence(report: Report, french: Tongue) -> None:
    results = of(made(report, french), "education/examens")
    (finding,) = (row for row in results["findings"] if row["target"]["target-id"] == "ETAT-VOL-001_obj")
    (related,) = finding["related-observations"]
    (observation,) = (row for row in results["observations"] if row["uuid"] == related["observation-uuid"])
    (evidence,) = observation["relevant-evidence"]
    assert evidence["description"] == "volume sujets-2027: encrypted=false, size=120, type=standard"
    named = {row["uuid"]: row["description"] for row in results["local-definitions"]["inventory-items"]}
    assert [named[subject["subject-uuid"]] for subject in observation["subjects"]] == [
        "education/examens",
        "volume sujets-2027",
    ]


def test_everything_is_named_once_and_every_reference_leads_there(report: Report, tongue: Tongue) -> None:
    document = made(report, tongue)
    named = Counter(value for name, value in fields(document) if name == "uuid")
    assert [value for value, count in named.items() if count > 1] == []
    assert {value for name, value in fields(document) if name in REFERENCES} <= named.keys()
    objectives = {
        part["id"] for row in document["local-definitions"]["objectives-and-methods"] for part in row["parts"]
    }
    assert {value for name, value in fields(document) if name == "target-id"} <= objectives
    assert document["import-ap"]["href"].removeprefix("#") in named


def test_names_last_from_one_audit_to_the_next(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    def names(kind: str) -> list[str]:
        document = made(rendered(given), french)
        return [row["uuid"] for results in document["results"] for row in results.get(kind, ())]

    kinds = ("observations", "findings", "risks")
    first, before = made(rendered(given), french), {kind: names(kind) for kind in kinds}
    assert made(rendered(given), french) == first
    given["run"]["at"] = "2026-12-25T05:00:00Z"
    given["results"].reverse()
    assert {kind: names(kind) for kind in kinds} == before
    # Each audit is a document of its own.
    second = made(rendered(given), french)
    assert second["uuid"] != first["uuid"]
    assert {results["uuid"] for results in second["results"]}.isdisjoint(
        results["uuid"] for results in first["results"]
    )
    versions = {
        re.fullmatch(r"\w{8}-\w{4}-(\w)\w{3}-\w{4}-\w{12}", value)[1] for values in before.values() for value in values
    }  # type: ignore[index]
    assert versions == {"5"}


def test_another_cloud_has_other_names(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    def names() -> set[str]:
        return {value for name, value in fields(made(rendered(given), french)) if name == "uuid"}

    before = names()
    given["cloud"] = "externe"
    assert names().isdisjoint(before)


def test_what_was_not_seen_is_said_with_all_results(report: Report, french: Tongue) -> None:
    for results in made(report, french)["results"]:
        assert "Not seen: secrets toulouse: Barbican refuses this list (403)" in results["remarks"]


def test_the_account_and_its_roles_are_named(report: Report, french: Tongue) -> None:
    (user,) = of(made(report, french), "dila/demarches")["local-definitions"]["users"]
    assert user["title"] == "auditor"
    assert user["authorized-privileges"] == [{"title": "scope system", "functions-performed": ["reader"]}]


def test_both_languages_have_the_same_names(report: Report) -> None:
    french, english = (
        [value for name, value in fields(made(report, Tongue(language))) if name in REFERENCES | {"uuid"}]
        for language in Language
    )
    assert french == english


def test_a_tenant_to_which_no_control_applies_is_left_out(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    given["tenants"].append({"domain": "dila", "name": "new", "sensitivity": "public", "sites": []})
    titles = [results["title"] for results in made(rendered(given), french)["results"]]
    assert "dila/demarches" in titles
    assert "dila/new" not in titles


def test_an_audit_without_results_is_refused(given: dict[str, Any], french: Tongue) -> None:
    given["results"] = []
    with pytest.raises(ReportError, match="the audit of cloud interne has no results at all, which OSCAL cannot say"):
        oscal(Report(read(given), {}), french)


def test_nameless_and_hostile_objects_leave_it_oscal(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    given["run"].update(account="", roles=[], scope=" ")
    given["unseen"] = []
    for number, row in enumerate(given["results"]):
        for finding in row["findings"]:
            finding.update([("id", " "), ("name", ["", "two\nlines\x00"][number % 2]), ("type", "")], evidence={})
    assert made(rendered(given), french)["results"]


def test_a_control_that_is_not_known_is_named_by_its_id(report: Report, french: Tongue) -> None:
    document = made(replace(report, controls={}), french)
    assert of(document, report.called(Subject("dila", "demarches"), french))["findings"]
