# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's processes: starting and stopping them, what runs, what is left over."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .model import MARK, OWNER, Lab, LabError, Program

PROC = Path("/proc")

PATIENCE = 8.0
"""Seconds that a process may take to end before it is killed: what it would still finish is of no use to a lab."""

LOG_BYTES = 20 * 1024**2
"""A log that is longer than this is turned over when its program starts."""


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


class Keeper:
    """Starts the programs of one lab, remembers which process each one is, and ends them.

    Nothing watches: a program that ends stays down until the lab is started again, and is seen by the status.
    """

    def __init__(self, lab: Lab) -> None:
        """Nothing is started."""
        self._lab = lab

    def _note(self, name: str) -> Path:
        return self._lab.folder / "run" / f"{name}.json"

    def process(self, name: str) -> int | None:
        """The process that a program runs as, if it does."""
        try:
            note = json.loads(self._note(name).read_text())
        except (OSError, ValueError):
            return None
        # The kernel gives a number again: the time of its start tells one process from another.
        pid: int = note["pid"]
        return pid if _stat(pid, "started") == note["started"] and _stat(pid, "state") != "Z" else None

    def configuration(self, name: str) -> str:
        """What the program was configured with when it was started."""
        try:
            return str(json.loads(self._note(name).read_text())["configuration"])
        except (OSError, ValueError):
            return ""

    def prepare(self, wanted: dict[str, str]) -> bool:
        """End what is not wanted as it is: programs of an older configuration, and processes that nobody knows."""
        kept = {pid for name in wanted if self.configuration(name) == wanted[name] and (pid := self.process(name))}
        old = set(processes(self._lab)) - _offspring(kept)
        end(self._lab, lambda pid: pid in old)
        for note in (self._lab.folder / "run").glob("*.json"):
            if note.stem not in wanted:
                note.unlink()
        return bool(old)

    def start(self, program: Program, environment: dict[str, str], configuration: str, patience: float) -> bool:
        """Start one program unless it runs, and wait until it is ready."""
        log = self._lab.folder / "log" / f"{program.name}.log"
        if self.process(program.name):
            if not program.says:
                self._wait(program, log, 0, patience)
            return False
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.rename(log.with_suffix(".log.1"))
        written = log.stat().st_size if log.exists() else 0
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as output:
            child = subprocess.Popen(  # noqa: S603
                program.command,
                cwd=program.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=OWNER,
                group=OWNER,
                extra_groups=[],
                umask=0o077,
            )
        note = {"pid": child.pid, "started": _stat(child.pid, "started"), "configuration": configuration}
        self._note(program.name).write_text(json.dumps(note) + "\n")
        self._wait(program, log, written, patience)
        return True

    def _wait(self, program: Program, log: Path, written: int, patience: float) -> None:
        until = time.monotonic() + patience
        while not (_said(program, log, written) and answers(program)):
            if not self.process(program.name):
                raise LabError(f"{program.name} ended as soon as it started: see {log}.")
            if time.monotonic() > until:
                raise LabError(f"{program.name} is not ready after {patience:.0f} s: see {log}.")
            time.sleep(0.25)

    def stop(self, stores: tuple[str, ...]) -> bool:
        """End everything that belongs to the lab, its data stores last; say whether anything ran."""
        ran = bool(processes(self._lab))
        last = _offspring({pid for name in stores if (pid := self.process(name))})
        end(self._lab, lambda pid: pid not in last)
        end(self._lab, lambda _pid: True)
        for note in (self._lab.folder / "run").glob("*.json"):
            note.unlink()
        return ran


@contextlib.contextmanager
def alone(lab: Lab) -> Iterator[None]:
    """Wait until nobody else starts or stops this lab, and keep others waiting."""
    with (Path("/run/lock") / f"etat-lab-{lab.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


FIELDS = {"state": 0, "parent": 1, "started": 19}
"""What is read of /proc/PID/stat: places after the command's name, which may hold blanks."""


def _stat(pid: int, field: str) -> str | int | None:
    try:
        value = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[FIELDS[field]]
    except OSError:
        return None
    return value if field == "state" else int(value)


def _said(program: Program, log: Path, written: int) -> bool:
    if not program.says:
        return True
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
    found: dict[int, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            parent = _stat(int(entry.name), "parent")
            if isinstance(parent, int):
                found[int(entry.name)] = parent
    return found


def families(parents: dict[int, int]) -> dict[int, list[int]]:
    """The children of each process."""
    found: dict[int, list[int]] = {}
    for child, parent in parents.items():
        found.setdefault(parent, []).append(child)
    return found


def _offspring(pids: set[int]) -> set[int]:
    """These processes and all that came from them."""
    children = families(_parents())
    found: set[int] = set()
    rest = list(pids)
    while rest:
        found.add(pid := rest.pop())
        rest += children.get(pid, [])
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
    ticks = _stat(pid, "started")
    up = float((PROC / "uptime").read_text().split()[0])
    return time.time() - up + (int(ticks) if ticks else 0) / os.sysconf("SC_CLK_TCK")


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


def end(lab: Lab, chosen: Callable[[int], bool]) -> None:
    """End the chosen processes of the lab: first politely, then not."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        for pid in processes(lab):
            if chosen(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, kind)
        until = time.monotonic() + PATIENCE
        while any(chosen(pid) for pid in processes(lab)):
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        else:
            return
    left = ", ".join(f"{pid} ({command[:60]})" for pid, command in processes(lab).items() if chosen(pid))
    raise LabError(f"These processes of the lab {lab.name} do not end, not even when killed: {left}.")


def states(lab: Lab, programs: tuple[Program, ...]) -> list[State]:
    """What each program does."""
    keeper = Keeper(lab)
    children = families(_parents())
    found = []
    for program in programs:
        pid = keeper.process(program.name)
        answer = pid is not None and answers(program)
        if pid is None:
            detail = f"not running, see {lab.folder}/log/{program.name}.log"
        elif not answer:
            detail = f"no answer from {program.answers or ', '.join(f'{a}:{p}' for a, p in program.listens)}"
        else:
            detail = ""
        found.append(
            State(
                name=program.name,
                group=program.group,
                runs=pid is not None,
                answers=answer,
                since=_started(pid) if pid else 0.0,
                memory=memory(pid, children) if pid else 0,
                detail=detail,
            )
        )
    return found
