# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account on one cloud: its tokens, its listings, and the calls that change something."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .._engine.apply import Done, Failed
from .._engine.model import (
    Account,
    Action,
    Change,
    EngineError,
    Get,
    Key,
    Kind,
    Names,
    Observed,
    Privilege,
    Problem,
    Scope,
    Wanted,
)
from .._engine.observe import Observation
from .errors import problem
from .session import CountingSession, reentrant, uncertain

with suppress(ImportError):  # SDK_ERROR says so.
    from keystoneauth1 import exceptions as ka
    from keystoneauth1 import loading
    from keystoneauth1.adapter import Adapter
    from openstack import exceptions as sdk_exceptions
    from openstack.config import OpenStackConfig

#: The major version of each API that the kinds speak.
VERSIONS = {
    "identity": "3",
    "compute": "2.1",
    "placement": "1",
    "network": "2",
    "block-storage": "3",
    "image": "2",
    "key-manager": "1",
    "load-balancer": "2",
    "dns": "2",
    "shared-file-system": "2",
    # Its address is that of one project's account: it would be asked for its versions again for each, and has one.
    "object-store": "",
}
#: The microversion that the kinds speak, where a service has them and the oldest one lacks what they need.
MICROVERSIONS = {"compute": "2.64", "block-storage": "3.3", "shared-file-system": "2.40"}
#: What names a scope in the options of an authentication.
SCOPE_OPTIONS = frozenset(
    {
        "domain_id",
        "domain_name",
        "system_scope",
        "project_id",
        "project_name",
        "project_domain_id",
        "project_domain_name",
        "tenant_id",
        "tenant_name",
        "default_domain_id",
        "default_domain_name",
    }
)
#: No method of authentication.
UNKNOWN = "etat.cloud"
#: How often a change is tried whose answer does not come, each time after a look at what it did.
ATTEMPTS = 3
#: Seconds between tries while a load balancer is busy with another change.
BUSY = (0.5, 1.0, 2.0, 4.0, 8.0)
#: Seconds before that look, and before the next one: a service may still be at it when nobody waits for it any more.
LOOK_AFTER = (1.0, 3.0)


Listing = list[Mapping[str, Any]]


class NotThere(LookupError):
    """Something that a change refers to, and that nobody has seen or made."""


