# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command and all processes that it starts take: seconds of each processor, and memory."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

TICKS = os.sysconf("SC_CLK_TCK")
#: Seconds between two looks at the processes.
TICK = 0.05


@dataclass(slots=True)
class Process:
    """One process: its name, the seconds of processor that it took, and the most memory that it held, in bytes."""

    name: str
    seconds: float = 0.0
    memory: int = 0


@dataclass(slots=True)
class Taken:
    """What a command took. memory is the most that all its processes held at once; pages that they share count once."""

    output: str
    seconds: float
    processor: float
    memory: int
    processes: list[Process] = field(default_factory=list)


def take(command: Sequence[str], environment: Mapping[str, str], names: Mapping[str, str] | None = None) -> Taken:
    """Run a command and return what it took.

    names: what its processes are called, by a part of their command lines. Raises SystemExit when the command fails.
    """
    found: dict[int, Process] = {}
    most, over = 0, Event()
    before = os.times()
    start = time.monotonic()
    process = subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )

    def watch() -> None:
        nonlocal most
        while not over.wait(TICK):
            pids = _family(process.pid)
            most = max(most, sum(_shared_memory(pid) for pid in pids))
            for pid in pids:
                _look(pid, process.pid, found, names or {})

    watcher = Thread(target=watch)
    watcher.start()
    output, _nothing = process.communicate()
    seconds = time.monotonic() - start
    over.set()
    watcher.join()
    after = os.times()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}:\n{output[-3000:]}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(output, seconds, spent, most, sorted(found.values(), key=lambda one: -one.seconds))


def _family(root: int) -> list[int]:
    """Return a process and all its descendants."""
    found, rest = [], [root]
    while rest:
        pid = rest.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                rest += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _shared_memory(pid: int) -> int:
    """Return the bytes of a process's memory, with its share of what it shares."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _look(pid: int, root: int, found: dict[int, Process], names: Mapping[str, str]) -> None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
        said = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except (OSError, StopIteration):
        return
    short = next((name for part, name in names.items() if part in said), said[:40])
    process = found.setdefault(pid, Process(""))
    process.name = short if pid == root or short != names.get("ansible-playbook") else f"{short}, worker"
    process.seconds = (int(fields[11]) + int(fields[12])) / TICKS
    process.memory = max(process.memory, int(peak.split()[1]) * 1024)
