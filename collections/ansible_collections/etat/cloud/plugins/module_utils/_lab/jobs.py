# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that need each other, on a few threads, with their times and a line of progress for each."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from .model import LabError


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do once what it needs is done; says whether it changed anything."""

    name: str
    act: Callable[[], bool]
    needs: tuple[str, ...] = ()
    heavy: bool = True
    """It uses a core for as long as it lasts."""


class Progress:
    """Lines for a person who waits: to the file that ETAT_CLOUD_PROGRESS names, or to the lab's own log."""

    def __init__(self, log: Path) -> None:
        """Open for adding."""
        self._path = os.environ.get("ETAT_CLOUD_PROGRESS") or str(log)
        self._lock = threading.Lock()

    def say(self, text: str, done: int, total: int) -> None:
        """Add one line."""
        with self._lock, Path(self._path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"text": text, "done": done, "total": total}) + "\n")


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the jobs."""

    changed: tuple[str, ...]
    seconds: dict[str, float]


def run(jobs: list[Job], progress: Progress, cores: int) -> Report:
    """Do every job, as many heavy ones at a time as there are cores; the first failure ends it."""
    done: set[str] = set()
    changed: list[str] = []
    seconds: dict[str, float] = {}
    waiting = {job.name: job for job in jobs}
    running: dict[Future[bool], Job] = {}
    begun: dict[str, float] = {}
    failure: BaseException | None = None
    with ThreadPoolExecutor(max_workers=len(jobs) + 1) as pool:
        while waiting or running:
            heavy = sum(job.heavy for job in running.values())
            for job in list(waiting.values()) if failure is None else ():
                if not done.issuperset(job.needs) or (job.heavy and heavy >= cores):
                    continue
                heavy += job.heavy
                begun[job.name] = time.monotonic()
                running[pool.submit(job.act)] = waiting.pop(job.name)
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                seconds[job.name] = round(time.monotonic() - begun[job.name], 1)
                if error := future.exception():
                    failure = failure or error
                    continue
                if future.result():
                    changed.append(job.name)
                done.add(job.name)
                progress.say(f"{job.name} ({seconds[job.name]} s)", len(done), len(jobs))
    if failure is not None:
        raise failure
    if waiting:
        raise LabError(f"Nothing can do {', '.join(sorted(waiting))}: what they need is never done.")
    return Report(tuple(changed), seconds)
