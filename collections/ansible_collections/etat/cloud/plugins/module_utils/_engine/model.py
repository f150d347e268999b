# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of the engine, and the contract of a kind of object.

Everything here is frozen and pure. An object of a cloud is named by a Key, wanted by a Wanted, seen as an Observed, and
what leads from the one to the other is a Change. A Kind says, for one sort of object, how each of them is made.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

Fields = Mapping[str, Any]
Path = tuple[str, ...]

#: No fields at all; one object for all that have none, since most have none.
NONE: Fields = MappingProxyType({})


class Action(StrEnum):
    """What a change does to an object; keep is recorded like the others."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"


class Privilege(IntEnum):
    """How far an account reaches: into one project, over one domain, or over the cloud."""

    PROJECT = 1
    DOMAIN = 2
    CLOUD = 3


class Level(StrEnum):
    """Where a kind stands in a declaration: the cloud's identity, a region, a domain, a tenant, or a tenant's site."""

    IDENTITY = "identity"
    REGION = "region"
    DOMAIN = "domain"
    TENANT = "tenant"
    SITE = "site"


class Key(NamedTuple):
    """The name of one object: its kind, its region (empty for identity) and the names that lead to it.

    A path begins with the domain and the project. The project is empty for what lives in a domain only, and both are
    for what belongs to the whole cloud or to a region. What is only referred to, such as a role, has its name alone.
    """

    kind: str
    region: str
    path: Path

    @property
    def tenant(self) -> tuple[str, str]:
        """The domain and the project that the path begins with; empty where it has none."""
        path = self.path
        return (path[0] if path else "", path[1] if len(path) > 1 else "")

    def __str__(self) -> str:
        where = f" in {self.region}" if self.region else ""
        return f"{self.kind.replace('_', ' ')} {'/'.join(part for part in self.path if part)}{where}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be done: what happened to which object, why, and what to do next.

    status: the HTTP status, where a service answered. 404 of a listing: the service does not know such objects.
    why_fr: why in French, of what an audit may report; without what a service says in its own words.
    """

    what: str
    why: str
    next: str
    status: int = 0
    why_fr: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.why}. {self.next}"


class EngineError(Exception):
    """Ends a run with one or more problems; nothing else carries a message to the user."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item of the declaration stands: its domain, tenant and site, and the items around it."""

    domain: str = ""
    project: str = ""
    region: str = ""
    parents: tuple[Fields, ...] = ()

    def absent(self, item: Fields) -> bool:
        """Return whether an item is declared absent, by itself or with one around it."""
        return any(found.get("state") == "absent" for found in (item, *self.parents))


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object as declared. What is absent from fields is left alone in the cloud.

    once: values that only a creation takes, and that are never compared.
    owns: kinds whose objects under this one are deleted when they are not declared.
    absent: the object is to be deleted.
    allows: what the declaration allows by name although it is refused otherwise; see Kind.objections.
    """

    key: Key
    fields: Fields = field(default_factory=lambda: NONE)
    once: Fields = field(default_factory=lambda: NONE)
    owns: tuple[str, ...] = ()
    absent: bool = False
    allows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """An object as the cloud has it, its fields in the same normal form as those of Wanted.

    provided: the fields are what a provider gives and nobody here may set; what is declared has to fit in them.
    marks: of a project, what this product made in it; see the engine's marks.
    managed: this product made the object.
    """

    key: Key
    id: str
    fields: Fields = field(default_factory=lambda: NONE)
    provided: bool = False
    marks: frozenset[str] = frozenset()
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One step from what is observed to what is wanted.

    before and after hold only the fields that differ; after a creation they are all that is declared. needs names the
    objects that must exist, or be gone, before this change may run.
    """

    action: Action
    key: Key
    before: Fields = field(default_factory=lambda: NONE)
    after: Fields = field(default_factory=lambda: NONE)
    once: Fields = field(default_factory=lambda: NONE)
    owns: tuple[str, ...] = ()
    id: str = ""
    needs: tuple[Key, ...] = ()
    allows: tuple[str, ...] = ()


