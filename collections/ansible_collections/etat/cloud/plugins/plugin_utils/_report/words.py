# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the reports in English and French, and how each language sets dates, numbers and signs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ...module_utils._audit.model import Reference, Text


class Language(StrEnum):
    """A language of the reports, by its code in HTML."""

    FR = "fr"
    EN = "en"


def languages_of(said: Sequence[str]) -> list[Language]:
    """Return languages by their codes, the first of which is that of what has one only.

    Raises ValueError when there is none, or one that is not known.
    """
    strange = [word for word in said if word not in tuple(Language)]
    if strange:
        raise ValueError(f"language '{strange[0]}' is not known; allowed: {', '.join(Language)}")
    if not said:
        raise ValueError(f"no language is named; allowed: {', '.join(Language)}")
    return [Language(word) for word in said]


#: U+202F stands before ; ! ? and inside guillemets, U+00A0 before a colon, as the Imprimerie nationale sets them.
_NARROW, _WIDE = "\u202f", "\u00a0"
_FRENCH = (
    (re.compile(r"«[ \u00a0]?"), f"«{_NARROW}"),
    (re.compile(r"[ \u00a0]?»"), f"{_NARROW}»"),
    (re.compile(r" ([;!?])"), _NARROW + r"\1"),
    (re.compile(r" :"), _WIDE + ":"),
    (re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),
)
_MONTHS = {
    Language.FR: (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    Language.EN: (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """Return what the reports say, by the name of the sentence and the language: a text, or singular and plural."""
    said: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    return said


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language, and everything that is said in it."""

    language: Language

    def say(self, name: str, *parts: object) -> str:
        """Return a sentence of the reports, with what is filled in."""
        text: str = words()[name][self.language]
        return self.typeset(text).format(*parts)

    def count(self, name: str, number: int) -> str:
        """Return how many of a thing there are, in the singular or the plural."""
        one, many = words()[f"count.{name}"][self.language]
        # French counts nought in the singular.
        singular = number == 1 or (number == 0 and self.language is Language.FR)
        return self.typeset(one if singular else many).replace("{} ", f"{{}}{_WIDE}").format(self.number(number))

    def severity(self, severity: str) -> str:
        """Return the name of a severity."""
        return self.say(f"severity.{severity}")

    def role(self, role: str) -> str:
        """Return the name of the least role that reads something; as it is where it has none here."""
        return self.say(f"role.{role}") if f"role.{role}" in words() else role

    def framework(self, key: str) -> str:
        """Return the name of a text that controls refer to; its key where it has none here."""
        return self.say(f"framework.{key}") if f"framework.{key}" in words() else key

    def reference(self, reference: Reference) -> str:
        """Return a requirement, and how a control serves it."""
        relation = self.say(f"relation.{reference.relation}")
        return f"{self.framework(reference.framework)} {reference.id} ({relation})"

    def number(self, value: int) -> str:
        """Return a whole number with its thousands set apart."""
        return f"{value:,}".replace(",", _NARROW) if self.language is Language.FR else f"{value:,}"

    def text(self, both: Text) -> str:
        """Return what a control says, in this language."""
        return self.typeset(both.en if self.language is Language.EN else both.fr)

    def day(self, iso: str) -> str:
        """Return a day such as 2026-11-25 in words; what is no day stays as it is."""
        try:
            when = datetime.fromisoformat(iso)
        except ValueError:
            return iso
        return self._date(when)

    def moment(self, when: datetime) -> str:
        """Return a moment in words, in UTC."""
        if self.language is Language.EN:
            return f"{self._date(when)} at {when:%H:%M}{_WIDE}UTC"
        return f"{self._date(when)} à {when.hour}{_WIDE}h{_WIDE}{when:%M}{_WIDE}UTC"

    def listing(self, parts: list[str]) -> str:
        """Return several things in one sentence."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.say('and')} {parts[-1]}"

    def _date(self, when: datetime) -> str:
        month = _MONTHS[self.language][when.month - 1]
        first = self.language is Language.FR and when.day == 1
        return f"{when.day}{'er' if first else ''}{_WIDE}{month} {when.year}"

    def typeset(self, text: str) -> str:
        """Return a text of this language with its signs set as the language has them."""
        if self.language is Language.FR:
            for sign, put in _FRENCH:
                text = sign.sub(put, text)
        return text
