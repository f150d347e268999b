# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every control against its table: from the records of a cloud to the outcome and the findings.

A case says: about (a claim), control (its id), facts (records by source, in the form in which the API gives them; they
take the place of those in given.yml; of a source that lists something per parent, a mapping from the parents' ids),
outcome, and of a failure its findings (each with its id and, of the evidence, what the case is about).

Some say more: sensitivity (internal otherwise), today, sites, quotas, tags, residency, qualifications, qualification
and cartographies (those that are declared), elsewhere (records of other regions, by region), refused (sources that
could not be read, with the reason), absent (sources that the cloud does not have), known_of (sources that were read
for one project or domain only, with its id), waivers, roles (those that may be given), site (which of several results
is meant), reason, severity, judged. What mends a failure is tried in test_fixes.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit import model
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import (
    SENSITIVITIES,
    UNSAID,
    Control,
    Level,
    Outcome,
    Text,
)
from ansible_collections.etat.cloud.plugins.module_utils._audit.sources import SOURCES
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID, CONTROLS
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils._controls import audit_cases

CASES = list(audit_cases.cases())
MODULE_UTILS = Path(model.__file__).parent.parent
SPOKEN = [*(MODULE_UTILS / "_controls").glob("[a-z]*.py"), *(MODULE_UTILS / "_audit").glob("[a-z]*.py")]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['control']}: {case['about']}") for _family, case in CASES]
)
def test_facts_give_the_outcome_and_the_findings_of_the_table(case: Mapping[str, Any]) -> None:
    assert set(case) <= audit_cases.PARTS
    assert set(case.get("facts", {})) <= SOURCES.keys()
    results = audit_cases.judged(case)
    if BY_ID[case["control"]].level is Level.SITE:
        results = [result for result in results if result.site == case.get("site", "toulouse")]
    (result,) = results
    wanted = [item if isinstance(item, dict) else {"id": item} for item in case.get("findings", ())]
    assert result.outcome.value == case["outcome"], result
    assert [finding.id for finding in result.findings] == [item["id"] for item in wanted], result
    for finding, item in zip(result.findings, wanted, strict=True):
        english = {name: value.en if isinstance(value, Text) else value for name, value in finding.evidence.items()}
        assert english == {**english, **item.get("evidence", {})}
    said = {"reason": result.reason.en, "severity": result.severity, "judged": result.judged}
    assert {name: value for name, value in said.items() if name in case} == {
        name: case[name] for name in said if name in case
    }


@pytest.mark.parametrize("family", sorted({control.family for control in CONTROLS}))
def test_every_reason_of_a_family_is_in_both_languages(family: str) -> None:
    results = [result for named, case in CASES if named == family for result in audit_cases.judged(case)]
    said = {result.reason for result in results} - {UNSAID}
    assert said
    assert [reason for reason in said if not reason.en or not reason.fr or reason.en == reason.fr] == []
    shown = [value for result in results for finding in result.findings for value in finding.evidence.values()]
    assert [text for text in shown if isinstance(text, Text) and bool(text.en) != bool(text.fr)] == []
    # What sets several of them apart is not in any.
    assert [reason for reason in said if len(reason.en.split("; ")) != len(reason.fr.split(" ; "))] == []


@pytest.mark.parametrize("file", sorted(SPOKEN), ids=lambda file: str(file.stem))
def test_everything_that_is_written_in_both_languages_differs(file: Path) -> None:
    """Also what no case of the tables comes to say."""
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    texts = [call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Text"]
    written = [[ast.unparse(part) for part in parts] for parts in texts]
    said = [parts for parts in written if parts != ["''", "''"]]
    assert [parts for parts in said if len(parts) != 2 or parts[0] == parts[1] or "''" in parts] == []


@pytest.mark.parametrize("family", sorted({control.family for control in CONTROLS}))
def test_every_control_of_a_family_has_a_case_that_passes_and_one_that_fails(family: str) -> None:
    outcomes: defaultdict[str, set[str]] = defaultdict(set)
    for named, case in CASES:
        if named == family:
            outcomes[case["control"]].add(case["outcome"])
    ids = {control.id for control in CONTROLS if control.family == family}
    # What the API cannot show at all is for a person to look at, and has no other case.
    judged = {id for id in ids if not outcomes[id] <= {"manual", "not_evaluable"}}
    assert {id: sorted({"pass", "fail"} - outcomes[id]) for id in judged} == {id: [] for id in judged}
    assert set(outcomes) == ids


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: str(control.id))
def test_a_control_says_all_that_people_want_to_know(control: Control) -> None:
    for text in (control.title, control.criterion, control.repair.text):
        assert text.en.strip()
        assert text.fr.strip()
    assert bool(control.caution.en) == bool(control.caution.fr)
    assert control.reads
    reads = (*control.reads, *control.also_reads)
    assert set(reads) <= SOURCES.keys()
    assert len(set(reads)) == len(reads)
    assert control.severity
    assert set(control.severity) <= set(SENSITIVITIES)
    # What an administrator decides for sensitive data never counts less than for others.
    ranks = [control.severity[name].rank for name in SENSITIVITIES if name in control.severity]
    assert ranks == sorted(ranks)


def test_an_id_stands_for_one_control() -> None:
    assert len({control.id for control in CONTROLS}) == len(CONTROLS)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: str(control.id))
def test_a_cloud_that_lacks_the_objects_themselves_is_never_a_pass(control: Control) -> None:
    for sensitivity in control.severity:
        for result in audit_cases.judged({"sensitivity": sensitivity, "absent": control.reads[:1]}, control):
            assert result.outcome is Outcome.NOT_EVALUABLE
            assert "the cloud does not have it" in result.reason.en


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: str(control.id))
@pytest.mark.parametrize("position", [0, -1])
def test_a_refused_source_is_never_a_pass(control: Control, position: int) -> None:
    refused = {control.reads[position]: "the account may not do it (403: no)"}
    for sensitivity in control.severity:
        for result in audit_cases.judged({"sensitivity": sensitivity, "refused": refused}, control):
            assert result.outcome is Outcome.NOT_EVALUABLE
            assert "403" in result.reason.en


@pytest.mark.parametrize(
    ("control", "source"), [(control, source) for control in CONTROLS for source in control.also_reads]
)
def test_what_is_also_read_and_refused_is_never_a_pass(control: Control, source: str) -> None:
    refused = {source: "the account may not do it (403: no)"}
    for sensitivity in control.severity:
        for result in audit_cases.judged({"sensitivity": sensitivity, "refused": refused}, control):
            assert result.outcome in (Outcome.NOT_EVALUABLE, Outcome.NOT_APPLICABLE)


@pytest.mark.parametrize("part", ["objects", "judge"])
def test_a_record_without_what_a_control_looks_for_cannot_be_judged_and_ends_nothing(part: str) -> None:
    def looks(*_given: Any) -> Any:
        return {}["flavour"]

    control = replace(BY_ID["ETAT-NET-016"], **{part: looks})
    groups = [{"id": "sg-1", "name": "web", "project_id": audit_cases.PROJECT, "security_group_rules": []}]
    (result,) = audit_cases.judged({"facts": {"security_groups": groups}}, control)
    assert (result.outcome, result.reason.en) == (Outcome.NOT_EVALUABLE, "a record does not say its flavour")
