# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text fits a terminal, and ends with what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import read
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Report
from ansible_collections.etat.cloud.plugins.plugin_utils._report.text import MOST, WIDTH, text
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Tongue

EXPECTED = """Audit de sécurité du cloud interne
25 novembre 2026 à 5 h 00 UTC
Compte auditor (reader), portée du jeton : system
8 espaces, 3 ministères, 2 sites, 12 contrôles

14 écarts à traiter : 6 critiques, 4 élevés, 2 moyens, 1 faible et 1 pour
information ; 5 résultats non évaluables.
Depuis le 1er octobre 2026 à 5 h 00 UTC : 2 nouveaux, 1 aggravé, 1 corrigé,
1 non revu et 14 inchangés.

Espaces à traiter d'abord                critique  élevée  moyenne  faible  info
  education/moodle                              2       2        1       .     .
  agriculture/alertes-sanitaires                1       .        .       .     .
  education/examens                             1       .        .       .     .
  education/bac-a-sable                         .       1        .       1     1
  dila/demarches                                .       1        .       .     .
  agriculture/satellite                         .       .        1       .     .

Écarts par contrôle                      critique  élevée  moyenne  faible  info
  ETAT-NET-001 Aucun port d'administr…          2       1        .       .     .
  ETAT-VOL-001 Les volumes sont chiff…          1       .        1       .     .
  ETAT-IAM-012 Personne n'est admin d…          1       .        .       .     .
  ETAT-IAM-013 Les rôles système vont…          1       .        .       .     .
  ETAT-LB-002 Les écouteurs ne parlen…          1       .        .       .     .
  ETAT-VOL-007 Les volumes ont une sa…          .       2        .       .     .
  ETAT-NET-008 Le groupe « default » …          .       1        .       .     .
  ETAT-GOV-009 Les ressources portent…          .       .        1       .     1
  ETAT-GOV-003 La date de fin n'est p…          .       .        .       1     .

Et maintenant
  1. Commencer par ETAT-NET-001 (2 critiques et 1 élevé) : Restreindre la source
     de la règle au réseau d'administration.
  2. Refaire l'audit avec un compte qui voit ce que celui-ci n'a pas pu voir ;
     rôle requis : membre du projet (2 lectures).
  3. Vérifier à la main ce qu'aucune API ne montre : ETAT-CMP-023.
"""


def test_the_whole_audit_is_on_one_screen(report: Report, french: Tongue) -> None:
    assert text(report, french) == EXPECTED.replace("'", "\u2019")


def test_no_line_is_wider_than_a_terminal_whatever_things_are_called(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], tongue: Tongue
) -> None:
    long = "a-name-without-end" * 10
    given["run"].update(account=long, roles=[long])
    given["unseen"] = [{"source": long, "region": long, "why": long, "role": long, "owners": [long]}]
    for row in [*given["tenants"], *given["results"]]:
        row["domain"] += long if row["domain"] else ""
    made = text(rendered(given), tongue)
    assert max(len(line) for line in made.splitlines()) <= WIDTH
    assert "a-name" in made


def test_it_stays_short_however_many_tenants_fail(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], french: Tongue
) -> None:
    row = next(row for row in given["results"] if row["tenant"] == "examens" and row["outcome"] == "fail")
    for number in range(200):
        given["tenants"].append({**given["tenants"][1], "name": f"t{number}"})
        given["results"].append({**row, "tenant": f"t{number}"})
    made = text(rendered(given), french)
    assert len(made.splitlines()) < 50
    assert f"et {206 - MOST} autres espaces" in made


def test_colours_of_a_name_do_not_reach_the_terminal(
    given: dict[str, Any], rendered: Callable[[Mapping[str, Any]], Report], tongue: Tongue
) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07\u202e"
    given["cloud"] = hostile
    given["run"].update(account=hostile, roles=[hostile], scope=hostile)
    given["unseen"] = [{"source": hostile, "region": "", "why": "", "role": hostile, "owners": []}]
    for row in given["results"]:
        row["control"] = f"{row['control']}{hostile}"
    made = text(rendered(given), tongue)
    assert not [character for character in made if ord(character) < 32 and character != "\n"]
    assert "\u202e" not in made


def test_an_audit_without_anything_to_do_says_so(given: dict[str, Any], french: Tongue) -> None:
    given.update(results=[], unseen=[])
    assert text(Report(read(given), {}), french).endswith(
        "Et maintenant\n  1. Rien n\u2019est à corriger. Le prochain audit sera comparé à celui-ci.\n"
    )