class Cloud:
    """What one entry of clouds.yaml can do. It holds one token per scope, and connections that are kept open."""

    def __init__(self, name: str) -> None:
        """Read the entry and get its first token.

        Raises EngineError when there is no such entry or the cloud gives no token.
        """
        try:
            self._config = OpenStackConfig(session_constructor=CountingSession).get_one(cloud=name)
            session: Any = self._config.get_session()
            access = reentrant(session.auth).get_access(session)
        except sdk_exceptions.ConfigException as error:
            files = "the files that OS_CLIENT_CONFIG_FILE and openstacksdk name"
            raise EngineError(
                Problem(
                    f"cloud {name} is not known",
                    str(error),
                    f"Add the entry {name} to clouds.yaml ({files}).",
                    why_fr=f"l'entrée {name} de clouds.yaml manque ou n'est pas valable",
                )
            ) from error
        except (ka.ClientException, sdk_exceptions.SDKException) as error:
            raise EngineError(problem(error, name, f"cloud {name} gives no token")) from error
        self.name = name
        self.session: CountingSession = session
        self.account = _account(name, access, _methods(session.auth))
        self._catalogue = access.service_catalog
        self._sessions: dict[str, CountingSession] = {self.account.project_id: self.session}
        self._adapters: dict[tuple[str, str, str], Future[Adapter]] = {}
        self._silent: dict[tuple[str, str], Exception] = {}
        self._lock = Lock()

    def regions(self) -> list[str]:
        """Return the names of the regions in the service catalogue."""
        endpoints = self._catalogue.get_endpoints().values()
        return sorted({endpoint["region_id"] for found in endpoints for endpoint in found if endpoint.get("region_id")})

    def offers(self, service: str, region: str, project: str = "") -> bool:
        """Return whether the catalogue, or clouds.yaml, has a service in a region.

        project: the id of the one whose token is asked. Others leave out the services that have an address for each
        project. Where there is no such token, a service counts as offered: the call that is refused says more.
        """
        catalogue = self._catalogue
        if project:
            with self._lock:
                session: Any = self._session(project)
            try:
                catalogue = session.auth.get_access(session).service_catalog
            except (ka.ClientException, sdk_exceptions.SDKException):
                return True
        found = catalogue.get_endpoints_data(service_type=service, region_name=region or None)
        return any(found.values()) or bool(self._config.get_endpoint(service))

    def request(self, place: tuple[str, str, str], path: str, method: str, **kwargs: Any) -> Any:
        """Send one request to a place: service, region and, for a token of its own, project.

        A service that did not answer for as long as anybody waits is not asked again: a region that is down would hold
        up all others.

        Raises what keystoneauth raises.
        """
        silent = self._silent.get(place[:2])
        if silent:
            raise silent
        try:
            return self.adapter(*place).request(path, method, **kwargs)
        except ka.ConnectionError as error:
            if kwargs.get("repeat", True):
                self._silent[place[:2]] = error
            raise

    def write(
        self,
        place: tuple[str, str, str],
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Iterable[tuple[str, str]] = (),
        microversion: str = "",
        same_if_exists: bool = False,
    ) -> str:
        """Send one call that writes, and return the id of the request; see request for the place.

        What is to be deleted and is gone already is no failure. same_if_exists: neither is what exists already. A load
        balancer takes one change at a time: those that come meanwhile wait.

        Raises Failed with the reason and the request's id when the cloud refuses or does not answer.
        """
        sent = {} if body is None else {"json": body}
        version = {"microversion": microversion} if microversion else {}
        try:
            for pause in (*(BUSY if place[0] == "load-balancer" else ()), 0.0):
                try:
                    answer = self.request(place, path, method, headers=dict(headers), **sent, **version)
                    break
                except ka.Conflict:
                    if not pause:
                        raise
                    time.sleep(pause)
        except (ka.ClientException, sdk_exceptions.SDKException, ValueError) as error:
            status, request_id = getattr(error, "http_status", 0), getattr(error, "request_id", "") or ""
            if (method == "DELETE" and status == 404) or (same_if_exists and status == 409):
                return str(request_id)
            said = problem(error, self.name, path)
            if isinstance(error, ka.Unauthorized):
                said = self.outside(path, place[2]) or said
            raise Failed(f"{said.why}. {said.next}", str(request_id)) from error
        return str(answer.headers.get("x-openstack-request-id", ""))

    def calls(self) -> Mapping[str, int]:
        """Return how many calls went to each service so far, tokens and discovery apart."""
        total: dict[str, int] = {}
        for session in set(self._sessions.values()):
            for service, count in session.calls.items():
                total[service] = total.get(service, 0) + count
        return total

    def allow_writes(self) -> None:
        """Let every session of the account write from now on."""
        for session in self._sessions.values():
            session.writable = True

    def adapter(self, service: str, region: str, project: str = "") -> Adapter:
        """Return a client for a service in a region, with the token of a project or with the account's own."""
        place = (service, region, project)
        with self._lock:
            first = place not in self._adapters
            known = self._adapters.setdefault(place, Future())
        if first:
            # Many threads ask at once; one of them asks the service for its versions, and all learn what it says.
            try:
                known.set_result(self._adapter(service, region, project))
            except BaseException as error:
                del self._adapters[place]
                known.set_exception(error)
                raise
        return known.result()

    def _adapter(self, service: str, region: str, project: str) -> Adapter:
        with self._lock:
            session = self._session(project)
        made = Adapter(
            session=session,
            service_type=service,
            region_name=region or None,
            interface=self._config.get_interface(service),
            version=VERSIONS[service] or None,
            endpoint_override=self._config.get_endpoint(service),
            default_microversion=MICROVERSIONS.get(service),
        )
        # The catalogue is searched once, and not for each call.
        endpoint = None if made.endpoint_override else made.get_endpoint()
        if endpoint:
            made.endpoint_override = endpoint.replace("%", "%%")
        return made

    def outside(self, what: str, project: str) -> Problem | None:
        """Return why something cannot be done with the token of a project, or None when there is such a token."""
        with self._lock:
            session: Any = self._session(project)
        with suppress(ka.ClientException, sdk_exceptions.SDKException):
            try:
                session.auth.get_access(session)
            except ka.Unauthorized:
                return Problem(
                    what,
                    f"it takes a token of the project {project}, where the account {self.name} has no role",
                    "Name an account of that project for the tenant, or have a role in it given to this one.",
                    why_fr=f"il faut un jeton du projet, dans lequel le compte {self.name} n'a aucun rôle",
                )
        return None

    def roles(self, project: str = "") -> frozenset[str]:
        """Return the names of the roles in the token of a project, or in the account's own; none without a token."""
        if not project:
            return frozenset(self.account.roles)
        with self._lock:
            session: Any = self._session(project)
        try:
            return frozenset(session.auth.get_access(session).role_names)
        except (ka.ClientException, sdk_exceptions.SDKException):
            return frozenset()

    def _session(self, project: str) -> CountingSession:
        if not project:
            return self.session
        if project not in self._sessions:
            options = {name: value for name, value in self._config.config["auth"].items() if name not in SCOPE_OPTIONS}
            loader: Any = loading.get_plugin_loader(self._config.config["auth_type"])
            session = CountingSession(
                auth=reentrant(loader.load_from_options(**options, project_id=project)),
                verify=self.session.verify,
                cert=self.session.cert,
                timeout=self.session.timeout,
                app_name="etat.cloud",
                # Another token, and the same services: an audit may have one for each of many tenants.
                beside=self.session,
            )
            session.writable = self.session.writable
            self._sessions[project] = session
        return self._sessions[project]

    # --- reading

    def read(
        self, gets: Iterable[Get], workers: int, keep: Callable[[Get, Listing], Listing] | None = None
    ) -> dict[Get, Listing | Problem]:
        """Read listings at once, all pages of each; a listing that fails gives the problem in its place.

        keep: what is kept of a listing, at once when it is read.

        Without a path: what no service lists. That is the catalogue of the token or, with the collection methods, the
        methods by which users may prove to be who they are.
        """
        asked = list(gets)

        def read_one(get: Get) -> Listing | Problem:
            found = self._listing(get)
            return found if keep is None or isinstance(found, Problem) else keep(get, found)

        with ThreadPoolExecutor(workers) as pool:
            return dict(zip(asked, pool.map(read_one, asked), strict=True))

    def _listing(self, get: Get) -> Listing | Problem:
        if not get.path:
            return self._methods() if get.collection == "methods" else list(self._catalogue.catalog)
        place = (get.service, get.region, get.project)
        query: Sequence[tuple[str, str]] | None = get.query
        found: list[Mapping[str, Any]] = []
        try:
            while query is not None:
                method, version = "HEAD" if get.head else "GET", get.microversion
                asked = {"params": list(query), "headers": dict(get.headers)}
                answer = self.request(
                    place, get.path, method, **asked, **({"microversion": version} if version else {})
                )
                if get.head:
                    return [{name.lower(): value for name, value in answer.headers.items()}]
                page = answer.json()
                held = page[get.collection] if get.collection else page
                if isinstance(held, dict):
                    return [held]
                found += held
                query = _next(page, get.collection) or _further(get.query, held, len(found))
        except (ka.ClientException, sdk_exceptions.SDKException, ValueError, KeyError) as error:
            if isinstance(error, ka.HttpError) and error.http_status in get.nothing:
                return []
            where = f" in {get.region}" if get.region else ""
            what = f"cloud {self.name}: {get.service} cannot be read{where}"
            said = problem(error, self.name, what)
            if isinstance(error, ka.Unauthorized):
                said = self.outside(what, get.project) or said
            if isinstance(error, ka.EndpointNotFound):
                regions = f"The catalogue has these regions: {', '.join(self.regions())}."
                return replace(said, next=regions)
            return said
        return found

    def _methods(self) -> Listing | Problem:
        """Return the methods that Keystone takes. It tells them to whom names one that it does not know."""
        asked = {"auth": {"identity": {"methods": [UNKNOWN], UNKNOWN: {}}}}
        what = f"cloud {self.name}: the methods of authentication cannot be read"
        try:
            self.request(("identity", "", ""), "/auth/tokens", "POST", json=asked, authenticated=False, repeat=False)
        except ka.Unauthorized as error:
            with suppress(ValueError, KeyError, TypeError):
                told = error.response.json() if error.response is not None else {}
                return [{"id": name, "name": name} for name in told["error"]["identity"]["methods"]]
            return Problem(
                what,
                "the identity service does not tell them",
                "Ask its provider.",
                why_fr="le service d'identité ne les indique pas",
            )
        except (ka.ClientException, sdk_exceptions.SDKException) as error:
            return problem(error, self.name, what)
        return Problem(
            what,
            "the identity service takes whatever it is told",
            "Ask its provider.",
            why_fr="le service d'identité accepte tout ce qu'on lui dit",
        )


