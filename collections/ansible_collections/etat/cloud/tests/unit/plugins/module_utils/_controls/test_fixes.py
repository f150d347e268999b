# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every fix has to do: what a control finds is gone after it, and back after its undo. By the controls' tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Level, Mode, Outcome
from ansible_collections.etat.cloud.plugins.module_utils._audit.repair import (
    Remedy,
    Why,
    found_of,
    propose,
    remedy_as_data,
    remedy_of,
)
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID, CONTROLS
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils._controls import audit_cases
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils._controls.mending_cloud import MendingCloud

FIXED = [control for control in CONTROLS if control.repair.fix]
#: What only OpenStack decides, or what a person has to do again.
ITS_OWN = ("id", "created_at", "updated_at", "security_group_id", "state", "project_id", "image_id", "zone_id")


def mends(case: Mapping[str, Any]) -> list[Remedy]:
    """Return what mends a case in the region of the tables."""
    if not BY_ID[case["control"]].repair.fix or case["outcome"] != "fail":
        return []
    found = propose(audit_cases.failing(case), {case["control"]}).remedies
    return [remedy for remedy in found if remedy.region in ("", audit_cases.REGIONS[0])]


CASES = [(case, found) for _family, case in audit_cases.cases() for found in [mends(case)] if found]


def plain(value: Any) -> Any:
    """Return a value without what is OpenStack's own, lists in one order, and nothing for what is not there."""
    if isinstance(value, dict):
        return {
            name: plain(inner)
            for name, inner in sorted(value.items())
            # Swift says it of versions that it no longer keeps.
            if name not in ITS_OWN and inner not in (None, "", "False")
        }
    return sorted(map(plain, value), key=repr) if isinstance(value, list) else value


@pytest.mark.parametrize(("case", "remedies"), [pytest.param(*pair, id=pair[0]["about"]) for pair in CASES])
def test_what_was_found_is_gone_after_the_fix_and_back_after_its_undo(
    case: Mapping[str, Any], remedies: list[Remedy]
) -> None:
    cloud = MendingCloud(case)
    before = plain(cloud.records)
    for remedy in remedies:
        cloud.send(remedy, remedy.calls)
    still = {found_of(failure) for failure in audit_cases.failing(cloud.case)}
    assert not still & {found for remedy in remedies for found in remedy.findings}
    assert plain(cloud.records) != before
    for remedy in remedies:
        cloud.send(remedy, remedy.undo)
    if not any(remedy.lasting for remedy in remedies if not remedy.undo):
        assert plain(cloud.records) == before
        assert {result.outcome for result in audit_cases.judged(cloud.case)} & {Outcome.FAIL}


BY_HAND = [case for _family, case in audit_cases.cases() if case.get("by_hand")]


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: str(case["about"]))
def test_what_takes_more_than_the_audit_knows_is_left_to_people(case: Mapping[str, Any]) -> None:
    proposed = propose(audit_cases.failing(case), {case["control"]})
    assert sorted(left.id for left in proposed.left) == sorted(case["by_hand"])
    assert {left.why for left in proposed.left} == {Why.BY_HAND}


@pytest.mark.parametrize("control", FIXED, ids=lambda control: str(control.id))
def test_a_control_with_a_fix_has_a_case_that_it_mends(control: Any) -> None:
    assert [case for case, _remedies in CASES if case["control"] == control.id]


@cache
def remedies() -> list[Remedy]:
    """Return what mends all cases."""
    return [remedy for _case, found in CASES for remedy in found]


def test_what_cannot_be_undone_says_why_and_the_other_way_round() -> None:
    assert [remedy for remedy in remedies() if not remedy.undo and not remedy.lasting] == []


def test_a_plan_says_what_becomes_of_each_object() -> None:
    for remedy in remedies():
        assert remedy.before or remedy.after, remedy
        assert remedy.before != remedy.after, remedy
        assert remedy.calls, remedy
        assert remedy.id, remedy
        assert remedy.project or BY_ID[remedy.controls[0]].level is Level.DOMAIN


def test_a_remedy_comes_back_out_of_its_file_as_it_went_in() -> None:
    for remedy in remedies():
        again = remedy_of(remedy_as_data(remedy))
        assert (again.calls, again.undo) == (remedy.calls, remedy.undo)
        assert (again.before, again.after, again.controls) == (remedy.before, remedy.after, remedy.controls)


def test_only_a_control_that_says_so_has_a_fix_and_none_is_about_the_cloud_as_such() -> None:
    assert [control.id for control in FIXED if control.repair.mode is Mode.NONE] == []
    assert [control.id for control in FIXED if control.level is Level.CLOUD] == []


def test_what_must_never_be_automated_has_no_fix() -> None:
    never = {
        # MFA and people; keys and credentials; data.
        *("ETAT-IAM-001", "ETAT-IAM-002", "ETAT-IAM-008", "ETAT-IAM-010", "ETAT-IAM-011"),
        *(f"ETAT-IAM-0{number}" for number in range(30, 43)),
        *("ETAT-CMP-005", "ETAT-IMG-013", "ETAT-VOL-004", "ETAT-VOL-006", "ETAT-VOL-016", "ETAT-KEY-007"),
        # Retyping, and port security that network functions may do without.
        *("ETAT-VOL-001", "ETAT-NET-021"),
    }
    assert sorted(never & {control.id for control in FIXED}) == []
