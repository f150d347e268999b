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
    return refusal.why if refusal else ""


CREDENTIALS: dict[str, Any] = {"identity /credentials": [{"id": "c-1", "user_id": "u-alice", "type": "totp"}]}


@pytest.mark.parametrize(
    ("account", "methods", "expected"),
    [
        ("interne", ("password",), ""),
        ("interne-reader", ("password", "totp"), ""),
        # Keystone answers 200 to all of these, and shows what is theirs alone.
        ("interne-education", ("password",), SILENT),
        ("externe-notebooks", ("password",), SILENT),
        ("interne", ("application_credential",), DELEGATED),
        ("interne-reader", ("password", "ec2credential"), DELEGATED),
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
