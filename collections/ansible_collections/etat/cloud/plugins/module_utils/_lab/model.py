# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab is made of, derived from its declaration: addresses, databases, programs. Pure: nothing here acts."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWNER = "etat-lab"
"""The system user that the lab's processes run as."""

FOLDERS = Path("/var/lib/etat-lab")

MARK = "ETAT_LAB_FOLDER"
"""The variable in every process's environment that says which lab it belongs to."""

PACKAGES = ("mariadb-server-core", "mariadb-client-core", "rabbitmq-server", "memcached", "iproute2")
"""The last one has ss, which shows who listens where, and which the smallest systems lack."""

KEYSTONE, GLANCE, PLACEMENT, NOVA, NEUTRON, CINDER = 5000, 9292, 8778, 8774, 9696, 8776
BARBICAN, OCTAVIA, DESIGNATE, MANILA, SWIFT = 9311, 9876, 9001, 8786, 8080
NAME_SERVER = 5354
"""Where Designate's own name server answers."""
OBJECT_SERVERS = {"account": 6200, "container": 6201, "object": 6202}
"""Where the servers behind Swift's proxy answer, each of which keeps one part of it."""
OBJECT_DEVICE = "disk"
"""The folder that is Swift's one device."""

SERVICE_USERS = ("placement", "glance", "nova", "neutron", "cinder")
"""The accounts of the services that every region has."""

FURTHER = {
    "key-manager": "barbican",
    "load-balancer": "octavia",
    "dns": "designate",
    "shared-file-system": "manila",
    "object-store": "swift",
}
"""The services that a region has only when it declares them, OpenStack's type to name."""

WITHOUT_DATABASE = ("swift",)
"""Those of them that keep everything in files."""


class LabError(Exception):
    """One sentence for the person who runs the lab: what, which, why, what next."""


@dataclass(frozen=True, slots=True)
class Flavor:
    """A size of server."""

    name: str
    ram: int
    vcpus: int
    disk: int


@dataclass(frozen=True, slots=True)
class Domain:
    """A ministry's domain and the people in it."""

    name: str
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project that a provider made in advance, with the limits it set."""

    name: str
    quotas: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Region:
    """One site: its services, but for Keystone, on one address."""

    name: str
    address: str
    external_network: str
    availability_zones: tuple[str, ...]
    volume_types: tuple[str, ...]
    services: tuple[str, ...] = ()
    """The types of the services that it has beyond those of every region."""

    @property
    def further(self) -> tuple[str, ...]:
        """The names of the services that it has beyond those of every region."""
        return tuple(name for kind, name in FURTHER.items() if kind in self.services)

    @property
    def further_databases(self) -> tuple[str, ...]:
        """The names of those of them that have a database."""
        return tuple(name for name in self.further if name not in WITHOUT_DATABASE)

    @property
    def computes(self) -> tuple[tuple[str, str], ...]:
        """The hosts of this region, each with its availability zone."""
        return tuple((f"{self.name}-compute-{n}", zone) for n, zone in enumerate(self.availability_zones, 1))

    @property
    def urls(self) -> dict[str, tuple[str, str]]:
        """The endpoint of each service of this region: type to (name, URL)."""
        further = {
            "key-manager": f"http://{self.address}:{BARBICAN}",
            "load-balancer": f"http://{self.address}:{OCTAVIA}",
            "dns": f"http://{self.address}:{DESIGNATE}",
            "shared-file-system": f"http://{self.address}:{MANILA}/v2",
            # Keystone fills in the project of whoever asks; a token without a project is not told this address.
            "object-store": f"http://{self.address}:{SWIFT}/v1/AUTH_%(project_id)s",
        }
        return {
            "image": ("glance", f"http://{self.address}:{GLANCE}"),
            "placement": ("placement", f"http://{self.address}:{PLACEMENT}"),
            "compute": ("nova", f"http://{self.address}:{NOVA}/v2.1"),
            "network": ("neutron", f"http://{self.address}:{NEUTRON}"),
            "block-storage": ("cinder", f"http://{self.address}:{CINDER}/v3"),
            **{kind: (FURTHER[kind], further[kind]) for kind in self.services},
        }


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Keystone and its regions."""

    name: str
    provider: bool
    address: str
    regions: tuple[Region, ...]
    domains: tuple[Domain, ...]
    projects: tuple[Project, ...]
    flavors: tuple[Flavor, ...]
    images: tuple[str, ...]

    @property
    def auth_url(self) -> str:
        """Where this cloud's Keystone answers."""
        return f"http://{self.address}:{KEYSTONE}/v3"

    @property
    def service_users(self) -> tuple[str, ...]:
        """The accounts of the services that its regions have."""
        return SERVICE_USERS + tuple(name for name in FURTHER.values() if any(name in r.further for r in self.regions))


