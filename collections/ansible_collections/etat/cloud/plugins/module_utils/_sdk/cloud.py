# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account on one cloud: its tokens, its listings, and the calls that change something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .._engine.apply import Done, Failed
from .._engine.model import Account, Action, Change, EngineError, Get, Key, Kind, Privilege, Problem
from .errors import problem
from .session import CountingSession

with suppress(ImportError):  # SDK_ERROR says so.
    from keystoneauth1 import exceptions as ka
    from keystoneauth1 import loading
    from keystoneauth1.adapter import Adapter
    from openstack import exceptions as sdk_exceptions
    from openstack.config import OpenStackConfig

#: The major version of each API that the kinds speak.
VERSIONS = {"identity": "3", "compute": "2.1", "network": "2", "block-storage": "3", "image": "2"}
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
#: Reads are repeated when the cloud is busy or a connection breaks: nothing is done twice by that.
READ_RETRIES = {"connect_retries": 2, "status_code_retries": 3, "retriable_status_codes": [429, 502, 503, 504]}


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
            access = session.auth.get_access(session)
        except sdk_exceptions.ConfigException as error:
            files = "the files that OS_CLIENT_CONFIG_FILE and openstacksdk name"
            raise EngineError(
                Problem(f"cloud {name} is not known", str(error), f"Add the entry {name} to clouds.yaml ({files}).")
            ) from error
        except (ka.ClientException, sdk_exceptions.SDKException) as error:
            raise EngineError(problem(error, name, f"cloud {name} gives no token")) from error
        self.name = name
        self.session: CountingSession = session
        self.account = _account(name, access)
        self._catalogue = access.service_catalog
        self._sessions: dict[str, CountingSession] = {self.account.project_id: self.session}
        self._adapters: dict[tuple[str, str, str], Adapter] = {}
        self._lock = Lock()

    def regions(self) -> list[str]:
        """Return the names of the regions in the service catalogue."""
        endpoints = self._catalogue.get_endpoints().values()
        return sorted({endpoint["region_id"] for found in endpoints for endpoint in found if endpoint.get("region_id")})

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
            if place not in self._adapters:
                self._adapters[place] = Adapter(
                    session=self._session(project),
                    service_type=service,
                    region_name=region or None,
                    interface=self._config.get_interface(service),
                    version=VERSIONS[service],
                )
            return self._adapters[place]

    def _session(self, project: str) -> CountingSession:
        if not project:
            return self.session
        if project not in self._sessions:
            options = {name: value for name, value in self._config.config["auth"].items() if name not in SCOPE_OPTIONS}
            loader: Any = loading.get_plugin_loader(self._config.config["auth_type"])
            session = CountingSession(
                auth=loader.load_from_options(**options, project_id=project),
                verify=self.session.verify,
                cert=self.session.cert,
                timeout=self.session.timeout,
                app_name="etat.cloud",
            )
            session.writable = self.session.writable
            self._sessions[project] = session
        return self._sessions[project]

    # --- reading

    def read(self, gets: Iterable[Get], workers: int) -> dict[Get, list[Mapping[str, Any]] | Problem]:
        """Read listings at once, all pages of each; a listing that fails gives the problem in its place."""
        asked = list(gets)
        with ThreadPoolExecutor(workers) as pool:
            return dict(zip(asked, pool.map(self._listing, asked), strict=True))

    def _listing(self, get: Get) -> list[Mapping[str, Any]] | Problem:
        adapter = self.adapter(get.service, get.region, get.project)
        query: Sequence[tuple[str, str]] | None = get.query
        found: list[Mapping[str, Any]] = []
        try:
            while query is not None:
                page = adapter.get(get.path, params=list(query), **READ_RETRIES).json()
                held = page[get.collection]
                if isinstance(held, dict):
                    return [held]
                found += held
                query = _next(page, get.collection)
        except (ka.ClientException, sdk_exceptions.SDKException, ValueError, KeyError) as error:
            where = f" in {get.region}" if get.region else ""
            said = problem(error, self.name, f"cloud {self.name}: {get.service} cannot be read{where}")
            if isinstance(error, ka.EndpointNotFound):
                return Problem(said.what, said.why, f"The catalogue has these regions: {', '.join(self.regions())}.")
            return said
        return found


