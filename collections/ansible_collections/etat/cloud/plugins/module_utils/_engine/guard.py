# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan may not do, whatever the declaration says. Each guard is pure and gives its reason with numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .model import Account, Action, Change, Key, Kind, Privilege, Problem
from .plan import Plan

#: Up to this number of deletions a person still reads each of them, and a share says nothing.
FEW_DELETIONS = 10


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the guards judge a plan by.

    accounts: the account that acts for each tenant (domain and project) and, under an empty project, for each domain.
    observed: how many objects of the declared tenants the cloud has.
    in_use: for each quota that changes, how much of each limit is used.
    accepted: the sensitivities that this cloud may hold; None when that is not said.
    sensitivities: the sensitivity of each tenant that declares one.
    expected: the digest of the plan that was reviewed; empty when any plan will do.
    pruned: the objects that the plan deletes without being told by name.
    protected: the tenants of which nothing may be pruned, each with the reason.
    used_by: for each object that is to go, what uses it.
    objections: what the kinds have against their changes.
    outside: why a change cannot have the token that it takes.
    """

    accounts: Mapping[tuple[str, str], Account]
    observed: int
    in_use: Mapping[Key, Mapping[str, int]] = field(default_factory=dict)
    max_delete_share: int = 30
    accepted: tuple[str, ...] | None = None
    sensitivities: Mapping[tuple[str, str], str] = field(default_factory=dict)
    expected: str = ""
    pruned: frozenset[Key] = frozenset()
    protected: Mapping[tuple[str, str], str] = field(default_factory=dict)
    used_by: Mapping[Key, Sequence[str]] = field(default_factory=dict)
    objections: Sequence[Problem] = ()
    outside: Sequence[Problem] = ()


def guard(kinds: Sequence[Kind], plan: Plan, circumstances: Circumstances) -> list[Problem]:
    """Return every reason to refuse a plan; an empty list lets it pass."""
    by_name = {kind.name: kind for kind in kinds}
    return [
        *residence(circumstances),
        *reach(by_name, plan.changes, circumstances),
        *circumstances.outside,
        *deletions(plan, circumstances),
        *below_use(plan.changes, circumstances),
        *protection(plan.changes, circumstances),
        *used(circumstances),
        # Changes of several objects may meet with one and the same objection.
        *dict.fromkeys(circumstances.objections),
        *reviewed(plan, circumstances),
    ]


def residence(circumstances: Circumstances) -> Iterator[Problem]:
    """Refuse data on a cloud that may not hold data of its sensitivity."""
    if circumstances.accepted is None:
        return
    for (domain, project), sensitivity in sorted(circumstances.sensitivities.items()):
        if sensitivity not in circumstances.accepted:
            yield Problem(
                f"tenant {domain}/{project} may not be on this cloud",
                f"its sensitivity is {sensitivity}, and the cloud holds {', '.join(circumstances.accepted) or 'none'}",
                "Move the tenant to a cloud that accepts it, or have its sensitivity reviewed by its owner.",
            )


def reach(by_name: Mapping[str, Kind], changes: Iterable[Change], circumstances: Circumstances) -> Iterator[Problem]:
    """Refuse what lies outside what the account may write, before the cloud does so half-way."""
    for change in changes:
        kind = by_name[change.key.kind]
        account = account_of(circumstances.accounts, change.key)
        privilege = kind.needed(change)
        if privilege > account.privilege:
            yield Problem(
                f"{change.key} cannot be {change.action.value}d by the account {account.name}"
                + (f" ({said(change)})" if change.after else ""),
                f"it needs {_NEEDED[privilege]}, and this account is {_HELD[account.privilege]}",
                _INSTEAD[privilege],
            )
        elif account.privilege is Privilege.DOMAIN and change.key.path[0] != account.domain:
            yield Problem(
                f"{change.key} is out of scope",
                f"the account {account.name} manages the domain {account.domain} only",
                "Run with the account of that domain, or take it out of this run.",
            )


_NEEDED = {
    Privilege.PROJECT: "a role in the project",
    Privilege.DOMAIN: "the role manager on the domain",
    Privilege.CLOUD: "an administrator of the cloud",
}
_HELD = {
    Privilege.PROJECT: "a member of one project",
    Privilege.DOMAIN: "a manager of one domain",
    Privilege.CLOUD: "an administrator",
}
_INSTEAD = {
    Privilege.PROJECT: "Use an account that has a role there.",
    Privilege.DOMAIN: "Ask the provider to set it, or leave it out of the declaration.",
    Privilege.CLOUD: "Have it set by the cloud's administrator, or leave it out of the declaration.",
}


def account_of(accounts: Mapping[tuple[str, str], Account], key: Key) -> Account:
    """Return the account that acts for an object: that of its tenant, or of its domain."""
    return accounts.get(key.tenant) or accounts[(key.tenant[0], "")]


def deletions(plan: Plan, circumstances: Circumstances) -> Iterator[Problem]:
    """Refuse a plan that deletes a large share of what is there."""
    count = sum(change.action is Action.DELETE for change in plan.changes)
    observed = circumstances.observed
    if count > FEW_DELETIONS and count * 100 > observed * circumstances.max_delete_share:
        yield Problem(
            f"the plan deletes {count} of {observed} objects",
            f"that is {count * 100 // observed} %, and the limit is {circumstances.max_delete_share} %",
            "Read the plan; if it is meant, raise max_delete_share for this run.",
        )


def below_use(changes: Iterable[Change], circumstances: Circumstances) -> Iterator[Problem]:
    """Refuse limits below what is used already: nothing could be created again, and nobody would know why."""
    for change in changes:
        used = circumstances.in_use.get(change.key, {})
        for name, count in used.items():
            limit = change.after[name]
            if 0 <= limit < count:
                yield Problem(
                    f"{change.key}: {name} cannot be {limit}",
                    f"{count} are in use",
                    f"Free {count - limit} first, or declare at least {count}.",
                )


def protection(changes: Iterable[Change], circumstances: Circumstances) -> Iterator[Problem]:
    """Refuse to prune anything of a protected tenant."""
    counted: dict[tuple[str, str], list[Key]] = {}
    for change in changes:
        if change.key in circumstances.pruned and change.key.tenant in circumstances.protected:
            counted.setdefault(change.key.tenant, []).append(change.key)
    for tenant, keys in sorted(counted.items()):
        yield Problem(
            f"tenant {'/'.join(tenant)} is protected",
            f"{circumstances.protected[tenant]}, and the plan prunes {len(keys)} of its objects, {keys[0]} first",
            "Delete them by name (state: absent), or lift the protection first.",
        )


def used(circumstances: Circumstances) -> Iterator[Problem]:
    """Refuse to delete what somebody uses."""
    for key, users in sorted(circumstances.used_by.items()):
        if users:
            shown = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
            yield Problem(
                f"{key} cannot be deleted", f"it is in use by {shown}", "Free it first, or keep it in the declaration."
            )


def reviewed(plan: Plan, circumstances: Circumstances) -> Iterator[Problem]:
    """Refuse any plan but the one that was reviewed."""
    if circumstances.expected not in ("", plan.digest):
        yield Problem(
            "the plan is not the one that was reviewed",
            f"its digest is {plan.digest[:12]}…, and {circumstances.expected[:12]}… is expected; the cloud or the "
            "declaration has changed since",
            "Plan again, and review that plan.",
        )


def said(change: Change) -> str:
    """Return the fields of a change in one line."""
    return ", ".join(f"{name}: {arrow(change.before.get(name), value)}" for name, value in change.after.items())


def arrow(before: Any, after: Any) -> str:
    """Return a value before and after, or after alone when there was none."""
    return f"{after}" if before in (None, "") else f"{before} → {after}"
