# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One audit of three ministries and eight tenants, with every outcome and every severity."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import (
    PASSED,
    Control,
    Level,
    Mode,
    Reference,
    Relation,
    Repair,
    Severity,
    Text,
)
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import Subject, read
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import About, Report, framework
from ansible_collections.etat.cloud.plugins.plugin_utils._report.trend import compare
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue

HERE = Path(__file__).parent
MINISTRIES = {
    "education": {"fr": "Ministère de l'Éducation nationale", "en": "Ministry of National Education"},
    "agriculture": {"fr": "Ministère de l'Agriculture", "en": "Ministry of Agriculture"},
    "dila": {
        "fr": "Direction de l'information légale et administrative",
        "en": "Directorate of Legal and Administrative Information",
    },
}
FRAMEWORKS = {
    "pssie": framework(
        {
            "title": "Politique de sécurité des systèmes d'information de l'État",
            "version": "1.0",
            "source": "https://pssie.example",
            "informative": False,
            "requirements": {"RES-CLOIS": "Cloisonner le SI", "EXP-PROT-INF": ""},
        }
    ),
    "iso27001": framework(
        {
            "title": "ISO/IEC 27001:2022, Annex A",
            "version": "2022",
            "source": "https://iso.example",
            "informative": False,
            "language": "en",
            "requirements": {"8.20": "Networks security"},
        }
    ),
    "secnumcloud": framework(
        {
            "title": "ANSSI, référentiel SecNumCloud",
            "version": "3.2",
            "source": "https://anssi.example",
            "informative": True,
            "requirements": {},
        }
    ),
}
Rendered = Callable[[Mapping[str, Any]], Report]


@pytest.fixture
def given() -> dict[str, Any]:
    """The document as module posture_info returns it, to be changed at will."""
    document: dict[str, Any] = json.loads((HERE / "given/document.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture
def report(given: dict[str, Any]) -> Report:
    """The whole audit, compared with one that was made before."""
    return made(given)


@pytest.fixture(params=list(Language))
def tongue(request: pytest.FixtureRequest) -> Tongue:
    """Each language."""
    return Tongue(request.param)


@pytest.fixture
def french() -> Tongue:
    """French."""
    return Tongue(Language.FR)


@pytest.fixture
def rendered() -> Rendered:
    """What makes a report of a document."""
    return made


def made(given: Mapping[str, Any]) -> Report:
    """Return the report of a document."""
    document = read(given)
    about = {tenant.subject: _about(tenant.subject) for tenant in document.tenants}
    return Report(document, _controls(), compare(read(_former(given)), document), about, FRAMEWORKS)


def _controls() -> dict[str, Control]:
    rows = yaml.safe_load((HERE / "given/controls.yml").read_text(encoding="utf-8"))
    return {row["id"]: _control(row) for row in rows}


def _control(row: Mapping[str, Any]) -> Control:
    return Control(
        id=row["id"],
        family=row["family"],
        title=Text(**row["title"]),
        criterion=Text(**row["criterion"]),
        type="",
        reads=(),
        level=Level(row["level"]),
        severity={name: Severity(value) for name, value in row["severity"].items()},
        references=tuple(
            Reference(said["framework"], said["id"], Relation(said["relation"])) for said in row["references"]
        ),
        repair=Repair(Mode(row["repair"]["mode"]), Text(**row["repair"]["text"])),
        objects=lambda _view: (),
        judge=lambda _view, _row: PASSED,
        caution=Text(**row["caution"]),
    )


def _about(subject: Subject) -> About:
    return About(
        ministry=subject.domain,
        ministry_title=MINISTRIES.get(subject.domain, {}),
        end_date="2029-08-31",
        contacts=("Alice Martin <alice.martin@education.example>",),
        file=f"tenants/{subject.domain}/{subject.tenant}.yml",
        line=3,
    )


def _former(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return an audit of the month before: some failures were not there, others were otherwise."""
    former: dict[str, Any] = copy.deepcopy(dict(given))
    former["run"]["at"] = "2026-10-01T05:00:00Z"
    for row in former["results"]:
        place = (row["control"], row["tenant"] or row["domain"], row["site"])
        if place in {("ETAT-NET-001", "bac-a-sable", "paris"), ("ETAT-VOL-001", "examens", "toulouse")}:
            row.update(outcome="pass", findings=[])
        elif place == ("ETAT-VOL-007", "demarches", "paris"):
            row["severity"] = "medium"
        elif place == ("ETAT-NET-008", "moodle", "paris"):
            rule = {"type": "security_group_rule", "id": "0d1e", "name": "default", "evidence": {"source": "0.0.0.0/0"}}
            row.update(outcome="fail", findings=[rule])
        elif place == ("ETAT-LB-002", "moodle", "paris"):
            listener = {"type": "listener", "id": "7f3a", "name": "http", "evidence": {"versions": "TLSv1"}}
            row.update(outcome="fail", reason="", findings=[listener])
    return former
