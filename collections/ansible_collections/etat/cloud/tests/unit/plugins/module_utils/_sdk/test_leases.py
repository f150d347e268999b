# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases on projects of a small cloud; what two runs do to each other is tried on the lab."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.apply import Failed
from ansible_collections.etat.cloud.plugins.module_utils._engine.lease import Lease
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import EngineError, Key
from ansible_collections.etat.cloud.plugins.module_utils._sdk.cloud import Cloud
from ansible_collections.etat.cloud.plugins.module_utils._sdk.leases import Leases
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils import cloud_server
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

MOODLE = Key("project", "", ("education", "moodle"))


@pytest.fixture
def project(cloud: CloudServer) -> dict[str, Any]:
    """The record of a project, as the cloud holds it."""
    found = {"id": "p-moodle", "name": "moodle", "domain_id": "d-1", "tags": ["kept"], "options": {}}
    admin = {"id": "p-admin", "name": "admin", "domain_id": "default", "tags": []}
    domains = [{"id": "default", "name": "Default"}, {"id": "d-1", "name": "education"}]
    content = cloud.hold({"identity /domains": domains, "identity /projects": [admin, found]})
    record: dict[str, Any] = content.records["identity /projects"][1]
    return record


@pytest.fixture
def account(project: dict[str, Any]) -> Cloud:
    """An account that may write."""
    found = Cloud("interne")
    found.allow_writes()
    return found


def taken(account: Cloud, run: str = "r1", seconds: int = 60) -> Leases:
    leases = Leases(run, "alice at bastion", seconds, workers=1)
    leases.take({MOODLE: (account, "p-moodle")})
    return leases


def test_a_lease_is_taken_confirmed_and_given_back(project: dict[str, Any], account: Cloud) -> None:
    leases = taken(account)
    (tag,) = [tag for tag in project["tags"] if tag != "kept"]
    assert tag.startswith("etat.cloud-lease:r1:")
    assert tag.endswith(":alice at bastion")
    leases.confirm()
    leases.give_back()
    assert project["tags"] == ["kept"]


def test_a_second_run_is_told_who_writes_and_until_when(project: dict[str, Any], account: Cloud) -> None:
    leases = taken(account)
    with pytest.raises(EngineError, match="tenant education/moodle is being changed by another run: alice at bastion"):
        taken(account, run="r2")
    leases.confirm()
    leases.give_back()
    taken(account, run="r2").give_back()


def test_a_lease_that_has_ended_keeps_nobody_waiting_and_goes(project: dict[str, Any], account: Cloud) -> None:
    project["tags"].append(Lease("r0", int(time.time()) - 5, "bruno").tag)
    leases = taken(account)
    assert len(project["tags"]) == 2
    leases.give_back()
    assert project["tags"] == ["kept"]


def test_the_clock_of_the_cloud_says_when_a_lease_ends(
    project: dict[str, Any], account: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The cloud is an hour behind this host, so what would have ended here has not ended there.
    monkeypatch.setattr(
        cloud_server._Handler, "date_time_string", lambda handler: formatdate(time.time() - 3600, usegmt=True)
    )
    project["tags"].append(Lease("r0", int(time.time()) - 3600 + 30, "bruno").tag)
    with pytest.raises(EngineError, match="bruno holds it until"):
        taken(account)


def test_a_lease_that_somebody_took_away_is_missed(project: dict[str, Any], account: Cloud) -> None:
    leases = taken(account)
    project["tags"][:] = ["kept"]
    with pytest.raises(EngineError, match="the lease of project education/moodle is lost"):
        leases.confirm()
    leases.give_back()


def test_two_that_took_it_in_the_same_moment_both_step_back(project: dict[str, Any], account: Cloud) -> None:
    leases = taken(account)
    project["tags"].append(Lease("r2", int(time.time()) + 60, "bruno").tag)
    with pytest.raises(EngineError, match="bruno holds it until"):
        leases.confirm()
    leases.give_back()
    assert len(project["tags"]) == 2


def test_an_immutable_project_is_changeable_for_as_long_as_the_run_lasts(
    project: dict[str, Any], account: Cloud
) -> None:
    project["options"] = {"immutable": True}
    leases = taken(account)
    assert (project["options"], leases.lifted) == ({"immutable": False}, [MOODLE])
    leases.give_back()
    assert (project["options"], project["tags"]) == ({"immutable": True}, ["kept"])


def test_a_project_that_the_plan_opens_stays_open(project: dict[str, Any], account: Cloud) -> None:
    project["options"] = {"immutable": True}
    leases = taken(account)
    leases.leave_open(MOODLE)
    leases.give_back()
    assert project["options"] == {"immutable": False}


def test_a_long_run_renews_its_leases(project: dict[str, Any], account: Cloud) -> None:
    leases = taken(account, seconds=2)
    first = [tag for tag in project["tags"] if tag != "kept"]
    until = time.monotonic() + 5
    while [tag for tag in project["tags"] if tag != "kept"] == first and time.monotonic() < until:
        time.sleep(0.05)
    renewed = [tag for tag in project["tags"] if tag != "kept"]
    leases.give_back()
    assert renewed != first
    assert project["tags"] == ["kept"]


def test_marks_are_written_where_a_lease_is_held(project: dict[str, Any], account: Cloud) -> None:
    leases = taken(account)
    other = Key("project", "", ("education", "other"))
    leases.set_marks({MOODLE: frozenset({"b", "a"}), other: frozenset({"c"})})
    leases.give_back()
    assert project["etat_cloud_made"] == "a b"


def test_a_lease_that_cannot_be_taken_is_told(cloud: CloudServer, project: dict[str, Any], account: Cloud) -> None:
    cloud.fail("GET identity /projects/p-moodle", 403, {"error": {"message": "no"}})
    with pytest.raises(EngineError, match="the lease of project education/moodle cannot be taken: the account may not"):
        taken(account)


def test_a_lease_that_cannot_be_confirmed_is_told(cloud: CloudServer, account: Cloud) -> None:
    leases = taken(account)
    cloud.fail("GET identity /projects/p-moodle", 403, {"error": {"message": "no"}}, times=1)
    with pytest.raises(EngineError, match="the lease of project education/moodle cannot be confirmed"):
        leases.confirm()
    leases.give_back()


def test_a_project_is_not_born_where_the_cloud_does_not_tell_its_time(cloud: CloudServer, account: Cloud) -> None:
    account.request(("identity", "", ""), "/projects", "GET")
    cloud.fail("GET identity /", 403, {"error": {"message": "no"}})
    with pytest.raises(Failed, match="the account may not do it"):
        Leases("r1", "alice", 60, workers=1).tag_for(account)
