# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a view knows of others than its subject, and of records that others have as well."""

from __future__ import annotations

from datetime import date

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.facts import EVERYBODY, Facts
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Level, Outcome, Refusal, Tenant, Text
from ansible_collections.etat.cloud.plugins.module_utils._audit.view import View
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID

PROJECT = {"id": "p-1", "name": "moodle", "domain_id": "d"}
OTHER = {"id": "p-2", "name": "notebooks", "domain_id": "d"}


def view_of(facts: Facts) -> View:
    if not facts.looked("projects", ""):
        facts.add("projects", "", [PROJECT, OTHER])
    return View(
        facts,
        Level.SITE,
        date(2026, 11, 23),
        tenant=Tenant("education", "moodle", "internal"),
        region="toulouse",
        domain={"id": "d", "name": "education"},
        project=PROJECT,
    )


@pytest.mark.parametrize(("owner", "expected"), [(EVERYBODY, True), ("p-2", True), ("p-1", False)])
def test_what_was_read_of_another_project_is_known(owner: str, expected: bool) -> None:
    facts = Facts()
    facts.add("ports", "toulouse", [], owner)
    assert view_of(facts).saw("ports", "p-2") is expected


@pytest.mark.parametrize(("looked", "expected"), [(EVERYBODY, True), ("d", True), ("p-1", None), ("d-3", None)])
def test_a_project_that_was_not_seen_is_foreign_where_all_of_the_domain_were(
    looked: str, expected: bool | None
) -> None:
    facts = Facts()
    facts.add("projects", "", [PROJECT, OTHER], looked)
    view = view_of(facts)
    assert view.foreign("p-9") is expected
    assert view.foreign("p-2") is False


def test_an_image_of_a_project_that_an_account_of_the_tenant_cannot_see_cannot_be_judged() -> None:
    facts = Facts()
    facts.add("projects", "", [PROJECT], "p-1")
    facts.add("images", "toulouse", [{"id": "i", "name": "x", "owner": "p-9", "visibility": "shared"}])
    verdict = BY_ID["ETAT-CMP-006"].judge(view_of(facts), {"id": "v", "image": {"id": "i"}})
    assert verdict.outcome is Outcome.NOT_EVALUABLE
    assert verdict.reason.en == "the project that owns its image was not seen"


def test_what_was_refused_of_another_project_is_not_known() -> None:
    facts = Facts()
    facts.add("ports", "toulouse", [])
    facts.refuse("ports", "toulouse", Refusal(Text("no", "non")), "p-2")
    assert not view_of(facts).saw("ports", "p-2")


@pytest.mark.parametrize(("owner", "expected"), [("p-2", Outcome.PASS), ("p-1", Outcome.NOT_EVALUABLE)])
def test_trust_in_a_group_whose_ports_were_not_read_cannot_be_judged(owner: str, expected: Outcome) -> None:
    facts = Facts()
    rule = {"id": "r", "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "remote_group_id": "sg-2"}
    group = {"id": "sg-1", "name": "app", "project_id": "p-1", "security_group_rules": [rule]}
    remote = {"id": "sg-2", "name": "web", "project_id": "p-2", "security_group_rules": []}
    facts.add("security_groups", "toulouse", [group, remote])
    facts.add("ports", "toulouse", [], owner)
    assert BY_ID["ETAT-NET-012"].judge(view_of(facts), group).outcome is expected


@pytest.mark.parametrize(("owner", "expected"), [(EVERYBODY, Outcome.FAIL), ("p-1", Outcome.NOT_EVALUABLE)])
def test_a_shared_network_whose_policies_were_not_read_may_be_for_all(owner: str, expected: Outcome) -> None:
    facts = Facts()
    port = {"id": "po", "network_id": "n", "project_id": "p-1", "device_owner": "compute:az-1"}
    facts.add("networks", "toulouse", [{"id": "n", "name": "far", "project_id": "p-3", "shared": True}])
    facts.add("rbac_policies", "toulouse", [], owner)
    view = view_of(facts)
    facts.add("projects", "", [{"id": "p-3", "name": "far", "domain_id": "d-3"}])
    assert BY_ID["ETAT-NET-043"].judge(view, port).outcome is expected


@pytest.mark.parametrize("own", ["p-1", "p-2"])
def test_of_two_records_of_one_name_the_subject_sees_its_own(own: str) -> None:
    facts = Facts()
    for project in ("p-1", "p-2"):
        facts.add("object_containers", "paris", [{"id": "data", "project_id": project}], project)
    view = View(facts, Level.SITE, date(2026, 11, 23), region="paris", project={"id": own})
    assert view.one("object_containers", "data") == {"id": "data", "project_id": own}
    assert view.one("object_containers", "other") is None
    assert view.one("object_containers", None) is None


def test_a_record_of_another_is_seen_where_the_subject_has_none() -> None:
    facts = Facts()
    facts.add("networks", "paris", [{"id": "n-1", "project_id": "p-2"}, {"id": "n-2"}])
    view = View(facts, Level.SITE, date(2026, 11, 23), region="paris", project={"id": "p-1"})
    assert view.one("networks", "n-1") == {"id": "n-1", "project_id": "p-2"}
    assert view.one("networks", "n-2") == {"id": "n-2"}
