# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: posture_report
short_description: Turn an audit into reports for people and for machines
version_added: 0.2.0
author:
  - The etat.cloud contributors (@etat-cloud)
description:
  - Takes what M(etat.cloud.posture_info) found and returns the text of each report that is asked for.
  - Nothing is read or written; every report tells the same audit.
positional: _input
options:
  _input:
    description: What M(etat.cloud.posture_info) returned in RV(etat.cloud.posture_info#module:posture), or a kept one.
    type: dict
    required: true
  formats:
    description:
      - The reports to make.
      - V(page) is a page for people, one file for each language, without script. V(csv) is for spreadsheets.
        V(oscal) is OSCAL assessment results, V(sarif) is for the code scanning of a forge, V(junit) is for CI, and
        V(text) is for a terminal.
      - V(cartography) is O(cartography), as JSON and as a table whose headings are in the first language.
      - The document itself is always among the files, as JSON, since the next audit is compared with it.
    type: list
    elements: str
    choices: [page, csv, oscal, sarif, junit, text, cartography]
    default: []
  languages:
    description: The languages of the pages; the other reports are in the first of them.
    type: list
    elements: str
    choices: [fr, en]
    default: [fr]
  former:
    description: The document of a former audit of the same cloud, with which this one is compared.
    type: dict
    default: {}
  estate:
    description: What P(etat.cloud.estate#lookup) says of the tenants in RV(etat.cloud.estate#lookup:_raw[].about).
    type: dict
    default: {}
  cartography:
    description: What M(etat.cloud.posture_info) returned in RV(etat.cloud.posture_info#module:cartography).
    type: dict
    default: {}
  severity:
    description: The least severity of the failures that are counted in RV(_value.reached).
    type: str
    choices: [info, low, medium, high, critical]
    default: high
"""

EXAMPLES = r"""
- name: Show an audit
  ansible.builtin.debug:
    msg: "{{ (found.posture | etat.cloud.posture_report).text.splitlines() }}"
"""

RETURN = r"""
_value:
  description: The reports.
  type: dict
  contains:
    files:
      description: The text of each file, by its name.
      type: dict
    others:
      description:
        - The names of the files that other formats or languages would have made.
        - A cartography is not among them, since it counts until the next one.
      type: list
      elements: str
    text:
      description: The audit for a terminal, 80 columns wide, whether or not it is among the files.
      type: str
    verdict:
      description: The audit in one sentence.
      type: str
    passing:
      description: What lets a play pass that fails on what is grave.
      type: str
    reached:
      description: Whether anything fails that is as grave as the severity that was named, or graver.
      type: bool
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Severity
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID
from ansible_collections.etat.cloud.plugins.plugin_utils._report.cartography import as_json, as_table
from ansible_collections.etat.cloud.plugins.plugin_utils._report.document import Document, ReportError, read, threshold
from ansible_collections.etat.cloud.plugins.plugin_utils._report.junit import junit
from ansible_collections.etat.cloud.plugins.plugin_utils._report.oscal import oscal
from ansible_collections.etat.cloud.plugins.plugin_utils._report.page import page
from ansible_collections.etat.cloud.plugins.plugin_utils._report.report import Framework, Report, about, framework
from ansible_collections.etat.cloud.plugins.plugin_utils._report.sarif import sarif
from ansible_collections.etat.cloud.plugins.plugin_utils._report.summary import Summary
from ansible_collections.etat.cloud.plugins.plugin_utils._report.table import table
from ansible_collections.etat.cloud.plugins.plugin_utils._report.text import text
from ansible_collections.etat.cloud.plugins.plugin_utils._report.trend import Trend, compare
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Language, Tongue, languages_of

COLLECTION = Path(__file__).resolve().parents[2]
DOCUMENT = "audit.json"
TABLE = "audit.csv"


#: The file of each report that is in one language.
FILES: Mapping[str, tuple[str, Callable[[Report, Tongue], str]]] = {
    "csv": (TABLE, table),
    # Without spaces, since a large estate fills tens of megabytes.
    "oscal": (
        "audit.oscal.json",
        lambda report, tongue: json.dumps(oscal(report, tongue), ensure_ascii=False, separators=(",", ":")),
    ),
    "sarif": ("audit.sarif", lambda report, tongue: json.dumps(sarif(report, tongue), ensure_ascii=False, indent=2)),
    "junit": ("audit.junit.xml", junit),
    "text": ("audit.txt", text),
}
MAP = "cartography.json"
MAP_TABLE = "cartography.csv"
FORMATS = ("page", *FILES, "cartography")


def posture_report(
    document: dict[str, Any],
    formats: Sequence[str] = (),
    languages: Sequence[str] = (Language.FR,),
    former: Mapping[str, Any] | None = None,
    estate: Mapping[str, Any] | None = None,
    severity: str = Severity.HIGH,
    cartography: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the reports of an audit."""
    for said, known, what in (
        (formats, FORMATS, "format"),
        ((severity,), tuple(Severity), "severity"),
    ):
        strange = [word for word in said if word not in known]
        if strange:
            raise AnsibleFilterError(f"{what} '{strange[0]}' is not known; allowed: {', '.join(known)}")
    try:
        tongues = [Tongue(language) for language in languages_of(languages)]
        audit = read(document)
        trend = _trend(former, audit) if former else None
        report = Report(
            audit,
            BY_ID,
            trend,
            about(estate or {}),
            frameworks=_frameworks(),
            version=_version(),
        )
        first = tongues[0]
        summary = Summary(report, first)
        # In ASCII, since it holds names as the cloud gave them, and not all of these can be written in UTF-8.
        files = {DOCUMENT: json.dumps(document, indent=2) + "\n"}
        whole = TABLE if "csv" in formats else DOCUMENT
        if "page" in formats:
            for tongue in tongues:
                files[f"audit.{tongue.language}.html"] = page(report, tongue, whole)
        files |= {name: render(report, first) for known, (name, render) in FILES.items() if known in formats}
        if "cartography" in formats:
            ministries = {(subject.domain, subject.tenant): said.ministry for subject, said in report.about.items()}
            files[MAP] = as_json(cartography or {}, audit.cloud)
            files[MAP_TABLE] = as_table(cartography or {}, ministries, first)
        return {
            "files": files,
            "others": sorted(_names() - files.keys()),
            "text": text(report, first),
            "verdict": summary.verdict,
            "passing": summary.passing,
            "reached": threshold(audit, Severity(severity)),
        }
    except (ReportError, ValueError) as error:
        raise AnsibleFilterError(f"posture_report: {error}") from None


def _names() -> set[str]:
    """Return the name of every file that any formats and languages make."""
    return {DOCUMENT, *(f"audit.{language}.html" for language in Language), *(name for name, _render in FILES.values())}


def _trend(former: Mapping[str, Any], audit: Document) -> Trend:
    try:
        before = read(former)
    except ReportError as error:
        raise ReportError(f"{error} This is the former audit; name another one, or move it away.") from None
    if before.cloud != audit.cloud:
        raise ReportError(
            f"the former audit is of cloud {before.cloud}, this one of {audit.cloud}; name one of the same"
        )
    return compare(before, audit)


def _frameworks() -> dict[str, Framework]:
    """Return the texts to which controls refer, by the names of their files."""
    files = (COLLECTION / "roles/tenant_audit/files/frameworks").glob("*.yml")
    return {file.stem: framework(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files}


def _version() -> str:
    """Return the version of this collection: an installed one says it in its manifest, a checkout in galaxy.yml."""
    manifest = COLLECTION / "MANIFEST.json"
    if manifest.exists():
        installed: str = json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
        return installed
    checked_out: str = yaml.safe_load((COLLECTION / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    return checked_out


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Any]:
        return {"posture_report": posture_report}
