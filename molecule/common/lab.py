# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios do to the lab without the product: log in, look, make users, and sweep everything away.

Everything a scenario makes lies in domains whose names begin with its prefix, molecule-SCENARIO-.
"""

from __future__ import annotations

import base64
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openstack
import yaml
from keystoneauth1 import exceptions as keystoneauth
from openstack.config import OpenStackConfig

REGION = "toulouse"
ADMIN = "interne"
#: The file in the scenario's folder with the secrets of its users' one-time passwords.
SEEDS = "one-time-passwords.yml"

#: The collections of Neutron, in an order in which they can be deleted.
NETWORK = (
    "trunks",
    "floatingips",
    "routers",
    "ports",
    "networks",
    "subnets",
    "subnetpools",
    "address-scopes",
    "security-groups",
    "address-groups",
    "qos/policies",
    "rbac-policies",
)
#: The owners of the ports of routers: plain, highly available and distributed ones.
INTERFACES = (
    "network:router_interface",
    "network:ha_router_replicated_interface",
    "network:router_interface_distributed",
)
#: What goes with something else: subnets with their networks, and policies of sharing with what is shared.
INCLUDED = ("subnets", "rbac-policies")
ALL_PROJECTS = {"X-Auth-All-Projects": "true"}
#: Services that not every lab has: where their limits are, under which key, and with which headers.
FURTHER: dict[str, tuple[str, str, dict[str, str]]] = {
    "load-balancer": ("/lbaas/quotas", "quota", {}),
    "key-manager": ("/project-quotas", "project_quotas", {}),
    "dns": ("/quotas", "", ALL_PROJECTS),
    "shared-file-system": ("/quota-sets", "quota_set", {"X-OpenStack-Manila-API-Version": "2.40"}),
}
#: Those that show all of an object.
MICROVERSIONS = {"flavors": "2.64"}
DEFAULT_TYPES = "3.62"
#: What changes of itself.
VOLATILE = {
    "updated_at",
    "updated",
    "links",
    "last_modified",
    "OS-EXT-STS:task_state",
    "progress",
    "status",
    "action",
    "serial",
    "version",
}


def folder() -> Path:
    """Return the scenario's own folder for what lives as long as a run."""
    return Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])


def prefix() -> str:
    return f"molecule-{os.environ['MOLECULE_SCENARIO_NAME']}-"


def accounts_file() -> Path:
    """Return the clouds.yaml of the scenario: the lab's entries and its own."""
    return folder() / "clouds.yaml"


