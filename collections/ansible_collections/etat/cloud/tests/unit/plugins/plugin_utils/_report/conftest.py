# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One audit of three ministries and eight tenants, with every outcome and every severity."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import Document, Subject, read
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import About, Change, Report, Trend
from ansible_collections.etat.cloud.plugins.plugin_utils._report.terms import Control, Outcome
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
    return Report(
        document, _controls(), _trend(document), {tenant.subject: _about(tenant.subject) for tenant in document.tenants}
    )


def _controls() -> dict[str, Control]:
    rows = yaml.safe_load((HERE / "given/controls.yml").read_text(encoding="utf-8"))
    return {row["id"]: _plain(row) for row in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return SimpleNamespace(**{key: part if key == "severity" else _plain(part) for key, part in value.items()})
    return value


def _about(subject: Subject) -> About:
    return About(
        ministry=subject.domain,
        ministry_title=MINISTRIES.get(subject.domain, {}),
        end_date="2029-08-31",
        contacts=("Alice Martin <alice.martin@education.example>",),
        file=f"tenants/{subject.domain}/{subject.tenant}.yml",
    )


def _trend(document: Document) -> Trend | None:
    changes = [
        Change(result.control, result.subject, result.site, result.severity, finding.type, finding.name, finding.key)
        for result in document.ended(Outcome.FAIL)
        for finding in result.findings
    ]
    if not changes:
        return None
    gone = Change(
        "ETAT-NET-008",
        Subject("dila", "demarches"),
        "paris",
        changes[0].severity,
        "security_group_rule",
        "default",
        "0",
    )
    return Trend(
        datetime(2026, 10, 1, 5, tzinfo=UTC), tuple(changes[:2]), tuple(changes[2:3]), (gone,), len(changes) - 3
    )
