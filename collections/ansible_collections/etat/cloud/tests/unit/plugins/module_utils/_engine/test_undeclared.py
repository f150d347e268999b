# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.etat.cloud.plugins.module_utils._engine.marks import mark
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Key, Observed, Wanted
from ansible_collections.etat.cloud.plugins.module_utils._engine.observe import Observation
from ansible_collections.etat.cloud.plugins.module_utils._engine.undeclared import (
    Extent,
    outermost,
    undeclared,
    with_owners,
)
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

PLACE = ("education", "moodle")
PROJECT = Key("project", "", PLACE)
NETWORK = Key("network", "toulouse", (*PLACE, "front"))
SUBNET = Key("subnet", "toulouse", (*NETWORK.path, "front"))
GROUP = Key("security_group", "toulouse", (*PLACE, "web"))
RULE = Key("security_group_rule", "toulouse", (*GROUP.path, "ingress", "IPv4", "tcp", "443", "prefix", "any"))
OUT = Key("security_group_rule", "toulouse", (*GROUP.path, "egress", "IPv4", "any", "any", "prefix", "any"))
DEFAULT = Key("security_group", "toulouse", (*PLACE, "default"))
QUOTA = Key("network_quota", "toulouse", PLACE)
ELSEWHERE = Key("network", "toulouse", ("education", "notebooks", "front"))
OTHER = Key("project", "", ("education", "notebooks"))
PEOPLE = Key("group", "", ("education", "", "people"))
ROLE = Key("role", "", ("member",))
HERE = Extent(frozenset({PLACE}))
WHOLE = Extent(frozenset({PLACE}), frozenset({"education"}))


def seen(*keys: Key, marks: frozenset[str] = frozenset()) -> Observation:
    found = Observation()
    found.put(Observed(PROJECT, "p-1", marks=marks))
    for key in keys:
        found.put(Observed(key, f"id of {key}"))
    return found


def found(observed: Observation, extent: Extent, *declared: Key) -> list[Observed]:
    return list(undeclared(KINDS, [Wanted(key) for key in (PROJECT, *declared)], observed, extent))


def test_what_a_declared_tenant_has_and_no_declaration_names_is_found() -> None:
    observed = seen(NETWORK, SUBNET, ELSEWHERE, OTHER, PEOPLE, ROLE)
    assert [item.key for item in found(observed, HERE, NETWORK)] == [SUBNET]


def test_of_a_complete_domain_every_tenant_and_group_has_to_be_declared() -> None:
    observed = seen(ELSEWHERE, OTHER, PEOPLE, ROLE)
    assert {item.key for item in found(observed, WHOLE)} == {ELSEWHERE, OTHER, PEOPLE}


def test_what_comes_by_itself_is_not_found() -> None:
    assert found(seen(QUOTA, DEFAULT, GROUP, OUT), HERE, GROUP) == []


def test_what_the_product_made_is_known_by_the_marks_of_its_project() -> None:
    observed = seen(NETWORK, GROUP, RULE, marks=frozenset({mark(GROUP)}))
    assert {item.key: item.managed for item in found(observed, HERE)} == {NETWORK: False, GROUP: True, RULE: True}


def test_without_its_project_nothing_is_known_to_be_the_product_s() -> None:
    observed = seen(NETWORK)
    del observed.objects[PROJECT]
    assert [item.managed for item in found(observed, HERE)] == [False]


def test_each_of_several_objects_of_one_name_is_found() -> None:
    observed = seen(NETWORK)
    observed.put(Observed(NETWORK, "another"))
    assert len(found(observed, HERE)) == 2


def test_what_lives_under_something_found_goes_without_saying() -> None:
    observed = seen(NETWORK, SUBNET, GROUP, RULE, ELSEWHERE, OTHER)
    shown = outermost(KINDS, found(observed, WHOLE, GROUP))
    assert {item.key for item in shown} == {NETWORK, RULE, OTHER}


def test_a_deleted_object_is_told_with_what_it_lived_under() -> None:
    observed = seen(NETWORK, SUBNET)
    gone = Observation({SUBNET: observed.objects[SUBNET]})
    assert set(with_owners(KINDS, gone, observed).objects) == {SUBNET, NETWORK}
