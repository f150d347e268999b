# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants that were made by hand are taken over without harm, then watched, reviewed and pruned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lab
import play
import pytest
import yaml

DOMAIN = "molecule-adopt-culture"
TARGET = {"hosts": "localhost"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the exported estate."""
    return tmp_path_factory.mktemp("adopt")


def role(name: str, **variables: Any) -> dict[str, Any]:
    return {"name": name, "ansible.builtin.include_role": {"name": f"etat.cloud.{name}"}, "vars": variables}


def export(folder: Path, *arguments: str) -> play.Run:
    return play.play(
        folder,
        [
            role(
                "tenant_export",
                tenant_export_cloud=lab.ADMIN,
                tenant_export_folder=str(folder / "estate"),
                tenant_export_domains=[DOMAIN],
                tenant_export_sensitivity="internal",
            )
        ],
        *arguments,
    )


def estate(folder: Path, **more: Any) -> dict[str, Any]:
    return {"tenant_build_estate": str(folder / "estate"), "tenant_build_cloud": lab.ADMIN, **more}


def build(folder: Path, *arguments: str, **more: Any) -> play.Run:
    keep = {"name": "Keep", "ansible.builtin.set_fact": {"result": "{{ __tenant_build_result }}"}}
    return play.play(folder, [role("tenant_build", **estate(folder, **more)), keep], *arguments)


def drift(folder: Path, **more: Any) -> tuple[play.Run, dict[str, Any]]:
    report = folder / "drift.json"
    variables = {"tenant_drift_estate": str(folder / "estate"), "tenant_drift_cloud": lab.ADMIN, **more}
    run = play.play(folder, [role("tenant_drift", tenant_drift_report=str(report), **variables)])
    return run, json.loads(report.read_text(encoding="utf-8"))


def project(name: str) -> str:
    return lab.Domains(lab.connect(), lab.prefix()).project(DOMAIN, name)


def networks() -> set[str]:
    """Return the names of the museums' networks."""
    found = lab.listing(lab.connect().network, f"/networks?project_id={project('museums')}", "networks")
    return {network["name"] for network in found}


def file(folder: Path, name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((folder / "estate/tenants" / DOMAIN / f"{name}.yml").read_text("utf-8"))
    return read


def rewrite(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    path = folder / "estate/tenants" / DOMAIN / f"{name}.yml"
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True), encoding="utf-8")


def test_building_from_an_export_changes_nothing(folder: Path) -> None:
    before = lab.snapshot()

    exported = export(folder)
    assert exported.code == 0, exported.output
    planned = build(folder, "--check")
    assert planned.code == 0, planned.output
    assert planned.result["plan"]["changes"] == []
    built = build(folder)
    assert (built.code, built.result["changed"]) == (0, False), built.output
    assert lab.snapshot() == before


def test_an_export_says_all_that_was_made_by_hand(folder: Path) -> None:
    made = file(folder, "museums")["overrides_by_site"][lab.REGION]

    assert [network["name"] for network in made["networks"]] == ["back", "front"]
    assert {subnet["name"] for subnet in made["networks"][1]["subnets"]} == {"front-four", "front-six"}
    assert made["routers"][0]["interfaces"] == [{"network": "back", "subnet": "back"}]
    assert made["quotas"]["compute"]["cores"] == 6
    groups = {group["name"]: group for group in made["security_groups"]}
    assert {"direction": "ingress", "ethertype": "IPv4", "protocol": "icmp", "ports": ["8:0"]} in groups["web"]["rules"]
    assert {rule.get("remote_group") for rule in groups["inner"]["rules"]} >= {"web"}
    assert file(folder, "museums")["overrides"]["role_assignments"] == [{"role": "member", "group": "museums-people"}]


def test_an_export_names_what_no_file_can_say(folder: Path) -> None:
    said = export(folder).words

    assert "security group molecule-adopt-culture/archives/twice in toulouse" in said
    assert "2 objects bear this name" in said
    assert "a declaration has no words for it" in said


def test_an_export_keeps_the_files_that_are_there(folder: Path) -> None:
    changed = {**file(folder, "museums"), "description": "Decided by people"}
    rewrite(folder, "museums", changed)

    assert export(folder).code == 0
    assert file(folder, "museums") == changed
    changed.pop("description")
    rewrite(folder, "museums", changed)


def test_there_is_no_drift_where_nothing_differs(folder: Path) -> None:
    run, report = drift(folder)

    assert run.code == 0, run.output
    assert not report["drift"]
    # What nobody can declare is shown all the same.
    assert {tuple(found["path"][1:]) for found in report["undeclared"]} >= {("archives", "twice")}
    assert drift(folder, tenant_drift_strict=True)[0].code == 2


def test_drift_is_told_per_tenant_and_ends_with_an_error(folder: Path) -> None:
    admin = lab.connect()
    network = lab.listing(admin.network, f"/networks?project_id={project('museums')}&name=front", "networks")[0]
    lab.accept(admin.network.put(f"/networks/{network['id']}", json={"network": {"description": "Changed"}}))
    before = lab.snapshot()

    run, report = drift(folder)

    assert run.code == 2
    assert "~ network front [toulouse]: description Changed → By hand" in run.words
    assert [change["path"] for change in report["changes"]] == [[DOMAIN, "museums", "front"]]
    assert report["drift"]
    assert lab.snapshot() == before
    assert build(folder).code == 0
    assert drift(folder)[0].code == 0


def test_only_the_plan_that_was_reviewed_is_applied(folder: Path) -> None:
    wanted = file(folder, "museums")
    site = wanted["overrides_by_site"][lab.REGION]
    site["networks"].append({"name": "depot", "subnets": [{"name": "depot", "cidr": "10.46.0.0/24"}]})
    site["security_groups"].append({"name": "depot", "rules": [{"direction": "ingress", "protocol": "tcp"}]})
    rewrite(folder, "museums", wanted)
    plan = folder / "plan.json"

    assert build(folder, "--check", tenant_build_save_plan=str(plan)).code == 0
    saved = json.loads(plan.read_text(encoding="utf-8"))
    assert plan.stat().st_mode & 0o777 == 0o600
    assert "+ network depot [toulouse]" in saved["plan"]["text"]
    # The cloud moves.
    admin = lab.connect()
    made = lab.accept(
        admin.network.post("/networks", json={"network": {"name": "depot", "project_id": project("museums")}})
    )
    refused = build(folder, tenant_build_plan=str(plan))
    assert refused.code == 2
    assert "the plan is not the one that was reviewed" in refused.words
    lab.accept(admin.network.delete(f"/networks/{made.json()['network']['id']}"))
    applied = build(folder, tenant_build_plan=str(plan))
    assert (applied.code, applied.result["digest"]) == (0, saved["digest"]), applied.output


def test_pruning_deletes_what_the_product_made_and_nothing_else(folder: Path) -> None:
    wanted = file(folder, "museums")
    site = wanted["overrides_by_site"][lab.REGION]
    site["networks"] = [item for item in site["networks"] if item["name"] not in ("depot", "back")]
    site["security_groups"] = [item for item in site["security_groups"] if item["name"] != "depot"]
    site["routers"] = []
    rewrite(folder, "museums", wanted)
    records = folder / "records"

    run = build(folder, tenant_build_prune=True, tenant_build_records=str(records))

    assert run.code == 0, run.output
    gone = {(change["kind"], change["path"][-1]) for change in run.result["plan"]["changes"]}
    assert gone >= {("network", "depot"), ("subnet", "depot"), ("security_group", "depot")}
    # The network and the router were made by hand, so they stay.
    admin = lab.connect()
    names = {
        item["name"] for item in lab.listing(admin.network, f"/networks?project_id={project('museums')}", "networks")
    }
    assert names == {"front", "back"}
    (record,) = records.iterdir()
    assert record.stat().st_mode & 0o777 == 0o600
    # The record makes again what went.
    rebuilt = play.play(folder, [play.tenant(tenants=json.loads(record.read_text(encoding="utf-8"))["tenants"])])
    assert rebuilt.code == 0, rebuilt.output
    names = {
        item["name"] for item in lab.listing(admin.network, f"/networks?project_id={project('museums')}", "networks")
    }
    assert names == {"front", "back", "depot"}


def test_what_is_in_use_is_not_pruned(folder: Path) -> None:
    admin = lab.connect()
    network = lab.listing(admin.network, f"/networks?project_id={project('museums')}&name=depot", "networks")[0]
    port = lab.accept(
        admin.network.post("/ports", json={"port": {"network_id": network["id"], "project_id": project("museums")}})
    ).json()["port"]

    run = build(folder, tenant_build_prune=True, tenant_build_records=str(folder / "records"))

    assert run.code == 2
    assert (
        f"network {DOMAIN}/museums/depot in toulouse cannot be deleted: it is in use by port {port['id']}" in run.words
    )
    lab.accept(admin.network.delete(f"/ports/{port['id']}"))


def test_a_protected_tenant_is_not_pruned(folder: Path) -> None:
    wanted = file(folder, "museums")
    wanted.setdefault("overrides", {})["options"] = {"immutable": True}
    rewrite(folder, "museums", wanted)
    protected = build(folder)
    assert protected.code == 0, protected.output

    run = build(folder, tenant_build_prune=True, tenant_build_records=str(folder / "records"))

    assert run.code == 2
    assert f"tenant {DOMAIN}/museums is protected: its project is immutable" in run.words
    # Anything else may still be changed, and the project is immutable again afterwards.
    wanted["overrides_by_site"][lab.REGION]["networks"].append({"name": "late"})
    rewrite(folder, "museums", wanted)
    late = build(folder)
    assert late.code == 0, late.output
    seen = lab.connect().identity.get(f"/projects/{project('museums')}").json()["project"]
    assert seen["options"]["immutable"] is True
    assert not [tag for tag in seen["tags"] if "lease" in tag]
