# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One hardening of tenants: audit, propose, plan, guard, lease, apply, audit again. And the way back from a file."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ._audit.judge import Failure, failures
from ._audit.model import Control, Mode, Row, Text
from ._audit.repair import (
    Found,
    Left,
    Proposals,
    Remedy,
    Why,
    found_of,
    propose,
    remedy_as_data,
    remedy_of,
    text_as_data,
)
from ._controls import BY_ID
from ._converge import who
from ._engine import render
from ._engine.apply import Done, apply
from ._engine.guard import Circumstances, reviewed
from ._engine.lease import is_lease
from ._engine.model import Account, Action, Change, EngineError, Fields, Key, Outcome, Privilege, Problem, State
from ._engine.plan import Plan, as_data, plan
from ._posture import Posture, Scope, scope_of
from ._progress import Progress
from ._results import cost, result_of
from ._sdk.cloud import Cloud
from ._sdk.leases import Leases

VERSION = 1
#: What is said of a change that nobody has tried to make yet, where an outcome has its state.
PLANNED = "planned"

#: Keeps files, by their names, before anything is written to the cloud.
Keep = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a plan has to know of the objects of one type that are repaired; see the engine's Sort."""

    name: str
    labels: Mapping[Key, str]
    needs: tuple[str, ...] = ()

    def label(self, key: Key) -> str:
        """Return the name of an object, with the controls that ask for its repair."""
        return self.labels[key]

    def known_as(self, key: Key, fields: Fields) -> Sequence[Key]:
        """Return nothing: repairs do not wait for one another."""
        return ()

    def batch(self, change: Change) -> Key | None:
        """Return None: each object is repaired alone."""
        return None


@dataclass(frozen=True, slots=True)
class Order:
    """What a hardening is asked for.

    allowed: ids of guarded controls. max_changes: the most objects that one run changes.
    expect_digest: the digest of the only plan that may be applied; empty when any plan will do.
    lease: for how many seconds a tenant is this run's alone, unless renewed. back: what is undone, instead of a repair.
    """

    scope: Scope
    allowed: frozenset[str] = frozenset()
    max_changes: int = 50
    expect_digest: str = ""
    lease: int = 600
    back: tuple[Remedy, ...] | None = None


def order_of(params: Mapping[str, Any]) -> Order:
    """Return what a hardening is asked for, from the options of module posture.

    Raises EngineError when one of them makes no sense, or the file of an undo cannot be used.
    """
    scope = scope_of(params)
    guarded = {id for id, control in BY_ID.items() if control.repair.mode is Mode.GUARDED and control.repair.fix}
    for id in params["allow"]:
        if id not in guarded:
            why = "it is repaired by people" if id in BY_ID else "there is no such control"
            if id in BY_ID and BY_ID[id].repair.mode is Mode.SAFE:
                why = "its repair is safe, and made without"
            raise EngineError(
                Problem(f"option allow: '{id}' cannot be allowed", why, f"Allowed: {', '.join(sorted(guarded))}.")
            )
    return Order(
        scope=scope,
        allowed=frozenset(params["allow"]),
        max_changes=params["max_changes"],
        expect_digest=params["expect_digest"] or "",
        lease=params["lease"],
        back=_back(Path(params["undo"]), scope) if params["undo"] else None,
    )


