# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's processes: the supervisor that keeps them, what runs, what is left over."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import signal
import socket
import subprocess
import time
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .model import MARK, OWNER, Lab, LabError, Program

PROC = Path("/proc")


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _Connection(self._path)


@dataclass(frozen=True, slots=True)
class State:
    """What one program does now."""

    name: str
    group: str
    runs: bool
    answers: bool
    since: float
    memory: int
    """Proportional set size of the program and its children, in bytes."""
    detail: str


class Supervisor:
    """supervisord of one lab."""

    def __init__(self, lab: Lab) -> None:
        """Nothing is started."""
        self._lab = lab
        self._socket = lab.folder / "run/supervisor.sock"

    def _call(self, method: str, *arguments: Any) -> Any:
        # A connection for each call: they come from several threads.
        transport = _Transport(str(self._socket))
        try:
            server = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
            return getattr(server.supervisor, method)(*arguments)
        finally:
            transport.close()

    def runs(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self._call("getState")["statecode"] == 1)
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False

    def programs(self) -> dict[str, dict[str, Any]]:
        """What it says of each program, by name."""
        if not self.runs():
            return {}
        return {info["name"]: info for info in self._call("getAllProcessInfo")}

    def start(self) -> bool:
        """Start it, or let it read its file again; say whether anything was new."""
        if self.runs():
            added, changed, removed = self._call("reloadConfig")[0]
            if old := [*changed, *removed]:
                with ThreadPoolExecutor(max_workers=len(old)) as pool:
                    list(pool.map(lambda name: self._call("stopProcessGroup", name), old))
            for name in old:
                self._call("removeProcessGroup", name)
            for name in (*added, *changed):
                self._call("addProcessGroup", name)
            return bool(added or changed or removed)
        end_leftovers(self._lab)
        command = [self._lab.binary("supervisord"), "-c", str(self._lab.folder / "etc/supervisord.conf")]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", MARK: str(self._lab.folder)}
        done = subprocess.run(
            command,
            env=environment,
            cwd=self._lab.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LabError(f"supervisord does not start: {(done.stderr or done.stdout).strip()[:300]}")
        until = time.monotonic() + 20
        while not self.runs():
            if time.monotonic() > until:
                raise LabError(f"supervisord does not answer within 20 s: see {self._lab.folder}/log/supervisord.log.")
            time.sleep(0.1)
        return True

    def start_program(self, program: Program, patience: float) -> bool:
        """Start one program unless it runs, and wait until it is ready."""
        log = self._lab.folder / "log" / f"{program.name}.log"
        info = self._call("getProcessInfo", program.name)
        if info["statename"] == "RUNNING":
            if not program.says:
                self._wait(program, log, 0, patience)
            return False
        written = log.stat().st_size if log.exists() else 0
        self._call("startProcess", program.name, False)
        self._wait(program, log, written, patience)
        return True

    def _wait(self, program: Program, log: Path, written: int, patience: float) -> None:
        until = time.monotonic() + patience
        while not (_said(program, log, written) if program.says else answers(program)):
            info = self._call("getProcessInfo", program.name)
            if info["statename"] not in ("RUNNING", "STARTING"):
                raise LabError(f"{program.name} ended as soon as it started: see {log}.")
            if time.monotonic() > until:
                raise LabError(f"{program.name} is not ready after {patience:.0f} s: see {log}.")
            time.sleep(0.25)

    def stop(self) -> bool:
        """Stop everything that belongs to the lab, the supervisor too; say whether anything ran."""
        ran = bool(processes(self._lab))
        if self.runs():
            self._call("stopAllProcesses", True)
            self._call("shutdown")
            until = time.monotonic() + 30
            while processes(self._lab) and time.monotonic() < until:
                time.sleep(0.1)
        end_leftovers(self._lab)
        (self._lab.folder / "run/supervisor.sock").unlink(missing_ok=True)
        return ran


def _said(program: Program, log: Path, written: int) -> bool:
    if not log.exists():
        return False
    with log.open("rb") as file:
        # A log that was turned over is read from its beginning.
        file.seek(written if log.stat().st_size >= written else 0)
        return program.says.encode() in file.read()


def accepts(address: str, port: int) -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=3):
        return True
    return False


