# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large cloud that answers over HTTP as the lab answered: thousands of tenants that are as an estate declares them.

    python recorded_cloud.py serve FOLDER --tenants 3000   write an estate and its declaration, hold them, and serve
    python recorded_cloud.py record                        ask the lab that clouds.yaml names again how it answers

Beside it, recorded_cloud.json has one answer of the lab for each sort of record. Every record served here is one of
those, with the names, ids and values of its tenant, and is given in pages as the services give it. The cloud is to be
read: a write is counted, and fails.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import ipaddress
import json
import random
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

HERE = Path(__file__).resolve()
RECORDED = HERE.with_suffix(".json")
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[7]))

import yaml  # noqa: E402
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.resolve import Estate  # noqa: E402

REGIONS = ("toulouse", "paris")
PASSWORD = "correct horse"
TODAY = date(2026, 1, 1)
#: As many tenants as a ministry has.
TENANTS_PER_MINISTRY = 100
#: The sorts of records that are recorded: service, path, and the key of the list in the answer.
LISTINGS = (
    ("identity", "/domains", "domains"),
    ("identity", "/roles", "roles"),
    ("identity", "/projects", "projects"),
    ("identity", "/groups", "groups"),
    ("identity", "/users", "users"),
    ("identity", "/role_assignments", "role_assignments"),
    ("network", "/networks", "networks"),
    ("network", "/subnets", "subnets"),
    ("network", "/routers", "routers"),
    ("network", "/ports", "ports"),
    ("network", "/security-groups", "security_groups"),
    ("network", "/quotas", "quotas"),
)
QUOTAS = (("compute", "compute"), ("block-storage", "volume"))
#: The version below each service's endpoint, and whether the catalogue has it.
VERSIONS = {"identity": ("/v3", True), "compute": ("/v2.1", True), "block-storage": ("/v3", True)}
VERSIONS["network"] = ("/v2.0", False)
#: What a query says about the listing itself, and not about its records.
NOT_FILTERS = frozenset({"fields", "limit", "marker", "effective"})
#: The listings that Keystone does not page.
WHOLE = frozenset({"role_assignments"})

Record = dict[str, Any]


# --- the estate


