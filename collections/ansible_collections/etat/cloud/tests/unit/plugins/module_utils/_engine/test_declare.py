# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.declare import declare
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import EngineError, Key
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

DEFAULT = {"name": "moodle", "domain": "education"}


def test_a_domain_a_tenant_and_its_sites_become_objects_in_the_order_of_the_declaration() -> None:
    wanted = declare(
        KINDS,
        {
            "domains": [{"name": "education"}],
            "tenants": [
                {**DEFAULT, "sites": [{"region": "toulouse", "networks": [{"name": "front"}]}, {"region": "paris"}]}
            ],
        },
    )
    assert [item.key for item in wanted] == [
        Key("domain", "", ("education",)),
        Key("project", "", ("education", "moodle")),
        Key("network", "toulouse", ("education", "moodle", "front")),
    ]


def test_a_tenant_without_sites_is_its_project() -> None:
    assert [item.key.kind for item in declare(KINDS, {"tenants": [{**DEFAULT, "sites": None}]})] == ["project"]


def test_the_same_object_declared_twice_alike_is_wanted_once() -> None:
    assert len(declare(KINDS, {"tenants": [DEFAULT, {**DEFAULT, "description": None}]})) == 1


def test_all_contradictions_are_told_at_once() -> None:
    groups = [{"name": "a"}, {"name": "a", "state": "absent"}, {"name": "b"}, {"name": "b", "prune_members": True}]
    with pytest.raises(EngineError) as refused:
        declare(KINDS, {"domains": [{"name": "education", "groups": groups}]})
    first, second = str(refused.value).splitlines()
    assert first == "group education/a is declared twice: as present, and as absent. Keep one."
    assert second.endswith("as present, and as pruning every group membership that is not declared. Keep one.")


def test_what_stands_under_an_absent_object_is_absent() -> None:
    network = {"name": "front", "state": "absent", "subnets": [{"name": "front", "cidr": "192.0.2.0/24"}]}
    wanted = declare(KINDS, {"tenants": [{**DEFAULT, "sites": [{"region": "toulouse", "networks": [network]}]}]})
    assert [item.key.kind for item in wanted if item.absent] == ["network", "subnet"]
