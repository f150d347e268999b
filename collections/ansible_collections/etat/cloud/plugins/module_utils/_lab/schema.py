# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases: each schema is made once, in a template, and cloned for every region, Keystone and cell."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from .model import NAME_SERVER, OWNER, Lab, LabError, Region, identifier

COMMANDS = {
    "keystone": ("keystone-manage", "db_sync"),
    "nova_api": ("nova-manage", "api_db", "sync"),
    "nova": ("nova-manage", "db", "sync", "--local_cell"),
    "neutron": ("neutron-db-manage", "upgrade", "heads"),
    "cinder": ("cinder-manage", "db", "sync"),
    "glance": ("glance-manage", "db_sync"),
    "placement": ("placement-manage", "db", "sync"),
    "barbican": ("barbican-db-manage", "upgrade"),
    "octavia": ("octavia-db-manage", "upgrade", "head"),
    "designate": ("designate-manage", "database", "sync"),
    "manila": ("manila-manage", "db", "sync"),
}

CELL0 = "00000000-0000-0000-0000-000000000000"

POOL = "794ccc2cd75144feb57f8894c9f5c842"
"""The pool that Designate's schema brings, without name servers."""


def as_owner(lab: Lab, command: list[str], log: str, environment: dict[str, str] | None = None) -> None:
    """Run one command as the lab's user, with what it says in the lab's log."""
    path = lab.folder / "log" / f"{log}.log"
    with path.open("ab") as output:
        code = subprocess.run(  # noqa: S603
            command,
            cwd=lab.folder / "run",
            env={
                "PATH": f"{lab.venv}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": str(lab.folder / "run"),
                "LANG": "C.UTF-8",
                "PYTHONWARNINGS": "ignore",
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=OWNER,
            group=OWNER,
            extra_groups=[],
            umask=0o077,
            check=False,
        ).returncode
    if code:
        last = next(
            (line for line in reversed(path.read_text(errors="replace").splitlines()) if line.strip()), "nothing"
        )
        raise LabError(f"{Path(command[0]).name} ended with {code}; its last words: {last[:300]} (more in {path}).")


class Databases:
    """The lab's MariaDB, spoken to as root over its socket, which needs no password."""

    def __init__(self, lab: Lab) -> None:
        """Connect with the first question."""
        self._lab = lab

    def _ask(self, *statements: tuple[str, tuple[Any, ...]], database: str | None = None) -> list[tuple[Any, ...]]:
        with self._connection(database) as connection, connection.cursor() as cursor:
            for statement, values in statements:
                cursor.execute(statement, values)
            return list(cursor.fetchall())

    def _connection(self, database: str | None = None) -> Any:
        import pymysql

        socket = str(self._lab.folder / "run/mariadb.sock")
        return pymysql.connect(unix_socket=socket, user="root", database=database, autocommit=True, ssl_disabled=True)

    def install(self) -> bool:
        """Make the data folder of a server that has none."""
        data = self._lab.folder / "data/mariadb"
        if (data / "mysql").exists():
            return False
        command = [
            "/usr/bin/mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=socket",
            "--auth-root-socket-user=root",
            "--skip-test-db",
        ]
        as_owner(self._lab, command, "mariadb-install-db")
        return True

    def accounts(self, accounts: dict[str, str]) -> bool:
        """Give each database its account, with its password."""
        statements: list[tuple[str, tuple[Any, ...]]] = []
        for name, password in accounts.items():
            statements += [
                (f"CREATE USER IF NOT EXISTS '{name}'@'127.%%'", ()),
                (f"ALTER USER '{name}'@'127.%%' IDENTIFIED BY %s", (password,)),
                (f"GRANT ALL ON `{name}`.* TO '{name}'@'127.%%'", ()),
            ]
        self._ask(*statements)
        return True

    def ready(self, name: str) -> bool:
        """Whether this database is whole: an interrupted one is made again."""
        return (self._lab.folder / "done" / name).exists()

    def whole(self, name: str) -> None:
        """Mark a database, or a step in one, as complete."""
        (self._lab.folder / "done" / name).touch(mode=0o600)

    def _empty(self, name: str) -> None:
        self._ask(
            (f"DROP DATABASE IF EXISTS `{name}`", ()),
            (f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4", ()),
        )

    def make_template(self, template: str) -> bool:
        """Let the service make its schema."""
        name = f"template_{template}"
        if self.ready(name):
            return False
        self._empty(name)
        command, *arguments = COMMANDS[template]
        path = self._lab.folder / "etc/template" / f"{template}.conf"
        options, environment = ["--config-file", str(path)], {}
        if template == "barbican":
            # It takes no such option, and looks into its home.
            options, environment = [], {"HOME": str(path.parent)}
        command = self._lab.binary(command)
        as_owner(self._lab, [command, *options, *arguments], f"schema-{template}", environment)
        self.whole(name)
        return True

    def clone(self, template: str, name: str) -> bool:
        """Copy a template's tables and rows."""
        if self.ready(name):
            return False
        self._empty(name)
        source = f"template_{template}"
        with self._connection(source) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW TABLES")
            tables = [row[0] for row in cursor.fetchall()]
            made = []
            for table in tables:
                cursor.execute(f"SHOW CREATE TABLE `{table}`")
                made.append(cursor.fetchone()[1])
            connection.select_db(name)
            # A table may refer to one that comes later.
            cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
            for table, statement in zip(tables, made, strict=True):
                cursor.execute(statement)
                cursor.execute(f"INSERT INTO `{table}` SELECT * FROM `{source}`.`{table}`")  # noqa: S608
        self.whole(name)
        return True

    def map_cells(self, region: Region, url: dict[str, str], messages: str) -> bool:
        """Tell Nova its two cells, as nova-manage cell_v2 would."""
        suffix = identifier(region.name)
        api = f"nova_api_{suffix}"
        known = self._ask(("SELECT uuid, transport_url, database_connection FROM cell_mappings", ()), database=api)
        wanted = {
            (CELL0, "none:///", url["nova_cell0"]),
            ("00000000-0000-0000-0000-000000000001", messages, url["nova"]),
        }
        if set(known) == wanted:
            return False
        statement = (
            "INSERT INTO cell_mappings (uuid, name, transport_url, database_connection, disabled, created_at)"
            " VALUES (%s, %s, %s, %s, 0, NOW()) ON DUPLICATE KEY UPDATE"
            " transport_url = VALUES(transport_url), database_connection = VALUES(database_connection)"
        )
        rows = [
            (statement, (uuid, "cell0" if uuid == CELL0 else "cell1", transport, connection))
            for uuid, transport, connection in sorted(wanted)
        ]
        self._ask(*rows, database=api)
        return True

    def fill_pool(self, region: Region) -> bool:
        """Tell Designate its name server, its own, as designate-manage pool update would."""
        database = f"designate_{identifier(region.name)}"
        wanted = (region.address, NAME_SERVER)
        if self._ask(("SELECT host, port FROM pool_nameservers", ()), database=database) == [wanted]:
            return False
        address, port = wanted

        def row(table: str, **columns: object) -> tuple[str, tuple[Any, ...]]:
            # One pool has one row in each table, for which its id serves too.
            values = {"id": POOL, "version": 1, **columns}
            names = ", ".join(f"`{name}`" for name in values)
            places = ", ".join(["%s"] * len(values))
            return (
                f"REPLACE INTO `{table}` ({names}, `created_at`) VALUES ({places}, NOW())",  # noqa: S608
                tuple(values.values()),
            )

        self._ask(
            row("pool_ns_records", pool_id=POOL, priority=1, hostname=f"ns1.{region.name}.example.org."),
            row("pool_nameservers", pool_id=POOL, host=address, port=port),
            row("pool_targets", pool_id=POOL, type="fake"),
            row("pool_target_options", id=f"{1:032x}", pool_target_id=POOL, key="host", value=address),
            row("pool_target_options", id=f"{2:032x}", pool_target_id=POOL, key="port", value=str(port)),
            database=database,
        )
        return True


def forget(lab: Lab) -> None:
    """Nothing of a former data folder is taken as made."""
    for mark in (lab.folder / "done").iterdir():
        mark.unlink()