def _back(path: Path, scope: Scope) -> tuple[Remedy, ...]:
    """Return what a file undoes.

    Raises EngineError when it cannot be read, was or could be written by others, or is about something else.
    """
    what = f"the undo plan {path} cannot be used"
    try:
        about = path.stat()
        if about.st_mode & 0o077:
            raise EngineError(
                Problem(what, f"others may read or write it (mode {about.st_mode & 0o777:04o})", "Look who wrote it.")
            )
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != VERSION or document["cloud"] != scope.cloud:
            raise EngineError(
                Problem(
                    what,
                    f"it is of the cloud {document['cloud']} and version {document['version']}",
                    f"Run it with the account {document['cloud']}.",
                )
            )
        found = tuple(remedy_of(change).undone() for change in document["changes"])
    except OSError as error:
        raise EngineError(Problem(what, error.strerror or str(error), "Name a file that a hardening wrote.")) from error
    except (ValueError, KeyError, TypeError) as error:
        why = f"it is none ({type(error).__name__}: {error})"
        raise EngineError(Problem(what, why, "Name a file that a hardening wrote.")) from error
    named = {(tenant.domain, tenant.name) for tenant in scope.tenants} | {(domain, "") for domain in scope.domains}
    outside = sorted({(remedy.domain, remedy.tenant) for remedy in found} - named)
    if outside:
        shown = ", ".join("/".join(filter(None, place)) for place in outside)
        raise EngineError(Problem(what, f"it is about {shown} too", "Name these tenants as well, or leave it."))
    return found


