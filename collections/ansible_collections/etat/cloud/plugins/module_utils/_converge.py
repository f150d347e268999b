# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one flow of everything that changes a cloud: declare, observe, diff, guard, plan, apply, verify."""

from __future__ import annotations

import getpass
import secrets
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ._engine import marks, render
from ._engine.apply import Done, apply
from ._engine.declare import declare
from ._engine.diff import blocked, diff
from ._engine.export import Exported, export
from ._engine.guard import Circumstances, account_of, guard
from ._engine.model import (
    Account,
    Action,
    Change,
    EngineError,
    Key,
    Kind,
    Names,
    Observed,
    Outcome,
    Outlook,
    Privilege,
    Problem,
    Scope,
    State,
    Wanted,
)
from ._engine.observe import Observation, concerned, observe
from ._engine.plan import Plan, plan
from ._engine.undeclared import Extent, outermost, undeclared, with_owners
from ._progress import Progress
from ._results import cost, result_of
from ._sdk.cloud import Cloud, CloudReader, Writer
from ._sdk.leases import Leases

#: Up to this number of tenants, lists are filtered by project; beyond it, reading them whole is quicker.
FEW_TENANTS = 10


class Undeclared(StrEnum):
    """What becomes of objects that the declared tenants have and that are not declared."""

    KEEP = "keep"
    REPORT = "report"
    PRUNE = "prune"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a run is asked for.

    cloud: the clouds.yaml entry that acts unless a tenant names its own account.
    declared: the module's options identity, regions, domains and tenants, as the engine's declare takes them.
    accepts: the sensitivities that the cloud may hold; None when that is not said.
    workers: how many calls may be under way at once.
    max_delete_share: the share of observed objects that a plan may delete, in percent.
    undeclared: what becomes of objects that are there and not declared.
    complete: the declaration names every tenant and every group of its domains.
    expect_digest: the digest of the only plan that may be applied; empty when any plan will do.
    lease: for how many seconds a tenant is this run's alone, unless renewed.
    everywhere: every region of the catalogue is looked into, and not only those that are declared.
    """

    cloud: str
    declared: Mapping[str, Any]
    accepts: tuple[str, ...] | None = None
    workers: int = 8
    max_delete_share: int = 30
    undeclared: Undeclared = Undeclared.KEEP
    complete: bool = False
    expect_digest: str = ""
    lease: int = 600
    everywhere: bool = False

    @property
    def tenants(self) -> Sequence[Mapping[str, Any]]:
        """The declared tenants."""
        return self.declared.get("tenants") or ()

    @property
    def domains(self) -> frozenset[str]:
        """The names of the declared domains."""
        return frozenset(domain["name"] for domain in self.declared.get("domains") or ())

    @property
    def regions(self) -> frozenset[str]:
        """The names of the regions in which something is declared."""
        sites = (site["region"] for tenant in self.tenants for site in tenant.get("sites") or ())
        return frozenset((*sites, *(region["region"] for region in self.declared.get("regions") or ())))

    def account_names(self) -> list[str]:
        """Return the clouds.yaml entries that act, each once."""
        own = {tenant.get("account") or self.cloud for tenant in self.tenants}
        regions = [region for region in self.declared.get("regions") or () if _says_anything(region)]
        general = any((regions, self.declared.get("domains"), _says_anything(self.declared.get("identity") or {})))
        return sorted(own | ({self.cloud} if general or not own else set()))


@dataclass(slots=True)
class Run:
    """One convergence of a declaration: what it saw, planned and did. Call prepare and then converge."""

    kinds: Sequence[Kind]
    declaration: Declaration
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    clouds: dict[str, Cloud] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    seen: Observation = field(default_factory=Observation)
    undeclared: list[Observed] = field(default_factory=list)
    pruned: list[Observed] = field(default_factory=list)
    plan: Plan = field(default_factory=lambda: Plan((), ()))
    outcomes: list[Outcome] = field(default_factory=list)
    lifted: list[Key] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)

    # --- the phases

    def prepare(self) -> None:
        """Connect, observe and plan. Writes nothing.

        Raises EngineError with everything that speaks against the plan.
        """
        self.look()
        self._plan()

    def look(self) -> None:
        """Connect and observe.

        Raises EngineError when the declaration makes no sense, or the cloud cannot be read.
        """
        with self._phase("declare"):
            self.wanted = declare(self.kinds, self.declaration.declared)
        with self._phase("connect"), ThreadPoolExecutor(self.declaration.workers) as pool:
            names = self.declaration.account_names()
            self.clouds = dict(zip(names, pool.map(Cloud, names), strict=True))
            self._check_accounts()
        with self._phase("observe"):
            self.seen = self._observe()

    def converge(self) -> None:
        """Make the changes of the plan as the only writer of the tenants, and look at what came of it.

        Raises EngineError when another run writes, or when the cloud has moved so that the plan is refused now.
        """
        if not self.plan.changes:
            return
        leases = Leases(secrets.token_hex(4), who(), self.declaration.lease, self.declaration.workers)
        try:
            self._take(leases)
            self.apply(leases)
            self._unmark(leases)
            self.verify()
        finally:
            leases.give_back()

    def apply(self, leases: Leases | None = None) -> None:
        """Make the changes of the plan, and tell how far it is."""
        self._allow_writes()
        writer = Writer(self.kinds, self._ids())
        accounts = self._accounts()
        total, counted = len(self.plan.changes), Counter[str]()

        def perform(changes: Sequence[Change]) -> Done:
            cloud, change = self.clouds[account_of(accounts, changes[0].key).name], changes[0]
            if leases and change.key.kind == "project" and change.action is Action.CREATE:
                # Nobody finds the project without its lease, or without the marks of what will be in it.
                tags = [*change.after.get("tags", ()), leases.tag_for(cloud)]
                born = {"tags": tags, marks.PROPERTY: marks.written(self._marks(change.key))}
                done = writer.perform(cloud, [replace(change, after={**change.after, **born})])
                leases.born(cloud, change.key, done.ids[0])
                return done
            return writer.perform(cloud, changes)

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
                self.kinds, self.plan, perform, report, self.declaration.workers, blocked(self.wanted, self.seen)
            )
            self.doubts = writer.undo_repetitions(lambda key: self.clouds[account_of(accounts, key).name], self.seen)

    def verify(self) -> None:
        """Observe again and keep what still differs; nothing when the run did what it planned."""
        if not any(outcome.state is State.DONE for outcome in self.outcomes):
            return
        undone = {outcome.change.key for outcome in self.outcomes if outcome.state is not State.DONE}
        with self._phase("verify"):
            seen = self._observe()
            left = plan(self.kinds, diff(self.kinds, self.wanted, seen, self._to_prune(self._undeclared(seen)))).changes
        # Of what cannot be read again nobody knows how it is.
        self.doubts += dict.fromkeys(blocked(self.wanted, seen).values())
        self.left = [change for change in left if change.key not in undone]

    # --- what a run has to say

    def problems(self) -> list[Problem]:
        """Return what kept parts of the cloud from being looked at."""
        return list(dict.fromkeys(blocked(self.wanted, self.seen).values()))

    def unverified(self) -> list[str]:
        """Return what went wrong beside the changes themselves, in sentences."""
        return [
            *map(str, self.doubts),
            *(
                f"{change.key} still differs after the run. Something else changes it; run again to see the difference."
                for change in self.left
            ),
        ]

    def export(self) -> Exported:
        """Return what was seen as a declaration, of the declared tenants and of those of complete domains.

        Raises EngineError when a declared tenant is not there.
        """
        extent = self._extent()
        there = sorted(key.tenant for key in self.seen.objects if key.kind == "project")
        absent = sorted(extent.tenants.difference(there))
        if absent:
            shown = ", ".join("/".join(tenant) for tenant in there[:12]) or "none"
            raise EngineError(
                *(
                    Problem(f"tenant {'/'.join(tenant)} cannot be shown", "there is no such project", f"Seen: {shown}.")
                    for tenant in absent
                )
            )
        return export(self.kinds, self.seen, [tenant for tenant in there if extent.holds(Key("project", "", tenant))])

    def blind_spots(self) -> list[str]:
        """Return what could not be looked at and nothing declared asks for, in sentences."""
        lacking = [
            f"{service} is not offered{f' in {region}' if region else ''}" for service, region in self.seen.lacking
        ]
        needed = set(blocked(self.wanted, self.seen).values())
        unread = {f"{problem.what}: {problem.why}" for problem in self.seen.blind.values() if problem not in needed}
        return sorted((*lacking, *unread))

    def result(self) -> dict[str, Any]:
        """Return the result of the module tenant."""
        outer = outermost(self.kinds, self.undeclared)
        return {
            **result_of(
                self.plan,
                self.outcomes,
                render.text(self.kinds, self.plan, outer),
                render.sides(self.kinds, self.plan),
                cost(self.plan, (cloud.calls() for cloud in self.clouds.values()), self.seconds),
            ),
            "undeclared": [self._shown(found) for found in outer],
            "record": self._record(),
            "unseen": self.blind_spots(),
        }

    # --- parts of the phases

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        self.progress.tell(name)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start

    def _plan(self) -> None:
        with self._phase("plan"):
            self.undeclared = self._undeclared(self.seen)
            self.pruned = self._to_prune(self.undeclared)
            self.plan = plan(self.kinds, diff(self.kinds, self.wanted, self.seen, self.pruned))
            self._guard()

    def _allow_writes(self) -> None:
        for cloud in self.clouds.values():
            cloud.allow_writes()

    def _take(self, leases: Leases) -> None:
        """Become the only writer of the tenants that the plan changes, and plan again with what is there by then."""
        accounts, ids = self._accounts(), self._ids()
        projects = {}
        for change in self.plan.changes:
            key = Key("project", "", change.key.tenant)
            account = account_of(accounts, change.key)
            # A member cannot write tags of the project, so a ready project has no lease.
            if key in ids and account.privilege > Privilege.PROJECT:
                projects[key] = (self.clouds[account.name], ids[key])
        if not projects:
            return
        self._allow_writes()
        with self._phase("lease"):
            leases.take(projects)
            self.lifted = leases.lifted
            self.seen = self._observe()
        self._plan()
        for change in self.plan.changes:
            if "options" in change.after or change.action is Action.DELETE:
                leases.leave_open(change.key)
        self.lifted = leases.lifted
        with self._phase("lease"):
            leases.confirm()
            made = {key: self._marks(key) for key in projects}
            leases.set_marks({key: found for key, found in made.items() if found != self._marked(key)})

    def _marked(self, project: Key) -> frozenset[str]:
        """Return the marks that a project bears."""
        found = self.seen.one(project)
        return found.marks if found else frozenset()

    def _marks(self, project: Key) -> frozenset[str]:
        """Return the marks that a project has to bear before the plan is applied: those of what will be made too."""
        made = (
            marks.mark(change.key)
            for change in self.plan.changes
            if change.action is Action.CREATE and change.key.tenant == project.tenant
        )
        return self._marked(project).union(made)

    def _unmark(self, leases: Leases) -> None:
        """Take away the marks of what was deleted, so that they are not taken for those of what others make."""
        gone: dict[Key, set[str]] = {}
        for outcome in self.outcomes:
            if outcome.change.action is Action.DELETE and outcome.state is State.DONE:
                project = Key("project", "", outcome.change.key.tenant)
                gone.setdefault(project, set()).add(marks.mark(outcome.change.key))
        leases.set_marks({key: self._marks(key) - found for key, found in gone.items() if self._marks(key) & found})

    def _tenants(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        return {(tenant["domain"], tenant["name"]): tenant for tenant in self.declaration.tenants}

    def _extent(self) -> Extent:
        domains = self.declaration.domains if self.declaration.complete else frozenset[str]()
        return Extent(frozenset(self._tenants()), domains)

    def _undeclared(self, seen: Observation) -> list[Observed]:
        if self.declaration.undeclared is Undeclared.KEEP:
            return []
        return list(undeclared(self.kinds, self.wanted, seen, self._extent()))

    def _to_prune(self, found: Sequence[Observed]) -> list[Observed]:
        """Return what was made by this product in a declared tenant, and is declared no longer.

        A tenant that is not declared at all is never pruned: servers and volumes may be in it, which are nobody's here.
        """
        if self.declaration.undeclared is not Undeclared.PRUNE:
            return []
        tenants = self._tenants()
        return [item for item in found if item.managed and item.key.tenant in tenants]

    def _shown(self, found: Observed) -> dict[str, Any]:
        return {
            "kind": found.key.kind,
            "region": found.key.region,
            "path": list(found.key.path),
            "id": found.id,
            "managed": found.managed,
        }

    def _record(self) -> dict[str, Any]:
        """Return the declaration that would make again what the plan deletes."""
        deleted = {(change.key, change.id) for change in self.plan.changes if change.action is Action.DELETE}
        if not deleted:
            return {}
        gone = Observation(
            {
                key: kept
                for key, found in self.seen.objects.items()
                if (kept := [item for item in found if (key, item.id) in deleted])
            }
        )
        # What is around a deleted object is named, so that the declaration has a place for it.
        exported = export(self.kinds, with_owners(self.kinds, gone, self.seen), {key.tenant for key in gone.objects})
        # What belongs to a domain is told with it; a domain of which nothing else goes is not worth a word.
        domains = [domain for domain in exported.domains if len(domain) > 1]
        return {
            **({"identity": exported.identity} if exported.identity else {}),
            **({"domains": domains} if domains else {}),
            "tenants": exported.tenants,
            "left_out": exported.left_out,
        }

    def _accounts(self) -> dict[tuple[str, str], Account]:
        """Return the account that acts for each tenant, for each domain under an empty project, and for the cloud."""
        own = {
            place: self.clouds[tenant.get("account") or self.declaration.cloud].account
            for place, tenant in self._tenants().items()
        }
        general = self.clouds.get(self.declaration.cloud)
        for domain in {place[0] for place in own} | self.declaration.domains:
            first = next((account for place, account in own.items() if place[0] == domain), None)
            account = general.account if general else first
            if account:
                own[(domain, "")] = account
        if general:
            own[("", "")] = general.account
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
        by_name = {kind.name: kind for kind in self.kinds}
        needed = {
            key.kind
            for item in self.wanted
            for key in (item.key, *by_name[item.key.kind].references(item.key, item.fields).values())
        }
        unread = [problem for (kind, region), problem in total.blind.items() if not region and kind in needed]
        if unread:
            raise EngineError(*dict.fromkeys(unread))
        for key in self.lifted:
            for found in total.objects.get(key, ()):
                # It is immutable again when the run ends.
                options = {**found.fields["options"], "immutable": True}
                total.put(replace(found, fields={**found.fields, "options": options}))
        return total

    def _look(self, cloud: Cloud) -> Observation:
        account = cloud.account
        accounts = self._accounts()
        mine = {place: tenant for place, tenant in self._tenants().items() if accounts[place] is account}
        wanted = {item.key: item for item in self.wanted if account_of(accounts, item.key) is account}
        whole = self.declaration.undeclared is not Undeclared.KEEP
        extent = self._extent()
        scope = Scope(
            account=account,
            regions=tuple(cloud.regions() if self.declaration.everywhere else sorted(self._regions(mine, wanted))),
            domains=self._domains(wanted) | extent.domains,
            tenants=frozenset(mine),
            wanted=wanted,
            names=Names(),
            filtered=len(mine) <= FEW_TENANTS and not (whole and extent.domains),
            whole=whole,
            every=extent.domains if whole else frozenset(),
        )
        own = [Observed(Key("domain", "", (account.domain,)), account.domain_id)] if account.domain else []
        if account.project:
            own.append(Observed(Key("project", "", (account.domain, account.project)), account.project_id))
        kinds = list(self.kinds) if whole else concerned(self.kinds, wanted.values())
        if account.privilege is Privilege.PROJECT:
            # A member of a project sees nothing of identity but that project.
            kinds = [kind for kind in kinds if kind.service != "identity" or kind.name == "project"]
        else:
            own = own[:1] if account.privilege is Privilege.DOMAIN else []
        for item in own:
            scope.names.add(item)
        seen = observe(kinds, scope, CloudReader(cloud, self.declaration.workers))
        for item in own:
            seen.objects.setdefault(item.key, [item])
        return seen

    def _domains(self, wanted: Mapping[Key, Wanted]) -> frozenset[str]:
        """Return the domains of what is declared, and of the projects, groups and users that it refers to."""
        by_name = {kind.name: kind for kind in self.kinds}
        referred = {
            need.path[0]
            for key, item in wanted.items()
            for need in by_name[key.kind].references(key, item.fields).values()
            if by_name[need.kind].service == "identity"
        }
        return frozenset(key.path[0] for key in wanted) | referred

    def _regions(self, tenants: Mapping[tuple[str, str], Mapping[str, Any]], wanted: Iterable[Key]) -> set[str]:
        sites = {site["region"] for tenant in tenants.values() for site in tenant.get("sites") or ()}
        return sites | {key.region for key in wanted if key.region}

    def _ids(self) -> dict[Key, str]:
        return {key: found[0].id for key, found in self.seen.objects.items() if len(found) == 1}

    def _guard(self) -> None:
        by_name = {kind.name: kind for kind in self.kinds}
        accounts, tenants, ids = self._accounts(), self._tenants(), self._ids()
        writer = Writer(self.kinds, dict(ids))

        def born(change: Change) -> bool:
            """Return whether the project of a change is there already."""
            return Key("project", "", change.key.tenant) in ids

        def used(change: Change) -> Mapping[str, int]:
            cloud = self.clouds[account_of(accounts, change.key).name]
            return by_name[change.key.kind].in_use(writer.api(cloud, change), change)

        def unseen(change: Change) -> bool:
            """Return whether limits that exist were not listed, as those that nobody ever set."""
            return not change.id and Key("project", "", change.key.tenant) in self.seen.objects

        lowered = [
            change
            for change in self.plan.changes
            if by_name[change.key.kind].inherent and (_lowers(change) or unseen(change))
        ]

        def using(change: Change) -> Sequence[str]:
            cloud = self.clouds[account_of(accounts, change.key).name]
            return by_name[change.key.kind].users(writer.api(cloud, change), change)

        def against(change: Change) -> Sequence[Problem]:
            kind, cloud = by_name[change.key.kind], self.clouds[account_of(accounts, change.key).name]
            # What an account may not write is refused for that reason, and often it may not ask either.
            if type(kind).objections is Kind.objections or kind.needed(change) > cloud.account.privilege:
                return ()
            if cloud.account.privilege is Privilege.DOMAIN and change.key.region and not born(change):
                # Services take a token of the project, which nobody has before it is there.
                return ()
            outlook = Outlook(cloud.account, self.plan.changes, self.seen.objects)
            return tuple(kind.objections(writer.api(cloud, change), change, outlook))

        def outside(change: Change) -> Problem | None:
            cloud = self.clouds[account_of(accounts, change.key).name]
            what = f"{change.key} cannot be {change.action.value}d"
            return cloud.outside(what, ids[Key("project", "", change.key.tenant)])

        # In a project that is not there yet nobody can have a role.
        entering = [
            change
            for change in self.plan.changes
            if change.action in by_name[change.key.kind].own_token and born(change)
        ]
        going = [change for change in self.plan.changes if change.action is Action.DELETE]
        # What belongs to a domain counts when the run is about it.
        concerned_keys = {item.key for item in self.wanted} | {change.key for change in self.plan.changes}
        with ThreadPoolExecutor(self.declaration.workers) as pool:
            in_use = dict(zip((change.key for change in lowered), pool.map(used, lowered), strict=True))
            used_by = dict(zip((change.key for change in going), pool.map(using, going), strict=True))
            objections = [problem for found in pool.map(against, self.plan.changes) for problem in found]
            refused = [problem for problem in pool.map(outside, entering) if problem]
        problems = guard(
            self.kinds,
            self.plan,
            Circumstances(
                accounts=accounts,
                observed=sum(
                    len(found)
                    for key, found in self.seen.objects.items()
                    if key.tenant in tenants or key in concerned_keys
                ),
                in_use=in_use,
                max_delete_share=self.declaration.max_delete_share,
                accepted=self.declaration.accepts,
                sensitivities={
                    place: tenant["sensitivity"] for place, tenant in tenants.items() if tenant.get("sensitivity")
                },
                expected=self.declaration.expect_digest,
                pruned=frozenset(found.key for found in self.pruned),
                protected={
                    key.tenant: "its project is immutable"
                    for key, found in self.seen.objects.items()
                    if key.kind == "project" and found[0].fields.get("options", {}).get("immutable")
                },
                used_by=used_by,
                objections=objections,
                outside=refused,
            ),
        )
        if problems:
            raise EngineError(*problems)


def _says_anything(item: Mapping[str, Any]) -> bool:
    """Return whether an item of the declaration asks for anything, beside naming a region."""
    return any(value for name, value in item.items() if name != "region")


def who() -> str:
    """Return who runs this, for the person who has to wait."""
    return f"{getpass.getuser()} at {socket.gethostname()}"


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
        if isinstance(limit, int) and limit >= 0 and (before is None or not 0 <= before <= limit):
            return True
    return False
