# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small cloud that answers over HTTP on 127.0.0.1: tokens, a catalogue, and the records that a test gives.

It stands for what a real OpenStack cannot be made to do on command: to fail in a chosen way, or to hold exactly the
records of a table. What a real one answers to each call is tested on the lab.

A path is written "SERVICE REGION PATH", and without a region for identity: "network toulouse /networks". A path with a
query behind it stands for calls with that query alone.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

#: The version below each service's endpoint; network has none in the catalogue, so it is discovered, as on the lab.
ENDPOINTS = {
    "identity": "/v3",
    "compute": "/v2.1",
    "block-storage": "/v3",
    "network": "",
    "image": "/v2",
    "dns": "/v2",
    "key-manager": "/v1",
    "load-balancer": "/v2",
    "shared-file-system": "/v2",
}
VERSIONED = {**ENDPOINTS, "network": "/v2.0", "object-store": "/v1"}
PASSWORD = "correct horse"
#: The users of the cloud with their roles, wherever they act.
USERS = {
    "admin": ("admin", "member", "reader"),
    "manager": ("manager", "member", "reader"),
    "member": ("member", "reader"),
    "reader": ("reader",),
}
#: What OpenStack answers of a new object on which nothing was said.
DEFAULTS: dict[str, dict[str, Any]] = {
    "projects": {"description": "", "enabled": True, "tags": [], "options": {}},
    "groups": {"description": ""},
    "networks": {"description": "", "admin_state_up": True, "mtu": 1450, "port_security_enabled": True},
    "subnets": {
        "description": "",
        "enable_dhcp": True,
        "dns_nameservers": [],
        "allocation_pools": [],
        "host_routes": [],
    },
}
#: What a listing's query says about the listing itself, and not about its records.
NOT_FILTERS = {
    *("fields", "limit", "marker", "offset", "usage"),
    *("is_public", "all_projects", "all_tenants", "member_status", "include_names"),
}
#: Collections whose key is not the end of their path.
KEYS = {
    "os-server-groups": "server_groups",
    "os-aggregates": "aggregates",
    "types": "volume_types",
    "os-flavor-access": "flavor_access",
    "os-volume-type-access": "volume_type_access",
}
#: What Cinder writes by GET.
ACTS = ("/associate", "/disassociate")
#: The headers that say for whom a call is.
FOR_WHOM = ("X-Auth-All-Projects", "X-Auth-Sudo-Project-ID")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the server got it. scope is that of its token, such as "project p-moodle"."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    scope: str = ""
    headers: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether it changes what the cloud holds, or asks for a token."""
        return self.method != "GET" or self.path.endswith(ACTS)


@dataclass(slots=True)
class Fault:
    """An answer in place of the true one, for a number of times, after some seconds."""

    status: int
    body: Any
    times: int
    headers: dict[str, str]
    after: float = 0.0


@dataclass(slots=True)
class Content:
    """What the cloud holds: records by path, and answers to writes that are more than the record itself."""

    records: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    regions: tuple[str, ...] = ("toulouse", "paris")
    calls: list[Call] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    #: The number of records of one page, per path, and the style of its links.
    pages: dict[str, tuple[int, str]] = field(default_factory=dict)
    made: int = 0
    #: Services that the catalogue does not have.
    lacks: tuple[str, ...] = ()
    #: How every user proves to be who it is, as tokens tell it.
    methods: tuple[str, ...] = ("password",)
    #: How users may prove to be who they are; Keystone tells it to whom asks for another method.
    loaded: tuple[str, ...] = ("password", "token", "application_credential")


class CloudServer:
    """Serves a Content; a test puts its own in place."""

    def __init__(self) -> None:
        self.content = Content()
        self._lock = threading.Lock()
        served = self

        class Handler(_Handler):
            cloud = served

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        # The least poll that does not cost: it is the time that stopping takes.
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()

    def hold(self, records: Mapping[str, Any], answers: Mapping[str, Any] | None = None) -> Content:
        """Hold these records and no others, with no call made so far."""
        self.content = Content(copy.deepcopy(dict(records)), copy.deepcopy(dict(answers or {})))
        return self.content

    def fail(
        self,
        call: str,
        status: int,
        body: Any = None,
        times: int = 1000,
        headers: Mapping[str, str] | None = None,
        after: float = 0.0,
    ) -> None:
        """Answer a call such as "GET network toulouse /networks" with an error, so many times, after some seconds."""
        self.content.faults[call] = Fault(status, body, times, dict(headers or {}), after)

    def writes(self) -> list[dict[str, Any]]:
        """Return the calls that wrote, tokens, leases and the mark of the product aside, in the form of the tables."""
        return [
            {" ".join((call.method, f"{call.path}{_asked(call)}", *call.headers)): call.body}
            for call in self.content.calls
            if call.writes
            and call.path != "identity /auth/tokens"
            and "/tags/etat.cloud-lease" not in call.path
            and not call.path.endswith("/tags/managed_by:etat.cloud")
        ]

    def scopes(self) -> list[str]:
        """Return the scopes of the tokens with which calls wrote."""
        return [call.scope for call in self.content.calls if call.writes and call.path != "identity /auth/tokens"]

    def reads(self, path: str) -> list[Call]:
        """Return the calls that read a path."""
        return [call for call in self.content.calls if call.method == "GET" and call.path == path]

    # --- what is answered

    def answer(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        """Return the status, the body and the headers of an answer."""
        with self._lock:
            self.content.calls.append(call)
            fault = self.content.faults.get(f"{call.method} {call.path}")
            if fault and fault.times:
                fault.times -= 1
                # Not time.sleep, which tests of pauses take away.
                threading.Event().wait(fault.after)
                return fault.status, fault.body, fault.headers
            if call.path == "identity /auth/tokens":
                return self._token(call.body["auth"])
            if call.path.endswith(" /"):
                return 200, self._versions(call.path), {}
            if call.path.startswith("object-store "):
                return self._objects(call)
            status, body = getattr(self, f"_{call.method.lower()}")(call)
            return status, body, {}

    def _versions(self, root: str) -> dict[str, Any]:
        """Return what a service says of its versions at its root; only two are ever asked."""
        if root == "identity /":
            links = [{"rel": "self", "href": f"{self.address}/identity/v3/"}]
            return {"version": {"id": "v3.14", "status": "stable", "links": links}}
        links = [{"rel": "self", "href": f"{self.address}/network/{root.split()[1]}/v2.0/"}]
        return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]}

    def _token(self, asked: Mapping[str, Any]) -> tuple[int, Any, dict[str, str]]:
        if not set(asked["identity"]["methods"]) <= set(self.content.loaded):
            error = {"code": 401, "message": "Attempted to authenticate with an unsupported method."}
            return 401, {"error": {**error, "identity": {"methods": list(self.content.loaded)}}}, {}
        user = asked["identity"]["password"]["user"]
        if user["password"] != PASSWORD or user["name"] not in USERS:
            return 401, {"error": {"code": 401, "message": "The request you have made requires authentication."}}, {}
        scope = asked.get("scope", {})
        token: dict[str, Any] = {
            "methods": list(self.content.methods),
            "user": {"id": f"u-{user['name']}", "name": user["name"], "domain": {"id": "default", "name": "Default"}},
            "roles": [{"id": f"r-{role}", "name": role} for role in USERS[user["name"]]],
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2099-01-01T00:00:00.000000Z",
        }
        said = "nothing"
        if "project" in scope:
            project = self._named("/projects", scope["project"])
            domain = self._named("/domains", {"id": project["domain_id"]})
            token["project"] = {"id": project["id"], "name": project["name"], "domain": domain}
            said = f"project {project['id']}"
        elif "domain" in scope:
            token["domain"] = self._named("/domains", scope["domain"])
            said = f"domain {token['domain']['id']}"
        elif "system" in scope:
            token["system"], said = {"all": True}, "system"
        token["catalog"] = self._catalogue(token.get("project", {}).get("id", ""))
        return 201, {"token": token}, {"X-Subject-Token": said}

    def _named(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = next(
            record
            for record in self.content.records[f"identity {path}"]
            if ("id" in asked and record["id"] == asked["id"]) or ("name" in asked and record["name"] == asked["name"])
        )
        return {name: found[name] for name in ("id", "name", "domain_id") if name in found}

    def _catalogue(self, project: str) -> list[dict[str, Any]]:
        # The object store has an address for each project, and only some clouds have one.
        objects = {"object-store": f"/v1/AUTH_{project}"} if project and self._has_objects() else {}
        return [
            {
                "type": service,
                "name": service,
                "id": service,
                "endpoints": [
                    {
                        "id": f"{service}-{region}",
                        "interface": "public",
                        "region": region,
                        "region_id": region,
                        "url": "/".join(
                            part for part in (self.address, service, "" if service == "identity" else region) if part
                        )
                        + version,
                    }
                    for region in self.content.regions
                ],
            }
            for service, version in {**ENDPOINTS, **objects}.items()
            if service not in self.content.lacks
        ]

    def _has_objects(self) -> bool:
        return any(path.startswith("object-store ") for path in self.content.records)

    def _objects(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        """Answer as Swift does. An account is held with its headers, and its containers with theirs."""
        place, path = call.path.split(" /")
        account, _slash, container = path.partition("/")
        held = self.content.records.get(f"{place} /{account}")
        if held is None or (container and container not in held["containers"]):
            return *_missing(call.path), {}
        if call.method == "HEAD":
            return 204, None, held["containers"][container] if container else held["headers"]
        after = dict(call.query).get("marker", "")
        return 200, [{"name": name} for name in sorted(held["containers"]) if name > after], {}

    def _get(self, call: Call) -> tuple[int, Any]:
        if call.writes:
            return 202, None
        held = self.content.records.get(call.path)
        asked = "&".join(f"{name}={value}" for name, value in call.query)
        held = self.content.records.get(f"{call.path}?{asked}", held)
        if isinstance(held, Mapping):
            return 200, held
        path = call.path.removesuffix("/detail")
        held = self.content.records.get(path) if held is None else held
        name = _key(path)
        if held is None:
            record = self._record(call.path)
            collection = _key(call.path.rpartition("/")[0])
            return (200, {_singular(collection): record}) if record else _missing(call.path)
        found = [record for record in held if _matches(record, call.query)][int(dict(call.query).get("offset", 0)) :]
        fields = [value for key, value in call.query if key == "fields"]
        if fields:
            found = [{name: record[name] for name in fields if name in record} for record in found]
        return 200, self._page(call, name, found)

    def _page(self, call: Call, name: str, found: list[Any]) -> dict[str, Any]:
        if call.path not in self.content.pages:
            return {name: found}
        size, style = self.content.pages[call.path]
        marker = dict(call.query).get("marker")
        start = next((index + 1 for index, record in enumerate(found) if record["id"] == marker), 0)
        shown, rest = found[start : start + size], found[start + size :]
        query = "&".join(f"{key}={value}" for key, value in call.query if key != "marker")
        # The host of a link is not always one that the client can reach.
        link = f"http://behind.a.proxy/list?{query}&marker={shown[-1]['id']}" if rest else None
        if style == "keystone":
            return {name: shown, "links": {"self": "", "previous": None, "next": link}}
        if style == "rel":
            return {name: shown, f"{name}_links": [{"rel": "next", "href": link}] if link else []}
        return {
            name: shown,
            f"{name}_links": [{"rel": "previous", "href": "x"}]
            if not link
            else [{"rel": "previous", "href": "x"}, {"rel": "next", "href": link}],
        }

    def _record(self, path: str) -> dict[str, Any] | None:
        collection, id = path.rsplit("/", 1)
        held = self.content.records.get(collection, ())
        if not isinstance(held, list):
            return None
        return next((record for record in held if str(record.get("id")) == id), None)

    def _post(self, call: Call) -> tuple[int, Any]:
        if call.path.endswith(" /security-group-rules") and "security_group_rule" in call.body:
            return self._add_rule(call)
        if not all(isinstance(sent, (dict, list)) for sent in call.body.values()):
            # Designate and Glance wrap nothing.
            return 201, self._new(call.path, call.body)
        for wrapper, sent in call.body.items():
            several = isinstance(sent, list)
            made = [self._new(call.path, record) for record in (sent if several else [sent])]
            held = self.content.records.setdefault(call.path, [])
            if isinstance(held, list):
                held.extend(made)
            told = self.content.answers.get(f"POST {call.path}", {})
            answers = [{**record, **told} for record in made]
            return 201, {wrapper: answers if several else answers[0]}
        raise AssertionError("a creation without a body")

    def _rules(self, path: str) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
        """Return the rules inside the security groups of a region, each with the list that it is in."""
        groups = self.content.records.get(path.partition("/")[0] + "/security-groups", ())
        return [
            (group["security_group_rules"], rule) for group in groups for rule in group.get("security_group_rules", ())
        ]

    def _add_rule(self, call: Call) -> tuple[int, Any]:
        sent = call.body["security_group_rule"]
        if any({**rule, **sent} == rule for _listed, rule in self._rules(call.path)):
            return 409, {"NeutronError": {"type": "SecurityGroupRuleExists", "message": "Security group rule exists"}}
        groups = self.content.records[call.path.partition("/")[0] + "/security-groups"]
        group = next(group for group in groups if group["id"] == sent["security_group_id"])
        group["security_group_rules"].append(self._new(call.path, sent))
        return 201, {"security_group_rule": group["security_group_rules"][-1]}

    def _new(self, path: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        self.content.made += 1
        return {"id": f"new-{self.content.made}", **DEFAULTS.get(path.rpartition("/")[2], {}), **sent}

    def _tag(self, call: Call) -> tuple[int, Any]:
        """Put a tag on a record, or take it away, as Keystone and Neutron do."""
        holder, tag = call.path.rsplit("/tags/", 1)
        record = self._record(holder)
        if record is None:
            return _missing(holder)
        tags = record.setdefault("tags", [])
        if call.method == "DELETE" and tag not in tags:
            return _missing(call.path)
        tags[:] = [other for other in tags if other != tag] + ([tag] if call.method == "PUT" else [])
        return 201, None

    def _put(self, call: Call) -> tuple[int, Any]:
        if "/tags/" in call.path:
            return self._tag(call)
        if f"PUT {call.path}" in self.content.answers:
            return 200, self.content.answers[f"PUT {call.path}"]
        record = self._record(call.path)
        if record is not None and isinstance(call.body, list):
            return 200, _patched(record, call.body)
        if record is not None and call.body:
            wrapper, sent = next(iter(call.body.items()))
            record.update(sent if isinstance(sent, dict) else call.body)
            return 200, {wrapper: record}
        return 200, call.body or {}

    _patch = _put

    def _delete(self, call: Call) -> tuple[int, Any]:
        if "/tags/" in call.path:
            return self._tag(call)
        collection, id = call.path.rsplit("/", 1)
        if collection.endswith(" /security-group-rules"):
            for listed, rule in self._rules(call.path):
                if rule.get("id") == id:
                    listed.remove(rule)
        held = self.content.records.get(collection)
        if isinstance(held, list):
            held[:] = [record for record in held if str(record.get("id")) != id]
        return 204, None


def _patched(record: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """Change a record as Glance does."""
    for step in patch:
        name = step["path"].removeprefix("/")
        if step["op"] == "remove":
            del record[name]
        else:
            record[name] = step["value"]
    return record


def _key(path: str) -> str:
    """Return the key under which a listing has its records."""
    last = path.rpartition("/")[2]
    return KEYS.get(last, last.replace("-", "_"))


def _singular(collection: str) -> str:
    return f"{collection.removesuffix('ies')}y" if collection.endswith("ies") else collection.removesuffix("s")


def _asked(call: Call) -> str:
    """Return the query of a call that writes by it."""
    return f"?{'&'.join(f'{name}={value}' for name, value in call.query)}" if call.path.endswith(ACTS) else ""


def _missing(path: str) -> tuple[int, Any]:
    return 404, {"error": {"code": 404, "message": f"{path} could not be found"}}


def _matches(record: Mapping[str, Any], query: tuple[tuple[str, str], ...]) -> bool:
    """Return whether a record has, for each name in a query, one of its values. Dots lead into a record."""
    asked: dict[str, set[str]] = {}
    for name, value in query:
        if name not in NOT_FILTERS:
            asked.setdefault(name, set()).add(value)
    return all(str(_value(record, name)) in values for name, values in asked.items())


def _value(record: Mapping[str, Any], name: str) -> Any:
    found: Any = record
    for part in name.split(".") if name not in record else [name]:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


class _Handler(BaseHTTPRequestHandler):
    """Turns HTTP into calls of the server and its answers into HTTP."""

    cloud: CloudServer
    protocol_version = "HTTP/1.1"
    #: Answers leave in one piece; in two, the second would wait for an acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        service, *rest = unquote(parts.path).strip("/").split("/")
        region = "" if service == "identity" else rest.pop(0)
        version = VERSIONED[service].strip("/")
        path = "/" + "/".join(rest[1:] if rest[:1] == [version] else rest)
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length)
        status, body, headers = self.cloud.answer(
            Call(
                method=self.command,
                path=" ".join(part for part in (service, region, path) if part),
                query=tuple(parse_qsl(parts.query)),
                body=json.loads(text) if text else None,
                scope=self.headers.get("X-Auth-Token", ""),
                headers=tuple(f"{name}={self.headers[name]}" for name in FOR_WHOM if name in self.headers),
            )
        )
        sent = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("x-openstack-request-id", "req-1")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the calls are recorded."""


for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{method}", _Handler._serve)


def clouds(address: str) -> dict[str, Any]:
    """Return the clouds.yaml of a cloud at an address: one entry for each kind of account."""

    def entry(user: str, **scope: str) -> dict[str, Any]:
        auth = {"auth_url": f"{address}/identity/v3", "username": user, "password": PASSWORD}
        return {"auth": {**auth, "user_domain_name": "Default", **scope}, "identity_api_version": "3"}

    return {
        "clouds": {
            "interne": entry("admin", project_name="admin", project_domain_name="Default"),
            "interne-reader": entry("member", system_scope="all"),
            "interne-education": entry("manager", domain_name="education"),
            "interne-auditor": entry("reader", domain_name="education"),
            "externe-notebooks": entry("member", project_name="notebooks", project_domain_name="education"),
        }
    }


def serve() -> Iterator[CloudServer]:
    """Yield a running server and stop it afterwards."""
    server = CloudServer()
    yield server
    server.stop()
