# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, on a small cloud over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.etat.cloud.plugins.module_utils import _module
from ansible_collections.etat.cloud.plugins.module_utils._progress import VARIABLE
from ansible_collections.etat.cloud.plugins.modules import tenant
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import PASSWORD, CloudServer

GIVEN = yaml.safe_load(
    (Path(__file__).parents[1] / "module_utils" / "_kinds" / "given.yml").read_text(encoding="utf-8")
)
PARIS = {path.replace("toulouse", "paris"): [] for path in GIVEN if path.startswith("network") and "quotas" not in path}
SUBNET = {"name": "b", "cidr": "192.0.2.0/24"}
LMS = {
    "name": "lms",
    "domain": "education",
    "sites": [
        {
            "region": "toulouse",
            "networks": [{"name": "a"}, {"name": "b", "subnets": [{"name": "b", "cidr": "192.0.2.0/24"}]}],
        },
        {"region": "paris", "networks": [{"name": "a"}]},
    ],
}
MOODLE = {"name": "moodle", "domain": "education", "sites": [{"region": "toulouse", "networks": [{"name": "front"}]}]}


@pytest.fixture
def server(cloud: CloudServer) -> CloudServer:
    """The cloud of the tables, with nothing in paris."""
    cloud.hold({**GIVEN, **PARIS})
    return cloud


@pytest.fixture
def run(run_module: Any) -> Any:
    """What runs the module with tenants; it gives the result, and whether the module failed."""

    def ran(*tenants: Any, **parameters: Any) -> tuple[dict[str, Any], bool]:
        found: tuple[dict[str, Any], bool] = run_module(
            tenant, **{"cloud": "interne", "workers": 2, "tenants": list(tenants), **parameters}
        )
        return found

    return ran


def test_a_tenant_is_built_and_a_second_run_changes_nothing(server: CloudServer, run: Any) -> None:
    result, failed = run(LMS)
    assert not failed
    assert result["changed"]
    assert result["plan"]["counts"] == {"create": 5, "update": 0, "delete": 0, "keep": 0}
    assert [change["kind"] for change in result["plan"]["changes"]] == ["project", *["network"] * 3, "subnet"]
    assert result["plan"]["text"].startswith("5 to create, 0 to update, 0 to delete, 0 unchanged\n\neducation / lms\n")
    assert {outcome["state"] for outcome in result["outcomes"]} == {"done"}
    assert {outcome["request_id"] for outcome in result["outcomes"]} == {"req-1"}
    assert "+ network" not in result["diff"]["before"]
    assert "network a" in result["diff"]["after"]
    assert set(result["stats"]["seconds"]) == {"declare", "connect", "observe", "plan", "apply", "verify"}
    assert result["stats"]["calls"]["network"] > 4
    assert result["stats"]["tenants"] == [
        {"domain": "education", "project": "lms", "region": "", "create": 1},
        {"domain": "education", "project": "lms", "region": "paris", "create": 1},
        {"domain": "education", "project": "lms", "region": "toulouse", "create": 3},
    ]
    writes = server.writes()
    again, failed = run(LMS)
    assert (failed, again["changed"], again["outcomes"]) == (False, False, [])
    assert again["plan"]["counts"] == {"create": 0, "update": 0, "delete": 0, "keep": 5}
    assert again["digest"] != result["digest"]
    assert server.writes() == writes


def test_in_check_mode_the_plan_is_the_same_and_nothing_is_written(server: CloudServer, run: Any) -> None:
    planned, failed = run(LMS, _ansible_check_mode=True)
    assert not failed
    assert planned["changed"]
    assert planned["outcomes"] == []
    assert server.writes() == []
    assert "apply" not in planned["stats"]["seconds"]
    done, failed = run(LMS)
    assert not failed
    assert (done["digest"], done["plan"], done["diff"]) == (planned["digest"], planned["plan"], planned["diff"])


def test_a_refusal_writes_nothing_and_says_why(server: CloudServer, run: Any) -> None:
    wrong = {"name": "lms", "domain": "dila"}
    result, failed = run(wrong, {"name": "x", "domain": "education", "parent": "nowhere"})
    assert failed
    assert not result["changed"]
    assert server.writes() == []
    first, *others = result["msg"].splitlines()
    assert first == "2 problems; nothing was written."
    assert [line.split(":")[0] for line in others] == [
        "project dila/lms needs domain dila",
        "project education/x needs project education/nowhere",
    ]
    assert result["stats"]["calls"]["identity"] > 0


