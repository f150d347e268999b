# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module posture as Ansible runs it, on the small cloud of the tables."""

from __future__ import annotations

import copy
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.modules import posture, posture_info
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

GIVEN = yaml.safe_load(
    (Path(__file__).parents[1] / "module_utils" / "_kinds" / "given.yml").read_text(encoding="utf-8")
)
MOODLE = {"name": "moodle", "domain": "education", "sensitivity": "sensitive", "sites": ["toulouse"]}
SSH = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22}
GROUPS, IMAGES = "network toulouse /security-groups", "image toulouse /images"
HELD = {
    GROUPS: [
        {
            "id": "sg-1",
            "name": "web",
            "project_id": "p-moodle",
            "security_group_rules": [
                {"id": "r-1", "security_group_id": "sg-1", "project_id": "p-moodle", "description": "by hand", **SSH},
                {**SSH, "id": "r-2", "security_group_id": "sg-1", "remote_ip_prefix": "10.0.0.0/8"},
            ],
        },
        {
            "id": "sg-2",
            "name": "web",
            "project_id": "p-notebooks",
            "security_group_rules": [{"id": "r-3", "security_group_id": "sg-2", **SSH}],
        },
    ],
    "network toulouse /ports": [],
    "compute toulouse /servers": [],
    "block-storage toulouse /volumes": [],
    IMAGES: [
        {"id": "i-1", "name": "base", "owner": "p-moodle", "visibility": "private", "protected": False}
        | {"tags": ["golden"], "status": "active"},
    ],
}
CONTROLS = ["ETAT-GOV-001", "ETAT-GOV-007", "ETAT-NET-002", "ETAT-IMG-005"]


@pytest.fixture
def server(cloud: CloudServer) -> CloudServer:
    """The cloud of the tables, with four weaknesses in one tenant and one in its neighbour."""
    cloud.hold({**GIVEN, **copy.deepcopy(HELD)})
    return cloud


@pytest.fixture
def harden(run_module: Any, tmp_path: Path) -> Any:
    """What repairs the one tenant, by a few controls."""

    def run(**more: Any) -> dict[str, Any]:
        given = {"cloud": "interne", "tenants": [MOODLE], "controls": CONTROLS, "regions": ["toulouse"]}
        found, failed = run_module(posture, **{**given, "record": str(tmp_path / "record"), **more})
        return {**found, "failed": failed}

    return run


