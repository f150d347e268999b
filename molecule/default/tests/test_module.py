# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the module behaves where the cloud or the declaration is in its way."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lab
import play
import pytest
import yaml

CULTURE, SANTE = "molecule-default-culture", "molecule-default-sante"


def declared(domain: str, name: str) -> dict[str, Any]:
    """Return the declaration of one tenant."""
    tenants = play.declaration()["declared_tenants"]
    return next(tenant for tenant in tenants if (tenant["domain"], tenant["name"]) == (domain, name))


@pytest.fixture
def twins() -> Iterator[set[str]]:
    """Give a tenant a second network of a name that it has already; return the ids of both."""
    member = lab.log_in(SANTE, "farid.benali", project_name="hospitals", project_domain_name=SANTE)
    name = "molecule-default-hospitals"
    second = member.network.post("/networks", json={"network": {"name": name}}).json()["network"]["id"]
    found = member.network.get(f"/networks?name={name}&project_id={member.current_project_id}").json()["networks"]
    yield {network["id"] for network in found}
    assert member.network.delete(f"/networks/{second}").ok


def test_two_networks_of_one_name_are_refused_with_both_ids(twins: set[str], tmp_path: Path) -> None:
    tenant = {**declared(SANTE, "hospitals"), "description": "would be written if anything were"}
    before = lab.snapshot()

    run = play.play(tmp_path, [play.tenant(tenants=[tenant])])

    assert len(twins) == 2
    assert run.code != 0
    assert "network molecule-default-sante/hospitals/molecule-default-hospitals in toulouse is ambiguous" in run.words
    for id in twins:
        assert id in run.words
    assert "Traceback" not in run.output
    assert lab.snapshot() == before


def test_an_immutable_project_changes_as_declared_and_stays_immutable(tmp_path: Path) -> None:
    tenant = {key: value for key, value in declared(CULTURE, "museums").items() if key != "sites"}
    id = lab.Domains(lab.connect(), lab.prefix()).project(CULTURE, "museums")

    for description in ("another for a moment", tenant["description"]):
        run = play.play(tmp_path, [play.tenant(tenants=[{**tenant, "description": description}])])
        project = lab.connect().identity.get(f"/projects/{id}").json()["project"]

        assert (run.code, run.result["plan"]["counts"]["update"]) == (0, 1), run.output
        assert (project["description"], project["options"]) == (description, {"immutable": True})


def test_a_limit_below_use_is_refused(tmp_path: Path) -> None:
    site = {"region": lab.REGION, "quotas": {"network": {"network": 0}}}
    before = lab.snapshot()

    run = play.play(tmp_path, [play.tenant(tenants=[{"name": "hospitals", "domain": SANTE, "sites": [site]}])])

    assert run.code != 0
    assert "network cannot be 0: 1 are in use. Free 1 first, or declare at least 1." in run.words
    assert lab.snapshot() == before


def test_a_sensitivity_that_the_cloud_may_not_hold_is_refused(tmp_path: Path) -> None:
    tenant = {**declared(SANTE, "hospitals"), "description": "would be written", "sensitivity": "restricted"}
    before = lab.snapshot()

    run = play.play(tmp_path, [play.tenant(tenants=[tenant], accepts=["open", "internal"])])

    assert run.code != 0
    assert "its sensitivity is restricted, and the cloud holds open, internal" in run.words
    assert lab.snapshot() == before


def test_files_with_passwords_are_for_their_owner_only() -> None:
    assert stat.S_IMODE(lab.accounts_file().stat().st_mode) == 0o600


def test_no_secret_is_shown_or_kept(tmp_path: Path) -> None:
    """Make and delete a group, shown as closely as Ansible can; look for passwords and tokens in all that it leaves."""
    accounts = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))["clouds"]
    planted = accounts["culture-alice"]["auth"]["password"]
    passwords = {account["auth"]["password"] for account in accounts.values()}
    rule = {"direction": "ingress", "protocol": "tcp", "ports": ["1-65535"], "description": "everything"}
    left = tmp_path / "left"
    left.mkdir()

    for state in ("present", "absent"):
        groups = [{"name": "planted", "state": state, **({"rules": [rule]} if state == "present" else {})}]
        tenant = {
            "name": "museums",
            "domain": CULTURE,
            "sites": [{"region": lab.REGION, "security_groups": groups}],
        }
        run = play.play(
            tmp_path,
            [play.tenant(cloud="culture-alice", tenants=[tenant])],
            *("-vvv", "--diff"),
            environment={
                "ANSIBLE_KEEP_REMOTE_FILES": "true",
                "ANSIBLE_LOG_PATH": str(left / "log"),
                "ANSIBLE_REMOTE_TMP": str(left / "remote"),
                "ANSIBLE_LOCAL_TEMP": str(left / "local"),
                "TMPDIR": str(left),
            },
        )
        assert (run.code, run.result["changed"]) == (0, True), run.output
        (left / f"output-{state}").write_text(run.output, encoding="utf-8")
        (left / f"result-{state}").write_text(str(run.result), encoding="utf-8")

    assert planted.startswith("planted-")
    assert planted in passwords
    # What a token of this cloud looks like.
    assert lab.connect("culture-alice").auth_token.startswith("gAAAAA")
    files = [path for path in (*left.rglob("*"), *tmp_path.glob("*.json")) if path.is_file()]
    # The module's own files are among what was kept, and the log says that it ran.
    assert any(path.name == "AnsiballZ_tenant.py" for path in files)
    assert "AnsiballZ_tenant.py" in (left / "log").read_text(encoding="utf-8")
    for path in files:
        content = path.read_bytes()
        for secret in passwords:
            assert secret.encode() not in content, f"{path.name} shows a password"
        # Packed code may hold any letters.
        if not path.name.startswith("AnsiballZ"):
            assert b"gAAAAA" not in content, f"{path.name} shows a token"
