# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What posture_info finds becomes the files that were asked for."""

from __future__ import annotations

import copy
import html
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.etat.cloud.plugins.filter.posture_report import FORMATS, FilterModule, posture_report
from ansible_collections.etat.cloud.plugins.module_utils._controls import CONTROLS
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue

GIVEN = Path(__file__).parents[1] / "plugin_utils/_report/given/document.json"
GALAXY = Path(__file__).parents[4] / "galaxy.yml"
#: What a map has that nobody made anything of.
MAP = {"version": 1, "made": "2026-11-25", "complete": True, "sites": []}
EVERYTHING = {
    "audit.json",
    "audit.fr.html",
    "audit.en.html",
    "audit.csv",
    "audit.oscal.json",
    "audit.sarif",
    "audit.junit.xml",
    "audit.txt",
}
CARTOGRAPHY = {"cartography.json", "cartography.csv"}


@pytest.fixture
def document() -> dict[str, Any]:
    """The document of an audit, to be changed at will."""
    given: dict[str, Any] = json.loads(GIVEN.read_text(encoding="utf-8"))
    return given


@pytest.mark.parametrize(
    ("formats", "languages", "names"),
    [
        ([], ["fr"], {"audit.json"}),
        (["page"], ["fr"], {"audit.json", "audit.fr.html"}),
        (["page"], ["en", "fr"], {"audit.json", "audit.fr.html", "audit.en.html"}),
        (["csv", "junit"], ["fr"], {"audit.json", "audit.csv", "audit.junit.xml"}),
        (["cartography"], ["fr"], {"audit.json", *CARTOGRAPHY}),
        (list(FORMATS), ["fr", "en"], EVERYTHING | CARTOGRAPHY),
    ],
)
def test_the_files_are_those_that_were_asked_for(
    document: dict[str, Any], formats: list[str], languages: list[str], names: set[str]
) -> None:
    made = posture_report(document, formats, languages, cartography=MAP)
    assert made["files"].keys() == names
    # A folder holds one audit: what is not made anew is to go, but for the map, which counts until the next one.
    assert set(made["others"]) == EVERYTHING - names


def test_every_file_is_text_that_can_be_written(document: dict[str, Any]) -> None:
    document["results"][0]["findings"][0]["name"] = "\ud800\x1b"
    files = posture_report(document, FORMATS, ["fr", "en"], cartography=MAP)["files"]
    assert all(text.encode() for text in files.values())
    assert not [name for name, text in files.items() if "\x1b" in text]


def test_the_document_is_kept_as_it_is(document: dict[str, Any]) -> None:
    assert json.loads(posture_report(document)["files"]["audit.json"]) == document


def test_the_first_language_is_that_of_the_other_reports(document: dict[str, Any]) -> None:
    assert "What to do next" in posture_report(document, ["page"], ["en", "fr"])["text"]
    assert "Et maintenant" in posture_report(document)["text"]


def test_the_page_names_the_file_that_holds_everything(document: dict[str, Any]) -> None:
    assert "dans le fichier audit.csv" in posture_report(document, ["page", "csv"])["files"]["audit.fr.html"]
    assert "dans le fichier audit.json" in posture_report(document, ["page"])["files"]["audit.fr.html"]


@pytest.mark.parametrize(("severity", "reached"), [("critical", False), ("high", True), ("low", True)])
def test_what_is_grave_is_told(document: dict[str, Any], severity: str, reached: bool) -> None:
    for row in document["results"]:
        row["severity"] = "high"
    assert posture_report(document, severity=severity)["reached"] is reached


def test_the_former_audit_is_compared(document: dict[str, Any]) -> None:
    former = copy.deepcopy(document)
    former["run"]["at"] = "2026-10-01T05:00:00Z"
    row = next(row for row in former["results"] if row["outcome"] == "fail" and len(row["findings"]) == 1)
    row.update(outcome="pass", findings=[])
    assert "Depuis le 1er octobre 2026 à 5 h 00 UTC : 1 nouveau," in posture_report(document, former=former)["text"]
    assert "Depuis" not in posture_report(document, former={})["text"]


def test_the_estate_names_the_ministries(document: dict[str, Any]) -> None:
    said = {
        "domain": "education",
        "project": "moodle",
        "ministry": "education",
        "ministry_title": {"fr": "Ministère de l'Éducation nationale", "en": "Ministry of National Education"},
        "end_date": "2029-08-31",
        "contacts": [{"name": "Alice Martin", "email": "alice.martin@education.example"}],
        "file": "tenants/education/moodle.yml",
        "line": 3,
    }
    files = posture_report(document, ["page", "sarif"], estate={"education/moodle": said})["files"]
    assert "Ministère de l\u2019Éducation nationale" in files["audit.fr.html"]
    assert "Alice Martin &lt;alice.martin@education.example&gt;" in files["audit.fr.html"]
    assert "tenants/education/moodle.yml" in files["audit.sarif"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_control_in_force_can_be_reported(document: dict[str, Any], language: str) -> None:
    row = next(row for row in document["results"] if row["tenant"] == "examens")
    document["results"] = [{**row, "control": control.id, "outcome": "fail"} for control in CONTROLS]
    made = posture_report(document, FORMATS, [language], cartography=MAP)
    page = html.unescape(made["files"][f"audit.{language}.html"])
    for control in CONTROLS:
        assert Tongue(Language(language)).text(control.title) in page
        assert control.id in made["files"]["audit.oscal.json"]


def test_the_tool_says_its_version(document: dict[str, Any]) -> None:
    version = yaml.safe_load(GALAXY.read_text(encoding="utf-8"))["version"]
    (run,) = json.loads(posture_report(document, ["sarif"])["files"]["audit.sarif"])["runs"]
    assert run["tool"]["driver"]["semanticVersion"] == version


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"formats": ["pdf"]}, "format 'pdf' is not known; allowed: page, csv, oscal, sarif, junit, text, cartography"),
        ({"formats": ["cartography"]}, "posture_report: there is no cartography; expected is what etat.cloud.posture"),
        ({"languages": ["de"]}, "language 'de' is not known; allowed: fr, en"),
        ({"languages": []}, "no language is named; allowed: fr, en"),
        ({"severity": "huge"}, "severity 'huge' is not known; allowed: info, low, medium, high, critical"),
        ({"former": {"version": 9}}, "This is the former audit; name another one, or move it away."),
    ],
)
def test_wrong_options_are_told(document: dict[str, Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        FilterModule().filters()["posture_report"](document, **options)
    assert said in str(raised.value)


def test_the_audit_of_another_cloud_is_no_former_one(document: dict[str, Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="the former audit is of cloud externe, this one of interne"):
        posture_report(document, former={**document, "cloud": "externe"})


def test_what_is_no_audit_is_told(document: dict[str, Any]) -> None:
    document["results"][0]["findings"][0]["evidence"]["blob"] = {"secret": "s3cr3t"}
    with pytest.raises(AnsibleFilterError, match=r"the evidence 'blob' of a result of .* is a dict") as raised:
        posture_report(document)
    assert "s3cr3t" not in str(raised.value)