@dataclass(slots=True)
class Hardening:
    """One run. Call prepare and then converge."""

    order: Order
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    clouds: dict[str, Cloud] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    remedies: dict[Key, Remedy] = field(default_factory=dict)
    left_over: list[Left] = field(default_factory=list)
    plan: Plan = field(default_factory=lambda: Plan((), ()))
    outcomes: list[Outcome] = field(default_factory=list)
    #: What was repaired and is found again.
    left: list[Change] = field(default_factory=list)

    # --- the phases

    def prepare(self) -> None:
        """Connect, audit and plan. Writes nothing.

        Raises EngineError with everything that speaks against the plan.
        """
        connecting = Posture(self.order.scope, self.progress, self.seconds)
        connecting.connect()
        self.clouds, self.regions = connecting.clouds, connecting.regions
        self._plan(self._look(self.order.scope))

    def converge(self, keep: Keep) -> None:
        """Make the changes of the plan as the only writer of the tenants, and audit again what was changed.

        keep: keeps the files, before anything is changed.

        Raises EngineError when another run writes, or when the cloud has moved so that the plan is refused now.
        """
        if not self.plan.changes:
            return
        leases = Leases(secrets.token_hex(4), who(), self.order.lease, self.order.scope.workers)
        for cloud in self.clouds.values():
            cloud.allow_writes()
        try:
            self._take(leases)
            if self.order.back is None:
                keep(self.files())
            self._apply()
            if self.order.back is None:
                self._verify(leases.lifted)
        finally:
            leases.give_back()

    def _look(self, scope: Scope, lifted: Iterable[Key] = ()) -> list[Failure]:
        """Return what fails; of an undo, only the projects are read."""
        looking = replace(scope, controls=()) if self.order.back is not None else scope
        posture = Posture(looking, self.progress, self.seconds, dict(self.clouds), regions=self.regions)
        posture.read()
        _restore(posture, set(lifted))
        if self.order.back is not None:
            self._check_projects(posture)
            return []
        with self._phase("judge"):
            return list(failures(scope.controls, posture.facts, posture.subjects(), scope.waivers, scope.today))

    def _check_projects(self, posture: Posture) -> None:
        """Refuse to undo in another project that bears the name of the one that was hardened.

        Raises EngineError when there is one.
        """
        domains = {row["id"]: row["name"] for row in posture.facts.rows("domains", "")}
        ids = {
            (domains.get(row["domain_id"], ""), row["name"]): row["id"] for row in posture.facts.rows("projects", "")
        }
        gone = sorted(
            {
                f"{remedy.domain}/{remedy.tenant}"
                for remedy in self.order.back or ()
                if remedy.tenant and ids.get((remedy.domain, remedy.tenant)) != remedy.project
            }
        )
        if gone:
            raise EngineError(
                Problem(
                    f"{', '.join(gone)} cannot be undone", "the project is not the one that was hardened", "Leave it."
                )
            )

    def _plan(self, found: Sequence[Failure]) -> None:
        with self._phase("plan"):
            proposed = propose(found, self.order.allowed)
            if self.order.back is not None:
                proposed = _undoing(self.order.back)
            remedies, self.left_over = [], list(proposed.left)
            for remedy in proposed.remedies:
                reason = self._out_of_reach(remedy)
                if reason:
                    self.left_over += _refused(remedy, reason)
                else:
                    remedies.append(remedy)
            self.remedies = {_key(remedy): remedy for remedy in remedies}
            self.plan = plan(self._sorts(), [_change(key, remedy) for key, remedy in self.remedies.items()])
            problems = list(self._objections())
        if problems:
            raise EngineError(*problems)

    def _sorts(self) -> tuple[Repaired, ...]:
        labels: defaultdict[str, dict[Key, str]] = defaultdict(dict)
        for key, remedy in self.remedies.items():
            labels[key.kind][key] = f"{remedy.name or remedy.id} ({', '.join(remedy.controls)})"
        return tuple(Repaired(name, found) for name, found in sorted(labels.items()))

    def _objections(self) -> Iterator[Problem]:
        count, most = len(self.plan.changes), self.order.max_changes
        if count > most:
            yield Problem(
                f"the plan changes {count} objects",
                f"the limit is {most}",
                "Read the plan in check mode; name fewer tenants or controls, or raise max_changes for this run.",
            )
        yield from reviewed(self.plan, Circumstances({}, 0, expected=self.order.expect_digest))

    def _cloud(self, remedy: Remedy) -> Cloud:
        """Return the account that acts for a remedy."""
        scope = self.order.scope
        return self.clouds[scope.accounts.get(f"{remedy.domain}/{remedy.tenant}", scope.cloud)]

    def _out_of_reach(self, remedy: Remedy) -> Text | None:
        """Return why the account may not make a change, before the cloud says so half-way; None when it may."""
        account = self._cloud(remedy).account
        if remedy.type == "quota" and account.privilege is not Privilege.CLOUD:
            return Text(
                f"it takes the administrator of the cloud, which the account {account.name} is not",
                f"il y faut l'administrateur du cloud, et le compte {account.name} ne l'est pas",
            )
        if remedy.type == "role_assignment" and acts_by(account, remedy.record):
            return Text(
                f"the account {account.name} acts by this role",
                f"le compte {account.name} agit par ce rôle",
            )
        if remedy.service == "identity" and account.privilege is Privilege.PROJECT:
            return Text(
                f"it takes the role manager on the domain, and the account {account.name} is a member of one project",
                f"il y faut le rôle manager sur le domaine, et le compte {account.name} est membre d'un seul projet",
            )
        if account.privilege is Privilege.DOMAIN and remedy.domain != account.domain:
            return Text(
                f"the account {account.name} manages the domain {account.domain} only",
                f"le compte {account.name} ne gère que le domaine {account.domain}",
            )
        return None

    # --- writing

    def _take(self, leases: Leases) -> None:
        """Become the only writer of the tenants that the plan changes, and plan again with what is there by then."""
        projects = {}
        for remedy in self.remedies.values():
            cloud = self._cloud(remedy)
            # A member cannot write tags of the project, so a ready project has no lease.
            if remedy.project and cloud.account.privilege > Privilege.PROJECT:
                projects[Key("project", "", (remedy.domain, remedy.tenant))] = (cloud, remedy.project)
        if not projects:
            return
        with self._phase("lease"):
            leases.take(projects)
        left = self.left_over
        self._plan(self._look(self._narrowed(), leases.lifted))
        # What is not changed is not looked at again.
        self.left_over = left
        for remedy in self.remedies.values():
            if remedy.type == "project" and "immutable" in remedy.after:
                leases.leave_open(Key("project", "", (remedy.domain, remedy.tenant)))
        with self._phase("lease"):
            leases.confirm()

    def _narrowed(self) -> Scope:
        """Return what has to be looked at again: the tenants that are changed, by the controls that ask for it."""
        scope = self.order.scope
        names = {(remedy.domain, remedy.tenant) for remedy in self.remedies.values()}
        asked = {id for remedy in self.remedies.values() for id in remedy.controls}
        return replace(
            scope,
            tenants=tuple(tenant for tenant in scope.tenants if (tenant.domain, tenant.name) in names),
            domains=tuple(domain for domain in scope.domains if (domain, "") in names),
            controls=tuple(control for control in scope.controls if control.id in asked),
        )

    def _apply(self) -> None:
        total, counted = len(self.plan.changes), Counter[str]()

        def perform(changes: Sequence[Change]) -> Done:
            (change,) = changes
            return Done((change.id,), self._send(self.remedies[change.key]))

        def report(outcome: Outcome, wave: int) -> None:
            counted[outcome.state] += 1
            failed = {"failed": f"{outcome.change.key}: {outcome.reason}"} if outcome.state is State.FAILED else {}
            self.progress.tell(
                f"repair {outcome.change.key.kind.replace('_', ' ')}",
                done=sum(counted.values()),
                total=total,
                wave=f"{wave} of {len(self.plan.waves)}",
                site=outcome.change.key.region or "identity",
                **failed,
            )

        with self._phase("apply"):
            self.outcomes = apply(self._sorts(), self.plan, perform, report, self.order.scope.workers)

    def _send(self, remedy: Remedy) -> str:
        cloud = self._cloud(remedy)
        account = cloud.account
        # Services know no tokens but those of projects.
        foreign = account.privilege is Privilege.DOMAIN or account.system
        own = remedy.region and account.privilege is not Privilege.PROJECT and (foreign or remedy.own_token)
        place = (remedy.service, remedy.region, remedy.project if own else "")
        # Designate lets an administrator act in another project when it is named.
        whole = account.privilege is Privilege.CLOUD and not own and remedy.service == "dns"
        acting = (("X-Auth-Sudo-Project-ID", remedy.project),) if whole else ()
        request_id = ""
        for call in remedy.calls:
            request_id = cloud.write(
                place,
                call.method,
                call.path,
                call.body,
                headers=(*call.headers, *acting),
                microversion=call.microversion,
                same_if_exists=call.same_if_exists,
            )
        return request_id

    def _verify(self, lifted: Iterable[Key]) -> None:
        """Audit again what was changed, and keep what is still found."""
        done = {outcome.change.key for outcome in self.outcomes if outcome.state is State.DONE}
        if not done:
            return
        with self._phase("verify"):
            spent = dict(self.seconds)
            still = {found_of(failure) for failure in self._look(self._narrowed(), lifted)}
            self.seconds.clear()
            self.seconds.update(spent)
        # Of what takes several changes, those that were made are not to blame for the one that was not.
        undone: set[Found] = set()
        for key, remedy in self.remedies.items():
            undone |= remedy.findings if key not in done else frozenset()
        self.left = [
            change
            for change in self.plan.changes
            if change.key in done and (self.remedies[change.key].findings - undone) & still
        ]

    # --- what a run has to say

    def unverified(self) -> list[str]:
        """Return what was changed and is found again, in sentences."""
        return [f"{change.key} was repaired, and is found again by another audit." for change in self.left]

    def files(self) -> dict[str, Any]:
        """Return what is kept before anything is changed: the objects as they are, and how to bring that back."""
        about = {
            "version": VERSION,
            "cloud": self.order.scope.cloud,
            "made": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "digest": self.plan.digest,
        }
        planned = [self.remedies[change.key] for change in self.plan.changes]
        names = ("type", "region", "domain", "tenant", "id", "name", "record")
        return {
            "export": {
                **about,
                "records": [
                    {**{name: getattr(remedy, name) for name in names}, "controls": list(remedy.controls)}
                    for remedy in planned
                ],
            },
            "undo": {**about, "changes": [remedy_as_data(remedy) for remedy in planned]},
        }

    def result(self) -> dict[str, Any]:
        """Return the result that every module of the collection gives, with what is left."""
        sorts = self._sorts()
        return {
            **result_of(
                self.plan,
                self.outcomes,
                render.text(sorts, self.plan),
                {**render.sides(sorts, self.plan), "after_header": "as repaired"},
                cost(self.plan, (cloud.calls() for cloud in self.clouds.values()), self.seconds),
                self._shown,
            ),
            "left": [_left_as_data(left) for left in self.left_over],
            "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "undoing": self.order.back is not None,
            "repairs": self._repairs(),
        }

    def _shown(self, change: Change) -> dict[str, Any]:
        remedy = self.remedies[change.key]
        return {**as_data(change), "controls": list(remedy.controls), "lasting": text_as_data(remedy.lasting)}

    def _repairs(self) -> list[dict[str, Any]]:
        """Return each change as reports tell it: whose object it is, what is done to it, and what became of that."""
        outcomes = {outcome.change.key: outcome for outcome in self.outcomes}
        found = []
        for change in self.plan.changes:
            remedy, outcome = self.remedies[change.key], outcomes.get(change.key)
            names = ("domain", "tenant", "region", "type", "id", "name")
            found.append(
                {
                    **{name: getattr(remedy, name) for name in names},
                    "action": change.action.value,
                    "controls": list(remedy.controls),
                    "state": outcome.state.value if outcome else PLANNED,
                    "reason": outcome.reason if outcome else "",
                    "lasting": text_as_data(remedy.lasting),
                }
            )
        return found

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        self.progress.tell(name)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start


