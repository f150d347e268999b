# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take leases on projects, renew them while a run lasts, and give them back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

from .._engine import marks
from .._engine.apply import Failed
from .._engine.lease import Lease, leases, others
from .._engine.model import EngineError, Key, Problem
from .cloud import Cloud
from .errors import problem

with suppress(ImportError):  # SDK_ERROR says so.
    from keystoneauth1 import exceptions as ka

IDENTITY = ("identity", "", "")


@dataclass(frozen=True, slots=True)
class Holding:
    """A project of which this run is the only writer.

    lifted: the project is immutable, and changeable for as long as the run lasts.
    """

    cloud: Cloud
    key: Key
    id: str
    lifted: bool = False


class Leases:
    """The leases of one run; see the engine's Lease."""

    def __init__(self, run: str, who: str, seconds: int, workers: int) -> None:
        self.run = run
        self._who = who
        self._seconds = seconds
        self._workers = workers
        #: How far the cloud's clock is ahead of this host's, in seconds.
        self._ahead = 0.0
        self._lease = Lease(run, 0, who)
        self._held: dict[Key, Holding] = {}
        self._over = Event()
        self._renewal: Thread | None = None

    def now(self) -> float:
        """Return the time by the cloud's clock, in seconds since the epoch."""
        return time.time() + self._ahead

    def tag_for(self, cloud: Cloud) -> str:
        """Return the tag with which a project is born, so that nobody else writes in it from its first moment.

        Raises Failed when the cloud does not tell its time.
        """
        if not self._lease.expires:
            try:
                self._set_clock(cloud.request(IDENTITY, "/", "GET"))
            except ka.ClientException as error:
                said = problem(error, cloud.name, "the cloud's time")
                raise Failed(f"{said.why}. {said.next}") from error
            self._extend()
        return self._lease.tag

    def take(self, projects: Mapping[Key, tuple[Cloud, str]]) -> None:
        """Take the leases of projects that exist, by key with their cloud and id.

        Raises EngineError when another run holds one of them; those that were taken are given back then.
        """
        found = self._each(self._take, projects.items())
        self._held |= {holding.key: holding for holding in found if isinstance(holding, Holding)}
        self._start_renewal()
        self._refuse(found)

    def born(self, cloud: Cloud, key: Key, id: str) -> None:
        """Take note of a project that was made with the tag of this run."""
        self._held[key] = Holding(cloud, key, id)
        self._start_renewal()

    def confirm(self) -> None:
        """Check that every lease is still this run's, and nobody else's.

        Keystone reads and writes the tags of a project in two steps, so two runs may each lose sight of the other; by
        now that would show.

        Raises EngineError when one is not.
        """
        self._refuse(self._each(self._confirm, list(self._held.values())))

    @property
    def lifted(self) -> list[Key]:
        """The immutable projects that are changeable for as long as the run lasts."""
        return [key for key, holding in self._held.items() if holding.lifted]

    def leave_open(self, key: Key) -> None:
        """Let a project stay as the run made it, immutable or not."""
        if key in self._held:
            self._held[key] = replace(self._held[key], lifted=False)

    def set_marks(self, wanted: Mapping[Key, frozenset[str]]) -> None:
        """Write the marks of projects whose leases this run holds, by key.

        Raises EngineError when they cannot be written.
        """
        held = [(self._held[key], marks) for key, marks in wanted.items() if key in self._held]
        self._refuse(self._each(self._set_marks, held))

    def give_back(self) -> None:
        """End every lease. What fails here ends by itself."""
        self._over.set()
        if self._renewal:
            self._renewal.join()
        self._each(self._give_back, list(self._held.values()))
        self._held.clear()

    # --- one project

    def _take(self, item: tuple[Key, tuple[Cloud, str]]) -> Holding | Problem:
        key, (cloud, id) = item
        try:
            project = self._read(cloud, id)
            held = others(project["tags"], self.run, self.now())
            if held:
                return self._taken(key, held[0])
            lifted = bool(project.get("options", {}).get("immutable"))
            if lifted:
                self._set_immutable(cloud, id, False)
            for ended in leases(project["tags"]):
                self._tag(cloud, id, ended, "DELETE")
            self._extend()
            self._tag(cloud, id, self._lease, "PUT")
        except ka.ClientException as error:
            return problem(error, cloud.name, f"the lease of {key} cannot be taken")
        return Holding(cloud, key, id, lifted)

    def _set_marks(self, item: tuple[Holding, frozenset[str]]) -> Problem | None:
        holding, made = item
        try:
            self._patch(holding.cloud, holding.id, {marks.PROPERTY: marks.written(made)})
        except ka.ClientException as error:
            return problem(error, holding.cloud.name, f"the marks of {holding.key} cannot be written")
        return None

    def _confirm(self, holding: Holding) -> Problem | None:
        try:
            tags = self._read(holding.cloud, holding.id)["tags"]
        except ka.ClientException as error:
            return problem(error, holding.cloud.name, f"the lease of {holding.key} cannot be confirmed")
        held = others(tags, self.run, self.now())
        if held:
            return self._taken(holding.key, held[0])
        if all(lease.run != self.run for lease in leases(tags)):
            return Problem(f"the lease of {holding.key} is lost", "its tag was taken away", "Run again.")
        return None

    def _give_back(self, holding: Holding) -> None:
        with suppress(ka.ClientException):
            project = self._read(holding.cloud, holding.id)
            # The run may have made it immutable, which keeps its tags as they are.
            immutable = bool(project.get("options", {}).get("immutable"))
            if immutable:
                self._set_immutable(holding.cloud, holding.id, False)
            for lease in leases(project["tags"]):
                if lease.run == self.run:
                    self._tag(holding.cloud, holding.id, lease, "DELETE")
            if immutable or holding.lifted:
                self._set_immutable(holding.cloud, holding.id, True)

    def _taken(self, key: Key, lease: Lease) -> Problem:
        until = time.strftime("%H:%M:%S UTC", time.gmtime(lease.expires))
        seconds = max(1, round(lease.expires - self.now()))
        return Problem(
            f"tenant {'/'.join(key.path)} is being changed by another run",
            f"{lease.who} holds it until {until}, {seconds} s from now (run {lease.run})",
            "Wait for that run; if it was killed, run again after that time.",
        )

    # --- calls

    def _read(self, cloud: Cloud, id: str) -> dict[str, Any]:
        answer = cloud.request(IDENTITY, f"/projects/{id}", "GET")
        self._set_clock(answer)
        project: dict[str, Any] = answer.json()["project"]
        return project

    def _tag(self, cloud: Cloud, id: str, lease: Lease, method: str) -> None:
        try:
            cloud.request(IDENTITY, f"/projects/{id}/tags/{quote(lease.tag, safe='')}", method)
        except ka.NotFound:
            if method != "DELETE":
                raise

    def _set_immutable(self, cloud: Cloud, id: str, value: bool) -> None:
        self._patch(cloud, id, {"options": {"immutable": value}})

    def _patch(self, cloud: Cloud, id: str, fields: Mapping[str, Any]) -> None:
        cloud.request(IDENTITY, f"/projects/{id}", "PATCH", json={"project": fields})

    def _set_clock(self, answer: Any) -> None:
        with suppress(KeyError, ValueError):
            self._ahead = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()

    # --- all projects

    def _each(self, work: Any, items: Iterable[Any]) -> list[Any]:
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(work, items))

    def _refuse(self, found: Iterable[Any]) -> None:
        problems = [item for item in found if isinstance(item, Problem)]
        if problems:
            raise EngineError(*problems)

    def _extend(self) -> None:
        if self._lease.expires < self.now() + self._seconds * 2 / 3:
            self._lease = Lease(self.run, int(self.now()) + self._seconds, self._who)

    def _start_renewal(self) -> None:
        if self._renewal is None and self._held:
            self._renewal = Thread(target=self._renew, daemon=True)
            self._renewal.start()

    def _renew(self) -> None:
        while not self._over.wait(self._seconds / 3):
            ended = self._lease
            self._extend()
            for holding in list(self._held.values()):
                # A lease that cannot be renewed is seen by who comes next, and by the verification of this run.
                with suppress(ka.ClientException):
                    self._tag(holding.cloud, holding.id, self._lease, "PUT")
                    self._tag(holding.cloud, holding.id, ended, "DELETE")
