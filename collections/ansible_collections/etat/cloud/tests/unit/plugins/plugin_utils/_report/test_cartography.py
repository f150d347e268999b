# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map of networks, for programs and for people."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.cartography import KINDS
from ansible_collections.etat.cloud.plugins.plugin_utils._report.cartography import COLUMNS, as_json, as_table
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import ReportError
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue, words

MAP: dict[str, Any] = {
    "version": 1,
    "cloud": "interne-auditor",
    "made": "2026-11-23",
    "complete": False,
    "sites": [
        {
            "domain": "molecule-education",
            "tenant": "moodle",
            "sensitivity": "restricted",
            "site": "toulouse",
            "objects": [
                {
                    "kind": "router",
                    "id": "r-1",
                    "name": "=cmd()",
                    "addresses": ["203.0.113.7", "2001:db8::7"],
                    "belongs_to": [],
                    "leads_to": [{"id": "n-public", "name": "public"}, {"id": "n-2", "name": ""}],
                    "details": ["ACTIVE"],
                }
            ],
            "unseen": [{"source": "ports", "why": "no (403)", "why_fr": "non (403)"}],
        }
    ],
}
MINISTRIES = {("molecule-education", "moodle"): "education"}


def lines(language: Language) -> list[list[str]]:
    """Return the cells of the table."""
    text = as_table(MAP, MINISTRIES, Tongue(language))
    return list(csv.reader(text.removeprefix("\ufeff").splitlines(), delimiter=";", strict=True))


def test_a_table_has_a_line_for_each_object_and_for_what_nobody_saw() -> None:
    heading, router, unseen = lines(Language.FR)
    assert ";".join(heading) == (
        "Ministère;Espace;Site;Sensibilité;Type;Nom;Adresses;Appartient à;Mène à;Précisions;Identifiant"
    )
    place = "education;moodle;toulouse;Diffusion Restreinte"
    assert ";".join(router) == f"{place};routeur;'=cmd();203.0.113.7, 2001:db8::7;;public, n-2;ACTIVE;r-1"
    assert ";".join(unseen) == f"{place};non vu;ports;;;;non (403);"
    english = lines(Language.EN)
    assert english[0][:3] == ["Ministry", "Tenant", "Site"]
    assert english[2][4:10] == ["not seen", "ports", "", "", "", "no (403)"]


def test_the_json_bears_the_name_of_the_cloud_and_not_of_the_account() -> None:
    assert json.loads(as_json(MAP, "interne")) == {**MAP, "cloud": "interne"}


@pytest.mark.parametrize("given", [{}, {**MAP, "version": 2}, {"version": 1}])
def test_what_is_no_map_is_told(given: dict[str, Any]) -> None:
    with pytest.raises(ReportError, match="posture_info returns with cartography=true"):
        as_json(given, "interne")


def test_every_column_and_kind_has_a_word() -> None:
    wanted = [*(f"map.{column}" for column in COLUMNS), *(f"map.kind.{kind}" for kind in KINDS)]
    assert [name for name in wanted if name not in words()] == []
    assert {name for name in words() if name.startswith("map.")} == {*wanted, "map.unseen"}
