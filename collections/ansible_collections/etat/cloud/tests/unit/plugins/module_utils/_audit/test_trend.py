# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of failures from one run to the next."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.trend import KINDS, trend


def document(outcome: str | None, *ids: str, severity: str = "high") -> dict[str, Any]:
    """Return the document of a run with one result, or with none."""
    findings = [{"type": "port", "id": id, "name": "", "evidence": {}} for id in ids]
    result = {
        "control": "ETAT-NET-001",
        "domain": "education",
        "tenant": "moodle",
        "site": "toulouse",
        "outcome": outcome,
        "severity": severity,
        "findings": findings,
    }
    return {"results": [result] if outcome else []}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (document("pass"), document("fail", "a"), "new"),
        (document(None), document("fail", "a"), "new"),
        (document("not_evaluable"), document("fail", "a"), "new"),
        (document("exempt", "a"), document("fail", "a"), "new"),
        (document("fail", "a"), document("pass"), "repaired"),
        (document("fail", "a"), document("not_applicable"), "repaired"),
        (document("fail", "a"), document("exempt", "a"), "exempt"),
        (document("fail", "a"), document("not_evaluable"), "unknown"),
        (document("fail", "a"), document("manual"), "unknown"),
        (document("fail", "a"), document(None), "unknown"),
        (document("fail", "a"), document("fail", "a"), "same"),
        (document("fail", "a", "b"), document("fail", "a"), "better"),
        # As many as before, and another one.
        (document("fail", "a", "b"), document("fail", "a", "c"), "worse"),
        (document("fail", "a"), document("fail", "a", severity="critical"), "worse"),
        (document("fail", "a"), document("fail", "a", severity="low"), "better"),
        (document("pass"), document("not_evaluable"), ""),
        (document("pass"), document("pass"), ""),
    ],
)
def test_a_failure_is_followed(before: dict[str, Any], after: dict[str, Any], kind: str) -> None:
    found = trend(before, after)
    assert tuple(found) == KINDS
    assert [name for name in KINDS if found[name]] == ([kind] if kind else [])


def test_an_entry_says_where_and_how_many() -> None:
    (entry,) = trend(document("fail", "a", "b"), document("fail", "a"))["better"]
    assert entry == {
        "control": "ETAT-NET-001",
        "domain": "education",
        "tenant": "moodle",
        "site": "toulouse",
        "severity": "high",
        "before": 2,
        "after": 1,
    }