@dataclass(frozen=True, slots=True)
class Database:
    """One database: a clone of the schema that its template holds."""

    name: str
    template: str


@dataclass(frozen=True, slots=True)
class Program:
    """One process that the lab keeps, and how to know that it is ready."""

    name: str
    group: str
    command: tuple[str, ...]
    directory: Path
    environment: tuple[tuple[str, str], ...] = ()
    listens: tuple[tuple[str, int], ...] = ()
    answers: str = ""
    """A URL that answers when the program is ready; without it, its ports accept connections."""
    says: str = ""
    """For a program without a port: what it writes to its log when it is ready."""
    needs: tuple[str, ...] = ()
    """Programs that must be ready before this one starts."""
    databases: tuple[str, ...] = ()
    """Databases that must exist before this one starts."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A whole lab."""

    name: str
    number: int
    clouds: tuple[Cloud, ...]

    @property
    def folder(self) -> Path:
        """Everything that belongs to this lab lies in it."""
        return FOLDERS / self.name

    @property
    def venv(self) -> Path:
        """The virtualenv that holds OpenStack."""
        return self.folder / "venv"

    @property
    def services(self) -> Path:
        """What the lab itself adds to OpenStack's services."""
        return self.folder / "services"

    def binary(self, name: str) -> str:
        """The path of a command of the virtualenv."""
        return str(self.venv / "bin" / name)

    @property
    def shared(self) -> str:
        """The address of the database, the message bus and the first Keystone."""
        return address(self.number, 1)

    @property
    def epmd_port(self) -> int:
        """Where Erlang's port mapper of this lab listens: it insists on 127.0.0.1, so its port must differ by lab."""
        return 10000 + 2 * self.number

    @property
    def regions(self) -> tuple[tuple[Cloud, Region], ...]:
        """Every region with its cloud."""
        return tuple((cloud, region) for cloud in self.clouds for region in cloud.regions)


def number(name: str) -> int:
    """The number that tells this lab's addresses and ports from those of others, always the same for one name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % (32 * 254)


def address(lab_number: int, host: int) -> str:
    """The loopback address of one host of a lab."""
    return f"127.{64 + lab_number // 254}.{1 + lab_number % 254}.{host}"


def identifier(name: str) -> str:
    """A name as a part of a database's name."""
    return re.sub(r"[^a-z0-9]", "_", name)


def lab(name: str, clouds: list[dict[str, Any]]) -> Lab:
    """The lab that a declaration describes."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise LabError(f'The lab cannot be called "{name}": use 1 to 40 of a-z, 0-9 and "-", for example lab_name=try.')
    mine = number(name)
    host = 0
    made = []
    for cloud in clouds:
        host += 1
        keystone = address(mine, host)
        regions = []
        for region in cloud["regions"]:
            host += 1
            regions.append(
                Region(
                    name=region["name"],
                    address=address(mine, host),
                    external_network=region["external_network"],
                    availability_zones=tuple(region["availability_zones"]),
                    volume_types=tuple(region["volume_types"]),
                    # A lab that was declared before there were any names none.
                    services=tuple(region.get("services", ())),
                )
            )
        made.append(
            Cloud(
                name=cloud["name"],
                provider=cloud["provider"],
                address=keystone,
                regions=tuple(regions),
                domains=tuple(Domain(d["name"], tuple(d["users"])) for d in cloud["domains"]),
                projects=tuple(
                    Project(p["name"], {s: dict(p["quotas"][s] or {}) for s in ("compute", "network", "volume")})
                    for p in cloud["projects"]
                ),
                flavors=tuple(Flavor(f["name"], f["ram"], f["vcpus"], f["disk"]) for f in cloud["flavors"]),
                images=tuple(cloud["images"]),
            )
        )
    names = [c.name for c in made] + [r.name for c in made for r in c.regions]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise LabError(f"lab_clouds names {', '.join(twice)} twice: clouds and regions need different names.")
    return Lab(name, mine, tuple(made))


def declared(name: str) -> Lab:
    """The lab that was started under this name."""
    declaration = lab(name, []).folder / "lab.json"
    if not declaration.exists():
        raise LabError(f"There is no lab {name} in {FOLDERS}: make one with make lab.")
    return lab(name, json.loads(declaration.read_text(encoding="utf-8"))["clouds"])


STORES = ("mariadb", "epmd", "rabbitmq")
"""What the services need for as long as they run."""

TEMPLATES = ("keystone", "nova_api", "nova", "neutron", "cinder", "glance", "placement")
"""The schemas that every lab needs."""


def templates(of: Lab) -> tuple[str, ...]:
    """The schemas that the lab's databases are clones of, in the order in which they are best made."""
    asked = {name for _cloud, region in of.regions for name in region.further_databases}
    return TEMPLATES + tuple(name for name in FURTHER.values() if name in asked)