class State(StrEnum):
    """How a change ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change: its state, why when it is not done, its time in seconds, and the request's id."""

    change: Change
    state: State
    reason: str = ""
    seconds: float = 0.0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who acts: the name of the clouds.yaml entry, how far it reaches, and what its token is scoped to."""

    name: str
    privilege: Privilege
    user: str = ""
    domain_id: str = ""
    domain: str = ""
    project_id: str = ""
    project: str = ""
    roles: tuple[str, ...] = ()
    #: True for a token that is scoped to the system, which Keystone alone understands.
    system: bool = False
    user_id: str = ""
    #: The domain that the user lives in, whatever the token is scoped to.
    user_domain_id: str = ""
    #: How the user proved to be who it is.
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Get:
    """One listing: which service and region, the path, the key of the answer that holds the objects, and the query.

    An empty path stands for the services in the catalogue of the account's token, for which nobody has to be asked.
    collection: empty where the answer is the one record itself.
    project: the id of the project whose token must be used; empty for the account's own.
    headers: what the service wants to be told beside the query.
    about: what the answer does not say itself, for instance the id of the group whose members are listed.
    provided: the answer shows what a provider gives; see Observed.
    nothing: refusals that only mean that there is nothing to show, by their HTTP status.
    microversion: of the service's API; empty for the one that the kinds speak.
    head: the headers of the answer are the one record, by their names in lower case, as object storage has it.
    """

    service: str
    region: str
    path: str
    collection: str
    query: tuple[tuple[str, str], ...] = ()
    project: str = ""
    about: str = ""
    provided: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    nothing: tuple[int, ...] = ()
    microversion: str = ""
    head: bool = False


@dataclass(slots=True)
class Names:
    """The names behind the ids that were seen so far, per kind and region."""

    known: dict[tuple[str, str], dict[str, Path]] = field(default_factory=dict)

    def add(self, observed: Observed) -> None:
        """Remember the name of an observed object."""
        self.known.setdefault((observed.key.kind, observed.key.region), {})[observed.id] = observed.key.path

    def path(self, kind: str, region: str, id: str | None) -> Path | None:
        """Return the path of the object with this id, or None when it was not seen."""
        return self.known.get((kind, region), {}).get(id or "")

    def ids(self, kind: str, region: str = "") -> Mapping[str, Path]:
        """Return every id that was seen of a kind, with its path."""
        return self.known.get((kind, region), {})


@dataclass(frozen=True, slots=True)
class Scope:
    """What one account has to observe: which tenants, in which regions, and the names seen so far.

    tenants holds pairs of domain and project names. wanted holds what is declared, by key. filtered says that lists
    are asked for the declared projects only, which pays for a few tenants. whole says that every object of the tenants
    is looked for, and not only what is declared. every holds the domains of which every project is looked into.
    """

    account: Account
    regions: tuple[str, ...]
    domains: frozenset[str]
    tenants: frozenset[tuple[str, str]]
    wanted: Mapping[Key, Wanted]
    names: Names
    filtered: bool
    whole: bool = False
    every: frozenset[str] = frozenset()

    def domain_ids(self) -> list[str]:
        """Return the ids of the declared domains that exist."""
        return sorted(id for id, path in self.names.ids("domain").items() if path[0] in self.domains)

    def project_ids(self) -> list[str]:
        """Return the ids of the projects to look into that exist."""
        return sorted(
            id for id, path in self.names.ids("project").items() if path in self.tenants or path[0] in self.every
        )

    def common(self, service: str, path: str, collection: str, *query: tuple[str, str]) -> Iterator[Get]:
        """Yield one listing per region of what every project is shown."""
        token = ""
        if self.account.privilege is Privilege.DOMAIN:
            # Services know projects only: a manager of a domain needs the token of one of its projects to look.
            projects = sorted(self.names.ids("project"))
            if not projects:
                return
            token = (self.project_ids() or projects)[0]
        for region in self.regions:
            yield Get(service, region, path, collection, query, project=token)

    def regional(self, service: str, path: str, collection: str, *query: tuple[str, str]) -> Iterator[Get]:
        """Yield the listings of a service that knows projects: whole, filtered, or one per project and token."""
        projects = self.project_ids()
        if not projects:
            return
        for region in self.regions:
            if self.account.privilege is Privilege.CLOUD:
                owners = tuple(("project_id", id) for id in projects) if self.filtered else ()
                yield Get(service, region, path, collection, (*query, *owners))
            else:
                for id in projects:
                    yield Get(service, region, path, collection, (*query, ("project_id", id)), project=id)


class Api(Protocol):
    """What a kind may use to write: one service in one region, with the token that suits the change."""

    @property
    def region(self) -> str:
        """The region in which this object writes."""

    @property
    def project(self) -> str:
        """The id of the project whose token it uses; empty for the account's own."""

    def id(self, key: Key) -> str:
        """Return the id of an object that exists by now."""

    def get(self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """Read one page."""

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Create."""

    def put(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """Set."""

    def patch(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Change some fields."""

    def delete(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        """Delete."""

    def act(self, path: str, query: Mapping[str, str]) -> None:
        """Make a call that writes although its method is GET, as Cinder has some."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a kind judges one of its changes by, beside the change: who acts, all that is planned, and what is there."""

    account: Account
    changes: Sequence[Change]
    seen: Mapping[Key, Sequence[Observed]]


class Sort(Protocol):
    """What a plan has to know of the objects of one name: how they stand to others, and how a person reads them."""

    @property
    def name(self) -> str:
        """The name of the sort, as in results and messages."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The sorts that must be there before this one."""

    def label(self, key: Key) -> str:
        """Return the name of an object as a plan shows it under its tenant."""

    def known_as(self, key: Key, fields: Fields) -> Sequence[Key]:
        """Return the keys under which others refer to an object beside its own."""

    def batch(self, change: Change) -> Key | None:
        """Return what creations must have in common to go in one call, or None when they go one by one."""


class Kind(ABC):
    """One sort of object: what people may declare of it, how it is listed, compared and written.

    A kind is a class that is never instantiated more than once and holds no state. Everything that the product knows of
    a sort of object stands in it, so a new kind is one new file.
    """

    #: The name of the kind, as in results and messages.
    name: ClassVar[str]
    #: The service type of the catalogue, and of the calls it makes.
    service: ClassVar[str]
    #: Where items stand in a declaration; none for kinds that are only referred to.
    levels: ClassVar[tuple[Level, ...]] = ()
    #: The options that lead to the items, from their level; empty when the level's own item is the object.
    section: ClassVar[tuple[str, ...]] = ()
    #: How the last option of the section is documented.
    heading: ClassVar[Mapping[str, Any]] = {}
    #: Options on the way to the section that belong to no kind, with their descriptions.
    containers: ClassVar[Mapping[str, str]] = {}
    #: What may be said of one item, in the form of a module's documentation.
    options: ClassVar[Mapping[str, Any]] = {}
    #: The fields that are compared and updated.
    compared: ClassVar[tuple[str, ...]] = ()
    #: Those of the compared fields that OpenStack cannot change once the object exists.
    fixed: ClassVar[tuple[str, ...]] = ()
    #: Kinds that must be there before this one.
    needs: ClassVar[tuple[str, ...]] = ()
    #: Kinds that must be listed for its records to be read, beside those that its objects refer to.
    read_with: ClassVar[tuple[str, ...]] = ()
    #: The kind under which this one lives, for undeclared objects that their owner deletes.
    parent: ClassVar[str] = ""
    #: Listings wait for those of lower stages, whose ids they use.
    stage: ClassVar[int] = 2
    #: How far an account must reach to write it.
    privilege: ClassVar[Privilege] = Privilege.PROJECT
    #: Fields that take an account of a further reach than the rest.
    privileges: ClassVar[Mapping[str, Privilege]] = {}
    #: Options that allow what objections refuse otherwise.
    allowances: ClassVar[tuple[str, ...]] = ()
    #: Changes that a service makes in the project of the token only, however far the account reaches.
    own_token: ClassVar[tuple[Action, ...]] = ()
    #: True when the object comes and goes with its parent, so that it is only ever updated.
    inherent: ClassVar[bool] = False
    #: True when the cloud's answer "it exists already" to a creation means that nothing is left to do.
    same_if_exists: ClassVar[bool] = False

    # --- from the declaration

    def wanted(self, place: Place, item: Any) -> Iterator[Wanted]:
        """Yield the objects that an item of the declaration asks for. Most kinds yield one.

        Raises ValueError when a value has no meaning.
        """
        yield Wanted(
            key=Key(self.name, place.region, self.path(place, item)),
            fields=self.declared(item),
            absent=place.absent(item),
            allows=tuple(name for name in self.allowances if item.get(name)),
        )

    def path(self, place: Place, item: Any) -> Path:
        """Return the names that lead to an item: domain, project, the items around it, its own."""
        return (place.domain, place.project, *(parent["name"] for parent in place.parents), item["name"])

    def declared(self, item: Any) -> Fields:
        """Return the compared fields that an item names, in normal form."""
        return {name: self.normal(name, item[name]) for name in self.compared if item.get(name) is not None}

    def normal(self, name: str, value: Any) -> Any:
        """Return the normal form of a field, the same for what is declared and for what the cloud answers."""
        return value

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        """Return what a field becomes. A kind overrides it where a declaration only adds to what is there."""
        return wanted

    def label(self, key: Key) -> str:
        """Return the name of an object as a plan shows it under its tenant."""
        return " / ".join(key.path[2:])

    def owner(self, key: Key) -> Path:
        """Return the path of the object that this one lives under; see parent."""
        return key.path[:-1]

    def fits(self, name: str, provided: Any, wanted: Any) -> bool:
        """Return whether a provided value leaves room for a declared one."""
        return bool(provided == wanted)

    # --- back to the declaration

    def item(self, found: Observed) -> Any:
        """Return what a declaration would say of an object, or None when it cannot say it."""
        said = {name: value for name, value in found.fields.items() if value is not None}
        return {"name": found.key.path[-1], **said}

    def around(self, key: Key) -> Path:
        """Return the names of the listed items around this one in a declaration, outermost first."""
        return key.path[2:-1]

    def natural(self, found: Observed) -> bool:
        """Return whether an object comes by itself, so that nobody has to declare it."""
        return self.inherent

    # --- from the cloud

    @abstractmethod
    def listings(self, scope: Scope) -> Iterable[Get]:
        """Return the listings that show every object of this kind in a scope. A quota has one per project."""

    @abstractmethod
    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        """Yield what the records of a listing show, without those that lie outside what is known by name."""

    # --- to the cloud

    def references(self, key: Key, fields: Fields) -> Mapping[str, Key]:
        """Return the objects that an object refers to, by the role that they play for it."""
        return {}

    def known_as(self, key: Key, fields: Fields) -> Sequence[Key]:
        """Return the keys under which others refer to an object beside its own, as to one that is shared."""
        return ()

    def batch(self, change: Change) -> Key | None:
        """Return what creations must have in common to go in one call, or None when they go one by one."""
        return None

    def create(self, api: Api, change: Change) -> str:
        """Create the object and return its id."""
        raise TypeError(f"a {self.name} is never written like this")

    def create_batch(self, api: Api, changes: list[Change]) -> list[str]:
        """Create several objects in one call that makes all or none, and return their ids in the same order."""
        raise TypeError(f"a {self.name} is never written like this")

    def update(self, api: Api, change: Change) -> None:
        """Set the fields that differ."""
        raise TypeError(f"a {self.name} is never written like this")

    def delete(self, api: Api, change: Change) -> None:
        """Delete the object."""
        raise TypeError(f"a {self.name} is never written like this")

    # --- guards

    def needed(self, change: Change) -> Privilege:
        """Return how far an account must reach to make a change."""
        return max([self.privilege, *(self.privileges[name] for name in change.after if name in self.privileges)])

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        """Return what speaks against a change that only this kind can judge; asked where the account may make it."""
        return ()

    def in_use(self, api: Api, change: Change) -> Mapping[str, int]:
        """Return how much of each limit is used; asked only for changes of limits."""
        return {}

    def users(self, api: Api, change: Change) -> Sequence[str]:
        """Return what uses an object that is to be deleted, in words; asked only for deletions."""
        return ()
