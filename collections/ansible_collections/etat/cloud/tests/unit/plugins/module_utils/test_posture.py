# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account reads of the identity service, and what it says that it did not see."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._audit.facts import Facts
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Tenant
from ansible_collections.etat.cloud.plugins.module_utils._audit.sources import SOURCES
from ansible_collections.etat.cloud.plugins.module_utils._posture import DELEGATED, SILENT, Reading
from ansible_collections.etat.cloud.plugins.module_utils._sdk.cloud import Cloud
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

GIVEN = yaml.safe_load((Path(__file__).parent / "_kinds" / "given.yml").read_text(encoding="utf-8"))
MOODLE = Tenant("education", "moodle", "internal", ("toulouse",))


@pytest.fixture
def server(cloud: CloudServer) -> CloudServer:
    """The cloud of the tables."""
    cloud.hold(copy.deepcopy(GIVEN))
    return cloud


def read(name: str, *sources: str) -> Facts:
    """Return what an account reads for tenant moodle and its domain; domains and projects are always read."""
    wanted = {"domains", "projects", *sources}
    listed = [source for source in SOURCES.values() if source.name in wanted]
    reading = Reading(Cloud(name), listed, (MOODLE,), ("education",), ("toulouse",), 2)
    reading.read()
    return reading.facts


def why(facts: Facts, source: str, *owners: str) -> str:
    """Return why the records of a subject are not known, or an empty text when they are."""
    refusal = facts.refusal(source, "", owners)
    return refusal.why.en if refusal else ""


CREDENTIALS: dict[str, Any] = {"identity /credentials": [{"id": "c-1", "user_id": "u-alice", "type": "totp"}]}


@pytest.mark.parametrize(
    ("account", "methods", "expected"),
    [
        ("interne", ("password",), ""),
        ("interne-reader", ("password", "totp"), ""),
        # Keystone answers 200 to all of these, and shows what is theirs alone.
        ("interne-education", ("password",), SILENT.en),
        ("externe-notebooks", ("password",), SILENT.en),
        ("interne", ("application_credential",), DELEGATED.en),
        ("interne-reader", ("password", "ec2credential"), DELEGATED.en),
    ],
)
def test_a_list_of_which_keystone_hides_a_part_is_refused(
    server: CloudServer, account: str, methods: tuple[str, ...], expected: str
) -> None:
    server.content.records.update(copy.deepcopy(CREDENTIALS))
    server.content.methods = methods
    facts = read(account, "credentials")
    project = "p-notebooks" if account == "externe-notebooks" else "p-moodle"
    assert why(facts, "credentials", project, "d-education") == expected
    assert len(facts.rows("credentials", "")) == (0 if expected else 1)
    assert len(server.reads("identity /credentials")) == (0 if expected else 1)


def test_keystone_tells_the_methods_that_it_takes_to_anybody(server: CloudServer) -> None:
    server.content.loaded = ("password", "totp")
    for account in ("interne", "interne-education", "interne-reader"):
        facts = read(account, "authentication_methods")
        assert [row["id"] for row in facts.rows("authentication_methods", "")] == ["password", "totp"]
        assert why(facts, "authentication_methods") == ""
        assert why(facts, "authentication_methods", "p-moodle", "d-education") == ""


def test_methods_that_keystone_keeps_to_itself_are_not_known(server: CloudServer) -> None:
    cloud = Cloud("interne")
    server.fail("POST identity /auth/tokens", 401, {"error": {"code": 401, "message": "no"}})
    reading = Reading(cloud, [SOURCES["authentication_methods"]], (MOODLE,), (), ("toulouse",), 2)
    reading.read()
    assert why(reading.facts, "authentication_methods") == "the identity service does not tell them"


def test_the_rules_for_passwords_are_read_once_for_everybody(server: CloudServer) -> None:
    path = "identity /domains/default/config/security_compliance"
    server.content.records[path] = {"config": {"security_compliance": {"password_regex": "^.{12,}$"}}}
    facts = read("interne-education", "password_policies")
    (row,) = facts.rows("password_policies", "")
    assert row["security_compliance"] == {"password_regex": "^.{12,}$"}
    assert why(facts, "password_policies") == ""
    assert len(server.reads(path)) == 1


def test_the_roles_of_a_trust_are_read_for_the_projects_that_are_looked_into(server: CloudServer) -> None:
    trusts = {"t-1": "p-moodle", "t-2": "p-notebooks", "t-3": None}
    server.content.records["identity /OS-TRUST/trusts"] = [
        {"id": id, "project_id": project, "trustor_user_id": "u-alice"} for id, project in trusts.items()
    ]
    for id in trusts:
        server.content.records[f"identity /OS-TRUST/trusts/{id}/roles"] = [{"id": "r-member", "name": "member"}]
    for account in ("interne", "interne-reader"):
        facts = read(account, "trusts", "trust_roles")
        assert [(row["id"], row["parent_id"]) for row in facts.rows("trust_roles", "")] == [("r-member", "t-1")]
        assert why(facts, "trust_roles", "p-moodle", "d-education") == ""


def test_users_of_an_identity_provider_are_told_by_a_listing_for_it(server: CloudServer) -> None:
    server.content.records["identity /OS-FEDERATION/identity_providers"] = [
        {"id": "sso", "domain_id": "d-education", "enabled": True},
        {"id": "other", "domain_id": "d-agriculture", "enabled": True},
    ]
    users = [{"id": f"u-{name}", "name": name, "domain_id": "d-education", "idp_id": name} for name in ("sso", "other")]
    server.content.records["identity /users"] = users
    facts = read("interne-reader", "identity_providers", "federated_users")
    assert [(row["id"], row["parent_id"]) for row in facts.rows("federated_users", "")] == [("u-sso", "sso")]
    assert why(facts, "federated_users", "d-education") == ""


def test_without_identity_providers_nobody_is_federated_and_that_is_known(server: CloudServer) -> None:
    server.content.records["identity /OS-FEDERATION/identity_providers"] = []
    facts = read("interne-reader", "identity_providers", "federated_users")
    assert why(facts, "federated_users", "d-education") == ""
