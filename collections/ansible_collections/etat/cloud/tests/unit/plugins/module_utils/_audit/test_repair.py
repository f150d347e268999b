# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is never repaired by a program, whatever a control asks for, and how repairs of one object become one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.fixes import changed, patched_image
from ansible_collections.etat.cloud.plugins.module_utils._audit.judge import Failure
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Call, Fix, Mode, Repair, Text
from ansible_collections.etat.cloud.plugins.module_utils._audit.repair import Why, may_delete, propose
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils._controls import audit_cases

SELF = {"direction": "ingress", "ethertype": "IPv4", "protocol": None, "remote_group_id": "sg-1"}
GONE = Text("gone", "perdu")
FACTS = {
    "security_groups": [
        {
            "id": "sg-1",
            "name": "default",
            "project_id": "p-moodle",
            "security_group_rules": [
                {"id": "r-1", "project_id": "p-moodle", **SELF},
                {"id": "r-2", **SELF, "remote_group_id": ""},
            ],
        }
    ],
    "images": [{"id": "i-1", "name": "base", "owner": "p-moodle", "visibility": "public", "protected": False}],
}


def failing(id: str, sensitivity: str = "internal") -> list[Failure]:
    return audit_cases.failing({"control": id, "facts": FACTS, "sensitivity": sensitivity})


def asking(failure: Failure, *fixes: Fix, mode: Mode = Mode.SAFE) -> Failure:
    """Return a failure whose control asks for some fixes."""
    repair = Repair(mode, failure.control.repair.text, lambda _view, _row: fixes)
    return replace(failure, control=replace(failure.control, repair=repair))


def image_fix(**after: Any) -> Fix:
    return patched_image(FACTS["images"][0], **after)


def deletion(service: str, path: str) -> Fix:
    return Fix(service, "thing", "t-1", "thing", {"there": True}, {}, (Call("DELETE", path),), lasting=GONE)


@pytest.mark.parametrize(("sensitivity", "deleted"), [("public", False), ("internal", False), ("sensitive", True)])
def test_the_default_group_keeps_the_rules_for_its_own_members_unless_data_are_sensitive(
    sensitivity: str, deleted: bool
) -> None:
    (failure,) = failing("ETAT-NET-008", sensitivity)
    rule = {**SELF, "security_group_id": "sg-1", "project_id": "p-moodle"}
    fix = Fix(
        *("network", "security_group_rule", "r-1", "default", rule, {}),
        calls=(Call("DELETE", "/security-group-rules/r-1"),),
        undo=(Call("POST", "/security-group-rules", {"security_group_rule": rule}),),
    )
    made = propose([asking(failure, fix)], ())
    assert [remedy.id for remedy in made.remedies] == (["r-1"] if deleted else [])
    assert [left.why for left in made.left] == ([] if deleted else [Why.REFUSED])


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("block-storage", "/volumes/v-1"),
        ("block-storage", "/snapshots/s-1"),
        ("block-storage", "/backups/b-1"),
        ("image", "/images/i-1"),
        ("compute", "/servers/v-1"),
        ("compute", "/os-keypairs/key"),
        ("key-manager", "/secrets/s-1"),
        ("key-manager", "/containers/s-1"),
        ("identity", "/users/u-1"),
        ("identity", "/projects/p-1"),
        ("identity", "/users/u-1/application_credentials/a-1"),
        ("network", "/networks/n-1"),
        ("network", "/security-groups/sg-1"),
        ("network", "/floatingips/f-1"),
        ("dns", "/zones/z-1"),
        ("object-store", "/box"),
        # Nothing may hide behind what may be deleted.
        ("network", "/networks/n-1/tags/../../networks/n-1"),
    ],
)
def test_what_holds_data_or_stands_for_a_person_is_never_deleted(service: str, path: str) -> None:
    assert not may_delete(service, path)
    (failure,) = failing("ETAT-IMG-001")
    made = propose([asking(failure, deletion(service, path))], ())
    assert made.remedies == []
    assert [(left.why, left.reason.en) for left in made.left] == [
        (Why.REFUSED, "thing is nothing that a program deletes")
    ]