def answers(program: Program) -> bool:
    """Whether a program's ports accept connections and its URL answers; true for one that has neither."""
    if not all(accepts(*place) for place in program.listens):
        return False
    if not program.answers:
        return True
    url = urlsplit(program.answers)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    try:
        connection.request("GET", url.path or "/")
        # Some APIs answer 300 (choose a version) or 401 at their root.
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# What the kernel knows.


def _parents() -> dict[int, int]:
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                found[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return found


def families(parents: dict[int, int]) -> dict[int, list[int]]:
    """The children of each process."""
    found: dict[int, list[int]] = {}
    for child, parent in parents.items():
        found.setdefault(parent, []).append(child)
    return found


def memory(pid: int, children: dict[int, list[int]]) -> int:
    """Proportional set size of a process and all that came from it."""
    total = 0
    with contextlib.suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total + sum(memory(child, children) for child in children.get(pid, ()))


def _started(pid: int) -> float:
    try:
        ticks = int((PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[19])
        up = float((PROC / "uptime").read_text().split()[0])
    except (OSError, ValueError):
        return 0.0
    return time.time() - up + ticks / os.sysconf("SC_CLK_TCK")


def processes(lab: Lab) -> dict[int, str]:
    """Every process of this lab, whoever its parent is now: process id to command line."""
    mark = f"{MARK}={lab.folder}".encode()
    inside = f"{lab.folder}/".encode()
    try:
        owner = pwd.getpwnam(OWNER).pw_uid
    except KeyError:
        return {}
    found = {}
    for entry in PROC.iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            user = entry.stat().st_uid
            if user not in (0, owner):
                continue
            command = (entry / "cmdline").read_bytes()
            if not command:
                continue
            ours = mark in (entry / "environ").read_bytes().split(b"\0")
            # A program that writes its own title may overwrite its environment; its folder stays.
            if not ours and user == owner:
                ours = inside in command or str((entry / "cwd").readlink()).startswith(str(lab.folder) + "/")
            if ours:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
    return found


def end_leftovers(lab: Lab) -> None:
    """End what belongs to this lab and has no supervisor: first politely, then not."""
    for kind, patience in ((signal.SIGTERM, 15.0), (signal.SIGKILL, 10.0)):
        for pid in processes(lab):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
        until = time.monotonic() + patience
        while processes(lab):
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        else:
            return
    left = ", ".join(f"{pid} ({command[:60]})" for pid, command in processes(lab).items())
    raise LabError(f"These processes of the lab {lab.name} do not end, not even when killed: {left}.")


def states(lab: Lab, programs: tuple[Program, ...]) -> list[State]:
    """What each program does, and the supervisor first."""
    supervisor = Supervisor(lab)
    known = supervisor.programs()
    children = families(_parents())
    found = []
    keeper = 0
    with contextlib.suppress(OSError, ValueError):
        keeper = int((lab.folder / "run/supervisord.pid").read_text())
    runs = bool(known) or supervisor.runs()
    found.append(
        State(
            name="supervisord",
            group="shared",
            runs=runs,
            answers=runs,
            since=_started(keeper) if runs else 0.0,
            # Its own only: its children have their lines.
            memory=memory(keeper, {}) if runs else 0,
            detail="" if runs else "it does not answer",
        )
    )
    for program in programs:
        info = known.get(program.name, {})
        runs = info.get("statename") == "RUNNING"
        answer = runs and answers(program)
        if runs and not answer:
            detail = f"no answer from {program.answers or ', '.join(f'{a}:{p}' for a, p in program.listens)}"
        elif runs:
            detail = ""
        else:
            detail = str(info.get("description") or "not running") if info else "not running"
        found.append(
            State(
                name=program.name,
                group=program.group,
                runs=runs,
                answers=answer,
                since=_started(int(info["pid"])) if runs else 0.0,
                memory=memory(int(info["pid"]), children) if runs else 0,
                detail=detail,
            )
        )
    return found