def write_secret(path: Path, content: object) -> None:
    """Write a file that nobody else may read, not even for an instant."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        yaml.safe_dump(content, file)


def connect(entry: str = ADMIN, **scope: str) -> Any:
    """Connect with an entry of clouds.yaml, in another scope than its own where one is named."""
    file = accounts_file() if accounts_file().exists() else Path(os.environ["OS_CLIENT_CONFIG_FILE"])
    config = OpenStackConfig(config_files=[str(file)], load_envvars=False)
    if scope:
        scopes = ("project_name", "project_domain_name", "domain_name", "system_scope", "project_id")
        auth = config.cloud_config["clouds"][entry]["auth"]
        config.cloud_config["clouds"][entry]["auth"] = {k: v for k, v in auth.items() if k not in scopes} | scope
    return openstack.connection.Connection(config=config.get_one(cloud=entry, region_name=REGION))


def _open(entry: Mapping[str, Any]) -> Any:
    """Connect with an entry of clouds.yaml that is at hand."""
    config = OpenStackConfig(config_files=[], load_envvars=False)
    config.cloud_config = {"clouds": {"own": dict(entry)}}
    return openstack.connection.Connection(config=config.get_one(cloud="own", region_name=REGION))


def log_in(domain: str, user: str, **scope: str) -> Any:
    """Connect as a person, in the scope that is named, with the password that prepare generated."""
    return connect(f"{user}@{domain}", **scope)


def listing(proxy: Any, path: str, collection: str) -> list[dict[str, Any]]:
    """Return all objects of a collection."""
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        page = accept(proxy.get(following)).json()
        found += page[collection]
        links = {link["rel"]: link["href"] for link in page.get(f"{collection}_links", ())}
        following = links.get("next")
    return found


def accept(answer: Any, *, missing: bool = False) -> Any:
    """Return an answer of a service; raise what it refuses, unless the object is missing and may be."""
    if not (missing and answer.status_code == 404):
        openstack.exceptions.raise_from_response(answer)
    return answer


# --- looking


class Domains:
    """The domains of a scenario, with their projects."""

    def __init__(self, admin: Any, start: str) -> None:
        self.domains = [d for d in listing(admin.identity, "/domains", "domains") if d["name"].startswith(start)]
        self.projects = [
            project
            for domain in self.domains
            for project in listing(admin.identity, f"/projects?domain_id={domain['id']}", "projects")
        ]

    def domain(self, name: str) -> str:
        """Return the id of a domain."""
        return next(domain["id"] for domain in self.domains if domain["name"] == name)

    def project(self, domain: str, name: str) -> str:
        """Return the id of a project."""
        owner = self.domain(domain)
        return next(p["id"] for p in self.projects if p["name"] == name and p["domain_id"] == owner)


def in_projects(admin: Any, ids: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object that projects have in the region, with the name of its collection."""
    ids = set(ids)
    # Never filtered by project: Neutron makes the default group of a project whose groups are asked for.
    for collection in NETWORK:
        key = collection.rpartition("/")[2].replace("-", "_")
        for found in listing(admin.network, f"/{collection}", key):
            if found["project_id"] in ids:
                yield collection, found
    for server in listing(admin.compute, "/servers/detail?all_tenants=1", "servers"):
        if server["tenant_id"] in ids:
            yield "servers", server
    for volume in listing(admin.block_storage, "/volumes/detail?all_tenants=1", "volumes"):
        if volume["os-vol-tenant-attr:tenant_id"] in ids:
            yield "volumes", volume
    for image in admin.image.images():
        if image.owner in ids:
            yield "images", accept(admin.image.get(f"/images/{image.id}")).json()
    yield from _in_further(admin, ids)