def acts_by(account: Account, assignment: Row) -> bool:
    """Return whether an account has its power by a role assignment, or, of that of a group, may have it."""
    if assignment.get("user_id"):
        return bool(assignment["user_id"] == account.user_id)
    if not assignment.get("group_id") or assignment["role"]["name"] not in account.roles:
        return False
    if "OS-INHERIT:inherited_to" in assignment["scope"]:
        return bool(assignment["domain_id"] == account.domain_id)
    return (assignment["project_id"] or assignment["domain_id"]) in (account.project_id, account.domain_id)


def _key(remedy: Remedy) -> Key:
    name = f"{remedy.name} {remedy.id}" if remedy.name else remedy.id
    return Key(remedy.type, remedy.region, (remedy.domain, remedy.tenant, name))


def _change(key: Key, remedy: Remedy) -> Change:
    action = Action.DELETE if not remedy.after else Action.UPDATE if remedy.before else Action.CREATE
    return Change(action, key, dict(remedy.before), dict(remedy.after), id=remedy.id)


def _undoing(back: Iterable[Remedy]) -> Proposals:
    """Return what an undo does. What nothing brings back is left."""
    made = Proposals()
    for remedy in back:
        if remedy.calls:
            made.remedies.append(remedy)
        else:
            made.left += _refused(remedy, remedy.lasting or Text("nothing brings it back", "rien ne le rétablit"))
    return made


