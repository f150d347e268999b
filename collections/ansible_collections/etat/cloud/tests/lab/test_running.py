# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running lab may do to the host that carries it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from testinfra.host import Host

# The programs and the ports of each service that a region may declare.
FURTHER = {
    "key-manager": ({"barbican"}, {9311}),
    "load-balancer": ({"octavia", "octavia-worker"}, {9876}),
    "dns": ({"designate", "designate-central"}, {9001, 5354}),
    "shared-file-system": ({"manila"}, {8786}),
    "object-store": (
        {"swift", "swift-account", "swift-container", "swift-object", "swift-updater"},
        {8080, 6200, 6201, 6202},
    ),
}


def listening(host: Host) -> list[tuple[str, int]]:
    """Local address and process id of every socket that waits for others."""
    found = []
    for line in host.check_output("ss --no-header --listening --tcp --udp --numeric --processes").splitlines():
        fields = line.split()
        found += [(fields[4], int(part.split(",")[0])) for part in line.split("pid=")[1:]]
    return found


def test_every_program_of_the_lab_runs(folder: Path, processes: dict[int, Path]) -> None:
    notes = {path.stem: json.loads(path.read_text())["pid"] for path in (folder / "run").glob("*.json")}
    assert {"mariadb", "rabbitmq", "epmd"} < set(notes)
    assert [name for name, pid in notes.items() if pid not in processes] == []


def test_the_lab_listens_on_loopback_only(host: Host, processes: dict[int, Path]) -> None:
    ours = [address for address, pid in listening(host) if pid in processes]
    assert len(ours) > 5
    assert [address for address in ours if not address.startswith(("127.", "[::1]:"))] == []


def test_nothing_of_the_lab_runs_as_root(processes: dict[int, Path]) -> None:
    assert len(processes) > 5
    assert {entry.owner() for entry in processes.values()} == {"etat-lab"}


@pytest.mark.parametrize("kind", FURTHER)
def test_a_service_runs_in_the_regions_that_declare_it_and_in_no_other(
    host: Host, folder: Path, processes: dict[int, Path], declared: list[dict[str, Any]], kind: str
) -> None:
    programs, ports = FURTHER[kind]
    wanted = {
        f"{program}-{region['name']}" for region in declared if kind in region["services"] for program in programs
    }
    notes = {path.stem for path in (folder / "run").glob("*.json")}
    assert {note for note in notes if note.split("-")[0] in programs} == wanted
    open_ports = {int(address.rsplit(":", 1)[1]) for address, pid in listening(host) if pid in processes}
    assert open_ports & ports == (ports if wanted else set())


@pytest.mark.parametrize("name", ["clouds.yaml", "passwords.yml", "lab.json"])
def test_only_root_reads_what_opens_the_clouds(host: Host, folder: Path, name: str) -> None:
    file = host.file(f"{folder}/{name}")
    assert (file.user, file.mode) == ("root", 0o600)


def test_no_file_with_a_password_is_open_to_others(folder: Path, passwords: list[str]) -> None:
    needles = [password.encode() for password in passwords]
    checked = 0
    for path in (p for part in ("etc", "run", "log", "done", "services") for p in (folder / part).rglob("*")):
        if path.is_file() and any(needle in path.read_bytes() for needle in needles):
            checked += 1
            assert path.stat().st_mode & 0o077 == 0, f"{path} holds a password and is open to others"
    assert checked > 5


def test_no_log_holds_a_password(folder: Path, passwords: list[str]) -> None:
    logs = [path for path in (folder / "log").iterdir() if path.is_file()]
    assert logs
    for path in logs:
        text = path.read_bytes()
        assert not any(password.encode() in text for password in passwords), f"{path} holds a password"


def test_no_key_is_open_to_others(folder: Path) -> None:
    keys = [path for path in (folder / "data").glob("keystone-*/*/*") if path.is_file()]
    assert len(keys) >= 4
    assert [path for path in [*keys, folder / "data/rabbitmq/.erlang.cookie"] if path.stat().st_mode & 0o077] == []


def test_the_keys_of_the_further_services_are_open_to_their_user_alone(
    host: Host, folder: Path, declared: list[dict[str, Any]]
) -> None:
    files = [
        *(f"etc/{region['name']}/barbican/barbican.conf" for region in declared if "key-manager" in region["services"]),
        *(f"data/octavia-{region['name']}/ca.key" for region in declared if "load-balancer" in region["services"]),
        *(f"etc/{region['name']}/swift/swift.conf" for region in declared if "object-store" in region["services"]),
    ]
    if not files:
        pytest.skip("no region declares a key manager, load balancers or an object store")
    found = {name: host.file(f"{folder}/{name}") for name in files}
    assert {name: (file.user, file.mode) for name, file in found.items()} == dict.fromkeys(files, ("etat-lab", 0o600))


def test_no_password_is_in_a_command_line(passwords: list[str]) -> None:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        assert not any(password in command for password in passwords), f"process {entry.name} shows a password"