class Writer:
    """Makes changes with the accounts that may, and remembers the ids of what it made."""

    def __init__(self, kinds: Sequence[Kind], ids: MutableMapping[Key, str]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._ids = ids

    def api(self, cloud: Cloud, key: Key) -> CloudApi:
        """Return what a kind may use to read or write one object."""
        kind = self._kinds[key.kind]
        project = ""
        if key.region and cloud.account.privilege is Privilege.DOMAIN:
            project = self._ids[Key("project", "", key.path[:2])]
        return CloudApi(cloud.adapter(kind.service, key.region, project), key.region, self._kinds, self._ids)

    def perform(self, cloud: Cloud, changes: Sequence[Change]) -> Done:
        """Make changes that go in one call.

        Raises Failed with the reason and the request's id when the cloud refuses or does not answer.
        """
        first = changes[0]
        kind = self._kinds[first.key.kind]
        api = self.api(cloud, first.key)
        try:
            ids = self._make(kind, api, changes)
        except (ka.ClientException, sdk_exceptions.SDKException, LookupError, ValueError) as error:
            status = getattr(error, "http_status", 0)
            if len(changes) == 1 and (
                (first.action is Action.DELETE and status == 404)
                or (first.action is Action.CREATE and status == 409 and kind.same_if_exists)
            ):
                return Done((), getattr(error, "request_id", "") or "")
            said = problem(error, cloud.name, str(first.key))
            raise Failed(
                f"{said.why}. {said.next}",
                getattr(error, "request_id", "") or "",
                # A refusal of the whole is an answer: nothing was made, so each may be tried alone. The same is true
                # when something that one of them refers to is not there, which is known before the call.
                divisible=400 <= status < 500 or isinstance(error, NotThere),
            ) from error
        for change, id in zip(changes, ids, strict=True):
            self._ids[change.key] = id
        return Done(tuple(ids), api.request_id)

    def _make(self, kind: Kind, api: CloudApi, changes: Sequence[Change]) -> list[str]:
        first = changes[0]
        if first.action is Action.CREATE:
            return kind.create_batch(api, list(changes)) if len(changes) > 1 else [kind.create(api, first)]
        if first.action is Action.UPDATE:
            kind.update(api, first)
        else:
            kind.delete(api, first)
        return [first.id]


class CloudApi:
    """Calls to one service in one region with one token; see the engine's Api."""

    def __init__(self, adapter: Adapter, region: str, kinds: Mapping[str, Kind], ids: MutableMapping[Key, str]) -> None:
        self._adapter = adapter
        self._kinds = kinds
        self._ids = ids
        self.region = region
        self.request_id = ""
        self.post = partial(self._send, "POST")
        self.put = partial(self._send, "PUT")
        self.patch = partial(self._send, "PATCH")
        self.delete = partial(self._send, "DELETE")

    def id(self, key: Key) -> str:
        """Return the id of an object that exists by now; one that could not be listed before is looked up."""
        if key not in self._ids:
            found = self._kinds[key.kind].find(self, key)
            if not found:
                raise NotThere(f"{key} is not there")
            self._ids[key] = found
        return self._ids[key]

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Read one page."""
        return self._adapter.get(path, params=query, **READ_RETRIES).json()

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._adapter.request(path, method, **({} if body is None else {"json": body}))
        self.request_id = answer.headers.get("x-openstack-request-id", "")
        return answer.json() if answer.content else None


def _account(name: str, access: Any) -> Account:
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
    )


def _next(page: Mapping[str, Any], collection: str) -> list[tuple[str, str]] | None:
    """Return the query of the next page, or None after the last.

    Only the query of the link is used: behind a proxy the rest of it is often wrong.
    """
    links = page.get(f"{collection}_links", ())
    following = next((link["href"] for link in links if link["rel"] == "next"), None)
    following = following or (page.get("links") or {}).get("next")
    return parse_qsl(urlsplit(following).query) if following else None