def _in_further(admin: Any, ids: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what projects have beside networks, servers, volumes and images."""
    groups = accept(admin.compute.get("/os-server-groups?all_projects=True", microversion="2.64"))
    for group in groups.json()["server_groups"]:
        if group["project_id"] in ids:
            yield "server-groups", group
    if has(admin, "dns"):
        for zone in accept(admin.dns.get("/zones?limit=1000", headers=ALL_PROJECTS)).json()["zones"]:
            if zone["project_id"] in ids and zone["action"] != "DELETE":
                yield "zones", zone


def has(admin: Any, service: str) -> bool:
    """Return whether the region has a service."""
    try:
        return bool(admin.session.auth.get_endpoint(admin.session, service_type=service, region_name=REGION))
    except keystoneauth.EndpointNotFound:
        return False


def offered(admin: Any) -> Iterator[tuple[str, Any, str, dict[str, Any]]]:
    """Yield what the scenario made for a whole region: the collection, its service, the path and the object."""
    for proxy, path, key in (
        (admin.compute, "/flavors/detail?is_public=None", "flavors"),
        (admin.compute, "/os-aggregates", "aggregates"),
        (admin.block_storage, "/types?is_public=None", "volume_types"),
        # After the types that name them.
        (admin.block_storage, "/qos-specs", "qos_specs"),
    ):
        for found in accept(proxy.get(path, microversion=MICROVERSIONS.get(key))).json()[key]:
            if found["name"].startswith(prefix()):
                yield key, proxy, f"{path.partition('?')[0].removesuffix('/detail')}/{found['id']}", found


def default_volume_types(admin: Any) -> list[tuple[str, str]]:
    """Return the ids of all projects that have a default volume type of their own, each with that of the type."""
    found = accept(admin.block_storage.get("/default-types", microversion=DEFAULT_TYPES)).json()["default_types"]
    return [(default["project_id"], default["volume_type_id"]) for default in found]


def cloud_wide(admin: Any, domains: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the scenario has in Keystone beside its domains' own, with its path, in an order to delete it.

    That bears the scenario's prefix, in its name or in that of the resource that it limits, or is a role of a domain.
    """
    for collection in ("limits", "registered_limits"):
        for found in listing(admin.identity, f"/{collection}", collection):
            if found["resource_name"].startswith(prefix()):
                yield f"/{collection}/{found['id']}", found
    for found in listing(admin.identity, "/OS-EP-FILTER/endpoint_groups", "endpoint_groups"):
        if found["name"].startswith(prefix()):
            yield f"/OS-EP-FILTER/endpoint_groups/{found['id']}", found
    for found in listing(admin.identity, "/role_assignments?scope.system=all", "role_assignments"):
        holder = "group" if "group" in found else "user"
        who = admin.identity.get(f"/{holder}s/{found[holder]['id']}").json().get(holder)
        if who and who["domain_id"] in domains:
            yield f"/system/{holder}s/{who['id']}/roles/{found['role']['id']}", found
    for query in ("", *(f"?domain_id={domain}" for domain in sorted(domains))):
        for found in listing(admin.identity, f"/roles{query}", "roles"):
            if query or found["name"].startswith(prefix()):
                yield f"/roles/{found['id']}", found


def snapshot() -> dict[str, Any]:
    """Return all that the scenario's domains hold, by kind and id; while nothing is written, snapshots are equal."""
    admin = connect()
    there = Domains(admin, prefix())
    seen: dict[str, Any] = {f"domain {domain['id']}": domain for domain in there.domains}
    seen |= {f"project {project['id']}": project for project in there.projects}
    for domain in there.domains:
        for collection in ("groups", "users"):
            for found in listing(admin.identity, f"/{collection}?domain_id={domain['id']}", collection):
                seen[f"{collection} {found['id']}"] = found
                if collection == "groups":
                    members = listing(admin.identity, f"/groups/{found['id']}/users", "users")
                    seen[f"members {found['id']}"] = sorted(member["id"] for member in members)
    for over, holders in (("domain", there.domains), ("project", there.projects)):
        for holder in holders:
            path = f"/role_assignments?scope.{over}.id={holder['id']}"
            for found in listing(admin.identity, path, "role_assignments"):
                seen[f"assignment {found['links']['assignment']}"] = True
    for path, found in cloud_wide(admin, {domain["id"] for domain in there.domains}):
        seen[path] = found
    for collection, found in in_projects(admin, (project["id"] for project in there.projects)):
        seen[f"{collection} {found['id']}"] = {k: in_order(v) for k, v in found.items() if k not in VOLATILE}
    seen |= _offered(admin)
    ids = {project["id"] for project in there.projects}
    seen |= {f"default type {project}": type for project, type in default_volume_types(admin) if project in ids}
    for project in there.projects:
        kinds = ("compute", "volume", "network", *(service for service in FURTHER if has(admin, service)))
        for kind in kinds:
            seen[f"{kind} quota {project['id']}"] = quota(admin, kind, project["id"])
    return seen


def _offered(admin: Any) -> dict[str, Any]:
    """Return what the scenario made for a whole region, with who may use it."""
    seen: dict[str, Any] = {}
    for collection, proxy, path, found in offered(admin):
        seen[f"{collection} {found['id']}"] = {k: v for k, v in found.items() if k not in VOLATILE}
        lists = {"flavors": ("os-flavor-access",), "volume_types": ("os-volume-type-access", "encryption")}
        for inner in lists.get(collection, ()):
            answer = proxy.get(f"{path}/{inner}")
            seen[f"{inner} {found['id']}"] = answer.json() if answer.status_code == 200 else None
    return seen


def in_order(value: Any) -> Any:
    """Return a value whose lists do not depend on the order in which a database answers."""
    return sorted(value, key=repr) if isinstance(value, list) else value


def quota(admin: Any, kind: str, project: str) -> dict[str, Any]:
    """Return the limits of a project in one service, by the names of its API."""
    if kind in FURTHER:
        path, key, headers = FURTHER[kind]
        proxy = getattr(admin, kind.replace("-", "_"))
        answer = proxy.get(f"{path}/{project}", headers=headers)
        # Barbican has no record of a project whose limits were never set.
        said: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return said.get(key, {}) if key else said
    if kind == "network":
        limits: dict[str, Any] = admin.network.get(f"/quotas/{project}").json()["quota"]
    else:
        proxy = admin.compute if kind == "compute" else admin.block_storage
        limits = proxy.get(f"/os-quota-sets/{project}").json()["quota_set"]
    return limits


# --- people


def people(described: Mapping[str, Any]) -> None:
    """Make the users as a directory would, and write the clouds.yaml of the scenario.

    users: the names per domain, each of which gets an entry NAME@DOMAIN. one_time_passwords: the domains whose users
    enrol a second factor. grants: roles that the cloud's administrator gives, each with user, domain, role, and
    inherited for all projects of the domain. entries: further entries of clouds.yaml, each with user, domain and scope,
    or with the lab's entry that it is one of, and scope.
    """
    admin = connect()
    lab = yaml.safe_load(Path(os.environ["OS_CLIENT_CONFIG_FILE"]).read_text(encoding="utf-8"))["clouds"]
    there = Domains(admin, prefix())
    roles = {role["name"]: role["id"] for role in listing(admin.identity, "/roles", "roles")}
    made: dict[tuple[str, str], tuple[str, str]] = {}
    for domain, names in described["users"].items():
        for name in names:
            # Easy to find in what a run leaves behind.
            password = f"planted-{secrets.token_urlsafe(18)}"
            user = {"name": name, "domain_id": there.domain(domain), "password": password}
            answer = accept(admin.identity.post("/users", json={"user": user}))
            made[domain, name] = answer.json()["user"]["id"], password
    seeds = {
        f"{name}@{domain}": _enrol(admin, id)
        for (domain, name), (id, _password) in made.items()
        if domain in described.get("one_time_passwords", ())
    }
    write_secret(folder() / SEEDS, seeds)
    for grant in described.get("grants", ()):
        path = (
            f"/domains/{there.domain(grant['domain'])}/users/{made[grant['domain'], grant['user']][0]}"
            f"/roles/{roles[grant['role']]}"
        )
        if grant.get("inherited"):
            path = f"/OS-INHERIT{path}/inherited_to_projects"
        accept(admin.identity.put(path))
    base = {key: value for key, value in lab[ADMIN].items() if key != "auth"}
    auth_url = lab[ADMIN]["auth"]["auth_url"]

    def entry(domain: str, name: str, scope: Mapping[str, str]) -> dict[str, Any]:
        auth = {"auth_url": auth_url, "username": name, "user_domain_name": domain, "password": made[domain, name][1]}
        return {**base, "auth": {**auth, **scope}}

    own = {f"{name}@{domain}": entry(domain, name, {}) for domain, name in made}
    for name, described_entry in described.get("entries", {}).items():
        if "of" in described_entry:
            # One of the lab's own accounts, in another scope.
            who = {k: lab[described_entry["of"]]["auth"][k] for k in ("username", "user_domain_name", "password")}
            own[name] = {**base, "auth": {"auth_url": auth_url, **who, **described_entry["scope"]}}
        else:
            own[name] = entry(described_entry["domain"], described_entry["user"], described_entry["scope"])
    # What is planted has people of its own; the sweep takes the file away.
    known = yaml.safe_load(accounts_file().read_text(encoding="utf-8"))["clouds"] if accounts_file().exists() else {}
    write_secret(accounts_file(), {"clouds": {**lab, **known, **own}})


def _enrol(admin: Any, user_id: str) -> str:
    """Make the secret from which a user's one-time passwords come, as RFC 6238 says, and return it in base 32."""
    seed = base64.b32encode(secrets.token_bytes(20)).decode()
    credential = {"type": "totp", "user_id": user_id, "blob": seed}
    accept(admin.identity.post("/credentials", json={"credential": credential}))
    return seed


def seed(domain: str, user: str) -> bytes:
    """Return the secret from which the one-time passwords of a user come."""
    seeds: dict[str, str] = yaml.safe_load((folder() / SEEDS).read_text(encoding="utf-8"))
    return base64.b32decode(seeds[f"{user}@{domain}"])


# --- sweeping


def sweep() -> int:
    """Delete every trace of the scenario, also of one that was interrupted; return how many objects that was."""
    admin = connect()
    there = Domains(admin, prefix())
    owners = {project["id"] for project in there.projects} | orphans(admin)
    swept = (
        sweep_secrets(admin) + sweep_containers(admin, owners) + sweep_projects(admin, owners) + sweep_template(admin)
    )
    own_types = {found["id"] for collection, _proxy, _path, found in offered(admin) if collection == "volume_types"}
    for project, volume_type in default_volume_types(admin):
        # They outlive their projects, and keep the type from going.
        if project in owners or volume_type in own_types:
            accept(admin.block_storage.delete(f"/default-types/{project}", microversion=DEFAULT_TYPES), missing=True)
    for _collection, proxy, path, found in list(offered(admin)):
        for host in found.get("hosts", ()):
            accept(proxy.post(f"{path}/action", json={"remove_host": {"host": host}}))
        accept(proxy.delete(path), missing=True)
        swept += 1
    for project in there.projects:
        if project.get("options", {}).get("immutable"):
            body = {"project": {"options": {"immutable": False}}}
            accept(admin.identity.patch(f"/projects/{project['id']}", json=body))
    wide = list(cloud_wide(admin, {domain["id"] for domain in there.domains}))
    for path, _found in wide:
        accept(admin.identity.delete(path), missing=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(partial(_delete_domain, admin), there.domains))
    accounts_file().unlink(missing_ok=True)
    left = Domains(admin, prefix()).domains, list(in_projects(admin, owners)), list(offered(admin))
    if any(left):
        raise RuntimeError(f"still there after the sweep: {left}")
    return swept + len(wide) + len(there.projects) + len(there.domains)


def _delete_domain(admin: Any, domain: Mapping[str, Any]) -> None:
    if domain["options"].get("immutable"):
        body: dict[str, Any] = {"domain": {"options": {"immutable": False}}}
        accept(admin.identity.patch(f"/domains/{domain['id']}", json=body))
    accept(admin.identity.patch(f"/domains/{domain['id']}", json={"domain": {"enabled": False}}))
    # Takes projects, groups and users with it.
    accept(admin.identity.delete(f"/domains/{domain['id']}"))


def sweep_template(admin: Any) -> int:
    """Delete the scenario's rules for new security groups, which belong to nobody; return how many that was."""
    path, key = "/default-security-group-rules", "default_security_group_rules"
    own = [rule for rule in listing(admin.network, path, key) if rule["description"].startswith(prefix())]
    for rule in own:
        accept(admin.network.delete(f"{path}/{rule['id']}"), missing=True)
    return len(own)


def orphans(admin: Any) -> set[str]:
    """Return the ids of projects that Keystone forgot and whose networks show that they were the scenario's."""
    # Listed before the projects: one that is made meanwhile is not taken for an orphan.
    owners = {
        network["project_id"]
        for network in listing(admin.network, "/networks", "networks")
        if network["name"].startswith(prefix())
    }
    return owners - {project["id"] for project in listing(admin.identity, "/projects", "projects")}


def sweep_projects(admin: Any, owners: set[str]) -> int:
    """Delete everything that projects have, and their limits; return how many objects that was."""
    found = list(in_projects(admin, owners))
    for kind, item in found:
        if kind == "servers":
            admin.compute.delete(f"/servers/{item['id']}")
    _await_gone(admin, owners, "servers")
    for kind, item in found:
        _detach(admin, kind, item)
    for kind, item in found:
        _delete(admin, kind, item)
    with ThreadPoolExecutor(8) as pool:
        # Limits outlive the project that they were set for.
        for answer in pool.map(lambda call: call(), _limits(admin, owners)):
            accept(answer, missing=True)
    _await_gone(admin, owners, "volumes")
    return len(found)


def _limits(admin: Any, owners: Iterable[str]) -> Iterator[Callable[[], Any]]:
    """Yield the calls that delete the limits of projects."""
    for owner in owners:
        yield partial(admin.compute.delete, f"/os-quota-sets/{owner}")
        yield partial(admin.block_storage.delete, f"/os-quota-sets/{owner}")
        yield partial(admin.network.delete, f"/quotas/{owner}")
        for service, (path, _key, headers) in FURTHER.items():
            if has(admin, service):
                proxy = getattr(admin, service.replace("-", "_"))
                yield partial(proxy.delete, f"{path}/{owner}", headers=headers)


def sweep_secrets(admin: Any) -> int:
    """Delete what members keep in the key manager, which nobody else reaches; return how many objects that was."""
    if not (has(admin, "key-manager") and accounts_file().exists()):
        return 0
    entries = yaml.safe_load(accounts_file().read_text(encoding="utf-8"))["clouds"]
    own = [e for e in entries.values() if e["auth"].get("project_domain_name", "").startswith(prefix())]
    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(_sweep_secrets_of, own))


