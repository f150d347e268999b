# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requirements that controls refer to are those of the frameworks' files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Control, Relation
from ansible_collections.etat.cloud.plugins.module_utils._controls import CONTROLS

FOLDER = Path(__file__).parents[5] / "roles/tenant_audit/files/frameworks"
FRAMEWORKS: dict[str, Any] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yml"))
}


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: str(control.id))
def test_a_control_refers_to_requirements_that_exist(control: Control) -> None:
    unknown = [
        f"{reference.framework} {reference.id}"
        for reference in control.references
        if reference.id not in FRAMEWORKS.get(reference.framework, {}).get("requirements", {})
    ]
    assert not unknown
    assert len(set(control.references)) == len(control.references)


@pytest.mark.parametrize("name", sorted(FRAMEWORKS))
def test_a_framework_says_what_it_is(name: str) -> None:
    framework = FRAMEWORKS[name]
    assert set(framework) - {"language"} == {"title", "version", "source", "informative", "requirements"}
    assert framework["title"]
    assert framework["source"].startswith("https://")
    assert framework["requirements"]
    assert all(isinstance(text, str) for pair in framework["requirements"].items() for text in pair)


def test_what_binds_providers_proves_nothing_of_a_tenant() -> None:
    informative = {name for name, framework in FRAMEWORKS.items() if framework["informative"]}
    assert informative == {"secnumcloud"}
    assert not [
        control.id
        for control in CONTROLS
        for reference in control.references
        if reference.framework in informative and reference.relation is Relation.EVIDENCE
    ]
