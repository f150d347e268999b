# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a case of the tables says, turned into facts and judged; see test_cases for the form of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.etat.cloud.plugins.module_utils._audit.facts import Facts
from ansible_collections.etat.cloud.plugins.module_utils._audit.judge import Failure, Subjects, failures, judge
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import (
    Control,
    Refusal,
    Result,
    Row,
    Text,
    Waiver,
)
from ansible_collections.etat.cloud.plugins.module_utils._audit.sources import SOURCES, kept
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID
from ansible_collections.etat.cloud.plugins.module_utils._posture import Posture, scope_of
from ansible_collections.etat.cloud.plugins.module_utils._progress import Progress

HERE = Path(__file__).parent
GIVEN: Mapping[str, Any] = yaml.safe_load((HERE / "given.yml").read_text(encoding="utf-8"))
REGIONS = ("toulouse", "paris")
PROJECT, DOMAIN = "p-moodle", "d-education"
TODAY = "2026-11-23"
PARTS = {
    *("about", "control", "sensitivity", "today", "facts", "elsewhere", "refused", "absent", "waivers", "sites"),
    *("quotas", "tags", "roles", "residency", "qualifications", "qualification", "cartographies"),
    *("known_of", "outcome", "findings", "reason", "site", "severity", "judged", "by_hand"),
}


def cases(family: str = "*") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the cases of the tables, each with the family that its table is named for."""
    for file in sorted(HERE.glob(f"cases/{family}.yml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield file.stem, case


def facts_of(case: Mapping[str, Any]) -> Facts:
    """Return the facts of a case. What it does not name was read, and is as in given.yml or empty."""
    facts = Facts()
    here = {**GIVEN, **case.get("facts", {})}
    for name in SOURCES:
        regions = REGIONS if SOURCES[name].regional else ("",)
        for region in regions:
            elsewhere = case.get("elsewhere", {}).get(region, {})
            found = here.get(name, []) if region in ("", REGIONS[0]) else elsewhere.get(name, [])
            facts.add(name, region, list(_rows(facts, name, region, found)), case.get("known_of", {}).get(name, ""))
            if name in case.get("absent", ()):
                facts.refuse(
                    name, region, Refusal(Text("the cloud does not have it", "le cloud ne l'a pas"), absent=True)
                )
            if name in case.get("refused", {}):
                facts.refuse(name, region, Refusal(Text(case["refused"][name], f"refus : {name}")))
    return facts


def _rows(facts: Facts, name: str, region: str, found: Any) -> Iterator[Row]:
    source = SOURCES[name]
    if isinstance(found, list):
        yield from kept(source, found, PROJECT)
        return
    # Listed for parents: a mapping from their ids. Users and groups name their domain themselves.
    for id, records in found.items():
        parent = facts.one(source.per, region if SOURCES[source.per].regional else "", id)
        assert parent is not None, f"{name}: {source.per} has no {id}"
        yield from kept(source, records if isinstance(records, list) else [records], parent=parent)


def judged(case: Mapping[str, Any], control: Control | None = None) -> list[Result]:
    """Return the results of the control of a case, for the tenant moodle and what is around it."""
    return judge([control or BY_ID[case["control"]]], facts_of(case), *_around(case))


def failing(case: Mapping[str, Any]) -> list[Failure]:
    """Return what fails in a case, with what a repair wants to know."""
    return list(failures([BY_ID[case["control"]]], facts_of(case), *_around(case)))


def _around(case: Mapping[str, Any]) -> tuple[Subjects, list[Waiver], date]:
    """Return what a case judges, its waivers and its day."""
    tenant = {
        "domain": "education",
        "name": "moodle",
        "account": "",
        **{name: case.get(name, {}) for name in ("quotas", "residency")},
        **{name: case.get(name, []) for name in ("tags", "qualifications")},
        "sites": case.get("sites", REGIONS[:1]),
        "sensitivity": case.get("sensitivity", "internal"),
    }
    # As the module takes it, so that a table can say nothing that no estate can.
    scope = scope_of(
        {
            "cloud": "interne",
            "tenants": [tenant],
            "domains": ["education"],
            "regions": REGIONS,
            "controls": [case["control"]] if "control" in case else [],
            "today": case.get("today", TODAY),
            "workers": 1,
            "qualification": case.get("qualification"),
            "cartographies": [{"complete": True, **given} for given in case.get("cartographies", ())],
            "waivers": case.get("waivers", ()),
            "roles": case.get("roles", ()),
        }
    )
    return Posture(scope, Progress(), regions=REGIONS).subjects(), list(scope.waivers), scope.today
