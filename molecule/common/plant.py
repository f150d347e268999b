#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants known weaknesses and their look-alikes in tenants of the lab, from the tables in planted/, or removes them.

Each table has shared, things that several entries are about, and entries, and is skipped where needs names a service
that the region does not have. Every step of either is a mapping with one of

  KIND: {…}       what is created: KINDS below. It is named like the entry, and the entry's tenant owns it
  METHOD: place   a call, such as put: network /routers/${edge}/add_router_interface, with json, headers or data
  rules: […]      rules of the group that is called group, in the words of rule() below

and may have as, the name by which later texts call what was answered, and by: admin, builder or leaver. What is shared
is made as soon as what it names is there, and what after names.

In all texts ${NAME} is the id of what has that name, ${NAME.FIELD} a field of it, and ${day-400} the day 400 days ago.
Names are those of the entry's own steps, then of what is shared, then those of tenants (their projects) and of domains;
${project}, ${domain}, ${default}, ${builder} and ${leaver} are the entry's own. join: [a, b] is the text ab, for what
must not stand in any file as a whole: each looks like a secret, and is none. base64 and packed: text are user data, and
bytes: [N, text] are those of an image, first N zeros and then the text. join and packed may have secret: NAME beside
them, which says that no output of the audit may hold that text; tells: {NAME: FIELD} says it of fields of the answer.

An entry with rules of its own gets a group for them, as its first step; with closed: true one without Neutron's open
egress rules. Its objects are then its rules.

An entry claims that its control fails its object (weak: true), or that it does not. The object is what its last step
made, or what object names, or each of objects. later: N claims it of an audit in N days.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import lab
import openstack
import yaml
from keystoneauth1 import exceptions as keystoneauth

HERE = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"])
WORKERS = 8
#: The people of each domain, members of all its projects: one who builds, and one whose account is closed later.
BUILDER, LEAVER = "builder", "leaver"
PEOPLE = [BUILDER, LEAVER]
REFERENCE = re.compile(r"\$\{([^}]+)\}")
METHODS = ("post", "put", "patch", "delete", "get")
#: The services that show to members of a project alone what lies in it.
MEMBERS_ONLY = ("key_manager", "object_store")
#: Room for all that one tenant gets.
ROOM = {
    "security_group": 100,
    "security_group_rule": 500,
    "network": 50,
    "subnet": 50,
    "port": 100,
    "floatingip": 30,
    # Neutron counts what is being made, and for a while what was not, so several at once need more than they are.
    "rbac_policy": 30,
}

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """How one kind of thing is created.

    owner: the field in which the administrator says whose it is, a hyphen where it is nobody's; where there is none, a
    member of the project creates it. wrapped: whether the body has the kind as its only key. bulk: the key under which
    several are created at once. ready: the status that it must reach before anything is done with it. same: the field
    that all of a bulk must share. named: whether it has a name. shows: what its address ends with that shows all of it.
    """

    service: str
    path: str
    owner: str = ""
    wrapped: bool = True
    bulk: str = ""
    ready: str = ""
    same: str = ""
    named: bool = True
    microversion: str = ""
    shows: str = ""


