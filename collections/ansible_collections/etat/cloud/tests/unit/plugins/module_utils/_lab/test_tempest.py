# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of tempest means beside the list of known failures."""

from __future__ import annotations

from ansible_collections.etat.cloud.plugins.module_utils._lab import tempest


def run(**statuses: str) -> list[tempest.Result]:
    return [tempest.Result(test, status, "") for test, status in statuses.items()]


def test_a_failure_that_nobody_listed_is_unknown() -> None:
    verdict = tempest.judge(run(a="success", b="fail"), {})
    assert [result.test for result in verdict.unknown] == ["b"]


def test_a_listed_failure_is_known_but_still_counts() -> None:
    verdict = tempest.judge(run(a="success", b="fail"), {"b": "no hypervisor"})
    assert verdict.unknown == ()
    assert verdict.share == 50.0


def test_a_listed_test_that_passes_is_reported() -> None:
    assert tempest.judge(run(a="success"), {"a": "no hypervisor"}).mended == ("a",)


def test_a_listed_test_that_did_not_run_is_no_news() -> None:
    assert tempest.judge(run(a="skip"), {"a": "no hypervisor", "b": "never seen"}).mended == ()


def test_what_was_skipped_did_not_run() -> None:
    verdict = tempest.judge(run(a="success", b="skip"), {})
    assert (verdict.passed, verdict.skipped, verdict.share) == (1, 1, 100.0)