def estate(tenants: int, seed: int = 1) -> dict[str, Any]:
    """Return the files of an estate by their names: tenants of 22 objects on two sites, all from one seed."""
    chance = random.Random(seed)  # noqa: S311
    files: dict[str, Any] = {"catalogue.yml": _catalogue()}
    ministries = [f"ministry-{number}" for number in range(1, max(1, -(-tenants // TENANTS_PER_MINISTRY)) + 1)]
    for ministry in ministries:
        title = {"fr": f"Ministère {ministry[9:]}", "en": f"Ministry {ministry[9:]}"}
        files[f"ministries/{ministry}.yml"] = {
            "title": title,
            "contacts": [{"name": "Exploitation", "email": f"exploitation@{ministry}.example"}],
        }
    for number in range(1, tenants + 1):
        files[f"tenants/{ministries[number % len(ministries)]}/tenant-{number}.yml"] = {
            "offer": chance.choice(("web", "data")),
            "sensitivity": chance.choice(("public", "internal")),
            "size": chance.choice(("small", "large")),
            "description": f"Space {number}",
            "people": {"operators": [f"operator-{chance.randrange(1, 10)}"]},
        }
    return files


def _catalogue() -> dict[str, Any]:
    def title(text: str) -> dict[str, str]:
        return {"fr": text, "en": text}

    def blueprint(name: str, network: int) -> dict[str, Any]:
        return {
            "description": name,
            "networks": [{"name": name, "description": "Servers", "subnets": [{"name": name}]}],
            "routers": [{"name": "edge", "external_network": "public", "interfaces": [{"network": name}]}],
            "security_groups": [
                {
                    "name": name,
                    "description": "What others reach",
                    "rules": [{"direction": "ingress", "protocol": "tcp", "ports": [443]}],
                }
            ],
            "by_site": {
                region: {
                    "networks": [{"name": name, "subnets": [{"name": name, "cidr": f"10.{network}.{third}.0/24"}]}]
                }
                for third, region in enumerate(REGIONS)
            },
        }

    def offer(name: str) -> dict[str, Any]:
        sizes = {
            size: {
                "price": 90 * factor,
                "quotas": {
                    "compute": {"instances": 4 * factor, "cores": 8 * factor, "ram": 16384 * factor},
                    "volume": {"volumes": 8 * factor, "gigabytes": 200 * factor},
                    "network": {"network": 4 * factor, "router": 2 * factor, "port": 40 * factor},
                },
            }
            for size, factor in (("small", 1), ("large", 4))
        }
        return {
            "title": title(name),
            "description": title(name),
            "cloud": "interne",
            "sites": {"interne": list(REGIONS)},
            "sensitivities": ["public", "internal"],
            "size": "small",
            "sizes": sizes,
            "blueprint": name,
            "people": {"operators": ["member"]},
        }

    return {
        "clouds": {"interne": {"title": title("Interne"), "gives": "domains", "sites": list(REGIONS)}},
        "sensitivities": {
            name: {"title": title(name), "description": title(name), "clouds": ["interne"]}
            for name in ("public", "internal", "sensitive", "restricted")
        },
        "roles": ["member"],
        "blueprints": {"web": blueprint("web", 31), "data": blueprint("data", 32)},
        "offers": {"web": offer("web"), "data": offer("data")},
    }


def write_estate(folder: Path, tenants: int, seed: int = 1) -> dict[str, Any]:
    """Write the files of an estate and return what module tenant takes of it."""
    for name, value in estate(tenants, seed).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), encoding="utf-8")
    declared = Estate(folder, TODAY).declare("interne")
    # Through JSON, because equal sites are one object here and would be one in YAML.
    found: dict[str, Any] = json.loads(json.dumps({part: declared[part] for part in ("domains", "tenants")}))
    return found


# --- the records


class Holding:
    """What the cloud holds: the records of each place, and single answers."""

    def __init__(self, declared: Mapping[str, Any], recorded: Mapping[str, Any]) -> None:
        """Hold what is declared. recorded: what the lab answered; see RECORDED."""
        self._recorded = recorded["records"]
        self._made = 0
        #: By service, region and path.
        self.records: defaultdict[tuple[str, str, str], list[Record]] = defaultdict(list)
        self.single: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.members: list[Record] = []
        self.roles = {name: self._identity("roles", name=name)["id"] for name in ("admin", "member", "reader")}
        self._identity("domains", id="default", name="Default")
        self.admin = self._identity("projects", name="admin", domain_id="default", parent_id="default")["id"]
        self.public = {
            region: self._network(region, "networks", self.admin, name="public", **{"router:external": True})["id"]
            for region in REGIONS
        }
        for domain in declared["domains"]:
            self._domain(domain, [tenant for tenant in declared["tenants"] if tenant["domain"] == domain["name"]])

    def _id(self) -> str:
        self._made += 1
        return hashlib.sha256(str(self._made).encode()).hexdigest()[:32]

    def _identity(self, path: str, **fields: Any) -> Record:
        record = {**self._recorded[f"identity /{path}"], "id": self._id(), **fields}
        if "links" in record:
            record["links"] = {"self": f"http://recorded/identity/v3/{path}/{record['id']}"}
        self.records[("identity", "", f"/{path}")].append(record)
        return record

    def _network(self, region: str, path: str, project: str, **fields: Any) -> Record:
        number = self._id()
        id = "-".join((number[:8], number[8:12], number[12:16], number[16:20], number[20:]))
        owner = {"project_id": project, "tenant_id": project}
        record = {**self._recorded[f"network /{path}"], "id": id, **owner, **fields}
        self.records[("network", region, f"/{path}")].append(record)
        return record

    def _domain(self, declared: Mapping[str, Any], tenants: list[Mapping[str, Any]]) -> None:
        domain = self._identity("domains", name=declared["name"], description=declared["description"])["id"]
        people = sorted({name for tenant in tenants for group in tenant["groups"] for name in group["members"]})
        users = {name: self._identity("users", name=name, domain_id=domain)["id"] for name in people}
        for tenant in tenants:
            self._tenant(domain, users, tenant)

    def _tenant(self, domain: str, users: Mapping[str, str], tenant: Mapping[str, Any]) -> None:
        said = {name: tenant[name] for name in ("name", "description", "tags")}
        project = self._identity("projects", domain_id=domain, parent_id=domain, **said)["id"]
        groups = {}
        for group in tenant["groups"]:
            id = groups[group["name"]] = self._identity("groups", name=group["name"], domain_id=domain, description="")[
                "id"
            ]
            listed = [record for record in self.records[("identity", "", "/users")] if record["domain_id"] == domain]
            here = {users[name] for name in group["members"]}
            self.records[("identity", "", f"/groups/{id}/users")] = [item for item in listed if item["id"] in here]
        for given in tenant["role_assignments"]:
            self._assignment(project, groups[given["group"]], self.roles[given["role"]])
        for site in tenant["sites"]:
            self._site(project, site)

    def _assignment(self, project: str, group: str, role: str) -> None:
        address = f"http://recorded/identity/v3/projects/{project}/groups/{group}/roles/{role}"
        common = {"scope": {"project": {"id": project}}, "role": {"id": role}}
        listed = self.records[("identity", "", "/role_assignments")]
        listed.append({"links": {"assignment": address}, **common, "group": {"id": group}})
        for user in self.records[("identity", "", f"/groups/{group}/users")]:
            through = f"http://recorded/identity/v3/groups/{group}/users/{user['id']}"
            links = {"assignment": address, "membership": through}
            self.members.append({"links": links, **common, "user": {"id": user["id"]}})

    def _site(self, project: str, site: Mapping[str, Any]) -> None:
        region = site["region"]
        for service, part in QUOTAS:
            held = {**self._recorded[f"{service} /os-quota-sets"], **site["quotas"][part], "id": project}
            self.single[(service, region, f"/os-quota-sets/{project}")] = {"quota_set": held}
        limits = self._network(region, "quotas", project, **site["quotas"]["network"])
        limits = {name: limit for name, limit in limits.items() if name not in ("id", "project_id", "tenant_id")}
        self.single[("network", region, f"/quotas/{project}")] = {"quota": limits}
        subnets = {}
        for network in site["networks"]:
            plain = {name: value for name, value in network.items() if name != "subnets"}
            id = self._network(region, "networks", project, **plain)["id"]
            for subnet in network["subnets"]:
                first, *_rest, last = ipaddress.ip_network(subnet["cidr"]).hosts()
                fields = {**subnet, "network_id": id, "gateway_ip": str(first)}
                pools = [{"start": str(first + 1), "end": str(last)}]
                made = self._network(region, "subnets", project, **fields, allocation_pools=pools)
                subnets[network["name"]] = (made["id"], id, str(first))
        for router in site["routers"]:
            gateway = {
                **(self._recorded["network /routers"]["external_gateway_info"] or {}),
                "network_id": self.public[region],
            }
            device = self._network(region, "routers", project, name=router["name"], external_gateway_info=gateway)["id"]
            for interface in router["interfaces"]:
                subnet_id, network_id, address = subnets[interface["network"]]
                fixed = [{"subnet_id": subnet_id, "ip_address": address}]
                self._network(
                    region, "ports", project, device_id=device, network_id=network_id, fixed_ips=fixed,
                    device_owner="network:router_interface",
                )  # fmt: skip
        for group in [
            {"name": "default", "description": "Default security group", "rules": []},
            *site["security_groups"],
        ]:
            self._security_group(region, project, group)

    def _security_group(self, region: str, project: str, group: Mapping[str, Any]) -> None:
        said = {name: group[name] for name in ("name", "description")}
        made = self._network(region, "security-groups", project, **said)
        sample = self._recorded["network /security-groups"]["security_group_rules"][0]
        plain = dict.fromkeys(("protocol", "port_range_min", "port_range_max", "remote_ip_prefix", "remote_group_id"))
        rules = [{**plain, "direction": "egress", "ethertype": ethertype} for ethertype in ("IPv4", "IPv6")]
        if group["name"] == "default":
            rules += [{**rule, "direction": "ingress", "remote_group_id": made["id"]} for rule in rules]
        for rule in group["rules"]:
            low = {"port_range_min": rule["ports"][0], "port_range_max": rule["ports"][0]}
            here = {**plain, "direction": rule["direction"], "ethertype": "IPv4", "protocol": rule["protocol"], **low}
            rules.append(here)
        owner = {"security_group_id": made["id"], "project_id": project, "tenant_id": project}
        made["security_group_rules"] = [{**sample, "id": self._id(), **owner, **rule} for rule in rules]


# --- the answers


class RecordedCloud:
    """Answers the requests of clients, each after a delay, and counts them."""

    def __init__(self, holding: Holding, recorded: Mapping[str, Any], delay: float = 0.0, page: int = 1000) -> None:
        """delay: seconds before each answer. page: the most records that an answer holds."""
        self.holding, self.delay, self.page = holding, delay, page
        self.calls: Counter[str] = Counter()
        self.address = ""
        self._recorded = recorded
        self._rendered: dict[str, bytes] = {}

    def start(self, address: str) -> None:
        """Render what can be rendered before anybody asks."""
        self.address = address
        for (service, region, path), answer in self.holding.single.items():
            self._rendered[f"/{service}/{region}{VERSIONS[service][0]}{path}"] = _http(200, answer)

    def answer(self, method: str, target: str) -> bytes:
        """Return the whole answer to a request."""
        if target == "/calls":
            return _http(200, dict(self.calls))
        service = target.split("/", 2)[1]
        if method == "POST" and target.endswith("/auth/tokens"):
            self.calls["tokens"] += 1
            return _http(201, {"token": self._token()}, "X-Subject-Token: a-token\r\n")
        if method != "GET":
            self.calls["writes"] += 1
            return _http(500, {"error": {"code": 500, "message": "this cloud is to be read"}})
        known = self._rendered.get(target)
        if known is None:
            known = self._rendered[target] = _http(*self._listing(target))
        self.calls[service] += 1
        return known

    def _listing(self, target: str) -> tuple[int, Any]:
        address, _sign, asked = target.partition("?")
        service, _slash, path = address[1:].partition("/")
        region = ""
        if service != "identity":
            region, _slash, path = path.partition("/")
        version = VERSIONS[service][0][1:]
        if not path.startswith(f"{version}/"):
            return self._versions(f"/{service}/{region}".rstrip("/"), service)
        path, query = path.removeprefix(version), parse_qsl(asked, keep_blank_values=True)
        place = (service, region, path)
        records = self.holding.members if ("effective", "") in query else self.holding.records.get(place)
        if records is None:
            return 404, {"error": {"code": 404, "message": f"{path} could not be found"}}
        name = path.rpartition("/")[2].replace("-", "_")
        return 200, self._page(name, f"{self.address}{address}", records, query)

    def _page(self, name: str, address: str, records: list[Record], query: list[tuple[str, str]]) -> dict[str, Any]:
        found = [record for record in records if _matches(record, query)]
        given = dict(query)
        size = min(int(given.get("limit", self.page)), self.page)
        start = 0
        if "marker" in given:
            start = 1 + next(index for index, record in enumerate(found) if record["id"] == given["marker"])
        shown = found if name in WHOLE else found[start : start + size]
        link = None
        if len(shown) < len(found) - start:
            rest = [pair for pair in query if pair[0] != "marker"]
            link = f"{address}?{urlencode([*rest, ('marker', shown[-1]['id'])])}"
        fields = [value for key, value in query if key == "fields"]
        if fields:
            shown = [{field: record[field] for field in fields if field in record} for record in shown]
        if "/identity/" in address:
            return {name: shown, "links": {"next": link, "self": address, "previous": None}}
        if not link:
            return {name: shown}
        return {name: shown, f"{name}_links": [{"rel": "next", "href": link}]}

    def _versions(self, root: str, service: str) -> tuple[int, Any]:
        said = json.dumps(self._recorded["versions"][service])
        return 200, json.loads(said.replace("http://recorded", self.address + root))

    def _token(self) -> dict[str, Any]:
        catalogue = [
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
                        "url": f"{self.address}/{service}{'' if service == 'identity' else '/' + region}"
                        + (version if shown else ""),
                    }
                    for region in REGIONS
                ],
            }
            for service, (version, shown) in VERSIONS.items()
        ]
        token: dict[str, Any] = dict(self._recorded["token"])
        token["project"] = {"id": self.holding.admin, "name": "admin", "domain": {"id": "default", "name": "Default"}}
        token["roles"] = [{"id": id, "name": name} for name, id in self.holding.roles.items()]
        return {**token, "expires_at": "2099-01-01T00:00:00.000000Z", "catalog": catalogue}


