# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this product made, as a property of the project that holds it; pure.

Most services let nothing be written on an object beside its fields, or only with a call of its own. So each project
bears one list of marks, one for each object that was made in it. They are written before the objects are made: a run
that is killed leaves marks of objects that are not there, which mean nothing, and never objects without a mark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .model import Key

#: The name of the property. Keystone keeps any property of a project that it does not know.
PROPERTY = "etat_cloud_made"


def mark(key: Key) -> str:
    """Return the mark of an object: it says what object it is to who knows its name, and nothing to others."""
    return hashlib.sha256("\0".join((key.kind, key.region, *key.path)).encode()).hexdigest()[:12]


def written(marks: Iterable[str]) -> str:
    """Return marks as the property holds them."""
    return " ".join(sorted(set(marks)))


def read(value: object) -> frozenset[str]:
    """Return the marks in a property; none when it is not there, or holds anything else."""
    return frozenset(value.split()) if isinstance(value, str) else frozenset()
