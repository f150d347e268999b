# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the changes of a plan, wave by wave, on a pool of threads. What a change does is handed in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from .model import Action, Change, Key, Outcome, Problem, Sort, State
from .plan import Plan


@dataclass(frozen=True, slots=True)
class Done:
    """What performing changes gave: the id of each object, and the id of the last request."""

    ids: tuple[str, ...]
    request_id: str = ""


#: Performs changes that go in one call. Raises Failed.
Perform = Callable[[Sequence[Change]], Done]
#: Told after each change: its outcome, and the number of its wave counted from one.
Report = Callable[[Outcome, int], None]


class Failed(Exception):
    """A change that the cloud did not make."""

    def __init__(self, reason: str, request_id: str = "", divisible: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.request_id = request_id
        #: True when a batch was refused as a whole and its changes may be tried one by one.
        self.divisible = divisible


def apply(
    kinds: Sequence[Sort],
    plan: Plan,
    perform: Perform,
    report: Report,
    workers: int,
    blocked: dict[Key, Problem] | None = None,
) -> list[Outcome]:
    """Make every change that can be made and return one outcome for each change of the plan, in order of completion.

    A change that fails keeps only those from running that need its object. blocked names objects that could not be
    looked at, whose dependants cannot be made either.
    """
    by_name = {kind.name: kind for kind in kinds}
    unmade: dict[Key, str] = {key: f"{key} could not be read" for key in blocked or {}}
    outcomes: list[Outcome] = []

    def keep(outcome: Outcome, wave: int) -> None:
        if outcome.state is not State.DONE:
            unmade[outcome.change.key] = f"{outcome.change.key} {outcome.state.value}"
        outcomes.append(outcome)
        report(outcome, wave)

    holders: dict[Key, list[Key]] = {}
    for change in plan.changes:
        if change.action is Action.DELETE:
            for need in change.needs:
                holders.setdefault(need, []).append(change.key)
    executor = ThreadPoolExecutor(workers) if workers > 1 else _Here()
    with executor as pool:
        for number, wave in enumerate(plan.waves, 1):
            ready = []
            for change in wave:
                needs = holders.get(change.key, ()) if change.action is Action.DELETE else change.needs
                reasons = [unmade[need] for need in needs if need in unmade]
                if reasons:
                    keep(Outcome(change, State.SKIPPED, "; ".join(reasons)), number)
                else:
                    ready.append(change)
            futures = [pool.submit(_attempt, perform, job) for job in _jobs(by_name, ready)]
            for future in as_completed(futures):
                for outcome in future.result():
                    keep(outcome, number)
    return outcomes


def _jobs(by_name: dict[str, Sort], changes: Iterable[Change]) -> list[list[Change]]:
    """Put creations that can go in one call together; everything else goes alone."""
    jobs: dict[Any, list[Change]] = {}
    for change in changes:
        common = by_name[change.key.kind].batch(change) if change.action is Action.CREATE else None
        jobs.setdefault((change.key.kind, common) if common else (change.key, change.id), []).append(change)
    return list(jobs.values())


def _attempt(perform: Perform, job: list[Change]) -> list[Outcome]:
    start = time.monotonic()
    try:
        done = perform(job)
    except Failed as failure:
        if failure.divisible and len(job) > 1:
            return [outcome for change in job for outcome in _attempt(perform, [change])]
        return [
            Outcome(change, State.FAILED, failure.reason, time.monotonic() - start, failure.request_id)
            for change in job
        ]
    seconds = (time.monotonic() - start) / len(job)
    return [Outcome(change, State.DONE, "", seconds, done.request_id) for change in job]


class _Here(Executor):
    """Runs each call at once in the calling thread, so that with one worker a run can be stepped through."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