def databases(of: Lab) -> tuple[Database, ...]:
    """Every database of the lab, in the order in which they are best made."""
    found = [Database(f"keystone_{identifier(cloud.name)}", "keystone") for cloud in of.clouds]
    for _cloud, region in of.regions:
        suffix = identifier(region.name)
        made = [template for template in TEMPLATES if template != "keystone"]
        found += [Database(f"{template}_{suffix}", template) for template in (*made, *region.further_databases)]
        found.append(Database(f"nova_cell0_{suffix}", "nova"))
    return tuple(found)


def programs(of: Lab) -> tuple[Program, ...]:
    """Every program of the lab, in the order in which they are best started."""
    found = list(_stores(of))
    for cloud in of.clouds:
        keystone = f"keystone-{cloud.name}"
        found.append(
            _api(
                of,
                keystone,
                cloud.name,
                (cloud.address, KEYSTONE),
                (("OS_KEYSTONE_CONFIG_DIR", str(configuration(of, cloud.name, "keystone"))),),
                needs=("mariadb", f"memcached-{cloud.name}"),
                databases=(f"keystone_{identifier(cloud.name)}",),
                path="/v3",
            )
        )
    for cloud, region in of.regions:
        found += _region(of, cloud, region)
        found += _further(of, cloud, region)
    return tuple(found)


def configuration(of: Lab, owner: str, service: str) -> Path:
    """The folder of one service's configuration files."""
    return of.folder / "etc" / owner / service


def _stores(of: Lab) -> list[Program]:
    run = of.folder / "run"
    erlang = (
        ("ERL_EPMD_ADDRESS", "127.0.0.1"),
        ("ERL_EPMD_PORT", str(of.epmd_port)),
    )
    etc = of.folder / "etc" / "shared"
    rabbit = of.folder / "data" / "rabbitmq"
    found = [
        Program(
            name="mariadb",
            group="shared",
            command=("/usr/sbin/mariadbd", f"--defaults-file={etc}/mariadb.cnf"),
            directory=run,
            listens=((of.shared, 3306),),
        ),
        Program(
            name="epmd",
            group="shared",
            command=("/usr/bin/epmd",),
            directory=run,
            environment=erlang,
            listens=(("127.0.0.1", of.epmd_port),),
        ),
        Program(
            name="rabbitmq",
            group="shared",
            command=("/usr/lib/rabbitmq/bin/rabbitmq-server",),
            directory=run,
            environment=(
                *erlang,
                ("HOME", str(rabbit)),
                ("RABBITMQ_NODENAME", "rabbit@localhost"),
                ("RABBITMQ_CONF_ENV_FILE", f"{etc}/rabbitmq-env.conf"),
                ("RABBITMQ_CONFIG_FILE", f"{etc}/rabbitmq.conf"),
                ("RABBITMQ_ADVANCED_CONFIG_FILE", f"{etc}/rabbitmq-advanced.config"),
                ("RABBITMQ_ENABLED_PLUGINS_FILE", f"{etc}/rabbitmq-plugins"),
                ("RABBITMQ_MNESIA_BASE", str(rabbit)),
                ("RABBITMQ_LOGS", "-"),
                ("RABBITMQ_LOG_BASE", str(of.folder / "log")),
                ("RABBITMQ_PID_FILE", f"{run}/rabbitmq.pid"),
                ("RABBITMQ_DIST_PORT", str(of.epmd_port + 1)),
                ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
            ),
            listens=((of.shared, 5672), ("127.0.0.1", of.epmd_port + 1)),
            needs=("epmd",),
        ),
    ]
    found += [
        Program(
            name=f"memcached-{cloud.name}",
            group=cloud.name,
            # -U 0: no UDP.
            command=("/usr/bin/memcached", "-l", cloud.address, "-p", "11211", "-U", "0", "-m", "64"),
            directory=run,
            listens=((cloud.address, 11211),),
        )
        for cloud in of.clouds
    ]
    return found


