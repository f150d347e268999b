# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one flow of everything that changes a cloud: declare, observe, diff, guard, plan, apply, verify."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ._engine import render
from ._engine.apply import Done, apply
from ._engine.declare import declare
from ._engine.diff import blocked, diff
from ._engine.guard import Circumstances, account_of, guard
from ._engine.model import (
    Account,
    Change,
    EngineError,
    Key,
    Kind,
    Names,
    Observed,
    Outcome,
    Privilege,
    Problem,
    Scope,
    State,
    Wanted,
)
from ._engine.observe import Observation, concerned, observe
from ._engine.plan import Plan, as_data, plan
from ._progress import Progress
from ._sdk.cloud import Cloud, Writer

#: Up to this number of tenants, lists are filtered by project; beyond it, reading them whole is quicker.
FEW_TENANTS = 10


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a run is asked for.

    cloud: the clouds.yaml entry that acts unless a tenant names its own account.
    accepts: the sensitivities that the cloud may hold; None when that is not said.
    workers: how many calls may be under way at once.
    max_delete_share: the share of observed objects that a plan may delete, in percent.
    """

    cloud: str
    domains: Sequence[Mapping[str, Any]]
    tenants: Sequence[Mapping[str, Any]]
    accepts: tuple[str, ...] | None = None
    workers: int = 8
    max_delete_share: int = 30

    def account_names(self) -> list[str]:
        """Return the clouds.yaml entries that act, each once."""
        own = {tenant.get("account") or self.cloud for tenant in self.tenants}
        return sorted(own | ({self.cloud} if self.domains or not own else set()))


@dataclass(slots=True)
class Run:
    """One convergence of a declaration: what it saw, planned and did. Call prepare, apply and verify in this order."""

    kinds: Sequence[Kind]
    declaration: Declaration
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    clouds: dict[str, Cloud] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    seen: Observation = field(default_factory=Observation)
    plan: Plan = field(default_factory=lambda: Plan((), ()))
    outcomes: list[Outcome] = field(default_factory=list)

    # --- the phases

    def prepare(self) -> None:
        """Connect, observe and plan. Writes nothing.

        Raises EngineError with everything that speaks against the plan.
        """
        with self._phase("declare"):
            self.wanted = declare(self.kinds, self.declaration.domains, self.declaration.tenants)
        with self._phase("connect"), ThreadPoolExecutor(self.declaration.workers) as pool:
            names = self.declaration.account_names()
            self.clouds = dict(zip(names, pool.map(Cloud, names), strict=True))
            self._check_accounts()
        with self._phase("observe"):
            self.seen = self._observe()
        with self._phase("plan"):
            self.plan = plan(self.kinds, diff(self.kinds, self.wanted, self.seen))
            self._guard()

    def apply(self) -> None:
        """Make the changes of the plan, and tell how far it is."""
        if not self.plan.changes:
            return
        for cloud in self.clouds.values():
            cloud.allow_writes()
        writer, accounts = Writer(self.kinds, self._ids()), self._accounts()
        total, counted = len(self.plan.changes), Counter[str]()

        def perform(changes: Sequence[Change]) -> Done:
            return writer.perform(self.clouds[account_of(accounts, changes[0].key).name], changes)

        def report(outcome: Outcome, wave: int) -> None:
            counted[outcome.state] += 1
            failed = {"failed": f"{outcome.change.key}: {outcome.reason}"} if outcome.state is State.FAILED else {}
            self.progress.tell(
                f"{outcome.change.action} {outcome.change.key.kind.replace('_', ' ')}",
                done=sum(counted.values()),
                total=total,
                wave=f"{wave} of {len(self.plan.waves)}",
                site=outcome.change.key.region or "identity",
                **failed,
            )

        with self._phase("apply"):
            self.outcomes = apply(
                self.kinds,
                self.plan,
                perform,
                report,
                self.declaration.workers,
                blocked(self.kinds, self.wanted, self.seen),
            )

    def verify(self) -> list[Change]:
        """Observe again and return what still differs; nothing when the run did what it planned."""
        if not any(outcome.state is State.DONE for outcome in self.outcomes):
            return []
        undone = {outcome.change.key for outcome in self.outcomes if outcome.state is not State.DONE}
        with self._phase("verify"):
            left = plan(self.kinds, diff(self.kinds, self.wanted, self._observe())).changes
        return [change for change in left if change.key not in undone]

    # --- what a run has to say

    def problems(self) -> list[Problem]:
        """Return what kept parts of the cloud from being looked at."""
        return list(dict.fromkeys(blocked(self.kinds, self.wanted, self.seen).values()))

    def result(self) -> dict[str, Any]:
        """Return the result that every module of the collection gives."""
        calls: Counter[str] = Counter()
        for cloud in self.clouds.values():
            calls.update(cloud.calls())
        return {
            "changed": any(outcome.state is State.DONE for outcome in self.outcomes)
            if self.outcomes
            else bool(self.plan.changes),
            "plan": {
                "summary": render.headline(self.plan),
                "counts": self.plan.counts(),
                "changes": [as_data(change) for change in self.plan.changes],
                "text": render.text(self.kinds, self.plan),
            },
            "digest": self.plan.digest,
            "diff": render.sides(self.kinds, self.plan),
            "outcomes": [
                {
                    **as_data(outcome.change),
                    "state": outcome.state.value,
                    "reason": outcome.reason,
                    "seconds": round(outcome.seconds, 3),
                    "request_id": outcome.request_id,
                }
                for outcome in self.outcomes
            ],
            "stats": {
                "calls": dict(sorted(calls.items())),
                "seconds": {phase: round(seconds, 3) for phase, seconds in self.seconds.items()},
                "tenants": self._per_tenant(),
            },
        }

    def _per_tenant(self) -> list[dict[str, Any]]:
        """Return, per tenant and region, how many objects were planned for each action, kept ones among them."""
        rows: dict[tuple[str, str, str], Counter[str]] = {}
        for change in (*self.plan.changes, *self.plan.kept):
            domain, project = (*change.key.path, "")[:2]
            rows.setdefault((domain, project, change.key.region), Counter())[change.action.value] += 1
        return [
            {"domain": domain, "project": project, "region": region, **counts}
            for (domain, project, region), counts in sorted(rows.items())
        ]

    # --- parts of the phases

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        self.progress.tell(name)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start

    def _tenants(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        return {(tenant["domain"], tenant["name"]): tenant for tenant in self.declaration.tenants}

    def _accounts(self) -> dict[tuple[str, str], Account]:
        """Return the account that acts for each tenant, and for each domain under an empty project."""
        own = {
            place: self.clouds[tenant.get("account") or self.declaration.cloud].account
            for place, tenant in self._tenants().items()
        }
        general = self.clouds.get(self.declaration.cloud)
        domains = {place[0] for place in own} | {domain["name"] for domain in self.declaration.domains}
        for domain in domains:
            first = next((account for place, account in own.items() if place[0] == domain), None)
            account = general.account if general else first
            if account:
                own[(domain, "")] = account
        return own

    def _check_accounts(self) -> None:
        """Refuse tenants that their account cannot show at all."""
        accounts = self._accounts()
        problems = [
            problem
            for place, tenant in self._tenants().items()
            if (problem := _hidden(place, tenant, accounts[place])) is not None
        ]
        if problems:
            raise EngineError(*problems)

    def _observe(self) -> Observation:
        """Return what all accounts see; the accounts look at the same time."""
        total = Observation()
        with ThreadPoolExecutor(max(1, len(self.clouds))) as pool:
            for seen in pool.map(self._look, self.clouds.values()):
                total.add(seen)
        if ("identity", "") in total.blind:
            raise EngineError(total.blind[("identity", "")])
        return total

    def _look(self, cloud: Cloud) -> Observation:
        account = cloud.account
        accounts = self._accounts()
        mine = {place: tenant for place, tenant in self._tenants().items() if accounts[place] is account}
        wanted = {item.key: item for item in self.wanted if account_of(accounts, item.key) is account}
        scope = Scope(
            account=account,
            regions=tuple(sorted({site["region"] for tenant in mine.values() for site in tenant.get("sites") or ()})),
            domains=frozenset(key.path[0] for key in wanted),
            tenants=frozenset(mine),
            wanted=wanted,
            names=Names(),
            filtered=len(mine) <= FEW_TENANTS,
        )
        own = [Observed(Key("domain", "", (account.domain,)), account.domain_id)] if account.domain else []
        if account.project:
            own.append(Observed(Key("project", "", (account.domain, account.project)), account.project_id))
        kinds = concerned(self.kinds, wanted.values())
        if account.privilege is Privilege.PROJECT:
            # A member of a project sees nothing of identity but that project.
            kinds = [kind for kind in kinds if kind.service != "identity" or kind.name == "project"]
        else:
            own = own[:1] if account.privilege is Privilege.DOMAIN else []
        for item in own:
            scope.names.add(item)
        seen = observe(kinds, scope, partial(cloud.read, workers=self.declaration.workers))
        for item in own:
            seen.objects.setdefault(item.key, [item])
        return seen

    def _ids(self) -> dict[Key, str]:
        return {key: found[0].id for key, found in self.seen.objects.items() if len(found) == 1}

    def _guard(self) -> None:
        by_name = {kind.name: kind for kind in self.kinds}
        accounts, tenants = self._accounts(), self._tenants()
        writer = Writer(self.kinds, self._ids())

        def used(change: Change) -> Mapping[str, int]:
            cloud = self.clouds[account_of(accounts, change.key).name]
            return by_name[change.key.kind].in_use(writer.api(cloud, change.key), change)

        def unseen(change: Change) -> bool:
            """Return whether limits that exist were not listed, as those that nobody ever set."""
            return not change.id and Key("project", "", change.key.path) in self.seen.objects

        lowered = [
            change
            for change in self.plan.changes
            if by_name[change.key.kind].inherent and (_lowers(change) or unseen(change))
        ]
        # What belongs to a domain counts when the run is about it.
        concerned_keys = {item.key for item in self.wanted} | {change.key for change in self.plan.changes}
        with ThreadPoolExecutor(self.declaration.workers) as pool:
            in_use = dict(zip((change.key for change in lowered), pool.map(used, lowered), strict=True))
        problems = guard(
            self.kinds,
            self.plan,
            Circumstances(
                accounts=accounts,
                observed=sum(
                    len(found)
                    for key, found in self.seen.objects.items()
                    if key.path[:2] in tenants or key in concerned_keys
                ),
                in_use=in_use,
                max_delete_share=self.declaration.max_delete_share,
                accepted=self.declaration.accepts,
                sensitivities={
                    place: tenant["sensitivity"] for place, tenant in tenants.items() if tenant.get("sensitivity")
                },
            ),
        )
        if problems:
            raise EngineError(*problems)


def _hidden(place: tuple[str, str], tenant: Mapping[str, Any], account: Account) -> Problem | None:
    """Return why an account shows nothing of a tenant, or None when it does."""
    if account.privilege is Privilege.PROJECT and place != (account.domain, account.project):
        return Problem(
            f"tenant {'/'.join(place)} is not what the account {account.name} gives",
            f"that account is a member of the project {account.domain}/{account.project}",
            "Name the account of this tenant's project, or correct the tenant's domain and name.",
        )
    if account.system and tenant.get("sites"):
        return Problem(
            f"the sites of tenant {'/'.join(place)} cannot be read by the account {account.name}",
            "its token is scoped to the system, which services other than identity do not understand",
            "Use an account with a role in the project, or declare no sites in this run.",
        )
    return None


def _lowers(change: Change) -> bool:
    """Return whether a change of limits could go below what is used; a new project uses nothing."""
    for name, limit in change.after.items():
        before = change.before.get(name, limit)
        if limit >= 0 and (before is None or not 0 <= before <= limit):
            return True
    return False
