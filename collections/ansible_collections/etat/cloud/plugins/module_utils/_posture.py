# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One audit: connect, read what the controls ask about, judge, and say it in one document. It never writes."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from ._audit import cartography
from ._audit.facts import EVERYBODY, Facts
from ._audit.judge import Subjects, judge, summary, views_of
from ._audit.model import (
    PLACES,
    Cartography,
    Control,
    Evidence,
    Level,
    Qualification,
    Refusal,
    Result,
    Row,
    Source,
    Tenant,
    Text,
    Waiver,
)
from ._audit.sources import HOLDERS, SOURCES, kept, needed
from ._audit.waiver import waiver_of
from ._controls import selected
from ._engine.model import Account, EngineError, Get, Privilege, Problem
from ._progress import Progress
from ._sdk.cloud import Cloud

VERSION = 1
FORBIDDEN, ABSENT = 403, 404
#: Methods by which a user proves to be who it is, as Keystone tells them from those by which others act for a user.
#: https://docs.openstack.org/keystone/latest/configuration/config-options.html#auth
PRIMARY = frozenset(("external", "kerberos", "mapped", "openid", "password", "saml2", "token", "totp", "x509"))
#: Names of roles that only read, in Keystone, and in Barbican and Octavia as they were before.
READERS = frozenset(("reader", "observer", "audit", "load-balancer_observer", "load-balancer_global_observer"))
WITHHELD = Text(
    "an account that holds nothing but reader roles is not shown access lists and keys",
    "un compte qui n'a que des rôles de lecture ne voit ni les listes d'accès ni les clés",
)
SILENT = Text(
    "an account that does not see the whole cloud is shown its own alone",
    "un compte qui ne voit pas tout le cloud ne voit que ce qui lui est propre",
)
DELEGATED = Text(
    "an account that acts by delegation, such as an application credential, may be shown none",
    "un compte qui agit par délégation, comme un identifiant d'application, peut n'en voir aucun",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an audit is asked for.

    cloud: the clouds.yaml entry that reads unless a tenant names its own account.
    accounts: those of tenants, by full name. domains: names of those that are judged as such.
    regions: those that are looked into; all of the catalogue when empty.
    roles: those that may be given; not known when there are none.
    qualification: that of the cloud; None when nobody recorded one.
    cartographies: those of the cloud that are known. maps: whether one is made of what is read.
    workers: how many calls may be under way at once. today: the day for which ages and dates count.
    """

    cloud: str
    tenants: tuple[Tenant, ...]
    controls: tuple[Control, ...]
    today: date
    accounts: Mapping[str, str] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    roles: frozenset[str] = frozenset()
    qualification: Qualification | None = None
    cartographies: tuple[Cartography, ...] = ()
    maps: bool = False
    workers: int = 8

    def looks(self) -> dict[str, tuple[tuple[Tenant, ...], tuple[str, ...]]]:
        """Return, for each account, the tenants and domains that it looks into."""
        found: defaultdict[str, list[Tenant]] = defaultdict(list)
        for tenant in self.tenants:
            found[self.accounts.get(tenant.full_name, self.cloud)].append(tenant)
        if self.domains or not found:
            found.setdefault(self.cloud, [])
        return {name: (tuple(own), self.domains if name == self.cloud else ()) for name, own in found.items()}


def scope_of(params: Mapping[str, Any]) -> Scope:
    """Return what an audit is asked for, from the options of module posture_info.

    Raises EngineError when one of them makes no sense.
    """
    with _as_option("controls"):
        controls = tuple(selected(params["controls"]))
    with _as_option("waivers"):
        waivers = tuple(waiver_of(given) for given in params["waivers"])
    with _as_option("today"):
        # What OpenStack dates, it dates in UTC.
        today = date.fromisoformat(params["today"]) if params["today"] else datetime.now(UTC).date()
    with _as_option("tenants"):
        tenants = [
            Tenant(
                given["domain"],
                given["name"],
                given["sensitivity"],
                tuple(given["sites"]),
                _quotas(given),
                tuple(given["tags"]),
                _residency(given),
                tuple(given["qualifications"]),
            )
            for given in params["tenants"]
        ]
    with _as_option("qualification"):
        qualification = _qualification(params["qualification"])
    with _as_option("cartographies"):
        cartographies = tuple(
            Cartography(date.fromisoformat(given["made"]), given["reference"], given["complete"])
            for given in params["cartographies"]
        )
    accounts = (given["account"] for given in params["tenants"])
    return Scope(
        cloud=params["cloud"],
        tenants=tuple(tenants),
        controls=controls,
        today=today,
        accounts={tenant.full_name: name for tenant, name in zip(tenants, accounts, strict=True) if name},
        domains=tuple(params["domains"]),
        regions=tuple(params["regions"]),
        waivers=waivers,
        roles=frozenset(params["roles"]),
        qualification=qualification,
        cartographies=cartographies,
        maps=params.get("cartography", False),
        workers=params["workers"],
    )


def _quotas(given: Mapping[str, Any]) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """Return the limits that are agreed on with a tenant.

    Raises ValueError where they are not numbers by region, service and name.
    """
    quotas: Mapping[str, Any] = given["quotas"]
    services = [found for region in quotas.values() for found in (region.values() if _is_map(region) else (region,))]
    if not all(_is_map(limits) and all(isinstance(limit, int) for limit in limits.values()) for limits in services):
        raise ValueError(f"the quotas of {given['domain']}/{given['name']} are not numbers by region, service and name")
    return quotas


def _residency(given: Mapping[str, Any]) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return where the data of a tenant may be.

    Raises ValueError where it is not names by region and kind of place.
    """
    residency: Mapping[str, Any] = given["residency"]
    if not all(_is_map(places) and all(_is_place(*said) for said in places.items()) for places in residency.values()):
        allowed = ", ".join(PLACES)
        name = f"{given['domain']}/{given['name']}"
        raise ValueError(f"the residency of {name} is not names by region and kind; allowed kinds: {allowed}")
    return residency


def _is_place(kind: Any, names: Any) -> bool:
    return kind in PLACES and isinstance(names, list) and all(isinstance(name, str) for name in names)


def _qualification(given: Mapping[str, Any] | None) -> Qualification | None:
    """Return the qualification of the cloud, if one is recorded.

    Raises ValueError when its last day is no date.
    """
    if not given:
        return None
    return Qualification(given["kind"], given["reference"], date.fromisoformat(given["valid_until"]))


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


@contextmanager
def _as_option(name: str) -> Iterator[None]:
    """Turn a value that makes no sense into a message that names the option."""
    try:
        yield
    except ValueError as error:
        raise EngineError(Problem(f"option {name}", str(error), "Correct it and run again.")) from error


def audit(params: Mapping[str, Any]) -> dict[str, Any]:
    """Judge tenants by the controls and return the document as posture, and cartography where that is asked for.

    params: the options of module posture_info.

    Raises EngineError when an option makes no sense, or the cloud gives no token.
    """
    posture = Posture(scope_of(params), Progress())
    posture.run()
    found = {"posture": posture.document()}
    return {**found, "cartography": posture.cartography()} if posture.scope.maps else found


@dataclass(slots=True)
class Posture:
    """One run of an audit. Call run, then document."""

    scope: Scope
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    clouds: dict[str, Cloud] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    results: list[Result] = field(default_factory=list)
    regions: tuple[str, ...] = ()

    def run(self) -> None:
        """Connect, read and judge.

        Raises EngineError when the cloud gives the account no token. What one tenant's own account cannot do is said of
        that tenant.
        """
        self.connect()
        self.read()
        with self._phase("judge"):
            self.results = judge(self.scope.controls, self.facts, self.subjects(), self.scope.waivers, self.scope.today)

    def subjects(self) -> Subjects:
        """Return what is judged."""
        scope = self.scope
        return Subjects(
            tenants=scope.tenants,
            domains=scope.domains,
            regions=self.regions,
            roles=scope.roles,
            qualification=scope.qualification,
            cartographies=scope.cartographies,
        )

    def connect(self) -> None:
        """Connect every account.

        Raises EngineError when the cloud gives the account no token.
        """
        looks = self.scope.looks()
        with self._phase("connect"), ThreadPoolExecutor(self.scope.workers) as pool:
            for name, cloud in zip(looks, pool.map(self._connected, looks), strict=True):
                if isinstance(cloud, Cloud):
                    self.clouds[name] = cloud
                elif name == self.scope.cloud:
                    raise EngineError(cloud)
                else:
                    for tenant in looks[name][0]:
                        self.facts.refuse("projects", "", _no_token(name, cloud), tenant.full_name)
        known = sorted({region for cloud in self.clouds.values() for region in cloud.regions()})
        self.regions = tuple(self.scope.regions or known)

    def read(self) -> None:
        """Read all that the controls look at."""
        with self._phase("read"):
            self._read(self.scope.looks())

    def _connected(self, name: str) -> Cloud | Problem:
        try:
            return Cloud(name)
        except EngineError as error:
            return error.problems[0]

    def _read(self, looks: Mapping[str, tuple[tuple[Tenant, ...], tuple[str, ...]]]) -> None:
        sources = needed(self.scope.controls, cartography.SOURCES if self.scope.maps else ())
        accounts = min(len(self.clouds), self.scope.workers) or 1

        def look(name: str) -> Facts:
            cloud, (tenants, domains) = self.clouds[name], looks[name]
            regions = tuple(region for region in self.regions if region in cloud.regions())
            reading = Reading(cloud, sources, tenants, domains, regions, max(1, self.scope.workers // accounts))
            reading.read()
            return reading.facts

        with ThreadPoolExecutor(accounts) as pool:
            for found in pool.map(look, [name for name in looks if name in self.clouds]):
                self.facts.merge(found)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        self.progress.tell(name)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start

    # --- the document

    def document(self) -> dict[str, Any]:
        """Return what the audit found, as JSON has it. Every report is made from it."""
        calls: Counter[str] = Counter()
        for cloud in self.clouds.values():
            calls.update(cloud.calls())
        accounts = [_account(cloud.account) for cloud in self.clouds.values()]
        main = next((one for one in accounts if one["account"] == self.scope.cloud), accounts[0] if accounts else {})
        return {
            "version": VERSION,
            "cloud": self.scope.cloud,
            "run": {
                "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "today": self.scope.today.isoformat(),
                **main,
                "accounts": accounts,
                "regions": list(self.regions),
                "controls": [control.id for control in self.scope.controls],
                "calls": dict(sorted(calls.items())),
                "seconds": {phase: round(seconds, 3) for phase, seconds in self.seconds.items()},
            },
            "tenants": [
                {
                    "domain": tenant.domain,
                    "name": tenant.name,
                    "sensitivity": tenant.sensitivity,
                    "sites": list(tenant.sites),
                }
                for tenant in self.scope.tenants
            ],
            "unseen": self._unseen(),
            "results": [_result(result) for result in self.results],
            "summary": {name: dict(counts) for name, counts in summary(self.results).items()},
        }

    def cartography(self) -> dict[str, Any]:
        """Return the map of what was read, as JSON has it."""
        views = views_of(Level.SITE, self.facts, self.subjects(), (), self.scope.today)
        made = {"cloud": self.scope.cloud, "made": self.scope.today.isoformat()}
        return {**made, **cartography.cartography(views)}

    def _unseen(self) -> list[dict[str, Any]]:
        """Return what could not be read, once for each reason, with the tenants and domains that it concerns."""
        domains = {row["id"]: row["name"] for row in self.facts.rows("domains", "")}
        names = {
            row["id"]: f"{domains.get(row['domain_id'], '')}/{row['name']}" for row in self.facts.rows("projects", "")
        }
        names.update(domains)
        found: defaultdict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for source, region, owner, refusal in self.facts.refusals():
            found[source, region, refusal.why.en, refusal.why.fr].add(names.get(owner, owner))
        return [
            {
                "source": source,
                "region": region,
                "why": english,
                "why_fr": french,
                "role": SOURCES[source].role.value,
                "owners": [] if EVERYBODY in owners else sorted(owners),
            }
            for (source, region, english, french), owners in sorted(found.items())
        ]


def _account(account: Account) -> dict[str, Any]:
    scope = f"project {account.domain}/{account.project}" if account.project else f"domain {account.domain}"
    return {
        "account": account.name,
        "user": account.user,
        "roles": list(account.roles),
        "scope": "system" if account.system else scope,
    }


def _result(result: Result) -> dict[str, Any]:
    waiver = result.waiver
    return {
        "control": result.control,
        "level": result.level.value,
        "domain": result.domain,
        "tenant": result.tenant,
        "site": result.site,
        "outcome": result.outcome.value,
        "severity": result.severity.value,
        "judged": result.judged,
        "reason": result.reason.en,
        "reason_fr": result.reason.fr,
        "waiver": waiver
        and {"id": waiver.id, "owner": waiver.owner, "reason": waiver.reason, "until": waiver.until.isoformat()},
        "findings": [
            {"type": found.type, "id": found.id, "name": found.name, **_evidence(found.evidence)}
            for found in result.findings
        ],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    """Return evidence in English and, where some of it is a statement, what that is in French."""
    french = {name: value.fr for name, value in evidence.items() if isinstance(value, Text)}
    english = {name: value.en if isinstance(value, Text) else value for name, value in evidence.items()}
    return {"evidence": english, **({"evidence_fr": french} if french else {})}


# --- reading


@dataclass(frozen=True, slots=True)
class Ask:
    """One listing, and whose records it shows.

    owner: whose records are known when it answers; everybody when empty. concerned: whose are not when it is refused.
    project: whose records they are where they do not say it. parent: for which they are listed.
    """

    source: Source
    get: Get
    owner: str
    concerned: str
    project: str = ""
    parent: Row | None = None


@dataclass(slots=True)
class Reading:
    """What one account reads: every source once, as much as possible of it at the same time."""

    cloud: Cloud
    sources: Sequence[Source]
    tenants: tuple[Tenant, ...]
    domains: tuple[str, ...]
    regions: tuple[str, ...]
    workers: int
    facts: Facts = field(default_factory=Facts)

    @property
    def _account(self) -> Account:
        return self.cloud.account

    @property
    def _whole(self) -> bool:
        """Whether a service shows the account every project. It knows no tokens but those of projects."""
        return self._account.privilege is Privilege.CLOUD and not self._account.system

    @property
    def _member(self) -> bool:
        return self._account.privilege is Privilege.PROJECT

    def read(self) -> None:
        """Read all sources, each as soon as what it depends on was read."""
        self._know_itself()
        rest = list(self.sources)
        done: set[str] = set()
        while rest:
            ready = [source for source in rest if self._waits_for(source) <= done]
            self._read([ask for source in ready for ask in self._asks(source)])
            done |= {source.name for source in ready}
            rest = [source for source in rest if source.name not in done]

    def _know_itself(self) -> None:
        """Take in what the token tells: all that a manager of a domain, or a member, sees of what is around it."""
        account = self._account
        owner = account.project_id if self._member else account.domain_id
        if account.privilege is not Privilege.CLOUD and account.domain_id:
            domain = {"id": account.domain_id, "name": account.domain}
            self.facts.add("domains", "", kept(SOURCES["domains"], [domain]), owner)

    def _waits_for(self, source: Source) -> set[str]:
        wanted = {source.per} if source.per else set()
        if source.per == "domains":
            wanted |= {"projects", *HOLDERS}
        if source.regional and not (self._whole and not source.own_token):
            wanted |= {"domains", "projects"}
        return wanted & {other.name for other in self.sources} if source.name not in ("domains", "projects") else set()

    # --- what is asked

    def _projects(self) -> list[str]:
        """Return the ids of the projects of the tenants that exist."""
        if self._member:
            return [self._account.project_id]
        names = {row["id"]: row["name"] for row in self.facts.rows("domains", "")}
        wanted = {(tenant.domain, tenant.name) for tenant in self.tenants}
        found = self.facts.rows("projects", "")
        return sorted(row["id"] for row in found if (names.get(row["domain_id"], ""), row["name"]) in wanted)

    def _asks(self, source: Source) -> Iterator[Ask]:
        regions = self.regions if source.regional else ("",)
        for region in regions:
            if source.regional and not self.cloud.offers(source.service, region, self._looker()):
                self.facts.refuse(source.name, region, _not_offered(source.service, region), self._own_id())
            elif source.silent and (why := self._kept_from()):
                self.facts.refuse(source.name, region, Refusal(why), self._around())
            elif source.per:
                yield from self._per_parent(source, region)
            else:
                yield from self._listings(source, region)

    def _own_id(self) -> str:
        return self._account.project_id if self._member else EVERYBODY

    def _around(self) -> str:
        """Return whose records of the identity service a listing shows."""
        return self._account.domain_id if self._account.privilege is Privilege.DOMAIN else self._own_id()

    def _kept_from(self) -> Text | None:
        """Return why a service may leave records out and not say so, or None when it does not."""
        if self._account.privilege is not Privilege.CLOUD:
            return SILENT
        return None if PRIMARY.issuperset(self._account.methods) else DELEGATED

    def _looker(self) -> str:
        """Return the project whose token shows what is the same for all; empty for the account's own."""
        if self._whole or self._member:
            return ""
        return next(iter(self._projects()), "")

    def _listings(self, source: Source, region: str) -> Iterator[Ask]:
        if not source.regional:
            owner = EVERYBODY if source.common else self._around()
            yield from self._queries(source, region, owner, owner)
        elif self._member or (self._whole and not source.own_token):
            # Only a member's records are all of its own project.
            yield from self._queries(source, region, self._own_id(), self._own_id(), self._own_id())
        elif source.common:
            yield from self._queries(source, region, EVERYBODY, EVERYBODY, token=self._looker())
        else:
            for project in self._projects():
                yield from self._queries(source, region, project, project, project, token=project)

    def _per_parent(self, source: Source, region: str) -> Iterator[Ask]:
        """Yield a listing for each parent. What could not be read of the parents is not known of what is below them."""
        parents = SOURCES[source.per]
        where = region if parents.regional else ""
        for owner, refusal in self.facts.looked(parents.name, where).items():
            if refusal:
                self.facts.refuse(source.name, region, refusal, owner)
            else:
                self.facts.add(source.name, region, (), owner)
        concerned = self._concerned(parents)
        for parent in self.facts.rows(parents.name, where):
            owner = parent.get("project_id") or parent.get("domain_id", "")
            if not (source.when(parent) and concerned(parent)):
                continue
            token = ""
            if source.regional and not self._member and (source.own_token or not self._whole):
                token = parent.get("project_id") or self._looker()
            known = self._own_id() if self._whole or self._member else owner
            concerned_id = known if self._member else owner
            yield from self._queries(source, region, known, concerned_id, parent=parent, token=token)

    def _concerned(self, parents: Source) -> Callable[[Row], bool]:
        """Return which records are looked below, where OpenStack lists something for one of them at a time.

        Of domains: those of the tenants, those that are judged as such, and those of the users who hold a role in a
        tenant. Of users: these, and all of a domain that is judged as such. Of trusts: those for projects that are
        looked into. Of others: those of the tenants.
        """
        projects = set(self._projects())
        ids = {row["name"]: row["id"] for row in self.facts.rows("domains", "")}
        whole = {ids[name] for name in self.domains if name in ids}
        around = whole | {ids[tenant.domain] for tenant in self.tenants if tenant.domain in ids}
        rows = [row for name in HOLDERS for row in self.facts.rows(name, "")]
        holders = [row["user"] for row in rows if row["project_id"] in projects and "user" in row]
        if parents.name == "users":
            known = {user["id"] for user in holders}
            return lambda row: row["id"] in known or row["domain_id"] in whole
        if parents.name == "domains":
            around |= {user.get("domain", {}).get("id", "") for user in holders}
        if parents.name == "trusts":
            return lambda row: row["project_id"] in projects
        if not parents.regional and parents.name != "projects":
            return lambda row: row["domain_id"] in around
        return lambda row: not row["project_id"] or row["project_id"] in projects

    def _only(self, source: Source) -> str:
        """Return the id of the one record that the account sees of a source, of which it often may not see the list."""
        account = self._account
        own = {Privilege.PROJECT: ("projects", account.project_id), Privilege.DOMAIN: ("domains", account.domain_id)}
        name, id = own.get(account.privilege, ("", ""))
        return id if name == source.name else ""

    def _queries(
        self,
        source: Source,
        region: str,
        owner: str,
        concerned: str,
        project: str = "",
        parent: Row | None = None,
        token: str = "",
    ) -> Iterator[Ask]:
        id = parent["id"] if parent else ""
        path, collection = source.path.replace("{id}", quote(id, safe="")), source.collection
        if own := self._only(source):
            path, collection = f"{path}/{own}", collection.removesuffix("s")
        for query in source.queries:
            asked = tuple((name, value.replace("{id}", id)) for name, value in query)
            get = Get(
                source.service,
                region,
                path,
                collection,
                (*asked, *(source.every if self._whole and not token else ())),
                project=token,
                about=id,
                headers=source.headers if self._whole and not token else (),
                nothing=source.nothing,
                microversion=source.microversion,
                head=source.head,
            )
            yield Ask(source, get, owner, concerned, project, parent)

    # --- the calls

    def _read(self, asks: Iterable[Ask]) -> None:
        """Read listings. Of those that are made once per parent, the first one tells whether the others are refused."""
        groups: defaultdict[tuple[str, str, str], list[Ask]] = defaultdict(list)
        for ask in self._shown(list(asks)):
            groups[ask.source.name, ask.get.region, ask.get.project].append(ask)
        refused = self._call(
            [ask for group in groups.values() for ask in group if ask.parent is None or ask is group[0]]
        )
        others: list[Ask] = []
        for group in groups.values():
            rest = [ask for ask in group[1:] if ask.parent is not None]
            why = refused.get(group[0].get)
            if why is None:
                others += rest
                continue
            for ask in rest:
                self.facts.refuse(ask.source.name, ask.get.region, why, ask.concerned)
        self._call(others)

    def _shown(self, asks: Sequence[Ask]) -> Iterator[Ask]:
        """Leave out the listings of which a token that only reads is shown less, and say so."""
        tokens = sorted({ask.get.project for ask in asks if ask.source.withheld})
        with ThreadPoolExecutor(self.workers) as pool:
            roles = dict(zip(tokens, pool.map(self.cloud.roles, tokens), strict=True))
        for ask in asks:
            # Without a token there are no roles, and the call says what it was refused for.
            held = roles[ask.get.project] if ask.source.withheld else frozenset()
            if held and READERS.issuperset(held):
                self.facts.refuse(ask.source.name, ask.get.region, Refusal(WITHHELD), ask.concerned)
            else:
                yield ask

    def _call(self, asks: Sequence[Ask]) -> dict[Get, Refusal]:
        """Read listings at once, and return those that the account may not read."""
        by_get = {ask.get: ask for ask in asks}

        def keep(get: Get, records: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
            ask = by_get[get]
            return kept(ask.source, records, ask.project, ask.parent)

        refused = {}
        for get, answer in self.cloud.read(by_get, self.workers, keep).items():
            ask = by_get[get]
            if isinstance(answer, Problem):
                refusal = _refusal(answer, get)
                self.facts.refuse(ask.source.name, get.region, refusal, ask.concerned)
                if answer.status == FORBIDDEN:
                    refused[get] = refusal
            else:
                self.facts.add(ask.source.name, get.region, answer, ask.owner)
        return refused


def _refusal(problem: Problem, get: Get) -> Refusal:
    """Return why a listing was refused, without what differs from one call to the next."""
    text = re.sub(r" \[request [^]]*\]| ?\(Request-ID: [^)]*\)", "", problem.why)
    why = text.replace(f" {get.project}", "") if get.project else text
    return Refusal(Text(why, problem.why_fr), absent=problem.status == ABSENT)


def _no_token(account: str, problem: Problem) -> Refusal:
    """Return that an account cannot look at all."""
    french = f"le compte {account} n'obtient pas de jeton : {problem.why_fr}"
    return Refusal(Text(f"{problem.what}: {problem.why}", french))


def _not_offered(service: str, region: str) -> Refusal:
    french = f"le service {service} n'est pas proposé dans la région {region}"
    return Refusal(Text(f"{service} is not offered in {region}", french), absent=True)
