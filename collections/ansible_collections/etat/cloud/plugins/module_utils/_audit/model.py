# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of the audit: what is read, what is asked of it, and what came of it. Everything here is frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .view import View

#: One record as the API gives it; see sources for what is added and taken away.
Row = Mapping[str, Any]
#: What a finding shows: names, plain values and, where a statement says more, a Text; never a secret.
Evidence = Mapping[str, Any]

NOTHING: Evidence = MappingProxyType({})
#: From the least to the most sensitive. Restricted is sensitive with what Diffusion Restreinte adds.
SENSITIVITIES = ("public", "internal", "sensitive", "restricted")
#: What an estate may say of where data may be on a site: zones of Nova, those of Cinder for copies, stores of Glance.
PLACES = ("availability_zones", "backup_zones", "image_stores")
#: What a cloud may be: run by the State for itself, or an offer that ANSSI has qualified.
QUALIFICATIONS = ("internal", "secnumcloud")


@dataclass(frozen=True, slots=True)
class Text:
    """One statement in both languages of the reports."""

    en: str
    fr: str


UNSAID = Text("", "")


def joined(texts: Iterable[Text], sign: str = "; ") -> Text:
    """Return several statements as one; those that say nothing are left out."""
    said = [text for text in texts if text != UNSAID]
    return Text(sign.join(text.en for text in said), sign.replace(";", " ;").join(text.fr for text in said))


class Severity(StrEnum):
    """How bad a failure is."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """The place in the order, 0 for the least."""
        return list(Severity).index(self)


def severities(public: str, internal: str, sensitive: str, restricted: str = "") -> Mapping[str, Severity]:
    """Return the severity for each sensitivity. A hyphen: the control is not asked of such tenants.

    restricted: that of sensitive when not said.
    """
    said = zip(SENSITIVITIES, (public, internal, sensitive, restricted or sensitive), strict=True)
    return MappingProxyType({name: Severity(value) for name, value in said if value != "-"})


class Outcome(StrEnum):
    """What came of a control. Only pass says that all is well."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    NOT_EVALUABLE = "not_evaluable"
    EXEMPT = "exempt"
    MANUAL = "manual"


class Relation(StrEnum):
    """How a control serves a requirement. None of them says that the requirement is met."""

    CONTRIBUTES = "contributes"
    PARTIAL = "partial"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Reference:
    """One requirement of a framework, by the ids of the framework's file."""

    framework: str
    id: str
    relation: Relation = Relation.CONTRIBUTES


def references(**ids: str) -> tuple[Reference, ...]:
    """Return references by framework, ids apart by blanks. An id may end with :partial or :evidence."""
    return tuple(
        Reference(framework, id, Relation(relation or "contributes"))
        for framework, listed in ids.items()
        for id, _colon, relation in (one.partition(":") for one in listed.split())
    )


class Mode(StrEnum):
    """Whether a failure can be repaired by a program: never, safely, or only where it is allowed by name."""

    NONE = "none"
    SAFE = "safe"
    GUARDED = "guarded"


@dataclass(frozen=True, slots=True)
class Call:
    """One call that writes.

    path: below the endpoint. microversion: of the API, where the usual one cannot do it.
    same_if_exists: the answer that it exists already means that nothing is left to do.
    """

    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    microversion: str = ""
    same_if_exists: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends one object, and what brings back how it was.

    service: the one that is written to. type, id, name: of the object, in the words of findings.
    before, after: the fields that differ, for the person who reads the plan; nothing after of what is deleted.
    calls: what is sent, in order. undo: what brings it back, in order.
    lasting: what of it nothing brings back, and why.
    region: that of the service; that of the view where the view has one.
    seals: it keeps the object from being changed further, so that it comes after all that mends the same object.
    """

    service: str
    type: str
    id: str
    name: str
    before: Row
    after: Row
    calls: tuple[Call, ...]
    undo: tuple[Call, ...] = ()
    lasting: Text | None = None
    region: str = ""
    seals: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """How a failure is repaired, and by whom: mode is about programs, text about people.

    fix: what mends one object that fails, none where more has to be known; left out where only people repair it.
    """

    mode: Mode
    text: Text
    fix: Callable[[View, Row], tuple[Fix, ...]] | None = None


class Level(StrEnum):
    """Of what a control is asked: the cloud, each domain, each tenant, or each site of each tenant."""

    CLOUD = "cloud"
    DOMAIN = "domain"
    TENANT = "tenant"
    SITE = "site"


class Role(Enum):
    """The least role that may read something under OpenStack's default policies, from the least to the most."""

    TOKEN = "any token"  # noqa: S105
    PROJECT_READER = "reader of the project"
    PROJECT_MEMBER = "member of the project"
    PROJECT_MANAGER = "manager of the project"
    DOMAIN_READER = "reader of the domain"
    SYSTEM_READER = "reader of the system"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """The place in the order, 0 for the least."""
        return list(Role).index(self)


def always(_row: Row) -> bool:
    """Return True: no record is left out."""
    return True


