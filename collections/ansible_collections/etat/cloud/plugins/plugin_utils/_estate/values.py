# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of files that may hold anything, as long as nobody has checked them."""

from __future__ import annotations

from typing import Any


def mapping(holder: Any, *keys: str) -> dict[str, Any]:
    """Return the mapping at some keys; an empty one where there is none."""
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else {}


def listing(holder: Any, key: str) -> list[Any]:
    """Return the list at a key; an empty one where there is none."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def word(*values: Any) -> str:
    """Return the first value that is text; an empty text where none is."""
    return next((value for value in values if isinstance(value, str)), "")