@dataclass(frozen=True, slots=True)
class CloudReader:
    """Reads listings of one cloud, a number of them at once; see the engine's Reader."""

    cloud: Cloud
    workers: int

    def __call__(self, gets: Iterable[Get]) -> dict[Get, list[Mapping[str, Any]] | Problem]:
        """Read listings at once."""
        return self.cloud.read(gets, self.workers)

    def offers(self, service: str, region: str) -> bool:
        """Return whether the cloud has a service in a region."""
        return self.cloud.offers(service, region)


class Writer:
    """Makes changes with the accounts that may, and remembers the ids of what it made."""

    def __init__(self, kinds: Sequence[Kind], ids: MutableMapping[Key, str]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._ids = ids
        #: What was asked for more than once, because no answer came and it was not there.
        self.repeated: set[Key] = set()

    def api(self, cloud: Cloud, change: Change, repeat: bool = True) -> CloudApi:
        """Return what a kind may use to make one change, or to look before it."""
        kind, key = self._kinds[change.key.kind], change.key
        project = ""
        if key.region and (cloud.account.privilege is Privilege.DOMAIN or change.action in kind.own_token):
            project = self._ids[Key("project", "", key.tenant)]
        return CloudApi(self, cloud, (kind.service, key.region, project), repeat)

    def id(self, cloud: Cloud, key: Key) -> str:
        """Return the id of an object that exists by now; one that could not be listed before is looked up.

        Raises NotThere when there is none, or more than one.
        """
        if key not in self._ids:
            found = self.find(cloud, [key])[key]
            if len(found) != 1:
                raise NotThere(f"{key} is not there" if not found else f"{key} is there {len(found)} times")
            self._ids[key] = found[0]
        return self._ids[key]

    def find(self, cloud: Cloud, keys: Sequence[Key]) -> dict[Key, list[str]]:
        """Return the ids that each of some names of one kind and tenant has in the cloud by now.

        Raises NotThere when the cloud cannot be read.
        """
        kind, first = self._kinds[keys[0].kind], keys[0]
        names = Names()
        for known, id in list(self._ids.items()):
            names.add(Observed(known, id))
        scope = Scope(
            account=cloud.account,
            regions=(first.region,) if first.region else (),
            domains=frozenset(key.path[0] for key in keys),
            tenants=frozenset(key.tenant for key in keys),
            wanted={key: Wanted(key) for key in keys},
            names=names,
            filtered=True,
        )
        found: dict[Key, list[str]] = {key: [] for key in keys}
        for get, answer in cloud.read(kind.listings(scope), workers=1).items():
            if isinstance(answer, Problem):
                raise NotThere(f"{first} cannot be looked up: {answer.why}")
            for seen in kind.read(answer, get, names):
                if seen.key in found and seen.id not in found[seen.key]:
                    found[seen.key].append(seen.id)
        return found

    def perform(self, cloud: Cloud, changes: Sequence[Change]) -> Done:
        """Make changes that go in one call.

        A change whose answer is lost is made again after a look at what it did, so that nothing is made twice.

        Raises Failed with the reason and the request's id when the cloud refuses or does not answer.
        """
        first = changes[0]
        creates = first.action is Action.CREATE
        for attempt in range(1, ATTEMPTS + 1):
            api, begun = self.api(cloud, first, repeat=not creates), time.monotonic()
            try:
                ids = self._make(api, changes)
            except (ka.ClientException, sdk_exceptions.SDKException, LookupError, ValueError) as error:
                exists = creates and attempt > 1 and getattr(error, "http_status", 0) in (400, 409)
                if not (uncertain(error) or exists):
                    return self._ended(cloud, changes, error)
                made = self._made(cloud, changes, time.monotonic() - begun) if creates else []
                if not all(made) or not made:
                    if attempt == ATTEMPTS or exists:
                        return self._ended(cloud, changes, error)
                    self.repeated.update(change.key for change in changes if creates)
                    continue
                ids = made
            for change, id in zip(changes, ids, strict=True):
                self._ids[change.key] = id
            return Done(tuple(ids), api.request_id)
        raise AssertionError("the last attempt returns or raises")

    def _made(self, cloud: Cloud, changes: Sequence[Change], waited: float) -> list[str]:
        """Return the ids of what creations made although they seemed to fail; an empty id for what is not there.

        waited: for how many seconds the answer did not come. A service that is late may well need as long again.
        """
        made: list[str] = []
        first, last = LOOK_AFTER
        for pause in (first, max(last, waited)):
            time.sleep(pause)
            with suppress(NotThere):
                found = self.find(cloud, [change.key for change in changes])
                made = [next(iter(found[change.key]), "") for change in changes]
            if any(made):
                break
        return made

    def undo_repetitions(self, clouds: Callable[[Key], Cloud], before: Observation) -> list[Problem]:
        """Delete what came of a creation that was made again, because its answer took longer than anybody waits.

        Only one of the two is kept, the one that this run went on with. What was there before the run, or is used by
        now, is never touched. Returns what could not be looked at or deleted.
        """
        problems = []
        for key in sorted(self.repeated):
            cloud, kind = clouds(key), self._kinds[key.kind]
            known = {found.id for found in before.objects.get(key, ())} | {self._ids.get(key, "")}
            try:
                ids = self.find(cloud, [key])[key]
                for id in (id for id in ids if id not in known and len(ids) > 1):
                    change = Change(Action.DELETE, key, id=id)
                    api = self.api(cloud, change)
                    if not kind.users(api, change):
                        kind.delete(api, change)
            except (ka.ClientException, NotThere) as error:
                said = problem(error, cloud.name, f"{key} may be there twice")
                problems.append(Problem(said.what, said.why, "Run again: it is told with both ids if it is so."))
        return problems

    def _ended(self, cloud: Cloud, changes: Sequence[Change], error: Exception) -> Done:
        """Return that a failure is none, or raise Failed."""
        first, kind = changes[0], self._kinds[changes[0].key.kind]
        status = getattr(error, "http_status", 0)
        request_id = getattr(error, "request_id", "") or ""
        if len(changes) == 1 and (
            (first.action is Action.DELETE and status == 404)
            or (first.action is Action.CREATE and status == 409 and kind.same_if_exists)
        ):
            return Done((), request_id)
        said = problem(error, cloud.name, str(first.key))
        if isinstance(error, ka.Unauthorized):
            said = cloud.outside(str(first.key), self.api(cloud, first).project) or said
        raise Failed(
            f"{said.why}. {said.next}",
            request_id,
            # A refusal of the whole is an answer: nothing was made, so each may be tried alone. The same is true
            # when something that one of them refers to is not there, which is known before the call.
            divisible=400 <= status < 500 or isinstance(error, NotThere),
        ) from error

    def _make(self, api: CloudApi, changes: Sequence[Change]) -> list[str]:
        first = changes[0]
        kind = self._kinds[first.key.kind]
        if first.action is Action.CREATE:
            return kind.create_batch(api, list(changes)) if len(changes) > 1 else [kind.create(api, first)]
        if first.action is Action.UPDATE:
            kind.update(api, first)
        else:
            kind.delete(api, first)
        return [first.id]


class CloudApi:
    """Calls to one service in one region with one token; see the engine's Api."""

    def __init__(self, writer: Writer, cloud: Cloud, place: tuple[str, str, str], repeat: bool) -> None:
        self._writer = writer
        self._cloud = cloud
        self._place = place
        self._repeat = repeat
        self.region, self.project = place[1:]
        self.request_id = ""
        self.post = partial(self._send, "POST")
        self.put = partial(self._send, "PUT")
        self.patch = partial(self._send, "PATCH")
        self.delete = partial(self._send, "DELETE")

    def id(self, key: Key) -> str:
        """Return the id of an object that exists by now; one that could not be listed before is looked up."""
        return self._writer.id(self._cloud, key)

    def get(self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """Read one page."""
        return self._cloud.request(self._place, path, "GET", params=query, headers=dict(headers or {})).json()

    def act(self, path: str, query: Mapping[str, str]) -> None:
        """Make a call that writes although its method is GET."""
        answer = self._cloud.request(self._place, path, "GET", params=query, writes=True)
        self.request_id = answer.headers.get("x-openstack-request-id", "")

    def _send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        sent = {} if body is None else {"json": body}
        answer = self._cloud.request(
            self._place, path, method, repeat=self._repeat, headers=dict(headers or {}), **sent
        )
        self.request_id = answer.headers.get("x-openstack-request-id", "")
        return answer.json() if answer.content else None


def _methods(auth: Any) -> tuple[str, ...]:
    """Return how the user of a token proved to be who it is, which only the plugin's saved state tells."""
    token = json.loads(auth.get_auth_state())["body"]["token"]
    return tuple(sorted(token["methods"]))


def _account(name: str, access: Any, methods: tuple[str, ...]) -> Account:
    roles = tuple(sorted(access.role_names))
    if ("admin" in roles and (access.project_scoped or access.system_scoped)) or access.system_scoped:
        privilege = Privilege.CLOUD
    elif access.domain_scoped:
        privilege = Privilege.DOMAIN
    else:
        privilege = Privilege.PROJECT
    own = access.domain_scoped
    return Account(
        name=name,
        privilege=privilege,
        user=access.username or "",
        domain_id=(access.domain_id if own else access.project_domain_id) or "",
        domain=(access.domain_name if own else access.project_domain_name) or "",
        project_id=access.project_id or "",
        project=access.project_name or "",
        roles=roles,
        system=bool(access.system_scoped),
        user_id=access.user_id or "",
        user_domain_id=access.user_domain_id or "",
        methods=methods,
    )


def _next(page: Any, collection: str) -> list[tuple[str, str]] | None:
    """Return the query of the next page, or None after the last, and for an answer that is a list and has no links.

    Only the query of the link is used: behind a proxy the rest of it is often wrong.
    """
    if not isinstance(page, dict):
        return None
    links = page.get(f"{collection}_links", ())
    following = next((link["href"] for link in links if link["rel"] == "next"), None)
    following = following or (page.get("links") or {}).get("next") or page.get("next")
    return parse_qsl(urlsplit(following).query) if following else None


def _further(query: Sequence[tuple[str, str]], held: Sequence[Any], found: int) -> list[tuple[str, str]] | None:
    """Return the query of the next page of a service without links: one counted with an offset, or named by a marker.

    How many records a page may have is the service's own affair, so that only an empty one is the last.
    """
    if held and "marker" in dict(query):
        return [(name, str(held[-1]["name"]) if name == "marker" else value) for name, value in query]
    if not held or "offset" not in dict(query):
        return None
    return [(name, str(found) if name == "offset" else value) for name, value in query]