def test_one_problem_is_told_by_itself(server: CloudServer, run: Any) -> None:
    result, failed = run({"name": "lms", "domain": "dila"})
    assert failed
    assert result["msg"].startswith("project dila/lms needs domain dila: it is neither in the cloud nor declared.")


def test_a_failed_change_is_told_after_what_was_done(server: CloudServer, run: Any) -> None:
    server.fail("POST network toulouse /networks", 409, {"NeutronError": {"message": "quota exceeded"}})
    result, failed = run(LMS)
    assert failed
    assert result["changed"]
    lines = result["msg"].splitlines()
    assert lines[0] == "2 of 5 changes were made."
    assert sorted(lines[1:3]) == [
        f"network education/lms/{name} in toulouse could not be created: the cloud refuses it (409: quota exceeded) "
        "[request req-1]. Correct what it names and run again."
        for name in "ab"
    ]
    assert lines[3] == "Changes skipped because they need one of those: 1."
    assert sorted(outcome["state"] for outcome in result["outcomes"]) == ["failed", "failed", "skipped"]
    assert "changes" not in result["plan"]


def test_when_every_change_fails_nothing_is_changed(server: CloudServer, run: Any) -> None:
    server.fail("POST identity /projects", 403, {"error": {"message": "not allowed"}})
    result, failed = run(LMS)
    assert failed
    assert not result["changed"]
    assert result["msg"].startswith("0 of 5 changes were made.")
    assert result["msg"].endswith("Changes skipped because they need one of those: 4.")