NEUTRON = {"service": "network", "owner": "project_id"}
KINDS: Mapping[str, Kind] = {
    "network": Kind(**NEUTRON, path="/networks", bulk="networks"),
    "subnet": Kind(**NEUTRON, path="/subnets", bulk="subnets"),
    "port": Kind(**NEUTRON, path="/ports", bulk="ports"),
    "router": Kind(**NEUTRON, path="/routers"),
    "floatingip": Kind(**NEUTRON, path="/floatingips", named=False),
    "security_group": Kind(**NEUTRON, path="/security-groups", bulk="security_groups"),
    "security_group_rule": Kind(
        **NEUTRON,
        path="/security-group-rules",
        bulk="security_group_rules",
        same="security_group_id",
        named=False,
    ),
    "address_group": Kind(**NEUTRON, path="/address-groups"),
    "address_scope": Kind(**NEUTRON, path="/address-scopes"),
    "subnetpool": Kind(**NEUTRON, path="/subnetpools"),
    "rbac_policy": Kind(**NEUTRON, path="/rbac-policies", named=False),
    "trunk": Kind(**NEUTRON, path="/trunks"),
    "policy": Kind(**NEUTRON, path="/qos/policies"),
    "image": Kind("image", "/images", owner="owner", wrapped=False),
    "keypair": Kind("compute", "/os-keypairs"),
    "server": Kind("compute", "/servers", ready="ACTIVE", microversion="2.90"),
    "server_group": Kind("compute", "/os-server-groups", microversion="2.64"),
    "flavor": Kind("compute", "/flavors", owner="-"),
    "volume": Kind("block_storage", "/volumes", ready="available"),
    "snapshot": Kind("block_storage", "/snapshots", ready="available"),
    "transfer": Kind("block_storage", "/volume-transfers", microversion="3.57"),
    "volume_type": Kind("block_storage", "/types", owner="-"),
    "secret": Kind("key_manager", "/secrets", wrapped=False, shows="/payload"),
    "container": Kind("key_manager", "/containers", wrapped=False),
    "zone": Kind("dns", "/zones", wrapped=False, ready="ACTIVE"),
    "loadbalancer": Kind(
        "load_balancer",
        "/lbaas/loadbalancers",
        owner="project_id",
        ready="ACTIVE",
    ),
    "listener": Kind("load_balancer", "/lbaas/listeners", owner="project_id", ready="ACTIVE"),
    "pool": Kind("load_balancer", "/lbaas/pools", owner="project_id", ready="ACTIVE"),
    "healthmonitor": Kind("load_balancer", "/lbaas/healthmonitors", owner="project_id", ready="ACTIVE"),
    "l7policy": Kind("load_balancer", "/lbaas/l7policies", owner="project_id", ready="ACTIVE"),
    "user": Kind("identity", "/users", owner="-"),
    "group": Kind("identity", "/groups", owner="-"),
    "role": Kind("identity", "/roles", owner="-"),
    "trust": Kind("identity", "/OS-TRUST/trusts", named=False),
    "credential": Kind("identity", "/credentials", owner="-", named=False),
    "share_network": Kind("shared_file_system", "/share-networks"),
}


@dataclass
class Entry:
    """One claim of a table, or one thing that is shared, with the names that its steps gave."""

    id: str
    tenant: str
    steps: Sequence[Step]
    said: Mapping[str, Any]
    names: dict[str, Any] = field(default_factory=dict)


def tables() -> dict[str, dict[str, Any]]:
    """Return the tables by name."""
    read = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (HERE / "planted").glob("*.yml")}
    return dict(sorted(read.items()))


def digest() -> str:
    """Return what stands for all tables and the tenants: planted anew when it changes."""
    files = sorted([*(HERE / "planted").glob("*.yml"), HERE / "vars/tenants.yml", Path(__file__)])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def manifest() -> Path:
    """Return the file that says what was planted."""
    return lab.folder() / "planted.yml"


def tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


