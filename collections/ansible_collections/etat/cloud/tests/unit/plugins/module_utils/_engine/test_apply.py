# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.apply import Done, Failed, apply
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import (
    Action,
    Change,
    Key,
    Outcome,
    Problem,
    State,
)
from ansible_collections.etat.cloud.plugins.module_utils._engine.plan import Plan, plan
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

PLACE = ("education", "moodle")
PROJECT = Key("project", "", PLACE)
NETWORK = Key("network", "toulouse", (*PLACE, "front"))
OTHER = Key("network", "toulouse", (*PLACE, "back"))
SUBNET = Key("subnet", "toulouse", (*NETWORK.path, "front"))
ROUTER = Key("router", "toulouse", (*PLACE, "edge"))
INTERFACE = Key("router_interface", "toulouse", (*ROUTER.path, "front", "front"))
GROUP = Key("security_group", "toulouse", (*PLACE, "web"))
RULES = [
    Key("security_group_rule", "toulouse", (*GROUP.path, "ingress", "IPv4", "tcp", port, "prefix", "any"))
    for port in "123"
]


def change(action: Action, key: Key, *needs: Key) -> Change:
    return Change(action, key, needs=needs, id=f"id of {key}" if action is Action.DELETE else "")


CREATIONS = [
    change(Action.CREATE, NETWORK),
    change(Action.CREATE, OTHER),
    change(Action.CREATE, SUBNET, NETWORK),
    change(Action.CREATE, ROUTER),
    change(Action.CREATE, INTERFACE, ROUTER, SUBNET),
]
DELETIONS = [
    change(Action.DELETE, NETWORK),
    change(Action.DELETE, SUBNET, NETWORK),
    change(Action.DELETE, ROUTER),
    change(Action.DELETE, INTERFACE, ROUTER, SUBNET),
]


class Cloud:
    """Performs changes, all but those that it was told to refuse."""

    def __init__(self, *refused: Key, divisible: bool = False) -> None:
        self.refused = refused
        self.divisible = divisible
        self.jobs: list[list[Key]] = []
        self.threads: set[int] = set()

    def __call__(self, changes: Sequence[Change]) -> Done:
        self.jobs.append([item.key for item in changes])
        self.threads.add(threading.get_ident())
        if any(item.key in self.refused for item in changes):
            raise Failed("409: no", "req-no", self.divisible)
        return Done(tuple("id" for change in changes), "req-yes")


def run(found: Plan, cloud: Cloud, workers: int = 1, blocked: dict[Key, Problem] | None = None) -> dict[Key, Outcome]:
    told: list[tuple[Outcome, int]] = []
    outcomes = apply(KINDS, found, cloud, lambda outcome, wave: told.append((outcome, wave)), workers, blocked)
    assert [outcome for outcome, wave in told] == outcomes
    assert [wave for outcome, wave in told] == sorted(wave for outcome, wave in told)
    assert sorted(outcome.change.key for outcome in outcomes) == sorted(item.key for item in found.changes)
    return {outcome.change.key: outcome for outcome in outcomes}


@pytest.mark.parametrize("workers", [1, 4])
def test_every_change_of_a_wave_ends_before_the_next_begins(workers: int) -> None:
    cloud = Cloud()
    found = plan(KINDS, CREATIONS)
    outcomes = run(found, cloud, workers)
    assert {outcome.state for outcome in outcomes.values()} == {State.DONE}
    position = {key: number for number, job in enumerate(cloud.jobs) for key in job}
    for earlier, later in zip(found.waves, found.waves[1:], strict=False):
        assert max(position[item.key] for item in earlier) < min(position[item.key] for item in later)


@pytest.mark.parametrize("workers", [1, 4])
def test_a_failed_change_keeps_only_what_needs_it_from_running(workers: int) -> None:
    outcomes = run(plan(KINDS, CREATIONS), Cloud(NETWORK), workers)
    assert outcomes[NETWORK].state is State.FAILED
    assert outcomes[NETWORK].reason == "409: no"
    assert outcomes[NETWORK].request_id == "req-no"
    assert outcomes[SUBNET].state is State.SKIPPED
    assert outcomes[SUBNET].reason == "network education/moodle/front in toulouse failed"
    assert outcomes[INTERFACE].reason == "subnet education/moodle/front/front in toulouse skipped"
    assert [outcomes[key].state for key in (OTHER, ROUTER)] == [State.DONE] * 2
    assert outcomes[OTHER].request_id == "req-yes"


