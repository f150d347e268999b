# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tenant_info finds becomes an estate that is valid and that asks for nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.etat.cloud.plugins.filter.estate_files import FilterModule, estate_files
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.resolve import Estate

FOUND: dict[str, Any] = {
    "domains": [
        {
            "name": "culture",
            "description": "",
            "groups": [{"name": "people", "description": "", "members": ["alice.martin"]}],
            "role_assignments": [{"role": "reader", "group": "people"}],
        }
    ],
    "tenants": [
        {
            "name": "museums",
            "domain": "culture",
            "tags": ["by-hand", "sensitivity:sensitive"],
            "enabled": True,
            "role_assignments": [{"role": "member", "group": "people"}, {"role": "admin", "group": "people"}],
            "sites": [
                {
                    "region": "toulouse",
                    "quotas": {"compute": {"cores": 4}},
                    "networks": [{"name": "front", "subnets": [{"name": "front", "cidr": "10.1.0.0/24"}]}],
                }
            ],
        },
        {"name": "archives", "domain": "culture", "description": "Old papers", "sites": [{"region": "toulouse"}]},
        {"name": "My_Project", "domain": "culture", "sites": []},
    ],
    "left_out": ["network x: 2 objects bear this name"],
}
GATES = {
    "museums": {"domain": "culture", "name": "museums", "enabled": True},
    "archives": {"domain": "culture", "name": "archives", "description": "Old papers"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder with the files."""
    for path, text in estate_files(FOUND, "interne")["files"].items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_estate_is_valid_and_declares_what_was_found(folder: Path) -> None:
    declared = Estate(folder, date(2026, 11, 25)).declare("interne")
    (domain,) = declared["domains"]
    assert domain == {key: value for key, value in FOUND["domains"][0].items() if key != "description"}
    made = {tenant["name"]: tenant for tenant in declared["tenants"]}
    assert made.keys() == GATES.keys()
    # Nothing is added to an adopted tenant: neither tags nor a description.
    assert made["museums"]["tags"] == []
    assert "description" not in made["museums"]
    assert made["archives"]["description"] == "Old papers"
    assert made["museums"]["role_assignments"] == [{"role": "member", "group": "people"}]
    assert made["museums"]["sites"] == FOUND["tenants"][0]["sites"]


def test_the_sensitivity_is_what_the_project_says_and_else_the_strictest(folder: Path) -> None:
    said = {
        name: yaml.safe_load((folder / f"tenants/culture/{name}.yml").read_text(encoding="utf-8"))["sensitivity"]
        for name in ("museums", "archives")
    }
    assert said == {"museums": "sensitive", "archives": "restricted"}


def test_what_no_file_can_say_is_named() -> None:
    first, admin, name = estate_files(FOUND, "interne")["left_out"]
    assert first == "network x: 2 objects bear this name"
    assert admin == "tenant culture/museums: the role admin reaches the whole cloud, so no estate gives it"
    assert name.startswith("tenant culture/My_Project: 'My_Project' cannot be the name of a file; allowed: ")


@pytest.mark.parametrize(
    ("found", "sensitivity", "said"),
    [
        ({}, "internal", "takes the result of etat.cloud.tenant_info"),
        (FOUND, "secret", "sensitivity 'secret' is not known; allowed: public, internal, sensitive, restricted"),
    ],
)
def test_wrong_input_is_told(found: Any, sensitivity: str, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        FilterModule().filters()["estate_files"](found, "interne", sensitivity)