def test_a_region_that_does_not_answer_keeps_no_other_from_being_built(
    server: CloudServer, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    broken = {
        **MOODLE,
        "sites": [{"region": region, "networks": [{"name": "back"}]} for region in ("toulouse", "paris")],
    }
    server.fail("GET network paris /networks", 503, {"NeutronError": {"message": "down"}})
    result, failed = run(broken)
    assert failed
    assert result["msg"].splitlines()[0] == "1 of 1 changes were made."
    assert "cloud interne: network cannot be read in paris: the service failed (503: down)" in result["msg"]
    made = [
        call.body["network"]["name"]
        for call in server.content.calls
        if call.method == "POST" and call.body.get("network")
    ]
    assert made == ["back"]


def test_when_nothing_can_be_done_that_is_said(server: CloudServer, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server.fail("GET network toulouse /networks", 503)
    result, failed = run(MOODLE)
    assert failed
    assert not result["changed"]
    assert result["msg"].splitlines()[0] == "Nothing was changed."


def test_without_identity_nothing_is_planned(server: CloudServer, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server.fail("GET identity /projects", 503, {"error": {"message": "down"}})
    result, failed = run(MOODLE)
    assert failed
    assert result["msg"].startswith("cloud interne: identity cannot be read: the service failed (503: down)")


def test_what_something_else_changes_meanwhile_is_told(server: CloudServer, run: Any) -> None:
    # The cloud says yes and changes nothing.
    server.content.answers["PUT network toulouse /networks/n-front"] = {"network": {}}
    wanted = {**MOODLE, "sites": [{"region": "toulouse", "networks": [{"name": "front", "mtu": 1400}]}]}
    result, failed = run(wanted)
    assert failed
    assert result["changed"]
    first, second = result["msg"].splitlines()
    assert first == "1 of 1 changes were made."
    assert second.startswith("network education/moodle/front in toulouse still differs after the run.")


def test_when_the_cloud_breaks_after_the_changes_those_are_told(
    server: CloudServer, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    ended = _module.Run.apply

    def then_break(self: Any, leases: Any) -> None:
        ended(self, leases)
        server.fail("GET identity /projects", 503, {"error": {"message": "down"}})

    monkeypatch.setattr(_module.Run, "apply", then_break)
    result, failed = run(LMS)
    assert failed
    assert result["changed"]
    assert result["msg"].splitlines()[0] == "5 of 5 changes were made."
    assert "identity cannot be read" in result["msg"]


def test_an_error_of_the_product_itself_is_a_failure_too(
    server: CloudServer, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_module.Run, "apply", lambda self, leases: 1 / 0)
    result, failed = run(LMS)
    assert failed
    assert result["msg"] == "ZeroDivisionError: division by zero"


def test_an_interruption_is_no_failure_of_the_module(server: CloudServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_module.Run, "prepare", interrupted)
    with patch_module_args({"cloud": "interne"}), pytest.raises(KeyboardInterrupt):
        tenant.main()


WITHOUT_SDK = """
import sys
sys.modules["openstack"] = sys.modules["keystoneauth1"] = None
from ansible.module_utils.testing import patch_module_args
from ansible_collections.etat.cloud.plugins.modules import tenant
with patch_module_args({"cloud": "interne"}):
    tenant.main()
"""


def test_a_host_without_openstacksdk_is_told_so() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_SDK],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert ended.returncode == 1
    assert "Failed to import the required Python library (openstacksdk)" in json.loads(ended.stdout)["msg"]


def test_no_password_is_in_a_result(server: CloudServer, run: Any) -> None:
    result = run(LMS)[0]
    assert PASSWORD not in json.dumps(result)


def test_progress_is_told_while_it_runs(
    server: CloudServer, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "progress"
    monkeypatch.setenv(VARIABLE, str(file))
    server.fail("POST network paris /networks", 409, {"NeutronError": {"message": "no"}})
    run(LMS)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines if "done" not in line] == [
        "declare",
        "connect",
        "observe",
        "plan",
        "apply",
        "verify",
    ]
    changes = [line for line in lines if "done" in line]
    assert [(line["done"], line["total"]) for line in changes] == [(number, 5) for number in range(1, 6)]
    assert changes[0] == {"text": "create project", "done": 1, "total": 5, "wave": "1 of 3", "site": "identity"}
    (failure,) = [line["failed"] for line in changes if "failed" in line]
    assert failure.startswith("network education/lms/a in paris: the cloud refuses it (409: no)")


def test_many_deletions_are_refused_unless_the_share_is_raised(server: CloudServer, run: Any) -> None:
    names = [f"n{number}" for number in range(11)]
    server.content.records["network toulouse /networks"] = [
        {"id": name, "name": name, "project_id": "p-moodle", "description": ""} for name in names
    ]
    site = {"region": "toulouse", "networks": [{"name": name, "state": "absent"} for name in names]}
    result, failed = run({**MOODLE, "sites": [site]})
    assert failed
    assert "the plan deletes 11 of 12 objects: that is 91 %, and the limit is 30 %" in result["msg"]
    assert server.writes() == []
    result, failed = run({**MOODLE, "sites": [site]}, max_delete_share=100)
    assert not failed
    assert result["plan"]["counts"]["delete"] == 11


def test_deletions_in_a_domain_count_against_what_the_run_is_about(server: CloudServer, run: Any) -> None:
    users = [{"id": f"u-{number}", "name": f"u{number}", "domain_id": "d-education"} for number in range(11)]
    server.content.records["identity /groups/g-operators/users"] = users
    domain = {"name": "education", "groups": [{"name": "operators", "prune_members": True}]}
    result, failed = run(domains=[domain])
    assert failed
    # The domain, its group, and the eleven members.
    assert "the plan deletes 11 of 13 objects: that is 84 %" in result["msg"]


def test_for_many_tenants_lists_are_read_whole_and_limits_that_were_never_set_are_guarded(
    server: CloudServer, run: Any
) -> None:
    server.content.records["network toulouse /quotas"] = []
    server.content.records["network toulouse /quotas/p-moodle/details"] = {
        "quota": {"router": {"limit": 10, "used": 4, "reserved": 0}}
    }
    site = {"region": "toulouse", "quotas": {"network": {"router": 3}}}
    others = [{"name": f"t{number}", "domain": "education"} for number in range(10)]
    result, failed = run({**MOODLE, "sites": [site]}, *others)
    assert failed
    assert result["msg"].startswith("network quota education/moodle in toulouse: router cannot be 3: 4 are in use.")
    server.content.records["network toulouse /quotas"] = [{"project_id": "p-moodle", "router": 3}]
    result, failed = run({**MOODLE, "sites": [site]}, *others)
    assert not failed
    assert result["plan"]["counts"] == {"create": 10, "update": 0, "delete": 0, "keep": 2}


def test_roles_of_many_tenants_are_read_in_one_listing(server: CloudServer, run: Any) -> None:
    roles = [{"role": "member", "group": "operators"}]
    others = [{"name": f"t{number}", "domain": "education"} for number in range(10)]
    result, failed = run({**MOODLE, "role_assignments": roles}, *others)
    assert not failed
    assert len(server.reads("identity /role_assignments")) == 2
    assert {call.query for call in server.reads("identity /role_assignments")} == {()}
    assert result["plan"]["counts"]["create"] == 10


def test_tenants_may_each_have_their_account(server: CloudServer, run: Any) -> None:
    site = {"region": "toulouse", "networks": [{"name": "lab"}]}
    ready = {"name": "notebooks", "domain": "education", "account": "externe-notebooks", "sites": [site]}
    result, failed = run(ready, MOODLE, cloud="interne")
    assert not failed
    assert result["plan"]["counts"] == {"create": 1, "update": 0, "delete": 0, "keep": 3}
    (made,) = [call for call in server.content.calls if call.method == "POST" and call.path.endswith("/networks")]
    assert made.scope == "project p-notebooks"
    assert {call.scope for call in server.reads("network toulouse /networks")} == {
        "project p-notebooks",
        "project p-admin",
    }


def test_the_account_of_a_tenant_is_the_only_one_that_is_asked_for_a_token(server: CloudServer, run: Any) -> None:
    ready = {"name": "notebooks", "domain": "education", "account": "externe-notebooks"}
    result, failed = run(ready, cloud="nowhere")
    assert not failed
    assert not result["changed"]
    assert {call.scope for call in server.content.calls if call.scope} == {"project p-notebooks"}


def test_what_is_not_declared_is_reported_and_only_pruned_when_the_product_made_it(
    server: CloudServer, run: Any, tmp_path: Path
) -> None:
    lms = {"name": "lms", "domain": "education", "sites": [{"region": "toulouse", "networks": [{"name": "a"}]}]}
    assert not run(lms)[1]
    project = server.content.records["identity /projects"][-1]
    assert len(project["etat_cloud_made"].split()) == 2
    assert not [tag for tag in project["tags"] if "lease" in tag]
    server.content.records["network toulouse /networks"].append(
        {"id": "n-stranger", "name": "stranger", "project_id": project["id"]}
    )
    bare = {"name": "lms", "domain": "education", "sites": [{"region": "toulouse"}]}
    reported, failed = run(bare, undeclared="report", _ansible_check_mode=True)
    assert not failed
    assert not reported["changed"]
    found = {one["path"][-1]: one["managed"] for one in reported["undeclared"]}
    assert found == {"a": True, "stranger": False}
    pruned, failed = run(bare, undeclared="prune", record=str(tmp_path / "records"))
    assert not failed
    assert [change["path"][-1] for change in pruned["plan"]["changes"]] == ["a"]
    assert [
        net["name"]
        for net in server.content.records["network toulouse /networks"]
        if net["project_id"] == project["id"]
    ] == ["stranger"]
    (record,) = (tmp_path / "records").iterdir()
    assert record.stat().st_mode & 0o777 == 0o600
    (tenant_,) = json.loads(record.read_text(encoding="utf-8"))["tenants"]
    assert [network["name"] for network in tenant_["sites"][0]["networks"]] == ["a"]
    # What is gone is not the product's any more, whoever makes it again.
    assert len(project["etat_cloud_made"].split()) == 1


def test_another_plan_than_the_reviewed_one_is_refused(server: CloudServer, run: Any) -> None:
    digest = run(LMS, _ansible_check_mode=True)[0]["digest"]
    refused, failed = run(MOODLE, expect_digest=digest)
    assert failed
    assert "the plan is not the one that was reviewed" in refused["msg"]
    assert server.writes() == []
    assert not run(LMS, expect_digest=digest)[1]


def test_a_region_of_which_nothing_is_said_asks_nobody_for_a_token(server: CloudServer, run: Any) -> None:
    ready = {"name": "notebooks", "domain": "education", "account": "externe-notebooks"}
    result, failed = run(ready, cloud="nowhere", regions=[{"region": "toulouse"}], identity={})
    assert not failed, result["msg"]
    assert {call.scope for call in server.content.calls if call.scope} == {"project p-notebooks"}


def test_what_cannot_be_read_again_after_the_changes_is_told(
    server: CloudServer, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = _module.Run.apply

    def then_break(self: Any, leases: Any) -> None:
        ended(self, leases)
        server.fail("GET network toulouse /networks", 503, {"NeutronError": {"message": "down"}})

    monkeypatch.setattr(_module.Run, "apply", then_break)
    result, failed = run(LMS)
    assert failed
    assert result["msg"].splitlines()[0] == "5 of 5 changes were made."
    assert "network cannot be read in toulouse: the service failed (503: down)" in result["msg"]