def test_every_reason_to_skip_is_told() -> None:
    outcomes = run(plan(KINDS, CREATIONS), Cloud(SUBNET, ROUTER))
    assert outcomes[INTERFACE].reason == (
        "router education/moodle/edge in toulouse failed; subnet education/moodle/front/front in toulouse failed"
    )


def test_what_could_not_be_read_keeps_its_dependants_from_running() -> None:
    unread = Problem("network cannot be read", "no answer", "Run again.")
    outcomes = run(plan(KINDS, [change(Action.CREATE, SUBNET, NETWORK)]), Cloud(), blocked={NETWORK: unread})
    assert outcomes[SUBNET].state is State.SKIPPED
    assert outcomes[SUBNET].reason == "network education/moodle/front in toulouse could not be read"


def test_children_are_deleted_first_and_a_child_that_stays_keeps_its_parents() -> None:
    cloud = Cloud()
    run(plan(KINDS, DELETIONS), cloud)
    deleted = [key for (key,) in cloud.jobs]
    assert deleted[0] == INTERFACE
    assert deleted.index(SUBNET) < deleted.index(NETWORK)
    outcomes = run(plan(KINDS, DELETIONS), Cloud(INTERFACE))
    assert {key: outcome.state for key, outcome in outcomes.items()} == {
        INTERFACE: State.FAILED,
        SUBNET: State.SKIPPED,
        ROUTER: State.SKIPPED,
        NETWORK: State.SKIPPED,
    }


def test_a_failed_deletion_keeps_only_its_own_parents() -> None:
    outcomes = run(plan(KINDS, DELETIONS), Cloud(ROUTER))
    assert [outcomes[key].state for key in (INTERFACE, SUBNET, NETWORK)] == [State.DONE] * 3


def test_rules_of_a_group_go_in_one_call_and_deletions_go_alone() -> None:
    cloud = Cloud()
    run(plan(KINDS, [change(Action.CREATE, key, GROUP) for key in RULES]), cloud)
    assert cloud.jobs == [RULES]
    cloud = Cloud()
    run(plan(KINDS, [change(Action.DELETE, key, GROUP) for key in RULES]), cloud)
    assert cloud.jobs == [[key] for key in RULES]


def test_equal_objects_are_deleted_one_by_one() -> None:
    cloud = Cloud()
    twice = [Change(Action.DELETE, RULES[0], needs=(GROUP,), id=id) for id in ("a", "b")]
    outcomes = apply(KINDS, plan(KINDS, twice), cloud, lambda outcome, wave: None, 2)
    assert cloud.jobs == [[RULES[0]], [RULES[0]]]
    assert [outcome.state for outcome in outcomes] == [State.DONE] * 2


def test_a_batch_that_is_refused_as_a_whole_is_tried_one_by_one() -> None:
    cloud = Cloud(RULES[1], divisible=True)
    outcomes = run(plan(KINDS, [change(Action.CREATE, key, GROUP) for key in RULES]), cloud)
    assert cloud.jobs == [RULES, *([key] for key in RULES)]
    assert [outcomes[key].state for key in RULES] == [State.DONE, State.FAILED, State.DONE]


def test_a_batch_of_which_nobody_knows_what_was_made_is_not_repeated() -> None:
    cloud = Cloud(RULES[1], divisible=False)
    outcomes = run(plan(KINDS, [change(Action.CREATE, key, GROUP) for key in RULES]), cloud)
    assert cloud.jobs == [RULES]
    assert {outcome.state for outcome in outcomes.values()} == {State.FAILED}


def test_with_one_worker_everything_runs_in_the_calling_thread() -> None:
    cloud = Cloud()
    run(plan(KINDS, CREATIONS), cloud)
    assert cloud.threads == {threading.get_ident()}
    cloud = Cloud()
    run(plan(KINDS, CREATIONS), cloud, workers=2)
    assert threading.get_ident() not in cloud.threads


def test_workers_run_at_the_same_time() -> None:
    meet = threading.Barrier(2, timeout=10)

    class Meeting(Cloud):
        """Ends a change only when another runs too."""

        def __call__(self, changes: Sequence[Change]) -> Done:
            meet.wait()
            return super().__call__(changes)

    run(plan(KINDS, [change(Action.CREATE, NETWORK), change(Action.CREATE, OTHER)]), Meeting(), workers=2)


def test_a_plan_with_nothing_to_do_does_nothing() -> None:
    cloud = Cloud()
    assert run(plan(KINDS, [change(Action.KEEP, PROJECT)]), cloud) == {}
    assert cloud.jobs == []