def test_what_belongs_to_another_project_is_left() -> None:
    (failure,) = failing("ETAT-IMG-001")
    foreign = replace(failure, row={**failure.row, "project_id": "p-satellite"})
    made = propose([asking(foreign, image_fix(protected=True))], ())
    assert (made.remedies, made.left[0].reason.en) == ([], "it belongs to another project")


def test_what_belongs_to_no_tenant_and_no_domain_is_left() -> None:
    (failure,) = failing("ETAT-IMG-001")
    nobody = replace(failure, view=replace(failure.view, domain={}, project={}, tenant=None))
    made = propose([asking(nobody, image_fix(protected=True))], ())
    assert (made.remedies, made.left[0].why) == ([], Why.REFUSED)


def test_a_guarded_repair_waits_to_be_allowed_by_the_id_of_its_control() -> None:
    (failure,) = failing("ETAT-IMG-001")
    assert propose([failure], ()).left[0].why is Why.GUARDED
    assert propose([failure], {"ETAT-IMG-002"}).left[0].why is Why.GUARDED
    (remedy,) = propose([failure], {"ETAT-IMG-001"}).remedies
    assert (remedy.before, remedy.after) == ({"visibility": "public"}, {"visibility": "private"})


def test_what_has_no_fix_and_what_the_fix_does_not_know_is_for_people() -> None:
    (failure,) = failing("ETAT-IMG-001")
    without = replace(failure, control=BY_ID["ETAT-IMG-016"])
    assert propose([without], ()).left[0].why is Why.BY_HAND
    left = propose([asking(failure)], ()).left[0]
    assert (left.why, left.reason.en) == (Why.BY_HAND, "what it takes is not known to the program")


def test_what_several_controls_ask_of_one_object_is_one_change_and_one_call() -> None:
    (failure,) = failing("ETAT-IMG-001")
    one = asking(failure, image_fix(visibility="private"))
    same = asking(replace(failure, control=BY_ID["ETAT-IMG-002"]), image_fix(visibility="private"))
    other = asking(replace(failure, control=BY_ID["ETAT-IMG-005"]), image_fix(protected=True))
    (remedy,) = propose([one, same, other], ()).remedies
    assert remedy.controls == ("ETAT-IMG-001", "ETAT-IMG-002", "ETAT-IMG-005")
    (call,) = remedy.calls
    assert [(step["path"], step["value"]) for step in call.body] == [("/visibility", "private"), ("/protected", True)]
    (undo,) = remedy.undo
    assert {(step["path"], step["value"]) for step in undo.body} == {("/visibility", "public"), ("/protected", False)}


def test_fields_of_one_object_go_in_one_call_and_contradictions_in_two() -> None:
    (failure,) = failing("ETAT-IMG-001")
    row = {"id": "n-1", "name": "n", "a": 1, "b": {"x": 1}}

    def fix(**after: Any) -> Fix:
        return changed("network", "network", row, "PUT", "/networks/n-1", "network", **after)

    (remedy,) = propose([asking(failure, fix(a=2, b={"x": 2}), fix(b={"y": 2}))], ()).remedies
    assert [call.body for call in remedy.calls] == [{"network": {"a": 2, "b": {"x": 2, "y": 2}}}]
    (remedy,) = propose([asking(failure, fix(a=2), fix(a=3))], ()).remedies
    assert [call.body for call in remedy.calls] == [{"network": {"a": 2}}, {"network": {"a": 3}}]


def containers(*controls: str, **headers: str) -> list[Failure]:
    facts = {
        "object_containers": {"p-moodle": [{"name": "box"}]},
        "object_container_headers": {"box": {f"x-container-{way}": text for way, text in headers.items()}},
    }
    return [failure for id in controls for failure in audit_cases.failing({"control": id, "facts": facts})]


