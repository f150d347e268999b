# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as people read it: text, Markdown, and the two sides of a diff. All from the same plan; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from .guard import arrow
from .model import Action, Change
from .plan import Plan

_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}


def headline(plan: Plan) -> str:
    """Return the counts of a plan in one line."""
    counts = plan.counts()
    return (
        f"{counts['create']} to create, {counts['update']} to update, {counts['delete']} to delete, "
        f"{counts['keep']} unchanged"
    )


def text(plan: Plan) -> str:
    """Return a plan as lines of text, grouped by tenant."""
    lines = [headline(plan)]
    for tenant, changes in _by_tenant(plan.changes):
        lines += ["", tenant, *(f"  {_SIGNS[change.action]} {_line(change)}" for change in changes)]
    return "\n".join(lines)


def markdown(plan: Plan) -> str:
    """Return a plan as Markdown tables, one per tenant."""
    lines = [f"**{headline(plan)}**", "", f"Digest: `{plan.digest}`"]
    for tenant, changes in _by_tenant(plan.changes):
        lines += ["", f"### {tenant}", "", "| | kind | region | name | change |", "|---|---|---|---|---|"]
        for change in changes:
            cells = (_SIGNS[change.action], _kind(change), change.key.region, _name(change), _values(change))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def sides(plan: Plan) -> dict[str, str]:
    """Return what is there and what will be, as two texts whose difference is the plan, for Ansible's diff mode."""
    before, after = [], []
    for change in sorted(plan.changes, key=lambda change: (change.key.path, change.key)):
        # A creation may carry fields that are never compared; they are part of what will be there.
        becomes = {**change.after, **change.once}
        if change.action is not Action.CREATE:
            before.append(_block(change, change.before))
        if change.action is not Action.DELETE:
            after.append(_block(change, becomes))
    return {
        "before": "".join(before),
        "after": "".join(after),
        "before_header": "in the cloud",
        "after_header": "as declared",
    }


def _by_tenant(changes: Iterable[Change]) -> Iterable[tuple[str, list[Change]]]:
    inside = sorted(changes, key=lambda change: change.key.path[:2])
    for tenant, found in groupby(inside, key=lambda change: change.key.path[:2]):
        yield " / ".join(part for part in tenant if part), list(found)


def _kind(change: Change) -> str:
    return change.key.kind.replace("_", " ")


def _name(change: Change) -> str:
    return " / ".join(part for part in change.key.path[2:] if part) or change.key.path[-1]


def _values(change: Change) -> str:
    if change.action is Action.DELETE:
        return ""
    return ", ".join(
        f"{name} {arrow(_short(change.before.get(name)), _short(value))}" for name, value in change.after.items()
    )


def _short(value: Any) -> Any:
    return ", ".join(map(str, value)) or "none" if isinstance(value, (list, tuple)) else value


def _line(change: Change) -> str:
    where = f" [{change.key.region}]" if change.key.region else ""
    values = _values(change)
    return f"{_kind(change)} {_name(change)}{where}" + (f": {values}" if values else "")


def _block(change: Change, fields: Mapping[str, Any]) -> str:
    lines = [f"{change.key}:"]
    lines += [
        f"  {name}: {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in sorted(fields.items())
    ]
    return "\n".join(lines) + "\n"
