# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module that changes a cloud says of its run: the plan, what became of it, and what that cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ._engine import render
from ._engine.model import Change, Outcome, State
from ._engine.plan import Plan, as_data


def result_of(
    plan: Plan,
    outcomes: Sequence[Outcome],
    text: str,
    diff: Mapping[str, str],
    stats: Mapping[str, Any],
    shown: Callable[[Change], dict[str, Any]] = as_data,
) -> dict[str, Any]:
    """Return what the results of all modules have in common.

    text and diff: the plan for a person. stats: see cost. shown: a change as the module shows it.
    """
    return {
        "changed": any(outcome.state is State.DONE for outcome in outcomes) if outcomes else bool(plan.changes),
        "plan": {
            "summary": render.headline(plan),
            "counts": plan.counts(),
            "changes": [shown(change) for change in plan.changes],
            "text": text,
        },
        "digest": plan.digest,
        "diff": dict(diff),
        "outcomes": [
            {
                **shown(outcome.change),
                "state": outcome.state.value,
                "reason": outcome.reason,
                "seconds": round(outcome.seconds, 3),
                "request_id": outcome.request_id,
            }
            for outcome in outcomes
        ],
        "stats": dict(stats),
    }


def cost(plan: Plan, calls: Iterable[Mapping[str, int]], seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return what a run cost, from the calls of each account and the time of each phase, and what each tenant had."""
    total: Counter[str] = Counter()
    for counted in calls:
        total.update(counted)
    return {
        "calls": dict(sorted(total.items())),
        "seconds": {phase: round(took, 3) for phase, took in seconds.items()},
        "tenants": _per_tenant(plan),
    }


def _per_tenant(plan: Plan) -> list[dict[str, Any]]:
    """Return, per tenant and region, how many objects were planned for each action, kept ones among them."""
    rows: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for change in (*plan.changes, *plan.kept):
        rows[(*change.key.tenant, change.key.region)][change.action.value] += 1
    return [
        {"domain": domain, "project": project, "region": region, **counts}
        for (domain, project, region), counts in sorted(rows.items())
    ]
