# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in an estate, and the words for it: file, line, field, value, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

Path = tuple[str | int, ...]

#: How many names a message lists.
MANY = 12


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong, where a person finds it."""

    file: str
    line: int
    column: int
    field: str
    text: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}:{self.column}: {field}{self.text}"


class EstateError(Exception):
    """Everything that is wrong in an estate, in the order of its files and lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))
        count = len(self.mistakes)
        heading = f"The estate has {count} mistake{'s' if count > 1 else ''}, and no cloud was called:"
        super().__init__("\n".join([heading, *(f"  {mistake}" for mistake in self.mistakes)]))


def field(path: Path) -> str:
    """Return a path as people write it: sites[1], overrides.networks[0].name."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def said(value: Any) -> str:
    """Return a value as it stands in a file; of what holds other values, only what it is."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return str(value)


def allowed(values: Iterable[str]) -> str:
    """Return the end of a message that lists what is allowed, as far as a person reads a list."""
    names = list(values)
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return f"; allowed: {', '.join(names[:MANY]) or 'none'}{more}"


def meant(value: Any, candidates: Iterable[str]) -> str:
    """Return a question for a value that is close to an allowed one, or nothing."""
    close = get_close_matches(str(value), list(candidates), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def unknown(value: Any, what: str, candidates: Iterable[str]) -> str:
    """Return the message for a name that stands for nothing."""
    names = list(candidates)
    return f"{said(value)} is not {what}{meant(value, names)}{allowed(names)}"
