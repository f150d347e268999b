# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both languages say the same things, and each is set as its readers know it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import (
    SENSITIVITIES,
    Mode,
    Outcome,
    Relation,
    Role,
    Severity,
)
from ansible_collections.etat.cloud.plugins.module_utils._controls import CONTROLS
from ansible_collections.etat.cloud.plugins.plugin_utils import _report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.characters import visible
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue, words

FRENCH, ENGLISH = Tongue(Language.FR), Tongue(Language.EN)
FOLDER = Path(_report.__file__).parent


@pytest.mark.parametrize(("name", "said"), words().items(), ids=words())
def test_both_languages_fill_in_the_same(name: str, said: dict[str, str | list[str]]) -> None:
    assert said.keys() == {"fr", "en"}
    english, french = (
        said[language] if isinstance(said[language], list) else [said[language]] for language in ("en", "fr")
    )
    assert len(english) == len(french) == (2 if name.startswith("count.") else 1)
    assert [text.count("{}") for text in english] == [text.count("{}") for text in french]


def test_every_term_of_the_audit_has_a_word() -> None:
    frameworks = {reference.framework for control in CONTROLS for reference in control.references}
    assert frameworks
    wanted = {
        "framework": frameworks,
        "outcome": Outcome,
        "relation": Relation,
        "repair": Mode,
        "role": [role.value for role in Role],
        "sensitivity": SENSITIVITIES,
        "severity": Severity,
    }
    assert [
        f"{kind}.{term}" for kind, terms in wanted.items() for term in terms if f"{kind}.{term}" not in words()
    ] == []


def test_every_sentence_is_said_somewhere() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in [*FOLDER.glob("*.py"), *FOLDER.glob("*.j2")])
    families = {"framework", "outcome", "severity", "relation", "repair", "role", "sensitivity"}
    # Their names are put together; see test_hardening_report.
    families |= {"hardening", "undoing", "action", "state", "why"}
    # See test_cartography.
    families |= {"map"}
    unsaid = [
        name
        for name in words()
        if name.partition(".")[0] not in families
        and f"'{name}'" not in source
        and f'"{name}"' not in source
        and f"'{name.removeprefix('count.')}'" not in source
        and f'"{name.removeprefix("count.")}"' not in source
        and name.removeprefix("count.") not in {*Outcome, *Severity}
        and name.removesuffix(".title") not in {"new", "worse", "repaired", "unknown", "same"}
    ]
    assert unsaid == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Quoi ?", "Quoi\u202f?"),
        ("un ; deux !", "un\u202f; deux\u202f!"),
        ("le groupe « default »", "le groupe «\u202fdefault\u202f»"),
        ("(«default»)", "(«\u202fdefault\u202f»)"),
        ("critère : il", "critère\u00a0: il"),
        ("l'espace d'un", "l\u2019espace d\u2019un"),
        ("https://exemple.fr/a?b=c;d", "https://exemple.fr/a?b=c;d"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_french_signs_are_set_as_the_imprimerie_nationale_does(given: str, expected: str) -> None:
    assert FRENCH.typeset(given) == expected
    assert ENGLISH.typeset(given) == given


def test_what_is_filled_in_is_left_as_it_is() -> None:
    assert FRENCH.say("title", "l'un : {}") == "Audit de sécurité du cloud l'un : {}"


@pytest.mark.parametrize(
    ("tongue", "number", "expected"),
    [
        (FRENCH, 0, "0\u00a0écart"),
        (FRENCH, 1, "1\u00a0écart"),
        (FRENCH, 2, "2\u00a0écarts"),
        (FRENCH, 12345, "12\u202f345\u00a0écarts"),
        (ENGLISH, 0, "0\u00a0failures"),
        (ENGLISH, 1, "1\u00a0failure"),
        (ENGLISH, 12345, "12,345\u00a0failures"),
    ],
)
def test_each_language_counts_in_its_own_way(tongue: Tongue, number: int, expected: str) -> None:
    assert tongue.count("failures", number) == expected


def test_days_are_in_words() -> None:
    assert FRENCH.day("2026-08-01") == "1er\u00a0août 2026"
    assert ENGLISH.day("2026-08-01") == "1\u00a0August 2026"
    assert FRENCH.day("soon") == "soon"
    moment = datetime(2026, 11, 25, 5, 7, tzinfo=UTC)
    assert FRENCH.moment(moment) == "25\u00a0novembre 2026 à 5\u00a0h\u00a007\u00a0UTC"
    assert ENGLISH.moment(moment) == "25\u00a0November 2026 at 05:07\u00a0UTC"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("evil\u202etxt", "evil\\u202etxt"),
        ("\x00\ud800\ufffe", "\\x00\\ud800\\ufffe"),
        ("hidden\U000e0041", "hidden\\U000e0041"),
        ("Éducation 東京 🙂", "Éducation 東京 🙂"),
    ],
)
def test_hidden_characters_show(given: str, expected: str) -> None:
    assert visible(given) == expected