def test_what_several_controls_take_out_of_one_list_is_all_gone_and_comes_back_at_once() -> None:
    lists = {"read": ".r:*,.rlistings,*:*,p-satellite:*,p-notebooks:*", "write": "*:u-alice,p-notebooks:*"}
    ids = [f"ETAT-OBJ-00{number}" for number in (1, 2, 3, 5)]
    (remedy,) = propose(containers(*ids, **lists), ids).remedies
    headers = {f"x-container-{way}": text for way, text in lists.items()}
    left = {"x-container-read": "p-notebooks:*", "x-container-write": "p-notebooks:*"}
    assert remedy.controls == tuple(ids)
    assert [dict(call.headers) for call in remedy.calls] == [left]
    assert [dict(call.headers) for call in remedy.undo] == [headers]
    assert (remedy.before, remedy.after) == (headers, left)


def test_what_one_repair_takes_away_the_other_need_not_change() -> None:
    ids = ["ETAT-NET-035", "ETAT-NET-036"]
    gateway = {"network_id": "n-public", "enable_snat": True}
    facts = {"routers": [{"id": "ro-1", "name": "edge", "project_id": "p-moodle", "external_gateway_info": gateway}]}
    found = [
        failure
        for id in ids
        for failure in audit_cases.failing({"control": id, "facts": facts, "sensitivity": "sensitive"})
    ]
    made = propose(found, ids)
    assert made.left == []
    (remedy,) = made.remedies
    assert remedy.controls == tuple(ids)
    assert [call.body for call in remedy.calls] == [{"router": {"external_gateway_info": {}}}]
    assert [call.body for call in remedy.undo] == [{"router": {"external_gateway_info": gateway}}]


def test_what_is_not_allowed_stays_in_the_list() -> None:
    found = containers("ETAT-OBJ-001", "ETAT-OBJ-003", read=".r:*,*:*")
    made = propose(found, {"ETAT-OBJ-003"})
    assert [dict(call.headers) for remedy in made.remedies for call in remedy.calls] == [{"x-container-read": ".r:*"}]
    assert [(left.control.id, left.why) for left in made.left] == [("ETAT-OBJ-001", Why.GUARDED)]


def test_containers_of_one_name_in_two_projects_are_two_objects() -> None:
    (failure,) = containers("ETAT-OBJ-001", read=".r:*")
    other = {**failure.view.project, "id": "p-notebooks", "name": "notebooks"}
    foreign = replace(
        failure, view=replace(failure.view, project=other), row={**failure.row, "project_id": "p-notebooks"}
    )
    made = propose([failure, foreign], {"ETAT-OBJ-001"})
    assert [remedy.project for remedy in made.remedies] == ["p-moodle", "p-notebooks"]


def test_patches_of_one_field_that_differ_are_not_one() -> None:
    (failure,) = failing("ETAT-IMG-001")
    found = propose([asking(failure, image_fix(visibility="private"), image_fix(visibility="shared"))], ())
    assert len(found.remedies[0].calls) == 2


def test_what_seals_an_object_comes_last_and_is_undone_first() -> None:
    (failure,) = failing("ETAT-IMG-001")

    def fix(name: str, seals: bool) -> Fix:
        on, off = Call("POST", f"/servers/v-1/{name}"), Call("POST", f"/servers/v-1/un{name}")
        return Fix("compute", "server", "v-1", "web", {name: False}, {name: True}, (on,), (off,), seals=seals)

    (remedy,) = propose([asking(failure, fix("lock", True), fix("mend", False))], ()).remedies
    assert [call.path for call in remedy.calls] == ["/servers/v-1/mend", "/servers/v-1/lock"]
    assert [call.path for call in remedy.undo] == ["/servers/v-1/unlock", "/servers/v-1/unmend"]


def test_what_is_deleted_is_not_changed_too() -> None:
    (failure,) = failing("ETAT-NET-008")
    going = deletion("network", "/rbac-policies/t-1")
    staying = replace(going, after={"there": False}, calls=(Call("PUT", "/rbac-policies/t-1", {}),))
    (remedy,) = propose([asking(failure, staying, going)], ()).remedies
    assert [call.method for call in remedy.calls] == ["DELETE"]