def kept(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a file that a run wrote."""
    read: dict[str, Any] = json.loads(Path(found["record"][name]).read_text(encoding="utf-8"))
    return read


def holding(server: CloudServer) -> dict[str, Any]:
    """Return what the cloud has, rules without their ids, leases aside: a lease never outlives its run."""
    records = copy.deepcopy(server.content.records)
    for group in records[GROUPS]:
        rules = [{**rule, "id": ""} for rule in group["security_group_rules"]]
        group["security_group_rules"] = sorted(rules, key=lambda rule: json.dumps(rule, sort_keys=True))
    for project in records["identity /projects"]:
        project["tags"] = sorted(project["tags"])
        project["options"] = {name: value for name, value in project["options"].items() if value is not None}
    return records


def test_check_mode_plans_and_writes_neither_to_the_cloud_nor_a_file(
    server: CloudServer, harden: Any, tmp_path: Path
) -> None:
    found = harden(_ansible_check_mode=True, allow=["ETAT-NET-002"])
    assert not found["failed"], found
    assert found["changed"]
    assert found["plan"]["counts"] == {"create": 0, "update": 2, "delete": 1, "keep": 0}
    assert {call.method for call in server.content.calls if call.path != "identity /auth/tokens"} == {"GET"}
    assert not (tmp_path / "record").exists()
    assert found["record"] == {}


def test_what_is_safe_is_repaired_and_what_is_guarded_is_left_and_said(server: CloudServer, harden: Any) -> None:
    found = harden()
    assert not found["failed"], found
    project = next(one for one in server.content.records["identity /projects"] if one["id"] == "p-moodle")
    assert project["options"] == {"immutable": True}
    assert sorted(project["tags"]) == ["kept-by-hand", "offer:standard", "sensitivity:sensitive"]
    assert server.content.records[IMAGES][0]["protected"] is True
    assert [rule["id"] for rule in server.content.records[GROUPS][0]["security_group_rules"]] == ["r-1", "r-2"]
    assert [(left["control"], left["id"], left["why"]) for left in found["left"]] == [
        ("ETAT-NET-002", "r-1", "guarded")
    ]
    assert [(one["type"], one["action"], one["state"], one["lasting"]) for one in found["repairs"]] == [
        ("image", "update", "done", None),
        ("project", "update", "done", None),
    ]
    # Nobody could have read it meanwhile.
    for name in ("export", "undo"):
        assert stat.S_IMODE(Path(found["record"][name]).stat().st_mode) == 0o600
        assert stat.S_IMODE(Path(found["record"][name]).parent.stat().st_mode) == 0o700


def test_what_is_guarded_is_repaired_where_it_is_allowed_and_then_nothing_is_left(
    server: CloudServer, harden: Any
) -> None:
    found = harden(allow=["ETAT-NET-002"])
    assert not found["failed"], found
    assert [rule["id"] for rule in server.content.records[GROUPS][0]["security_group_rules"]] == ["r-2"]
    # A tenant that is not named is nobody's business.
    assert [rule["id"] for rule in server.content.records[GROUPS][1]["security_group_rules"]] == ["r-3"]
    server.content.calls.clear()
    again = harden(allow=["ETAT-NET-002"])
    assert (again["failed"], again["changed"], again["plan"]["changes"], again["record"]) == (False, False, [], {})
    assert server.writes() == []


def test_an_undo_brings_back_exactly_what_was_there(server: CloudServer, harden: Any) -> None:
    before = holding(server)
    found = harden(allow=["ETAT-NET-002"])
    assert holding(server) != before
    export = kept(found, "export")
    (rule,) = [one for one in export["records"] if one["type"] == "security_group_rule"]
    assert rule["record"]["description"] == "by hand"

    planned = harden(undo=found["record"]["undo"], _ansible_check_mode=True)
    assert planned["plan"]["counts"] == {"create": 1, "update": 2, "delete": 0, "keep": 0}
    assert holding(server) != before
    back = harden(undo=found["record"]["undo"], expect_digest=planned["digest"])
    assert (back["failed"], back["changed"]) == (False, True), back
    assert holding(server) == before
    # What is back already stays as it is.
    again = harden(undo=found["record"]["undo"])
    assert not again["failed"], again
    assert holding(server) == before


def test_only_the_reviewed_plan_is_applied(server: CloudServer, harden: Any) -> None:
    reviewed = harden(_ansible_check_mode=True)
    server.content.records[IMAGES].append({**HELD[IMAGES][0], "id": "i-2"})
    found = harden(expect_digest=reviewed["digest"])
    assert found["failed"]
    assert "the plan is not the one that was reviewed" in found["msg"]
    assert server.writes() == []
    del server.content.records[IMAGES][-1]
    found = harden(expect_digest=reviewed["digest"])
    assert not found["failed"], found
    assert found["digest"] == reviewed["digest"]


def test_a_plan_beyond_the_limit_is_refused(server: CloudServer, harden: Any) -> None:
    found = harden(max_changes=1)
    assert found["failed"]
    assert "the plan changes 2 objects: the limit is 1" in found["msg"]
    assert server.writes() == []


def test_an_object_that_is_waived_is_never_repaired(server: CloudServer, harden: Any) -> None:
    waiver = {
        "id": "education/bastion",
        "control": "ETAT-NET-002",
        "owner": "Alice Martin",
        "reason": "Bastion in the making",
        "until": "2026-12-31",
        "tenants": [{"domain": "education", "name": "moodle"}],
        "objects": ["r-1"],
    }
    found = harden(allow=["ETAT-NET-002"], waivers=[waiver], today="2026-12-31", controls=["ETAT-NET-002"])
    assert not found["changed"]
    assert [(left["why"], left["reason"]["fr"]) for left in found["left"]] == [
        ("waived", "dérogation education/bastion jusqu'au 2026-12-31")
    ]
    found = harden(allow=["ETAT-NET-002"], waivers=[waiver], today="2027-01-01", controls=["ETAT-NET-002"])
    assert found["changed"]


@pytest.mark.parametrize(
    ("allow", "message"),
    [
        ("ETAT-NET", "option allow: 'ETAT-NET' cannot be allowed: there is no such control"),
        ("ETAT-GOV-007", "option allow: 'ETAT-GOV-007' cannot be allowed: its repair is safe"),
        ("ETAT-GOV-003", "option allow: 'ETAT-GOV-003' cannot be allowed: it is repaired by people"),
    ],
)
def test_only_guarded_controls_are_allowed_and_each_by_its_id(
    server: CloudServer, harden: Any, allow: str, message: str
) -> None:
    found = harden(allow=[allow])
    assert found["failed"]
    assert found["msg"].startswith(message)
    assert server.content.calls == []


def test_what_the_cloud_refuses_is_told_and_the_rest_is_repaired(server: CloudServer, harden: Any) -> None:
    server.fail("PATCH image toulouse /images/i-1", 403, {"message": "not for you"})
    found = harden()
    assert found["failed"]
    assert "1 of 2 changes were made." in found["msg"]
    assert "not for you" in found["msg"]
    project = next(one for one in server.content.records["identity /projects"] if one["id"] == "p-moodle")
    assert project["options"] == {"immutable": True}


def test_what_is_found_again_is_no_success(server: CloudServer, harden: Any) -> None:
    # Accepted, and not done.
    server.content.answers["PUT image toulouse /images/i-1"] = {}
    found = harden(controls=["ETAT-IMG-005"])
    assert found["failed"]
    assert "image education/moodle/base i-1 in toulouse was repaired, and is found again" in found["msg"]


def test_a_manager_of_the_domain_repairs_with_tokens_of_the_projects(server: CloudServer, harden: Any) -> None:
    found = harden(cloud="interne-education", allow=["ETAT-NET-002"])
    assert not found["failed"], found
    scopes = {
        call.path.split()[0]: call.scope
        for call in server.content.calls
        if call.method not in ("GET", "POST") and "lease" not in call.path
    }
    assert scopes["network"] == scopes["image"] == "project p-moodle"
    assert scopes["identity"] == "domain d-education"


def test_an_account_of_one_project_leaves_what_it_may_not_write(server: CloudServer, harden: Any) -> None:
    tenant = {**MOODLE, "name": "notebooks", "account": "externe-notebooks"}
    found = harden(cloud="externe-notebooks", tenants=[tenant], allow=["ETAT-NET-002"])
    assert not found["failed"], found
    assert server.content.records[GROUPS][1]["security_group_rules"] == []
    refused = {left["control"] for left in found["left"] if left["why"] == "refused"}
    assert refused == {"ETAT-GOV-001", "ETAT-GOV-007"}
    assert not [call for call in server.content.calls if call.method in ("PATCH", "PUT")]


def test_another_run_on_the_tenant_is_waited_for(server: CloudServer, harden: Any) -> None:
    project = next(one for one in server.content.records["identity /projects"] if one["id"] == "p-moodle")
    project["tags"].append("etat.cloud-lease:other:4102444800:bruno at desk")
    found = harden()
    assert found["failed"]
    assert "tenant education/moodle is being changed by another run: bruno at desk holds it" in found["msg"]
    assert server.content.records[IMAGES][0]["protected"] is False


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda _path, _plan: None, ""),
        (lambda path, _plan: path.chmod(0o640), "others may read or write it (mode 0640)"),
        (lambda path, plan: path.write_text(json.dumps({**plan, "cloud": "externe"})), "it is of the cloud externe"),
        (lambda path, _plan: path.write_text("[]"), "it is none (TypeError"),
        (
            lambda path, plan: path.write_text(
                json.dumps(plan).replace('"domain": "education"', '"domain": "agriculture"')
            ),
            "it is about agriculture/moodle too",
        ),
        (
            lambda path, plan: path.write_text(json.dumps(plan).replace('"method": "PATCH"', '"method": "DELETE"')),
            "is nothing that a repair deletes",
        ),
        (
            lambda path, plan: path.write_text(json.dumps(plan).replace('"p-moodle"', '"p-gone"')),
            "education/moodle cannot be undone: the project is not the one that was hardened",
        ),
        (lambda path, _plan: path.unlink(), "No such file or directory"),
    ],
)
def test_an_undo_plan_that_cannot_be_trusted_is_refused(
    server: CloudServer, harden: Any, spoil: Any, message: str
) -> None:
    hardened = harden()
    file = Path(hardened["record"]["undo"])
    spoil(file, kept(hardened, "undo"))
    server.content.calls.clear()
    found = harden(undo=str(file))
    if message:
        assert found["failed"]
        assert message in found["msg"]
        assert server.writes() == []
    else:
        assert not found["failed"], found


def test_the_audit_never_writes_what_a_hardening_would(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(posture_info, cloud="interne", tenants=[MOODLE], controls=CONTROLS)
    assert not failed, found
    assert {call.method for call in server.content.calls if call.path != "identity /auth/tokens"} == {"GET"}