@dataclass(frozen=True, slots=True)
class Source:
    """One listing of an API. The table of all of them is in sources.

    path: below the endpoint; {id} stands for the id of the parent.
    collection: the key of the answer that holds the records; empty where the answer is the one record.
    role: the least role that may read it.
    per: the source of the parents, where OpenStack lists something for one parent at a time; empty otherwise.
    when: which parents are asked.
    owner: the field that names the project (of identity: the domain); the first one that a record has counts.
    queries: the queries that show all records together; most sources have one.
    every: what an administrator adds to see all projects, in the query.
    headers: the same, in the headers.
    common: the listing is the same for every project, or domain, so that one call shows it.
    own_token: only a token of the project shows the project's records.
    withheld: a token that only reads is shown less, and is not told.
    silent: who does not see the whole cloud, or acts by delegation, is shown less, and is not told.
    drop: fields that hold secrets, and are taken away at once when read.
    presence: fields of which only is kept whether they hold anything.
    scan: fields that are searched for secrets when read; see secrets. Values with secrets are taken away.
    key: the fields that make the id of a record, where it has none; the last part of an address counts.
    microversion: of the API, where the usual one shows less.
    nothing: refusals that only mean that there is nothing, by HTTP status.
    head: the headers of the answer are the record.
    """

    name: str
    service: str
    path: str
    collection: str
    role: Role = Role.PROJECT_READER
    per: str = ""
    when: Callable[[Row], bool] = always
    owner: tuple[str, ...] = ("project_id", "tenant_id")
    queries: tuple[tuple[tuple[str, str], ...], ...] = ((),)
    every: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    common: bool = False
    own_token: bool = False
    withheld: bool = False
    silent: bool = False
    drop: tuple[str, ...] = ()
    presence: tuple[str, ...] = ()
    scan: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    microversion: str = ""
    nothing: tuple[int, ...] = ()
    head: bool = False

    @property
    def regional(self) -> bool:
        """Whether each region has its own records."""
        return self.service != "identity"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why records could not be read.

    absent: the cloud does not have such records at all, for want of the service or of the extension.
    """

    why: Text
    absent: bool = False

    def of(self, source: str, region: str = "") -> Text:
        """Return which listing was refused, and why. French has its name as the API of the audit writes it."""
        where, place = (f" in {region}", f" ({region})") if region else ("", "")
        return Text(f"{source.replace('_', ' ')}{where}: {self.why.en}", f"lecture de {source}{place} : {self.why.fr}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a control says of one object."""

    outcome: Outcome
    reason: Text = UNSAID
    evidence: Evidence = field(default_factory=lambda: NOTHING)


PASSED = Verdict(Outcome.PASS)


def failed(**evidence: Any) -> Verdict:
    """Return a failure with what shows it: plain values and statements, no secrets."""
    return Verdict(Outcome.FAIL, evidence=evidence)


def passed_or_failed(passed: bool, **evidence: Any) -> Verdict:
    """Return a pass, or a failure with what shows it."""
    return PASSED if passed else failed(**evidence)


def not_applicable(reason: Text) -> Verdict:
    """Return that the question does not arise for this object."""
    return Verdict(Outcome.NOT_APPLICABLE, reason)


def not_evaluable(reason: Text) -> Verdict:
    """Return that this object cannot be judged by what was read."""
    return Verdict(Outcome.NOT_EVALUABLE, reason)


def manual(reason: Text) -> Verdict:
    """Return that a person has to look, and at what."""
    return Verdict(Outcome.MANUAL, reason)


@dataclass(frozen=True, slots=True)
class Control:
    """One checkable rule.

    id: that of the catalogue, such as ETAT-NET-001. family: the file it lives in.
    criterion: what passes. caution: when a finding is likely to be none.
    type: what the objects are, in OpenStack's words, such as security_group_rule.
    reads: the sources that it looks at. The first one has its objects: where the cloud lacks it, nothing is judged;
    where the cloud lacks another one, it counts as empty.
    also_reads: sources without which it still has something to say. Its judge says of each what could not be read of
    it; see View.refusal.
    severity: by sensitivity; the control is not asked where one is missing. See severities.
    objects: what it judges in a view. judge: what it says of each.
    """

    id: str
    family: str
    title: Text
    criterion: Text
    type: str
    reads: tuple[str, ...]
    level: Level
    severity: Mapping[str, Severity]
    references: tuple[Reference, ...]
    repair: Repair
    objects: Callable[[View], Iterable[Row]]
    judge: Callable[[View, Row], Verdict]
    caution: Text = UNSAID
    also_reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Qualification:
    """What a cloud is recognized as, by the record of the estate.

    kind: one of QUALIFICATIONS. reference: the decision or the qualified offer. valid_until: its last day.
    """

    kind: str
    reference: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class Cartography:
    """A map of the cloud that somebody made: its day, where it is kept, and whether all of it could be read."""

    made: date
    reference: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as declared: the names of its domain and project, its sensitivity, its regions, its project's tags.

    quotas: the limits that are declared, by region, service and the name that the service has for each. The services
    are called as in module tenant.
    residency: the names of the places where its data may be, by region and one of PLACES.
    qualifications: the kinds of them that its data ask of the cloud, of which one is enough.
    """

    domain: str
    name: str
    sensitivity: str
    sites: tuple[str, ...] = ()
    quotas: Mapping[str, Mapping[str, Mapping[str, int]]] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    tags: tuple[str, ...] = ()
    residency: Mapping[str, Mapping[str, Sequence[str]]] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    qualifications: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Domain and name, as people write them."""
        return f"{self.domain}/{self.name}"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A dated exception to a control.

    domains: names of domains that it covers as such. tenants: full names. Without either it covers the cloud as such.
    objects: ids or names; all when empty.
    """

    id: str
    control: str
    owner: str
    reason: str
    until: date
    domains: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that fails."""

    type: str
    id: str
    name: str
    evidence: Evidence = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Result:
    """What a control says of one subject. domain, tenant and site are empty above their level.

    judged: how many objects were judged. waiver: the one that holds, of an exempt result.
    """

    control: str
    level: Level
    domain: str
    tenant: str
    site: str
    outcome: Outcome
    severity: Severity
    judged: int = 0
    reason: Text = UNSAID
    waiver: Waiver | None = None
    findings: tuple[Finding, ...] = ()
