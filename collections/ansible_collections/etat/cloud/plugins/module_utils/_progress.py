# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whoever watches how far a long run is.

A module cannot print while it runs. It appends lines of JSON to the file that the environment names, and the callback
of the collection, which follows that file, shows them at once.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

VARIABLE = "ETAT_CLOUD_PROGRESS"


class Progress:
    """Writes progress to the file named by the environment; does nothing when there is none."""

    def __init__(self) -> None:
        named = os.environ.get(VARIABLE, "")
        self._path = Path(named) if named else None
        self._lock = Lock()

    def tell(self, text: str, **facts: Any) -> None:
        """Say where the run is. facts: done and total (counts), failed (a reason), wave, site."""
        if not self._path:
            return
        # Whoever watched may be gone; that is no reason to fail.
        with suppress(OSError), self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"text": text, **facts}) + "\n")
