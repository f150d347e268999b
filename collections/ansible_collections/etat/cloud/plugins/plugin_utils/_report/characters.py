# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that do not show, made to show: anybody names objects, and their names reach terminals and files."""

from __future__ import annotations

import re

#: What moves a cursor, turns the direction of a text or is forbidden in XML, and what ends a line.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)
_SPACES = "\t\n\r\u2028\u2029\x85"


def visible(text: str) -> str:
    """Return a text in one line, with a space for each line break or tab and an escape for each hidden character."""
    return _HIDDEN.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SPACES:
        return " "
    return character.encode("unicode_escape").decode("ascii")