class Planter:
    """Plants what the tables say."""

    def __init__(self) -> None:
        self.admin = lab.connect()
        self.names: dict[str, Any] = {}
        self.domains: dict[str, str] = {}
        self.described: dict[str, Any] = yaml.safe_load((HERE / "vars/tenants.yml").read_text(encoding="utf-8"))
        self.of: dict[str, str] = {
            name: domain for domain, said in self.described.items() for name in said.get("projects", {})
        }
        self.defaults: dict[str, str] = {}
        self.sessions: dict[tuple[str, str], Any] = {}
        self.lock = Lock()
        self.calls = 0
        self.failed: dict[str, str] = {}
        self.secrets: list[dict[str, Any]] = []

    # --- the ground

    def ground(self) -> None:
        """Make the domains, the projects and the person who builds in them, and let the lab's reader look."""
        roles = {role["name"]: role for role in lab.listing(self.admin.identity, "/roles", "roles")}
        self.names.update({f"role:{name}": role for name, role in roles.items()})
        images = {image.name: {"id": image.id} for image in self.admin.image.images()}
        flavors = self.admin.compute.get("/flavors").json()["flavors"]
        self.names["tiny"] = next(flavor for flavor in flavors if flavor["name"] == "m1.tiny")
        types = lab.accept(self.admin.block_storage.get("/types")).json()["volume_types"]
        self.names["standard"] = next(found for found in types if found["name"] == "standard")
        self.names["debian"] = images["debian-12"]
        networks = lab.listing(self.admin.network, "/networks?name=public", "networks")
        self.names["public"] = networks[0]
        for name in self.described:
            body = {"domain": {"name": f"{lab.prefix()}{name}", "description": ""}}
            made = lab.accept(self.admin.identity.post("/domains", json=body)).json()["domain"]
            self.domains[name], self.names[name] = made["id"], made
        # The key manager shows secrets to members only, even to the administrator of the cloud.
        for looks, role in (("reader", "reader"), ("admin", "member")):
            user = lab.listing(self.admin.identity, f"/users?name={looks}&domain_id=default", "users")[0]
            for id in self.domains.values():
                path = f"/OS-INHERIT/domains/{id}/users/{user['id']}/roles/{roles[role]['id']}"
                lab.accept(self.admin.identity.put(f"{path}/inherited_to_projects"))
        # A parent comes before its children.
        for children in (False, True):
            waiting = [name for name, said in self._projects() if bool(said.get("parent")) is children]
            self._at_once(self._project, waiting)
        lab.people(
            {
                "users": {f"{lab.prefix()}{name}": PEOPLE for name in self.domains},
                "grants": [
                    {"user": person, "domain": f"{lab.prefix()}{name}", "role": "member", "inherited": True}
                    for name in self.domains
                    for person in PEOPLE
                ],
                "entries": {
                    name: {
                        "domain": f"{lab.prefix()}{domain}",
                        "user": BUILDER,
                        "scope": {"project_name": name, "project_domain_name": f"{lab.prefix()}{domain}"},
                    }
                    for name, domain in self.of.items()
                },
            }
        )
        for name, id in self.domains.items():
            for user in lab.listing(self.admin.identity, f"/users?domain_id={id}", "users"):
                self.names[f"{user['name']}@{name}"] = user
        self._at_once(self._room, self.of)

    def _projects(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for said in self.described.values():
            yield from ((name, given or {}) for name, given in said.get("projects", {}).items())

    def _project(self, name: str) -> None:
        given = dict(self.described[self.of[name]]["projects"][name] or {})
        given["tags"] = [self.text(tag, None) for tag in given.get("tags", ())]
        if "parent" in given:
            given["parent_id"] = self.names[given.pop("parent")]["id"]
        body = {"name": name, "domain_id": self.domains[self.of[name]], **given}
        made = lab.accept(self.admin.identity.post("/projects", json={"project": body})).json()["project"]
        with self.lock:
            self.names[name] = made

    def _room(self, name: str) -> None:
        id = self.names[name]["id"]
        lab.accept(self.admin.network.put(f"/quotas/{id}", json={"quota": ROOM}))
        # Neutron makes the default group of a project when its groups are asked for.
        groups = lab.listing(self.admin.network, f"/security-groups?project_id={id}&name=default", "security_groups")
        with self.lock:
            self.defaults[name] = groups[0]["id"]

    # --- steps

    def plant(self, listed: Sequence[Entry]) -> None:
        """Take the first step of all, then the second one, and so on; what can be created at once is."""
        for index in range(max((len(entry.steps) for entry in listed), default=0)):
            here = [(one, one.steps[index]) for one in listed if len(one.steps) > index and one.id not in self.failed]
            batches: dict[tuple[str, str], list[tuple[Entry, Step]]] = {}
            alone: list[tuple[Entry, Step]] = []
            for entry, step in here:
                kind = KINDS[_kind(step)] if _kind(step) else None
                if kind and kind.bulk and step.get("by", "admin") == "admin":
                    same = self.value(step[_kind(step)], entry).get(kind.same, "") if kind.same else ""
                    batches.setdefault((_kind(step), same), []).append((entry, step))
                else:
                    alone.append((entry, step))
            self._at_once(
                self._bulk, [batch[at : at + 40] for batch in batches.values() for at in range(0, len(batch), 40)]
            )
            self._at_once(lambda one: self._step(*one), alone)
            self._await(here)
            tell(f"step {index + 1} of {len(here)} entries") if len(listed) > 1 else None

    def share(self, steps: Sequence[Step]) -> None:
        """Make what entries share, each as soon as what it names, or says to come after, is there."""
        waiting = {step["as"]: Entry(step["as"], step["tenant"], [step], step) for step in steps}
        while waiting:
            ready = [entry for entry in waiting.values() if not waiting.keys() & _needed(entry.said)]
            if not ready:
                raise RuntimeError(f"these wait for each other: {', '.join(waiting)}")
            self.plant(ready)
            for entry in ready:
                if entry.id in entry.names:
                    self.names[entry.id] = entry.names[entry.id]
                del waiting[entry.id]

    def _at_once(self, work: Callable[[Any], Any], listed: Iterable[Any]) -> None:
        with ThreadPoolExecutor(WORKERS) as pool:
            for _done in pool.map(work, listed):
                pass

    def _bulk(self, batch: Sequence[tuple[Entry, Step]]) -> None:
        name = _kind(batch[0][1])
        kind = KINDS[name]
        bodies = [self._body(entry, step) for entry, step in batch]
        try:
            answer = self._call(self.admin, kind.service, "post", kind.path, json={kind.bulk: bodies})
        except (openstack.exceptions.HttpException, keystoneauth.ClientException) as error:
            # One that is refused takes all others with it.
            if len(batch) == 1:
                self._fail(*batch[0], error)
            else:
                self._at_once(self._bulk, [[one] for one in batch])
            return
        for (entry, step), made in zip(batch, answer, strict=True):
            self._keep(entry, step, made)

    def _fail(self, entry: Entry, step: Step, error: Exception) -> None:
        self.failed[entry.id] = f"{type(error).__name__} {error}: {step}"
        tell(f"not planted: {entry.id}")

    def claim(self, entry: Entry) -> dict[str, Any]:
        """Return what an entry claims, with the ids of its objects."""
        said = entry.said
        return {
            **{key: said[key] for key in ("id", "control", "weak", "about", "tenant")},
            "domain": f"{lab.prefix()}{self.of[entry.tenant]}",
            "later": said.get("later", 0),
            "objects": [self.text(text, entry) for text in said.get("objects", [said.get("object", "${last}")])],
        }

    def _step(self, entry: Entry, step: Step) -> None:
        try:
            self._keep(entry, step, self._taken(entry, step))
        except (openstack.exceptions.HttpException, keystoneauth.ClientException, KeyError, IndexError) as error:
            self._fail(entry, step, error)

    def _taken(self, entry: Entry, step: Step) -> Any:
        if "rules" in step:
            return self._rules(entry, step["rules"])
        name = _kind(step)
        if not name:
            method = next(method for method in METHODS if method in step)
            service, _blank, path = self.value(step[method], entry).partition(" ")
            options = {
                key: self.value(step[key], entry) for key in ("json", "headers", "data", "microversion") if key in step
            }
            return self._call(self._who(entry, step, "admin"), service.replace("-", "_"), method, path, **options)
        kind = KINDS[name]
        body = self._body(entry, step)
        options = {"json": {name: body} if kind.wrapped else body}
        if kind.microversion:
            options["microversion"] = kind.microversion
        who = self._who(entry, step, "admin" if kind.owner else BUILDER)
        return self._call(who, kind.service, "post", kind.path, **options)

    def _rules(self, entry: Entry, listed: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Make rules, those of one group at once, and return them in their order."""
        project = self.names[entry.tenant]["id"]
        bodies = [{"project_id": project, **self.value(rule(said), entry)} for said in listed]
        made: dict[int, Any] = {}
        for group in dict.fromkeys(body["security_group_id"] for body in bodies):
            own = {at: body for at, body in enumerate(bodies) if body["security_group_id"] == group}
            body = {"security_group_rules": list(own.values())}
            made |= zip(own, self._call(self.admin, "network", "post", "/security-group-rules", json=body), strict=True)
        return [made[at] for at in sorted(made)]

    def _body(self, entry: Entry, step: Step) -> dict[str, Any]:
        name = _kind(step)
        kind = KINDS[name]
        body = {"name": entry.id} if kind.named else {}
        if kind.owner not in ("", "-"):
            body[kind.owner] = self.names[entry.tenant]["id"]
        if kind.service == "identity" and name in ("user", "group"):
            body["domain_id"] = self.domains[self.of[entry.tenant]]
        body |= self.value(step[name], entry)
        # Neutron takes tags apart.
        tags = ("tags",) if kind.service == "network" else ()
        return {key: value for key, value in body.items() if value != "absent" and key not in tags}

    def _who(self, entry: Entry, step: Step, default: str) -> Any:
        name = step.get("by", default)
        if name == "admin":
            return self.admin
        domain = f"{lab.prefix()}{self.of[entry.tenant]}"
        with self.lock:
            if (entry.tenant, name) not in self.sessions:
                scope = {"project_name": entry.tenant, "project_domain_name": domain}
                self.sessions[entry.tenant, name] = lab.log_in(domain, name, **scope)
        return self.sessions[entry.tenant, name]

    def _call(self, who: Any, service: str, method: str, path: str, **options: Any) -> Any:
        with self.lock:
            self.calls += 1
            proxy = getattr(who, service)
        until = time.monotonic() + 120
        answer = getattr(proxy, method)(path, **options)
        # A load balancer takes one change after the other.
        while service == "load_balancer" and answer.status_code == 409 and time.monotonic() < until:
            time.sleep(0.5)
            answer = getattr(proxy, method)(path, **options)
        lab.accept(answer)
        if not answer.content or "json" not in answer.headers.get("Content-Type", ""):
            return {}
        said = answer.json()
        inner = next(iter(said.values()), None) if isinstance(said, dict) and len(said) == 1 else None
        return inner if isinstance(inner, dict | list) else said

    def _keep(self, entry: Entry, step: Step, made: Any) -> None:
        if isinstance(made, dict):
            ref = made.get("secret_ref") or made.get("container_ref") or ""
            made.setdefault("id", ref.rpartition("/")[2] or made.get("name", ""))
            if _kind(step):
                entry.names["last"] = made
                self._tag(entry, step, made["id"])
        if "as" in step:
            entry.names[step["as"]] = made

        self._remember(entry, step, made)

    def _remember(self, entry: Entry, step: Step, made: Any) -> None:
        """Note the secrets of a step, and where the cloud shows them; those of its own making it tells only once."""
        found = [
            {"name": name, "value": value, **self._shown(entry, step, made)}
            for name, value in self._confidential(step, entry)
        ]
        found += [{"name": name, "value": made[field]} for name, field in step.get("tells", {}).items()]
        with self.lock:
            self.secrets += found

    def _shown(self, entry: Entry, step: Step, made: Any) -> dict[str, str]:
        """Return who sees what a step made, and at which address."""
        if _kind(step):
            kind = KINDS[_kind(step)]
            service, path, microversion = kind.service, f"{kind.path}/{made['id']}{kind.shows}", kind.microversion
        else:
            said = self.value(next(step[method] for method in METHODS if method in step), entry)
            service, _blank, path = said.partition(" ")
            service, microversion = service.replace("-", "_"), ""
        account = entry.tenant if service in MEMBERS_ONLY else lab.ADMIN
        return {"service": service, "path": path, "microversion": microversion, "account": account}

    def _confidential(self, given: Any, entry: Entry) -> Iterator[tuple[str, str]]:
        """Yield what a step says that no output may hold."""
        if isinstance(given, Mapping):
            if isinstance(given.get("secret"), str):
                yield given["secret"], self.value(given, entry)
            given = list(given.values())
        for inner in given if isinstance(given, list) else ():
            yield from self._confidential(inner, entry)

    def _tag(self, entry: Entry, step: Step, id: str) -> None:
        kind, tags = KINDS[_kind(step)], step[_kind(step)].get("tags")
        if tags and kind.service == "network":
            self._call(
                self.admin, kind.service, "put", f"{kind.path}/{id}/tags", json={"tags": self.value(tags, entry)}
            )

    def _await(self, here: Sequence[tuple[Entry, Step]]) -> None:
        """Wait until what was just created can be used."""
        until = time.monotonic() + 120
        for entry, step in here:
            kind = KINDS[_kind(step)] if _kind(step) else None
            if not (kind and kind.ready and "last" in entry.names):
                continue
            path = f"{kind.path}/{entry.names['last']['id']}"
            who = self._who(entry, step, "admin" if kind.owner else BUILDER)
            while True:
                said = self._call(who, kind.service, "get", path)
                status = said.get("provisioning_status") or said.get("status")
                if status == kind.ready:
                    entry.names["last"].update(said)
                    break
                if "rror" in str(status) or "ERROR" in str(status) or time.monotonic() > until:
                    raise RuntimeError(f"{entry.id}: {path} is {status}")
                time.sleep(0.3)

    # --- values

    def value(self, given: Any, entry: Entry | None) -> Any:
        """Return a value with its references replaced."""
        if isinstance(given, str):
            return self.text(given, entry)
        if isinstance(given, Mapping):
            form = set(given) - ({"secret"} if isinstance(given.get("secret"), str) else set())
            if form == {"join"}:
                return "".join(self.value(part, entry) for part in given["join"])
            if form in ({"base64"}, {"packed"}):
                text = self.value(given.get("base64", given.get("packed")), entry).encode()
                # Without the time of day, so that it is the same whenever it is asked for.
                return base64.b64encode(gzip.compress(text, mtime=0) if "packed" in given else text).decode()
            if set(given) == {"bytes"}:
                return b"".join(bytes(part) if isinstance(part, int) else part.encode() for part in given["bytes"])
            return {self.text(str(key), entry): self.value(inner, entry) for key, inner in given.items()}
        return [self.value(inner, entry) for inner in given] if isinstance(given, list) else given

    def text(self, given: str, entry: Entry | None) -> str:
        return REFERENCE.sub(lambda match: str(self._named(match[1], entry)), given)

    def _named(self, said: str, entry: Entry | None) -> Any:
        days = re.fullmatch(r"day([+-]\d+)?", said)
        if days:
            return (datetime.now(UTC).date() + timedelta(days=int(days[1] or 0))).isoformat()
        name, *fields = said.split(".")
        found = self._owned(name, entry) if entry else None
        if found is None:
            found = self.names[name]
        for part in fields:
            found = found[int(part)] if isinstance(found, list) else found[part]
        return found["id"] if isinstance(found, Mapping) else found

    def _owned(self, name: str, entry: Entry) -> Any:
        if name in entry.names:
            return entry.names[name]
        own = {
            "project": lambda: self.names[entry.tenant],
            "domain": lambda: self.names[self.of[entry.tenant]],
            "default": lambda: self.defaults[entry.tenant],
            **{person: partial(self.names.get, f"{person}@{self.of[entry.tenant]}") for person in PEOPLE},
        }
        return own[name]() if name in own else None


def _kind(step: Step) -> str:
    return next((name for name in step if name in KINDS), "")


def rule(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule as Neutron takes it.

    ports: one, or the first and the last one; from: a prefix, of which the IP version follows unless ethertype says it;
    group and addresses: a security group and an address group on the other side. Everything else is Neutron's.
    """
    first, last = said["ports"] if isinstance(said.get("ports"), list) else [said.get("ports")] * 2
    prefix = said.get("from")
    body = {
        "security_group_id": said.get("of", "${group}"),
        "direction": said.get("direction", "ingress"),
        "ethertype": said.get("ethertype", "IPv6" if ":" in (prefix or "") else "IPv4"),
        "protocol": said.get("protocol"),
        "port_range_min": first,
        "port_range_max": last,
        "remote_ip_prefix": prefix,
        "remote_group_id": said.get("group"),
        "remote_address_group_id": said.get("addresses"),
        "description": said.get("description", "planted"),
    }
    return {key: value for key, value in body.items() if value is not None}


def _needed(step: Step) -> set[str]:
    """Return the names that a step needs."""
    return {match.partition(".")[0] for match in REFERENCE.findall(yaml.safe_dump(dict(step)))} | set(
        step.get("after", ())
    )


def entries(read: Mapping[str, Mapping[str, Any]]) -> list[Entry]:
    """Return the entries of all tables."""
    return [_entry(said) for table in read.values() for said in table["entries"]]


def _entry(said: Mapping[str, Any]) -> Entry:
    if "rules" not in said:
        return Entry(said["id"], said["tenant"], said.get("make", ()), said)
    steps: list[Step] = [{"security_group": {"description": "planted"}, "as": "group"}, *said.get("make", ())]
    if said.get("closed"):
        steps += [{"delete": f"network /security-group-rules/${{group.security_group_rules.{at}}}"} for at in (0, 1)]
    steps.append({"rules": said["rules"], "as": "rules"})
    objects = [f"${{rules.{at}}}" for at in range(len(said["rules"]))]
    return Entry(said["id"], said["tenant"], steps, {"objects": objects, **said} if "object" not in said else said)


def present(only: Sequence[str]) -> None:
    """Plant, unless the same is planted already."""
    said = yaml.safe_load(manifest().read_text(encoding="utf-8")) if manifest().exists() else {}
    there = {domain["name"]: domain["id"] for domain in lab.Domains(lab.connect(), lab.prefix()).domains}
    if said.get("digest") == digest() and said["domains"] == there:
        tell("0 planted: all of it is there")
        return
    absent()
    start = time.monotonic()
    planter = Planter()
    planter.ground()
    tell(f"{len(planter.of)} tenants after {time.monotonic() - start:.0f} s")
    read = {name: table for name, table in tables().items() if not only or name in only}
    for name, table in list(read.items()):
        if "needs" in table and not lab.has(planter.admin, table["needs"]):
            tell(f"{name} is skipped: the region has no {read.pop(name)['needs']}")
    planter.share([step for table in read.values() for step in table.get("shared", ())])
    tell(f"what is shared after {time.monotonic() - start:.0f} s")
    listed = entries(read)
    planter.plant(listed)
    planted = []
    for entry in listed:
        try:
            planted += [planter.claim(entry)] if entry.id not in planter.failed else []
        except (KeyError, IndexError) as error:
            planter.failed[entry.id] = f"nothing is called {error}"
    lab.write_secret(
        manifest(),
        {
            "digest": "" if only or planter.failed else digest(),
            "domains": {f"{lab.prefix()}{name}": id for name, id in planter.domains.items()},
            "entries": planted,
            "secrets": planter.secrets,
        },
    )
    if planter.failed:
        raise RuntimeError("\n".join(["not planted:", *(f"{id}: {why}" for id, why in planter.failed.items())]))
    weak = sum(entry["weak"] for entry in planted)
    tell(
        f"{weak} weaknesses and {len(planted) - weak} look-alikes planted in {len(planter.of)} tenants, with "
        f"{planter.calls} calls in {time.monotonic() - start:.0f} s"
    )


def absent() -> None:
    """Remove every trace, also of a run that was interrupted."""
    start = time.monotonic()
    manifest().unlink(missing_ok=True)
    swept = _unfasten(lab.connect()) + lab.sweep()
    tell(f"{swept} objects swept in {time.monotonic() - start:.0f} s")


def _unfasten(admin: Any) -> int:
    """Take away what the common sweep does not know, and what keeps it from deleting; return how many that was.

    Several at once, in the order in which things let go of each other; each is asked for only then, since some go with
    what was before.
    """
    there = lab.Domains(admin, lab.prefix())
    ids = {project["id"] for project in there.projects} | lab.orphans(admin)
    people = [
        user["id"]
        for domain in there.domains
        for user in lab.listing(admin.identity, f"/users?domain_id={domain['id']}", "users")
    ]
    waves = (
        _of_people(admin, people),
        _of_storage(admin, ids),
        _of_images(admin, ids),
        _of_load_balancers(admin, ids),
        # What is forwarded to a port goes with it.
        *(_of_network(admin, ids, name) for name in ("trunks", "ports", "floatingips")),
        _of_interfaces(admin, ids),
        *(_of_network(admin, ids, name) for name in CLEARED),
    )
    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(
            bool(lab.accept(answer, missing=True)) for wave in waves for answer in pool.map(lambda call: call(), wave)
        )


#: The collections of Neutron that most of what is planted lies in; of the others the common sweep takes care.
CLEARED = ("routers", "networks", "security-groups", "address-groups")
Calls = Iterator[Callable[[], Any]]


def _of_people(admin: Any, people: Iterable[str]) -> Calls:
    for collection in ("identity_providers", "mappings"):
        path = f"/OS-FEDERATION/{collection}"
        for found in lab.listing(admin.identity, path, collection):
            if found["id"].startswith(lab.prefix()):
                yield partial(admin.identity.delete, f"{path}/{found['id']}")
    for id in people:
        keys = admin.compute.get(f"/os-keypairs?user_id={id}", microversion="2.10")
        for found in lab.accept(keys).json()["keypairs"]:
            path = f"/os-keypairs/{found['keypair']['name']}?user_id={id}"
            yield partial(admin.compute.delete, path, microversion="2.10")


def _of_storage(admin: Any, ids: set[str]) -> Calls:
    storage = admin.block_storage
    transfers = storage.get("/volume-transfers/detail?all_tenants=1", microversion="3.57")
    for found in lab.accept(transfers).json()["transfers"]:
        if found["source_project_id"] in ids:
            yield partial(storage.delete, f"/volume-transfers/{found['id']}", microversion="3.57")
    for found in lab.accept(storage.get("/snapshots/detail?all_tenants=1")).json()["snapshots"]:
        if found["os-extended-snapshot-attributes:project_id"] in ids:
            yield partial(storage.delete, f"/snapshots/{found['id']}")


def _of_images(admin: Any, ids: set[str]) -> Calls:
    headers = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    for image in admin.image.images():
        if image.owner in ids:
            if image.is_protected:
                change = [{"op": "replace", "path": "/protected", "value": False}]
                lab.accept(admin.image.patch(f"/images/{image.id}", json=change, headers=headers))
            yield partial(admin.image.delete, f"/images/{image.id}")


def _of_load_balancers(admin: Any, ids: set[str]) -> Calls:
    if lab.has(admin, "load-balancer"):
        for found in lab.accept(admin.load_balancer.get("/lbaas/loadbalancers")).json()["loadbalancers"]:
            if found["project_id"] in ids:
                yield partial(admin.load_balancer.delete, f"/lbaas/loadbalancers/{found['id']}?cascade=true")


def _of_interfaces(admin: Any, ids: set[str]) -> Calls:
    for port in lab.listing(admin.network, "/ports?device_owner=network:router_interface", "ports"):
        if port["project_id"] in ids:
            path = f"/routers/{port['device_id']}/remove_router_interface"
            yield partial(admin.network.put, path, json={"port_id": port["id"]})


def _of_network(admin: Any, ids: set[str], collection: str) -> Calls:
    for found in lab.listing(admin.network, f"/{collection}", collection.replace("-", "_")):
        if found["project_id"] in ids and not found.get("device_owner", "").startswith("network:"):
            yield partial(admin.network.delete, f"/{collection}/{found['id']}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("state", choices=["present", "absent"])
    parser.add_argument("tables", nargs="*", help="the tables to plant, by name; all when none is named")
    arguments = parser.parse_args()
    if arguments.state == "present":
        present(arguments.tables)
    else:
        absent()
    sys.stdout.flush()