def _refused(remedy: Remedy, reason: Text) -> Iterator[Left]:
    for id in remedy.controls:
        yield Left(
            control=BY_ID[id],
            domain=remedy.domain,
            tenant=remedy.tenant,
            region=remedy.region,
            type=remedy.type,
            id=remedy.id,
            name=remedy.name,
            why=Why.REFUSED,
            reason=reason,
        )


def _left_as_data(left: Left) -> dict[str, Any]:
    control: Control = left.control
    return {
        "control": control.id,
        "domain": left.domain,
        "tenant": left.tenant,
        "region": left.region,
        "type": left.type,
        "id": left.id,
        "name": left.name,
        "why": left.why.value,
        "reason": text_as_data(left.reason),
        "by_hand": text_as_data(control.repair.text),
    }


def _restore(posture: Posture, lifted: set[Key]) -> None:
    """Let the projects that a lease concerns look as they do without it."""
    domains = {row["id"]: row["name"] for row in posture.facts.rows("domains", "")}
    for row in posture.facts.rows("projects", ""):
        key = Key("project", "", (domains.get(row["domain_id"], ""), row["name"]))
        tags = [tag for tag in row.get("tags") or () if not is_lease(tag)]
        options = {**(row.get("options") or {}), **({"immutable": True} if key in lifted else {})}
        if tags != row.get("tags") or options != row.get("options"):
            posture.facts.add("projects", "", [{**row, "tags": tags, "options": options}], row["id"])