def _api(
    of: Lab,
    name: str,
    group: str,
    listens: tuple[str, int],
    environment: tuple[tuple[str, str], ...],
    needs: tuple[str, ...],
    databases: tuple[str, ...],
    path: str = "/",
) -> Program:
    return Program(
        name=name,
        group=group,
        # gunicorn's options lie in gunicorn.conf.py of the directory: keystone and cinder read sys.argv themselves.
        command=(of.binary("gunicorn"),),
        directory=of.folder / "etc" / group / name.removesuffix(f"-{group}"),
        environment=environment,
        listens=(listens,),
        answers=f"http://{listens[0]}:{listens[1]}{path}",
        needs=needs,
        databases=databases,
    )


def _region(of: Lab, cloud: Cloud, region: Region) -> list[Program]:
    suffix = identifier(region.name)
    name = region.name
    nova_databases = (f"nova_api_{suffix}", f"nova_{suffix}", f"nova_cell0_{suffix}")
    identity = ("mariadb", "rabbitmq", f"keystone-{cloud.name}")

    def etc(service: str) -> str:
        return str(configuration(of, name, service))

    def daemon(
        service: str,
        says: str,
        needs: tuple[str, ...] = (),
        command: tuple[str, ...] = (),
        title: str = "",
    ) -> Program:
        family = service.split("-")[0]
        return Program(
            name=f"{title or service}-{name}",
            group=name,
            command=(*(command or (of.binary(service),)), "--config-file", f"{etc(family)}/{title or family}.conf"),
            directory=of.folder / "run",
            says=says,
            needs=(*identity, *needs),
            databases=nova_databases if family == "nova" else (f"{family}_{suffix}",),
        )

    found = [
        _api(
            of,
            f"placement-{name}",
            name,
            (region.address, PLACEMENT),
            (("OS_PLACEMENT_CONFIG_DIR", etc("placement")),),
            identity,
            (f"placement_{suffix}",),
        ),
        _api(
            of,
            f"neutron-{name}",
            name,
            (region.address, NEUTRON),
            (("OS_NEUTRON_CONFIG_DIR", etc("neutron")), ("OS_NEUTRON_CONFIG_FILES", "neutron.conf")),
            identity,
            (f"neutron_{suffix}",),
        ),
        _api(
            of,
            f"nova-{name}",
            name,
            (region.address, NOVA),
            (
                ("OS_NOVA_CONFIG_DIR", etc("nova")),
                ("OS_NOVA_CONFIG_FILES", f"{of.venv}/etc/nova/api-paste.ini;nova.conf"),
            ),
            identity,
            nova_databases,
        ),
        daemon("nova-conductor", says="Join ServiceGroup membership"),
        daemon("neutron-rpc-server", says="AMQP RPC server starting"),
        _api(
            of,
            f"glance-{name}",
            name,
            (region.address, GLANCE),
            (("OS_GLANCE_CONFIG_DIR", etc("glance")), ("OS_GLANCE_CONFIG_FILES", "glance-api.conf")),
            identity,
            (f"glance_{suffix}",),
        ),
        _api(
            of,
            f"cinder-{name}",
            name,
            (region.address, CINDER),
            (),
            identity,
            (f"cinder_{suffix}",),
        ),
        daemon("nova-scheduler", says="Join ServiceGroup membership"),
        daemon("cinder-scheduler", says="Starting cinder-scheduler node"),
        daemon("cinder-volume", says="Starting cinder-volume node"),
        daemon(
            "neutron-agents",
            says="every agent has reported",
            command=(of.binary("python"), str(of.services / "network_agents.py")),
            needs=(f"neutron-rpc-server-{name}",),
        ),
    ]
    found += [
        daemon(
            "nova-compute",
            says="Join ServiceGroup membership",
            title=f"nova-compute-{n}",
            command=(of.binary("python"), str(of.services / "compute.py")),
            needs=(f"nova-conductor-{name}", f"placement-{name}"),
        )
        for n, zone in enumerate(region.computes, 1)
    ]
    return found


