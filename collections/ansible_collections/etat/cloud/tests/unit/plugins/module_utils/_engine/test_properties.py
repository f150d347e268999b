# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine promises of every declaration on every cloud."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine import render
from ansible_collections.etat.cloud.plugins.module_utils._engine.apply import apply
from ansible_collections.etat.cloud.plugins.module_utils._engine.declare import declare
from ansible_collections.etat.cloud.plugins.module_utils._engine.diff import diff
from ansible_collections.etat.cloud.plugins.module_utils._engine.export import export
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Action, Change, Key, Outcome, State
from ansible_collections.etat.cloud.plugins.module_utils._engine.observe import Observation
from ansible_collections.etat.cloud.plugins.module_utils._engine.plan import Plan, plan
from ansible_collections.etat.cloud.plugins.module_utils._engine.undeclared import Extent, undeclared
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_model import BY_NAME, CloudModel
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.strategies import declarations
from hypothesis import given
from hypothesis import strategies as st

Declared = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def planned(declared: Declared, seen: Observation) -> Plan:
    return plan(KINDS, diff(KINDS, declare(KINDS, dict(zip(("domains", "tenants"), declared, strict=True))), seen))


def applied(found: Plan, cloud: CloudModel, workers: int = 1) -> list[Outcome]:
    return apply(KINDS, found, cloud.perform, lambda outcome, wave: None, workers)


def built(declared: Declared) -> CloudModel:
    """Return a cloud on which another declaration was applied: what one finds before one begins."""
    cloud = CloudModel()
    applied(planned(declared, cloud.seen), cloud)
    return cloud


def shuffled(value: Any, random: Random) -> Any:
    """Return a declaration with the order of every list and of every mapping changed."""
    if isinstance(value, dict):
        items = [(name, shuffled(inner, random)) for name, inner in value.items()]
        random.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        found = [shuffled(inner, random) for inner in value]
        random.shuffle(found)
        return found
    return value


def keys(changes: tuple[Change, ...]) -> set[Key]:
    return {change.key for change in changes}


@given(declarations(), declarations())
def test_planning_twice_is_planning_once(before: Declared, declared: Declared) -> None:
    seen = built(before).seen
    untouched = copy.deepcopy((declared, seen))
    first, second = planned(declared, seen), planned(declared, seen)
    assert first == second
    assert first.digest == second.digest
    assert (declared, seen) == untouched


@pytest.mark.parametrize("workers", [1, 4])
@given(before=declarations(), declared=declarations())
def test_after_a_plan_is_applied_nothing_but_what_failed_is_left(
    workers: int, before: Declared, declared: Declared
) -> None:
    cloud = built(before)
    first = planned(declared, cloud.seen)
    outcomes = applied(first, cloud, workers)
    assert sorted(outcome.change.key for outcome in outcomes) == sorted(change.key for change in first.changes)
    undone = {outcome.change.key for outcome in outcomes if outcome.state is not State.DONE}
    assert keys(planned(declared, cloud.seen).changes) <= undone


@given(declarations())
def test_on_an_empty_cloud_everything_is_made_at_once(declared: Declared) -> None:
    cloud = CloudModel()
    outcomes = applied(planned(declared, cloud.seen), cloud)
    assert {outcome.state for outcome in outcomes} <= {State.DONE}
    assert planned(declared, cloud.seen).changes == ()


@given(declarations(), declarations(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(before: Declared, declared: Declared, random: Random) -> None:
    seen = built(before).seen
    objects = [(key, list(found)) for key, found in seen.objects.items()]
    random.shuffle(objects)
    other = Observation(dict(objects), dict(seen.blind), set(seen.looked))
    first = planned(declared, seen)
    second = planned(shuffled_pair(declared, random), other)
    assert first.digest == second.digest
    assert first.waves == second.waves
    assert render.text(KINDS, first) == render.text(KINDS, second)
    assert render.sides(KINDS, first) == render.sides(KINDS, second)


def shuffled_pair(declared: Declared, random: Random) -> Declared:
    domains, tenants = declared
    return shuffled(domains, random), shuffled(tenants, random)


@given(declarations(), declarations())
def test_a_change_comes_after_what_it_needs_and_deletions_come_last(before: Declared, declared: Declared) -> None:
    found = planned(declared, built(before).seen)
    wave_of = {c.key: number for number, wave in enumerate(found.waves) for c in wave if c.action is not Action.DELETE}
    for change in found.changes:
        if change.action is not Action.DELETE:
            assert all(wave_of[need] < wave_of[change.key] for need in change.needs if need in wave_of)
    writes = [number for number, wave in enumerate(found.waves) for c in wave if c.action is not Action.DELETE]
    deletions = [number for number, wave in enumerate(found.waves) for c in wave if c.action is Action.DELETE]
    assert not writes or not deletions or max(writes) < min(deletions)


def emptied(declared: Declared) -> Declared:
    """Return a declaration of the same domains and tenants, with everything absent that can be."""
    domains, tenants = copy.deepcopy(declared)
    lists = [owner[section] for owner in (*domains, *tenants) for section in ("groups", "role_assignments")]
    sections = ("networks", "routers", "address_groups", "security_groups")
    lists += [site[section] for tenant in tenants for site in tenant["sites"] for section in sections]
    for item in (item for found in lists for item in found):
        if item.get("name") == "default":
            item.update(prune_rules=True, rules=[])
        else:
            item["state"] = "absent"
    return domains, tenants


@pytest.mark.parametrize("workers", [1, 4])
@given(before=declarations())
def test_what_was_built_can_be_taken_down_in_one_run(workers: int, before: Declared) -> None:
    cloud = built(before)
    found = planned(emptied(before), cloud.seen)
    deleted = {c.key: number for number, wave in enumerate(found.waves) for c in wave if c.action is Action.DELETE}
    for key, wave in deleted.items():
        for parent in BY_NAME[key.kind].references(key, {}).values():
            assert parent not in deleted or parent == key or wave < deleted[parent]
    assert {outcome.reason for outcome in applied(found, cloud, workers)} <= {""}
    left = {key.kind for key in cloud.seen.objects if key.path[-1] != "default"}
    assert left <= {"domain", "project", "user", "role", "external_network", "compute_quota"}


@given(declarations(), declarations())
def test_what_is_not_declared_is_left_alone(before: Declared, declared: Declared) -> None:
    found = planned(declared, built(before).seen)
    wanted = {item.key: item for item in declare(KINDS, dict(zip(("domains", "tenants"), declared, strict=True)))}
    pruned = {(item.key, kind) for item in wanted.values() for kind in item.owns}
    for change in found.changes:
        kind = BY_NAME[change.key.kind]
        if change.action is not Action.DELETE:
            assert not wanted[change.key].absent
            assert set(change.after) <= set(wanted[change.key].fields)
        elif change.key in wanted:
            assert wanted[change.key].absent
        else:
            assert (Key(kind.parent, change.key.region, kind.owner(change.key)), kind.name) in pruned


@given(before=declarations())
def test_building_from_an_export_plans_nothing(before: Declared) -> None:
    seen = built(before).seen
    tenants = {key.tenant for key in seen.objects if key.kind == "project"}
    exported = export(KINDS, seen, tenants)
    assert exported.left_out == []
    declared = {"domains": exported.domains, "tenants": exported.tenants}
    again = plan(KINDS, diff(KINDS, declare(KINDS, declared), seen))
    assert again.changes == ()
    # Everything that a tenant has is said, so nothing is left undeclared.
    wanted = declare(KINDS, declared)
    assert list(undeclared(KINDS, wanted, seen, Extent(frozenset(tenants)))) == []
