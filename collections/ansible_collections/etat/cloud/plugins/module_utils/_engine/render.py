# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as people read it: text, Markdown, and the two sides of a diff. All from the same plan; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from .guard import arrow
from .model import Action, Change, Kind
from .plan import Plan

_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}


def headline(plan: Plan) -> str:
    """Return the counts of a plan in one line."""
    counts = plan.counts()
    return (
        f"{counts['create']} to create, {counts['update']} to update, {counts['delete']} to delete, "
        f"{counts['keep']} unchanged"
    )


def text(kinds: Sequence[Kind], plan: Plan) -> str:
    """Return a plan as lines of text, grouped by tenant."""
    lines = [headline(plan)]
    for tenant, changes in _by_tenant(plan.changes):
        lines += ["", tenant]
        for change in changes:
            parts = (_SIGNS[change.action], _kind(change), _name(kinds, change), _where(change))
            lines.append("  " + " ".join(part for part in parts if part) + _after_colon(_values(change)))
    return "\n".join(lines)


def markdown(kinds: Sequence[Kind], plan: Plan) -> str:
    """Return a plan as Markdown tables, one per tenant."""
    lines = [f"**{headline(plan)}**", "", f"Digest: `{plan.digest}`"]
    for tenant, changes in _by_tenant(plan.changes):
        lines += ["", f"### {tenant}", "", "| | kind | region | name | change |", "|---|---|---|---|---|"]
        for change in changes:
            cells = (_SIGNS[change.action], _kind(change), change.key.region, _name(kinds, change), _values(change))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def sides(kinds: Sequence[Kind], plan: Plan) -> dict[str, str]:
    """Return what is there and what will be, as two texts whose difference is the plan, for Ansible's diff mode."""
    before, after = [], []
    for change in sorted(plan.changes, key=lambda change: (change.key.path, change.key)):
        # A creation may carry fields that are never compared; they are part of what will be there.
        becomes = {**change.after, **change.once}
        if change.action is not Action.CREATE:
            before.append(_block(kinds, change, change.before))
        if change.action is not Action.DELETE:
            after.append(_block(kinds, change, becomes))
    return {
        "before": "".join(before),
        "after": "".join(after),
        "before_header": "in the cloud",
        "after_header": "as declared",
    }


def _by_tenant(changes: Iterable[Change]) -> Iterable[tuple[str, list[Change]]]:
    inside = sorted(changes, key=lambda change: change.key.path[:2])
    for tenant, found in groupby(inside, key=lambda change: change.key.path[:2]):
        yield " / ".join(part for part in tenant if part) or "the cloud itself", list(found)


def _kind(change: Change) -> str:
    return change.key.kind.replace("_", " ")


def _name(kinds: Sequence[Kind], change: Change) -> str:
    return next(kind for kind in kinds if kind.name == change.key.kind).label(change.key)


def _where(change: Change) -> str:
    return f"[{change.key.region}]" if change.key.region else ""


def _after_colon(text: str) -> str:
    return f": {text}" if text else ""


def _values(change: Change) -> str:
    if change.action is Action.DELETE:
        return ""
    return ", ".join(
        f"{name} {arrow(_short(change.before.get(name)), _short(value))}" for name, value in change.after.items()
    )


def _short(value: Any) -> Any:
    """Return a value as it stands in one line."""
    if isinstance(value, str):
        return " ".join(value.splitlines())
    return ", ".join(map(str, value)) or "none" if isinstance(value, (list, tuple)) else value


def _block(kinds: Sequence[Kind], change: Change, fields: Mapping[str, Any]) -> str:
    tenant = "/".join(part for part in change.key.path[:2] if part)
    parts = (tenant, _where(change), _kind(change), _name(kinds, change))
    lines = [" ".join(part for part in parts if part)]
    lines += [
        f"  {name}: {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in sorted(fields.items())
    ]
    return "\n".join(lines) + "\n"