def _matches(record: Record, query: list[tuple[str, str]]) -> bool:
    """Return whether a record has, for each name in a query, one of its values. Dots lead into a record."""
    asked: dict[str, set[str]] = {}
    for name, value in query:
        if name not in NOT_FILTERS:
            asked.setdefault(name, set()).add(value)
    return all(str(_value(record, name)) in values for name, values in asked.items())


def _value(record: Record, name: str) -> Any:
    found: Any = record
    for part in name.split(".") if name not in record else [name]:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _http(status: int, body: Any, headers: str = "") -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        f"Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nx-openstack-request-id: req-1\r\n{headers}\r\n"
    )
    return head.encode() + content


class Connection(asyncio.Protocol):
    """One connection of a client, which stays open."""

    def __init__(self, cloud: RecordedCloud, later: Callable[..., Any]) -> None:
        self._cloud, self._later = cloud, later
        self._unread = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            head = self._unread[:end].decode("latin-1")
            method, target, _rest = head.split(" ", 2)
            length = 0
            if method not in ("GET", "HEAD"):
                fields = (line.split(":", 1) for line in head.lower().split("\r\n")[1:])
                length = next((int(value) for name, value in fields if name == "content-length"), 0)
            if len(self._unread) < end + 4 + length:
                return
            self._unread = self._unread[end + 4 + length :]
            self._later(self._cloud.delay, self._transport.write, self._cloud.answer(method, target))


