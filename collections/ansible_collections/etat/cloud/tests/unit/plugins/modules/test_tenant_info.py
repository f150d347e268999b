# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module tenant_info as Ansible runs it, on the small cloud of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.modules import tenant, tenant_info
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

GIVEN = yaml.safe_load(
    (Path(__file__).parents[1] / "module_utils" / "_kinds" / "given.yml").read_text(encoding="utf-8")
)
MOODLE = {"name": "moodle", "domain": "education"}


@pytest.fixture
def server(cloud: CloudServer) -> CloudServer:
    """The cloud of the tables."""
    cloud.hold(GIVEN)
    return cloud


def test_building_from_what_is_shown_changes_nothing(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(tenant_info, cloud="interne", tenants=[MOODLE], regions=["toulouse"])
    assert not failed
    (shown,) = found["tenants"]
    (site,) = shown["sites"]
    assert (shown["name"], site["region"]) == ("moodle", "toulouse")
    assert [network["name"] for network in site["networks"]] == ["front"]
    again, failed = run_module(tenant, cloud="interne", tenants=found["tenants"], domains=found["domains"])
    assert not failed
    assert again["plan"]["changes"] == []
    assert server.writes() == []


def test_every_tenant_of_a_domain_is_shown_with_its_domain(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(tenant_info, cloud="interne", domains=["education"], regions=["toulouse"])
    assert not failed
    assert {shown["name"] for shown in found["tenants"]} == {"moodle", "notebooks"}
    (domain,) = found["domains"]
    assert [group["name"] for group in domain["groups"]] == ["operators"]
    assert domain["groups"][0]["members"] == ["alice.martin"]


def test_a_tenant_that_is_not_there_is_told_with_those_that_are(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(tenant_info, cloud="interne", tenants=[{"name": "modle", "domain": "education"}])
    assert failed
    assert found["msg"].startswith("tenant education/modle cannot be shown: there is no such project. Seen: ")
    assert "education/moodle" in found["msg"]
