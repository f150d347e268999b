# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting a lab: the jobs, what each needs, and their order."""

from __future__ import annotations

import base64
import json
import os
import pwd
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .authority import authority
from .configuration import Configuration
from .content import Identity, Resources, clouds_yaml
from .jobs import Job, Progress, Report, run
from .model import (
    OBJECT_DEVICE,
    OBJECT_SERVERS,
    Cloud,
    Lab,
    LabError,
    Program,
    Region,
    configuration,
    databases,
    identifier,
    programs,
    templates,
)
from .process import Keeper, states
from .schema import Databases, as_owner, forget
from .secret import Secrets, write_private

INSTALL = "database server: data folder"
"""The job that only a lab from nothing needs."""

PATIENCE = 180.0
"""Seconds that one program may take to be ready."""


class Start:
    """Everything between an empty folder with a virtualenv, and a lab that answers."""

    def __init__(self, lab: Lab) -> None:
        """Derive; nothing is written yet."""
        self.lab = lab
        self.secrets = Secrets(lab.folder / "passwords.yml")
        self.configuration = Configuration(lab, self.secrets)
        self.programs = programs(lab)
        self.keeper = Keeper(lab)
        self.databases = Databases(lab)
        self.owner = pwd.getpwnam("etat-lab").pw_uid

    def run(self, declaration: list[dict[str, Any]], services: Path) -> tuple[Report, bool]:
        """Do all of it; say what was changed and how long each part took."""
        begun = time.monotonic()
        self._folders()
        files = self.configuration.files()
        # The checkout may lie where the lab's user cannot read.
        files |= {f"services/{path.name}": path.read_text(encoding="utf-8") for path in services.glob("*.py")}
        written = [path for path, text in files.items() if self._write(path, text)]
        self._keys()
        accounts = self.configuration.accounts()
        access = json.dumps(clouds_yaml(self.lab, self.secrets), indent=2) + "\n"
        write_private(self.lab.folder / "clouds.yaml", access)
        write_private(
            self.lab.folder / "lab.json", json.dumps({"name": self.lab.name, "clouds": declaration}, indent=2) + "\n"
        )
        self.digests = {program.name: self.configuration.digest(program, files) for program in self.programs}
        fresh = self.keeper.prepare(self.digests)
        configured = round(time.monotonic() - begun, 1)
        progress = Progress(self.lab.folder / "log/progress.log")
        # One more than there are cores: a program that starts also waits for the database and the network.
        report = run(self._jobs(accounts), progress, cores=(os.cpu_count() or 1) + 1)
        report.seconds["configuration"] = configured
        down = [f"{state.name} ({state.detail})" for state in states(self.lab, self.programs) if not state.answers]
        if down:
            raise LabError(
                f"These programs ended after they had started: {', '.join(down)}. See {self.lab.folder}/log."
            )
        return report, bool(written or fresh or report.changed)

    def _write(self, path: str, text: str) -> bool:
        place = self.lab.folder / path
        self._folder(place.parent)
        return write_private(place, text, self.owner)

    def _folder(self, path: Any) -> None:
        if not path.exists():
            self._folder(path.parent)
            path.mkdir(mode=0o700)
            os.chown(path, self.owner, self.owner)

    def _folders(self) -> None:
        data = ["mariadb", "rabbitmq"]
        for _cloud, region in self.lab.regions:
            data += [f"glance-{region.name}/{kind}" for kind in ("images", "staging", "tasks")]
            data += [f"{service}-{region.name}" for service in ("nova", "neutron", "cinder", *region.further)]
            data += [f"swift-{region.name}/{OBJECT_DEVICE}"] if "swift" in region.further else []
            data += [host for host, zone in region.computes]
        for name in ("etc", "run", "log", "done", *(f"data/{name}" for name in data)):
            self._folder(self.lab.folder / name)

    def _keys(self) -> None:
        for cloud in self.lab.clouds:
            for repository in ("fernet", "credential"):
                for index in ("0", "1"):
                    path = f"data/keystone-{cloud.name}/{repository}/{index}"
                    if not (self.lab.folder / path).exists():
                        self._write(path, base64.urlsafe_b64encode(os.urandom(32)).decode())
        for _cloud, region in self.lab.regions:
            folder = f"data/octavia-{region.name}"
            if "octavia" in region.further and not (self.lab.folder / folder / "ca.key").exists():
                certificate, key = authority(f"load balancers of {region.name}")
                self._write(f"{folder}/ca.pem", certificate)
                self._write(f"{folder}/ca.key", key)
        cookie = "data/rabbitmq/.erlang.cookie"
        if not (self.lab.folder / cookie).exists():
            self._write(cookie, self.secrets.get("messages", "erlang cookie"))

    def _jobs(self, accounts: dict[str, str]) -> list[Job]:
        return [
            Job(INSTALL, self._install),
            Job("database accounts", lambda: self._accounts(accounts), ("start mariadb",)),
            *self._database_jobs(),
            *(Job(f"start {p.name}", self._bound(self._program, p), self._before(p)) for p in self.programs),
            *(job for cloud in self.lab.clouds for job in self._cloud_jobs(cloud)),
            *(job for cloud, region in self.lab.regions for job in self._region_jobs(cloud, region)),
        ]

    def _database_jobs(self) -> list[Job]:
        jobs = []
        for template in templates(self.lab):
            # nova-manage db sync looks into the other schema too.
            before = ("database accounts", *(("schema nova_api",) if template == "nova" else ()))
            jobs.append(Job(f"schema {template}", self._bound(self.databases.make_template, template), before))
        for database in databases(self.lab):
            act = self._bound(self.databases.clone, database.template, database.name)
            jobs.append(Job(f"database {database.name}", act, (f"schema {database.template}",)))
        return jobs

    def _before(self, program: Program) -> tuple[str, ...]:
        """What must be done before a program starts."""
        needs = [f"start {name}" for name in program.needs] + [f"database {name}" for name in program.databases]
        if program.name == "mariadb":
            needs.append(INSTALL)
        needs += [f"bootstrap {cloud.name}" for cloud in self.lab.clouds if program.name == f"keystone-{cloud.name}"]
        for cloud, region in self.lab.regions:
            if program.group == region.name:
                # A service asks Keystone for its token as soon as it starts, and a service of Nova for its cells.
                needs += [f"accounts {cloud.name}", f"cells {region.name}"]
                if program.name.startswith("swift-"):
                    needs.append(f"rings {region.name}")
                if "designate" in region.further and program.databases == (f"designate_{identifier(region.name)}",):
                    needs.append(f"pool {region.name}")
        return tuple(needs)

    def _cloud_jobs(self, cloud: Cloud) -> list[Job]:
        database = f"database keystone_{identifier(cloud.name)}"
        return [
            Job(f"bootstrap {cloud.name}", self._bound(self._bootstrap, cloud), (database,)),
            Job(f"accounts {cloud.name}", self._bound(self._identity, cloud), (f"start keystone-{cloud.name}",)),
        ]

    def _region_jobs(self, cloud: Cloud, region: Region) -> list[Job]:
        suffix = identifier(region.name)
        urls = {name: self.configuration.database(f"{name}_{suffix}") for name in ("nova", "nova_cell0")}
        cells = self._bound(self.databases.map_cells, region, urls, self.configuration.messages(region))
        started = tuple(f"start {program.name}" for program in self.programs if program.group == region.name)
        jobs = [
            Job(f"cells {region.name}", cells, (f"database nova_api_{suffix}",)),
            Job(f"resources {region.name}", lambda: Resources(cloud, region, self.secrets).converge(), started),
        ]
        if "designate" in region.further:
            pool = self._bound(self.databases.fill_pool, region)
            jobs.append(Job(f"pool {region.name}", pool, (f"database designate_{suffix}",)))
        if "swift" in region.further:
            jobs.append(Job(f"rings {region.name}", self._bound(self._rings, region)))
        return jobs

    @staticmethod
    def _bound(act: Callable[..., bool], *arguments: Any) -> Callable[[], bool]:
        return lambda: act(*arguments)

    def _program(self, program: Program) -> bool:
        environment = self.configuration.environment(program)
        return self.keeper.start(program, environment, self.digests[program.name], PATIENCE)

    def _install(self) -> bool:
        made = self.databases.install()
        if made:
            forget(self.lab)
        return made

    def _rings(self, region: Region) -> bool:
        """Tell Swift where its one device is."""
        folder = configuration(self.lab, region.name, "swift")
        places = [f"{part}={port}" for part, port in OBJECT_SERVERS.items()]
        arguments = [str(folder), region.address, OBJECT_DEVICE, *places]
        made, wanted = folder / "rings.txt", " ".join(arguments) + "\n"
        if made.exists() and made.read_text(encoding="utf-8") == wanted:
            return False
        command = [self.lab.binary("python"), str(self.lab.services / "object_rings.py"), *arguments]
        as_owner(self.lab, command, f"rings-{region.name}")
        return write_private(made, wanted, self.owner)

    def _accounts(self, accounts: dict[str, str]) -> bool:
        if all(self.databases.ready(database.name) for database in databases(self.lab)):
            return False
        self.databases.accounts(accounts)
        return True

    def _bootstrap(self, cloud: Cloud) -> bool:
        if self.databases.ready(f"bootstrap_{cloud.name}"):
            return False
        command = [
            self.lab.binary("keystone-manage"),
            "--config-file",
            f"{self.lab.folder}/etc/{cloud.name}/keystone/keystone.conf",
            "bootstrap",
        ]
        password = self.secrets.get("accounts", cloud.name, "Default", "admin")
        as_owner(self.lab, command, f"bootstrap-{cloud.name}", {"OS_BOOTSTRAP_PASSWORD": password})
        self.databases.whole(f"bootstrap_{cloud.name}")
        return True

    def _identity(self, cloud: Cloud) -> bool:
        return Identity(cloud, self.secrets).converge()

    def memory(self) -> int:
        """What all processes of the lab use, in bytes."""
        return sum(state.memory for state in states(self.lab, self.programs))