async def _serve(cloud: RecordedCloud, ready: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(cloud, loop.call_later), "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    cloud.start(address)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.close)
    ready(address)
    # A client that stays connected must not keep the server from ending.
    while server.is_serving():
        await asyncio.sleep(0.05)


def serve(folder: Path, tenants: int, seed: int, delay: float, page: int) -> None:
    """Write an estate to a folder, hold it, and serve until told to stop.

    The folder gets estate/, declaration.json for the module's options, clouds.yaml, and last, when the cloud answers,
    the file address.
    """
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    declared = write_estate(folder / "estate", tenants, seed)
    (folder / "declaration.json").write_text(json.dumps(declared), encoding="utf-8")
    cloud = RecordedCloud(Holding(declared, recorded), recorded, delay, page)

    def ready(address: str) -> None:
        auth = {
            "auth_url": f"{address}/identity/v3",
            "username": "admin",
            "password": PASSWORD,
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }
        clouds = {"clouds": {"interne": {"auth": auth, "identity_api_version": "3"}}}
        (folder / "clouds.yaml").write_text(json.dumps(clouds), encoding="utf-8")
        (folder / "address.part").write_text(address, encoding="utf-8")
        (folder / "address.part").rename(folder / "address")

    asyncio.run(_serve(cloud, ready))


# --- the lab


def asked_of(cloud: Any) -> dict[str, Any]:
    """Return how a cloud answers, in the form of RECORDED. cloud: a connection of openstacksdk."""
    services = {
        "identity": cloud.identity,
        "network": cloud.network,
        "compute": cloud.compute,
        "block-storage": cloud.block_storage,
    }
    records = {}
    for service, path, name in LISTINGS:
        found = services[service].get(path, params=_SAMPLES.get(path)).json()[name]
        # As tenants have them; a lab without tenants has none of some sorts. The fullest one shows most.
        found = [one for one in found if path != "/role_assignments" or "group" in one]
        if found:
            records[f"{service} {path}"] = max(found, key=lambda one: len(json.dumps(one)))
    for service, _part in QUOTAS:
        path = f"/os-quota-sets/{cloud.current_project_id}"
        records[f"{service} /os-quota-sets"] = services[service].get(path).json()["quota_set"]
    versions = {}
    for service, (version, _shown) in VERSIONS.items():
        endpoint = cloud.session.get_endpoint(
            service_type=service, region_name=cloud.config.get_region_name(), interface="public"
        )
        root = endpoint.partition(version)[0].rstrip("/")
        said = cloud.session.get(f"{root}/" + (version[1:] if service == "identity" else "")).text
        versions[service] = json.loads(said.replace(root, "http://recorded"))
    token = cloud.session.auth.get_access(cloud.session)._data["token"]
    return {
        "records": records,
        "versions": versions,
        "token": {name: value for name, value in token.items() if name != "catalog"},
    }


#: What a listing is asked for so that it shows the record that a tenant has.
_SAMPLES = {
    "/networks": {"router:external": "False"},
    "/ports": {"device_owner": "network:router_interface"},
    "/security-groups": {"name": "default"},
}


def shape(value: Any) -> Any:
    """Return what an answer is made of: its names, and the sorts of its values; nothing of what it says.

    A value that may be missing says nothing, and an empty list nothing of its items.
    """
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return None if value is None else type(value).__name__


def differences(here: Any, there: Any, path: str = "") -> Iterator[str]:
    """Yield where two shapes differ."""
    if here in (None, []) or there in (None, []):
        return
    if isinstance(here, dict) and isinstance(there, dict):
        for name in sorted(here.keys() ^ there.keys()):
            yield f"{path}/{name} is {'recorded' if name in here else 'answered'} only"
        for name in here.keys() & there.keys():
            yield from differences(here[name], there[name], f"{path}/{name}")
    elif isinstance(here, list) and isinstance(there, list):
        yield from differences(here[0], there[0], f"{path}/0")
    elif here != there:
        yield f"{path} is {here} where it is recorded, and {there} where it is answered"


def record(cloud_name: str, region: str) -> None:
    """Ask the lab how it answers, and write it down."""
    import openstack

    answers = asked_of(openstack.connect(cloud=cloud_name, region_name=region))
    RECORDED.write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    works = parser.add_subparsers(dest="work", required=True)
    serving = works.add_parser("serve")
    serving.add_argument("folder", type=Path)
    serving.add_argument("--tenants", type=int, default=100)
    serving.add_argument("--seed", type=int, default=1)
    serving.add_argument("--delay", type=float, default=5.0, help="milliseconds before each answer")
    serving.add_argument("--page", type=int, default=1000, help="the most records of one answer")
    recording = works.add_parser("record")
    recording.add_argument("--cloud", default="interne")
    recording.add_argument("--region", default="toulouse")
    chosen = parser.parse_args()
    if chosen.work == "record":
        record(chosen.cloud, chosen.region)
    else:
        serve(chosen.folder, chosen.tenants, chosen.seed, chosen.delay / 1000, chosen.page)


if __name__ == "__main__":
    main()