def sweep_containers(admin: Any, owners: Iterable[str]) -> int:
    """Delete the containers of objects, which outlive their projects, with what is in them; return how many."""
    if not has(admin, "object-store"):
        return 0
    base = admin.object_store.get_endpoint().rpartition("/")[0]
    swept = 0
    for owner in owners:
        account = f"{base}/AUTH_{owner}"
        answer = accept(admin.object_store.get(f"{account}?format=json"), missing=True)
        for container in answer.json() if answer.status_code == 200 else ():
            path = f"{account}/{quote(container['name'])}"
            for item in accept(admin.object_store.get(f"{path}?format=json")).json():
                accept(admin.object_store.delete(f"{path}/{quote(item['name'])}"), missing=True)
            accept(admin.object_store.delete(path), missing=True)
            swept += 1
    return swept


def _sweep_secrets_of(entry: Mapping[str, Any]) -> int:
    swept = 0
    try:
        own = _open(entry)
        for collection, key in (("containers", "container_ref"), ("secrets", "secret_ref")):
            for found in accept(own.key_manager.get(f"/{collection}?limit=100")).json()[collection]:
                accept(own.key_manager.delete(f"/{collection}/{found[key].rpartition('/')[2]}"), missing=True)
                swept += 1
    except keystoneauth.Unauthorized:
        # The person or the project of an earlier run is gone, and what it kept cannot be reached any more.
        pass
    return swept


