# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lease that keeps a tenant to one writer at a time, as a tag of its project; pure.

    etat.cloud-lease:RUN:EXPIRES:WHO

A lease ends by itself, so a run that was killed blocks nobody for long. Its end is told by the cloud's clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PREFIX = "etat.cloud-lease"


@dataclass(frozen=True, slots=True, order=True)
class Lease:
    """Who may write, until when.

    expires: seconds since the epoch. who: a user and a host, for the person who has to wait.
    """

    run: str
    expires: int
    who: str

    @property
    def tag(self) -> str:
        """The lease as a tag; Keystone allows neither commas nor slashes in one."""
        who = self.who.replace(",", " ").replace("/", " ")
        return f"{PREFIX}:{self.run}:{self.expires}:{who}"[:255]


def is_lease(tag: str) -> bool:
    """Return whether a tag is a lease, of this run or of another."""
    return tag.startswith(f"{PREFIX}:")


def leases(tags: Iterable[str]) -> list[Lease]:
    """Return the leases among the tags of a project; one that cannot be read has ended."""
    found = []
    for tag in tags:
        if is_lease(tag):
            _prefix, run, expires, who = (*tag.split(":", 3), "", "", "")[:4]
            found.append(Lease(run, int(expires) if expires.isdecimal() else 0, who))
    return sorted(found)


def others(tags: Iterable[str], run: str, now: float) -> list[Lease]:
    """Return the leases of other runs that have not ended."""
    return [lease for lease in leases(tags) if lease.run != run and lease.expires > now]
