# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's passwords: made once, kept in one file that only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
import threading
from pathlib import Path
from typing import Any


def write_private(path: Path, text: str, owner: int = 0) -> bool:
    """Write a file that only its owner can read, when its text differs; say whether it did."""
    if path.exists() and path.read_text() == text:
        return False
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.chown(beside, owner, owner)
    beside.rename(path)
    return True


class Secrets:
    """Passwords by path, such as accounts / interne / education / alice.martin."""

    def __init__(self, path: Path) -> None:
        """Read those that exist."""
        self._path = path
        self._lock = threading.Lock()
        # JSON is YAML, and needs nothing but Python to read it.
        self._known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, *names: str) -> str:
        """The password of this path; a new one, on the disk before it is used, when there is none yet."""
        with self._lock:
            branch = self._known
            for name in names[:-1]:
                branch = branch.setdefault(name, {})
            if names[-1] not in branch:
                branch[names[-1]] = secrets.token_urlsafe(24)
                write_private(self._path, json.dumps(self._known, indent=2, sort_keys=True) + "\n")
            value: str = branch[names[-1]]
            return value
