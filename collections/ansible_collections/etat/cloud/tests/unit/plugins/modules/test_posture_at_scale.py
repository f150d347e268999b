# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit asks of a cloud, by the number of controls and of tenants. How long it takes is measured on the lab."""

from __future__ import annotations

import copy
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._audit.sources import SOURCES, needed
from ansible_collections.etat.cloud.plugins.module_utils._controls import CONTROLS
from ansible_collections.etat.cloud.plugins.modules import posture_info
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import Call, CloudServer

GIVEN = yaml.safe_load(
    (Path(__file__).parents[1] / "module_utils" / "_kinds" / "given.yml").read_text(encoding="utf-8")
)
EDUCATION = "d-education"
#: What the audit asks once for each of something, or with a token of each project. {id} is what it is asked about.
PER_PARENT = {(source.service, source.path) for source in SOURCES.values() if source.per or source.own_token}
WORKERS = 4
Asked = Counter[tuple[str, str]]
Audit = Callable[..., Asked]


def _project(number: int) -> dict[str, Any]:
    return {"id": f"p-{number}", "name": f"app-{number}", "domain_id": EDUCATION, "enabled": True, "tags": []}


def _port(number: int) -> dict[str, Any]:
    return {"id": f"port-{number}", "name": "", "project_id": f"p-{number}", "device_owner": "", "security_groups": []}


def _image(number: int) -> dict[str, Any]:
    return {"id": f"i-{number}", "name": "own", "owner": f"p-{number}", "visibility": "shared"}


def _parent(call: Call) -> tuple[str, str]:
    """Return the service and the path of a call, with {id} for the parent that it is about."""
    service, *_region, path = call.path.split(" ")
    for known, pattern in PER_PARENT:
        place = re.escape(pattern).replace(re.escape("{id}"), "[^/]+")
        if service == known and re.fullmatch(place, path) and "{id}" in pattern:
            return service, pattern
    return service, path


@pytest.fixture
def audit(cloud: CloudServer, run_module: Any) -> Audit:
    """What audits so many tenants, by some controls or by all, and returns what was asked how often, tokens aside."""

    def run(tenants: int, controls: Sequence[str] = ()) -> Asked:
        numbers = range(tenants)
        cloud.hold(
            {
                **copy.deepcopy(GIVEN),
                "identity /projects": [*GIVEN["identity /projects"], *map(_project, numbers)],
                "network toulouse /ports": [_port(number) for number in numbers],
                "image toulouse /images": [_image(number) for number in numbers],
            }
        )
        declared = [
            {"name": f"app-{number}", "domain": "education", "sensitivity": "internal", "sites": ["toulouse"]}
            for number in numbers
        ]
        found, failed = run_module(
            posture_info,
            cloud="interne",
            tenants=declared,
            controls=list(controls),
            regions=["toulouse"],
            workers=WORKERS,
        )
        assert not failed, found
        assert len(found["posture"]["tenants"]) == tenants
        asked = Counter(_parent(call) for call in cloud.content.calls if call.method in ("GET", "HEAD"))
        # Whoever begins at the same time asks for the versions of a service.
        versions = [asked.pop(what) for what in list(asked) if what[1] == "/"]
        assert sum(versions) <= len(versions) * WORKERS
        return asked

    return run


def _alike() -> list[list[str]]:
    """Return the ids of all controls, those together that read the same."""
    found: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for control in CONTROLS:
        found[frozenset(source.name for source in needed([control]))].append(control.id)
    return list(found.values())


def test_a_control_costs_no_call_that_others_with_the_same_sources_do_not_make(audit: Audit) -> None:
    alike = _alike()
    assert sum(len(ids) > 1 for ids in alike) >= 3
    alone: Asked = Counter()
    for first, *others in alike:
        asked = audit(2, [first])
        assert not others or audit(2, [first, *others]) == asked, others
        alone |= asked
    together = audit(2)
    assert sum(together.values()) > 10
    assert together == alone


def test_a_tenant_more_costs_what_openstack_lists_for_each_alone(audit: Audit) -> None:
    few, some, many = audit(3), audit(6), audit(24)
    grown = {what for what in many if many[what] != few[what]}
    assert grown <= PER_PARENT
    # As many calls for each tenant that is added, whether it is the fourth or the twentieth.
    assert {what: (some[what] - few[what]) / 3 for what in grown} == {
        what: (many[what] - some[what]) / 18 for what in grown
    }
