# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planted weaknesses are repaired as far as that is safe or allowed, and brought back exactly, in this order."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import lab
import play
import pytest
from hardening import harden, keep, kept, plain

DOMAIN = "molecule-harden-culture"
ESTATE = Path(__file__).parents[1] / "estate"
GUARDED = ["ETAT-NET-002", "ETAT-IMG-001"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the records, and of what goes from one test to the next."""
    return tmp_path_factory.mktemp("harden")


def held(tenant: str) -> Any:
    """Return all that a tenant has."""
    admin = lab.connect()
    id = lab.Domains(admin, lab.prefix()).project(DOMAIN, tenant)
    project = lab.accept(admin.identity.get(f"/projects/{id}")).json()["project"]
    options = {name: value for name, value in project["options"].items() if value is not None}
    found = [(kind, item) for kind, item in lab.in_projects(admin, [id])]
    attached = [
        lab.accept(admin.compute.get(f"/servers/{item['id']}/os-volume_attachments", microversion="2.85")).json()
        for kind, item in found
        if kind == "servers"
    ]
    return plain([{**project, "options": options}, attached, *([kind, item] for kind, item in found)])


def rules(tenant: str) -> list[str]:
    """Return why each rule of the group web is there."""
    admin = lab.connect()
    id = lab.Domains(admin, lab.prefix()).project(DOMAIN, tenant)
    (group,) = [
        found
        for found in lab.listing(admin.network, "/security-groups", "security_groups")
        if found["project_id"] == id and found["name"] == "web"
    ]
    return sorted(rule["description"] for rule in group["security_group_rules"] if rule["direction"] == "ingress")


def repaired(run: play.Run) -> set[str]:
    """Return the controls that asked for what was done."""
    return {id for outcome in run.result["outcomes"] for id in outcome["controls"]}


def test_check_mode_shows_the_plan_and_changes_nothing(folder: Path) -> None:
    keep(folder, "before", [held("museums"), held("archives")])
    run = harden(folder, ESTATE, "--check", "--diff", allow=GUARDED)
    assert run.code == 0, run.output
    assert run.result["changed"]
    assert '-  remote_ip_prefix: "0.0.0.0/0"' in run.output
    assert [held("museums"), held("archives")] == kept(folder, "before")
    assert not (folder / "records").exists()
    keep(folder, "digest", run.result["digest"])


def test_another_plan_than_the_reviewed_one_is_refused(folder: Path) -> None:
    run = harden(folder, ESTATE, digest=kept(folder, "digest"))
    assert run.code != 0
    assert "the plan is not the one that was reviewed" in run.words
    assert held("museums") == kept(folder, "before")[0]


def test_without_leave_only_what_is_safe_is_repaired(folder: Path) -> None:
    run = harden(folder, ESTATE)
    assert run.code == 0, run.output
    assert {"ETAT-GOV-001", "ETAT-GOV-002", "ETAT-GOV-007", "ETAT-GOV-009", "ETAT-IMG-005"} <= repaired(run)
    assert {"ETAT-CMP-019", "ETAT-CMP-020"} <= repaired(run)
    assert not repaired(run) & set(GUARDED)
    assert "opened in a hurry" in rules("museums")
    left = {(one["control"], one["why"]) for one in run.result["left"]}
    assert {("ETAT-NET-002", "guarded"), ("ETAT-IMG-001", "guarded")} <= left
    assert "Guarded, and not allowed" in run.output
    paths = [Path(path) for path in run.result["record"].values()]
    english, french = (
        Path(run.result["record"]["undo"].removesuffix("undo.json") + f"report.{language}.txt")
        for language in ("en", "fr")
    )
    assert "Guarded, and not allowed" in english.read_text(encoding="utf-8")
    assert "Sous réserve, et non autorisé" in french.read_text(encoding="utf-8")
    paths += [english, french]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in paths} == {0o700}
    keep(folder, "safe", run.result["record"]["undo"])


def test_a_manager_of_the_domain_repairs_what_is_allowed_by_name(folder: Path) -> None:
    run = harden(folder, ESTATE, account="manager", allow=GUARDED[:1])
    assert run.code == 0, run.output
    assert repaired(run) == {"ETAT-NET-002"}
    assert rules("museums") == ["the site"]
    keep(folder, "rule", run.result["record"]["undo"])


def test_an_administrator_repairs_the_rest_and_then_there_is_nothing_left_to_do(folder: Path) -> None:
    run = harden(folder, ESTATE, allow=GUARDED)
    assert run.code == 0, run.output
    assert repaired(run) == {"ETAT-IMG-001"}
    keep(folder, "image", run.result["record"]["undo"])
    again = harden(folder, ESTATE, allow=GUARDED)
    assert (again.code, again.result["changed"], again.result["plan"]["changes"]) == (0, False, []), again.output


def test_a_tenant_that_the_estate_does_not_name_is_left_alone(folder: Path) -> None:
    assert held("archives") == kept(folder, "before")[1]


def test_the_undo_plans_bring_back_exactly_what_was_there(folder: Path) -> None:
    for name, account in (("image", lab.ADMIN), ("rule", "manager"), ("safe", lab.ADMIN)):
        run = harden(folder, ESTATE, account=account, undo=kept(folder, name))
        assert run.code == 0, run.output
        assert run.result["changed"]
        undone = Path(kept(folder, name).removesuffix("undo.json") + "undone.fr.txt")
        assert "Rétabli : " in undone.read_text(encoding="utf-8")
    assert held("museums") == kept(folder, "before")[0]