def _detach(admin: Any, kind: str, item: dict[str, Any]) -> None:
    """Take away what keeps routers from being deleted."""
    if kind == "routers" and item["routes"]:
        accept(admin.network.put(f"/routers/{item['id']}", json={"router": {"routes": []}}))
    if kind == "ports" and item["device_owner"] in INTERFACES:
        path = f"/routers/{item['device_id']}/remove_router_interface"
        accept(admin.network.put(path, json={"port_id": item["id"]}), missing=True)


def _delete(admin: Any, kind: str, item: dict[str, Any]) -> None:
    if kind == "volumes":
        action = {"os-force_delete": {}}
        accept(admin.block_storage.post(f"/volumes/{item['id']}/action", json=action), missing=True)
    elif kind == "images":
        if item["protected"]:
            admin.image.update_image(item["id"], is_protected=False)
        admin.image.delete_image(item["id"])
    elif kind == "server-groups":
        accept(admin.compute.delete(f"/os-server-groups/{item['id']}"), missing=True)
    elif kind == "zones":
        # Designate keeps a zone that others share, unless it is told to forget who they are.
        headers = {**ALL_PROJECTS, "X-Designate-Delete-Shares": "true"}
        accept(admin.dns.delete(f"/zones/{item['id']}", headers=headers), missing=True)
    # Servers are gone by now; the ports of Neutron's own services go with their networks.
    elif kind not in ("servers", *INCLUDED) and not item.get("device_owner", "").startswith("network:"):
        accept(admin.network.delete(f"/{kind}/{item['id']}"), missing=True)


def _await_gone(admin: Any, owners: set[str], kind: str) -> None:
    until = time.monotonic() + 120
    while any(found == kind for found, _ in in_projects(admin, owners)):
        if time.monotonic() > until:
            raise RuntimeError(f"{kind} are still there 120 s after their deletion")
        time.sleep(1)
