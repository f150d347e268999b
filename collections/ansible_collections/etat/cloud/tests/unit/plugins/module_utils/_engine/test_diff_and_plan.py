# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import itertools

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.diff import blocked, diff
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import (
    Action,
    Change,
    EngineError,
    Key,
    Observed,
    Problem,
    Wanted,
)
from ansible_collections.etat.cloud.plugins.module_utils._engine.observe import Observation
from ansible_collections.etat.cloud.plugins.module_utils._engine.plan import Plan, as_data, ordered, plan
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

PROJECT = Key("project", "", ("education", "moodle"))
NETWORK = Key("network", "toulouse", (*PROJECT.path, "front"))
SUBNET = Key("subnet", "toulouse", (*NETWORK.path, "front"))
ROUTER = Key("router", "toulouse", (*PROJECT.path, "edge"))
BLIND = Problem("network cannot be read in toulouse", "no answer", "Run again.")


def seen(*objects: Observed) -> Observation:
    found = Observation(looked={(kind.name, region) for kind in KINDS for region in ("", "toulouse", "paris")})
    for item in (Observed(Key("domain", "", ("education",)), "d-1"), Observed(PROJECT, "p-1"), *objects):
        found.put(item)
    return found


def test_an_object_that_could_not_be_looked_at_is_neither_changed_nor_needed() -> None:
    found = seen()
    found.blind |= {(kind, "toulouse"): BLIND for kind in ("network", "subnet")}
    wanted = [Wanted(PROJECT), Wanted(NETWORK), Wanted(SUBNET, {"cidr": "192.0.2.0/24"})]
    assert [change.key for change in diff(KINDS, wanted, found)] == [PROJECT]
    assert blocked(wanted, found) == {NETWORK: BLIND, SUBNET: BLIND}


def test_a_change_of_identity_may_need_what_could_not_be_looked_at() -> None:
    found = Observation(blind={("project", ""): BLIND}, looked={("network", "toulouse")})
    changes = diff(KINDS, [Wanted(NETWORK)], found)
    assert [change.action for change in changes] == [Action.CREATE]


def test_of_many_names_the_first_are_told_and_the_rest_counted() -> None:
    keys = [Key("network", "toulouse", (*PROJECT.path, f"n{number:02}")) for number in range(15)]
    networks = [Observed(key, f"id of {key}") for key in keys]
    wanted = [Wanted(SUBNET, {"cidr": "192.0.2.0/24"}), Wanted(Key("subnet", "paris", SUBNET.path), {"cidr": "x"})]
    with pytest.raises(EngineError) as refused:
        diff(KINDS, wanted, seen(*networks))
    first, second = (str(problem) for problem in refused.value.problems)
    assert first.endswith("education/moodle/n10, education/moodle/n11 and 3 more.")
    assert second.endswith("name one that is there: there is none.")


def test_problems_are_told_all_at_once_and_each_once() -> None:
    twice = [Observed(NETWORK, "n-1", {}), Observed(NETWORK, "n-2", {})]
    wanted = [Wanted(NETWORK), Wanted(SUBNET, {"cidr": "192.0.2.0/24"}), Wanted(Key("network", "", ("dila", "x", "y")))]
    with pytest.raises(EngineError) as refused:
        diff(KINDS, wanted, seen(*twice))
    assert [problem.what.split(" needs")[0] for problem in refused.value.problems] == [
        "network education/moodle/front in toulouse is ambiguous",
        "network dila/x/y",
    ]


def test_a_provided_value_that_leaves_room_gives_no_change() -> None:
    class Exact(type(KINDS[0])):  # type: ignore[misc]
        """A kind that says nothing of what fits."""

        name, needs = "exact", ()

    key = Key("exact", "", ("x",))
    found = seen(Observed(key, "1", {"description": "a"}, provided=True))
    same, other = (diff([Exact()], [Wanted(key, {"description": text})], found) for text in "ab")
    assert [change.action for change in (*same, *other)] == [Action.KEEP, Action.UPDATE]


def test_kinds_come_after_those_they_need_whatever_their_order() -> None:
    assert ordered(reversed(KINDS)) == KINDS
    names = [kind.name for kind in KINDS]
    assert all(names.index(need) < names.index(kind.name) for kind in KINDS for need in kind.needs)


def test_objects_that_need_one_another_are_refused_with_the_circle() -> None:
    one, two = (Key("project", "", ("education", name)) for name in ("one", "two"))
    changes = [Change(Action.CREATE, one, needs=(two,)), Change(Action.CREATE, two, needs=(one,))]
    with pytest.raises(EngineError, match=r"circle: project education/one needs .*/two needs .*/one\. Break"):
        plan(KINDS, changes)


def test_the_digest_names_what_is_done_and_not_where_it_stood() -> None:
    changes = [
        Change(Action.CREATE, NETWORK, after={"mtu": 1400, "description": "é"}),
        Change(Action.UPDATE, ROUTER, before={"description": "a"}, after={"description": "b"}, id="r-1"),
        Change(Action.DELETE, SUBNET, before={"cidr": "192.0.2.0/24"}, id="s-1"),
        Change(Action.KEEP, PROJECT),
    ]
    digests = {plan(KINDS, order).digest for order in itertools.permutations(changes)}
    assert digests == {"c4bb017cd6d11575c326705b7d5b2b11144e19e47004ea5d4147a343c2ef4f2a"}
    assert plan(KINDS, changes[:3]).digest in digests
    assert plan(KINDS, changes[1:]).digest not in digests


def test_a_digest_differs_with_each_part_of_a_change() -> None:
    base = Change(Action.UPDATE, NETWORK, before={"mtu": 1}, after={"mtu": 2})
    others = [
        Change(Action.CREATE, NETWORK, before={"mtu": 1}, after={"mtu": 2}),
        Change(Action.UPDATE, SUBNET, before={"mtu": 1}, after={"mtu": 2}),
        Change(Action.UPDATE, Key("network", "paris", NETWORK.path), before={"mtu": 1}, after={"mtu": 2}),
        Change(Action.UPDATE, NETWORK, before={"mtu": 3}, after={"mtu": 2}),
        Change(Action.UPDATE, NETWORK, before={"mtu": 1}, after={"mtu": 3}),
        Change(Action.UPDATE, NETWORK, before={"mtu": 1}, after={"mtu": 2}, once={"description": "x"}),
    ]
    digests = {Plan(((change,),), ()).digest for change in (base, *others)}
    assert len(digests) == len(others) + 1


def test_counts_are_of_objects_by_action() -> None:
    changes = [Change(Action.CREATE, NETWORK), Change(Action.DELETE, ROUTER), Change(Action.KEEP, PROJECT)]
    assert plan(KINDS, changes).counts() == {"create": 1, "update": 0, "delete": 1, "keep": 1}


def test_a_change_as_data_holds_what_a_creation_takes_once() -> None:
    change = Change(Action.CREATE, NETWORK, after={"mtu": 1400}, once={"description": "x"}, id="n-1")
    assert as_data(change) == {
        "action": "create",
        "kind": "network",
        "region": "toulouse",
        "path": ["education", "moodle", "front"],
        "before": {},
        "after": {"mtu": 1400, "description": "x"},
    }
