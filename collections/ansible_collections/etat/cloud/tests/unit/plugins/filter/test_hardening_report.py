# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module posture did becomes reports for people, each of which says all of it in its language."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.etat.cloud.plugins.filter.hardening_report import FilterModule, hardening_report
from ansible_collections.etat.cloud.plugins.module_utils._audit.repair import Why
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Action, State
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import words

PLACE = {"domain": "education", "tenant": "moodle", "region": "toulouse"}
LEFT = {
    **PLACE,
    "control": "ETAT-NET-002",
    "type": "security_group_rule",
    "why": "guarded",
    "reason": {"en": "it is repaired when it is allowed", "fr": "corrigé quand il est autorisé"},
    "by_hand": {"en": "Name the networks.", "fr": "Nommer les réseaux."},
}
DONE: dict[str, Any] = {
    "at": "2026-11-01T05:00:00Z",
    "undoing": False,
    "digest": "0a1b",
    "record": {"export": "/srv/h/interne/T-0a1b.export.json", "undo": "/srv/h/interne/T-0a1b.undo.json"},
    "repairs": [
        {**PLACE, "type": "image", "id": "i-1", "name": "base", "action": "update", "controls": ["ETAT-IMG-005"]}
        | {"state": "done", "reason": "", "lasting": None},
        {**PLACE, "type": "volume_transfer", "id": "t-1", "name": "", "action": "delete", "controls": ["ETAT-VOL-012"]}
        | {"state": "failed", "reason": "HTTP 403: not for you"}
        | {"lasting": {"en": "its key is shown to nobody", "fr": "sa clé n'est montrée à personne"}},
    ],
    "left": [
        *({**LEFT, "id": f"r-{number}", "name": f"web {number}"} for number in range(7)),
        {**LEFT, "control": "ETAT-GOV-003", "id": "p-1", "name": "moodle\x1b", "region": "", "why": "by_hand"},
    ],
}
FRENCH = """\
Durcissement du cloud interne
1er novembre 2026 à 5 h 00 UTC

Corrigé : 1 sur 2 objets
Laissé en l'état : 8 constats

Corrections
  education/moodle [toulouse] : modifier image base (ETAT-IMG-005) [fait]
  education/moodle [toulouse] : supprimer volume transfer t-1 (ETAT-VOL-012) [en échec]
    HTTP 403: not for you
    Cela ne s'annule pas : sa clé n'est montrée à personne

Sous réserve, et non autorisé (7)
""".replace("'", "\u2019")
END = """
Empreinte du plan : 0a1b
Objets tels qu'ils étaient : /srv/h/interne/T-0a1b.export.json
Plan qui l'annule : /srv/h/interne/T-0a1b.undo.json
Pour l'annuler : ansible-playbook etat.cloud.harden -e tenant_harden_undo=/srv/h/interne/T-0a1b.undo.json
""".replace("'", "\u2019")


@pytest.fixture
def result() -> dict[str, Any]:
    """What the module returned, to be changed at will."""
    return copy.deepcopy(DONE)


def test_the_report_says_what_was_done_what_is_left_and_how_to_undo_it(result: dict[str, Any]) -> None:
    text = hardening_report(result, "interne")["text"]
    assert text.startswith(FRENCH)
    assert text.endswith(END)
    assert "À corriger à la main (1)\n" in text
    assert "    Comment corriger : Nommer les réseaux.\n" in text
    # What anybody named cannot move the cursor.
    assert "    education/moodle : moodle\\x1b\n" in text


def test_the_files_lie_beside_the_plan_one_for_each_language_and_name_all_objects(result: dict[str, Any]) -> None:
    made = hardening_report(result, "interne", ["en", "fr"])
    names = [f"/srv/h/interne/T-0a1b.report.{language}.txt" for language in ("en", "fr")]
    assert list(made["files"]) == names
    english, french = made["files"].values()
    assert "Repaired: 1 of 2 objects\nLeft as they are: 8 findings\n" in english
    assert "Corrigé" not in english
    assert "Repaired" not in french
    assert (english.count(": web "), made["text"].count(": web ")) == (7, 5)
    assert "    and 2 other objects\n" in made["text"]


def test_where_nothing_was_changed_there_is_no_file(result: dict[str, Any]) -> None:
    result["record"] = {}
    for repair in result["repairs"]:
        repair["state"] = "planned"
    made = hardening_report(result, "interne", ["en"])
    assert made["files"] == {}
    assert "To repair: 2 objects" in made["text"]
    assert "undo" not in made["text"].replace("cannot be undone", "")


def test_an_undo_is_told_beside_its_plan(result: dict[str, Any]) -> None:
    result.update(undoing=True, record={}, left=[])
    made = hardening_report(result, "interne", undo="/srv/h/interne/T-0a1b.undo.json")
    assert list(made["files"]) == ["/srv/h/interne/T-0a1b.undone.fr.txt"]
    assert made["text"].startswith("Annulation d\u2019un durcissement du cloud interne\n")
    assert "Rétabli : 1 sur 2 objets\nLaissé en l\u2019état : 0 constat\n" in made["text"]


def test_there_is_a_word_for_all_that_a_module_can_say_and_no_other() -> None:
    said = {f"state.{state.value}" for state in State} | {"state.planned"}
    said |= {f"why.{why}" for why in Why} | {"why.counted"}
    said |= {f"action.{action.value}" for action in (Action.CREATE, Action.UPDATE, Action.DELETE)}
    said |= {f"{what}.{name}" for what in ("hardening", "undoing") for name in ("title", "done", "planned", "changes")}
    families = {name.partition(".")[0] for name in said}
    assert said == {name for name in words() if name.partition(".")[0] in families}


@pytest.mark.parametrize(
    ("spoil", "options", "message"),
    [
        ({}, {"languages": ["de"]}, "language 'de' is not known; allowed: fr, en"),
        ({}, {"languages": []}, "no language is named; allowed: fr, en"),
        ({"at": "yesterday"}, {}, "yesterday"),
        ({"left": None}, {}, "hardening_report: "),
    ],
)
def test_what_makes_no_sense_is_told(
    result: dict[str, Any], spoil: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        FilterModule().filters()["hardening_report"]({**result, **spoil}, "interne", **options)
    assert message in str(raised.value)


def test_what_is_no_hardening_is_told() -> None:
    with pytest.raises(AnsibleFilterError, match="this is no result of module posture: no 'at'"):
        hardening_report({}, "interne")
