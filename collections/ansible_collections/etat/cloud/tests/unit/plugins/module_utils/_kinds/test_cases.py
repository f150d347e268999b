# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind against its table: from a declaration and the records of a cloud to the plan and to the calls.

A case says: about (a claim), site (what the tenant moodle declares in toulouse) or the whole declaration, cloud
(records that take the place of those in given.yml), plan (the changes) or problems (the messages of a refusal), and
calls (what is written when the plan is applied). Some say more: account, accepts, answers, failed, reads, lacks (the
services that the catalogue does not have), undeclared, refuses (calls that fail, with their status), scopes (of the
tokens that write), unread (why something declared could not be looked at).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.etat.cloud.plugins.module_utils._converge import Declaration, Run, Undeclared
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import EngineError, State
from ansible_collections.etat.cloud.plugins.module_utils._engine.plan import as_data
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._options import argument_spec
from ansible_collections.etat.cloud.plugins.module_utils._progress import Progress
from ansible_collections.etat.cloud.plugins.module_utils._tenant_options import TENANT_OPTIONS
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

HERE = Path(__file__).parent
GIVEN = yaml.safe_load((HERE / "given.yml").read_text(encoding="utf-8"))
VALIDATOR = ArgumentSpecValidator(argument_spec(TENANT_OPTIONS))
PARTS = {
    "about",
    "account",
    "declaration",
    "site",
    "accepts",
    "cloud",
    "plan",
    "problems",
    "answers",
    "calls",
    "failed",
    "reads",
    "lacks",
    "undeclared",
    "refuses",
    "scopes",
    "unread",
}


def cases() -> list[Any]:
    """Return every case of every table."""
    return [
        pytest.param(case, id=f"{file.stem}: {case['about']}")
        for file in sorted(HERE.glob("cases/*.yml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def prepared(cloud: CloudServer, case: Mapping[str, Any]) -> Run:
    """Return the run of a case, not yet prepared, its declaration checked and completed as a module does it."""
    content = cloud.hold({**GIVEN, **case.get("cloud", {})}, case.get("answers"))
    content.lacks = tuple(case.get("lacks", ()))
    for call, status in case.get("refuses", {}).items():
        cloud.fail(call, status, {"code": status, "message": "no"})
    site = {"region": "toulouse", **case.get("site", {})}
    moodle = {"tenants": [{"name": "moodle", "domain": "education", "sites": [site]}]}
    checked = VALIDATOR.validate(case.get("declaration", moodle))
    assert not checked.error_messages
    declared = checked.validated_parameters
    accepts = tuple(case["accepts"]) if "accepts" in case else None
    account = case.get("account", "interne")
    undeclared = Undeclared(case.get("undeclared", "keep"))
    declaration = Declaration(account, declared, accepts, workers=1, undeclared=undeclared)
    return Run(KINDS, declaration, Progress())


@pytest.mark.parametrize("case", cases())
def test_a_declaration_on_a_cloud_gives_the_plan_and_the_calls_of_the_table(
    cloud: CloudServer, case: Mapping[str, Any]
) -> None:
    assert set(case) <= PARTS
    run = prepared(cloud, case)
    if "problems" in case:
        with pytest.raises(EngineError) as refused:
            run.prepare()
        assert [str(problem) for problem in refused.value.problems] == case["problems"]
        assert cloud.writes() == []
        return
    run.prepare()
    empty = {"region": "", "before": {}, "after": {}}
    assert [as_data(change) for change in run.plan.changes] == [{**empty, **change} for change in case["plan"]]
    assert [str(problem) for problem in run.problems()] == case.get("unread", [])
    for path, times in case.get("reads", {}).items():
        assert len(cloud.reads(path)) == times, path
    if "calls" in case or not case["plan"]:
        run.apply()
        assert [outcome.reason for outcome in run.outcomes if outcome.state is not State.DONE] == case.get("failed", [])
        assert cloud.writes() == case.get("calls", [])
        assert set(cloud.scopes()) == set(case.get("scopes", cloud.scopes()))
