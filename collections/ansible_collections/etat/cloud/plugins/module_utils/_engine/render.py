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
from .model import Action, Change, Key, Observed, Sort
from .plan import Plan

_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}


def headline(plan: Plan) -> str:
    """Return the counts of a plan in one line."""
    counts = plan.counts()
    return (
        f"{counts['create']} to create, {counts['update']} to update, {counts['delete']} to delete, "
        f"{counts['keep']} unchanged"
    )


def text(kinds: Sequence[Sort], plan: Plan, undeclared: Sequence[Observed] = ()) -> str:
    """Return a plan as lines of text, grouped by tenant, with what is there and in no declaration."""
    told = [(change.key, _SIGNS[change.action], _after_colon(_values(change))) for change in plan.changes]
    going = {(change.key, change.id) for change in plan.changes}
    left = [found for found in undeclared if (found.key, found.id) not in going]
    told += [(found.key, "?", _after_colon(_stranger(found))) for found in left]
    lines = [headline(plan) + (f", {len(left)} not declared" if left else "")]
    # In the order of the plan, which sorting keeps within a tenant.
    for tenant, rows in groupby(sorted(told, key=lambda row: row[0].tenant), key=lambda row: row[0].tenant):
        lines += ["", _title(tenant)]
        for key, sign, more in rows:
            parts = (sign, _kind(key), _name(kinds, key), _where(key))
            lines.append("  " + " ".join(part for part in parts if part) + more)
    return "\n".join(lines)


def markdown(kinds: Sequence[Sort], plan: Plan) -> str:
    """Return a plan as Markdown tables, one per tenant."""
    lines = [f"**{headline(plan)}**", "", f"Digest: `{plan.digest}`"]
    for tenant, changes in _by_tenant(plan.changes):
        lines += ["", f"### {tenant}", "", "| | kind | region | name | change |", "|---|---|---|---|---|"]
        for change in changes:
            key = change.key
            cells = (_SIGNS[change.action], _kind(key), key.region, _name(kinds, key), _values(change))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def sides(kinds: Sequence[Sort], plan: Plan) -> dict[str, str]:
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
    inside = sorted(changes, key=lambda change: change.key.tenant)
    for tenant, found in groupby(inside, key=lambda change: change.key.tenant):
        yield _title(tenant), list(found)


def _title(tenant: tuple[str, str]) -> str:
    return " / ".join(part for part in tenant if part) or "the cloud itself"


def _kind(key: Key) -> str:
    return key.kind.replace("_", " ")


def _name(kinds: Sequence[Sort], key: Key) -> str:
    return next(kind for kind in kinds if kind.name == key.kind).label(key)


def _where(key: Key) -> str:
    return f"[{key.region}]" if key.region else ""


def _stranger(found: Observed) -> str:
    return "not declared any more" if found.managed else f"in no declaration, made by others (id {found.id})"


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


def _block(kinds: Sequence[Sort], change: Change, fields: Mapping[str, Any]) -> str:
    key = change.key
    parts = ("/".join(part for part in key.tenant if part), _where(key), _kind(key), _name(kinds, key))
    lines = [" ".join(part for part in parts if part)]
    lines += [
        f"  {name}: {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in sorted(fields.items())
    ]
    return "\n".join(lines) + "\n"