def _further(of: Lab, cloud: Cloud, region: Region) -> list[Program]:
    name = region.name
    needs = ("mariadb", "rabbitmq", f"keystone-{cloud.name}")
    data = of.folder / "data"

    def api(service: str, port: int, *environment: tuple[str, str]) -> Program:
        place, database = (region.address, port), f"{service}_{identifier(name)}"
        return _api(of, f"{service}-{name}", name, place, environment, needs, (database,))

    def daemon(
        service: str,
        role: str,
        script: str,
        says: str,
        environment: tuple[tuple[str, str], ...] = (),
        listens: tuple[tuple[str, int], ...] = (),
    ) -> Program:
        return Program(
            name=f"{service}-{role}-{name}",
            group=name,
            command=(
                of.binary("python"),
                str(of.services / script),
                "--config-file",
                str(configuration(of, name, service) / f"{service}.conf"),
            ),
            directory=of.folder / "run",
            environment=environment,
            listens=listens,
            says=says,
            needs=needs,
            databases=(f"{service}_{identifier(name)}",),
        )

    notes = (("OCTAVIA_NOTES", str(data / f"octavia-{name}" / "notes.db")),)
    found = {
        # Barbican looks for its configuration in its home, and nowhere else that a lab can write.
        "barbican": [api("barbican", BARBICAN, ("HOME", str(configuration(of, name, "barbican"))))],
        "octavia": [
            api("octavia", OCTAVIA, *notes),
            daemon("octavia", "worker", "load_balancer.py", says="the worker listens", environment=notes),
        ],
        "designate": [
            daemon(
                "designate",
                "central",
                "dns_services.py",
                says="central listens",
                listens=((region.address, NAME_SERVER),),
            ),
            api("designate", DESIGNATE, ("OS_DESIGNATE_CONFIG_DIR", str(configuration(of, name, "designate")))),
        ],
        "manila": [api("manila", MANILA)],
        "swift": _swift(of, cloud, region),
    }
    return [program for service in region.further for program in found[service]]


def _swift(of: Lab, cloud: Cloud, region: Region) -> list[Program]:
    etc = configuration(of, region.name, "swift")

    def program(
        title: str, command: tuple[str, ...], path: str, port: int | None, says: str = "", needs: tuple[str, ...] = ()
    ) -> Program:
        return Program(
            name=f"{title}-{region.name}",
            group=region.name,
            # -v: what it has to say goes to its file in the lab's log folder, too.
            command=(*command, str(etc / path), "-v"),
            directory=of.folder / "run",
            listens=((region.address, port),) if port else (),
            answers=f"http://{region.address}:{port}/healthcheck" if port else "",
            says=says,
            needs=needs,
        )

    # Swift's own servers run on eventlet, and call each other through it: gunicorn's threads are nothing to them.
    servers = [
        program(f"swift-{part}", (of.binary(f"swift-{part}-server"),), f"{part}-server.conf", port)
        for part, port in OBJECT_SERVERS.items()
    ]
    behind = tuple(server.name for server in servers)
    updater = (of.binary("python"), str(of.services / "object_updater.py"))
    return [
        *servers,
        program(
            "swift",
            (of.binary("swift-proxy-server"),),
            "proxy-server.conf",
            SWIFT,
            needs=(f"memcached-{cloud.name}", f"keystone-{cloud.name}", *behind),
        ),
        program("swift-updater", updater, "container-server.conf", None, says="Starting", needs=behind),
    ]
