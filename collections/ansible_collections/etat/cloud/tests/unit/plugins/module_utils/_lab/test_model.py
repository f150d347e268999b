# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is derived from a lab's declaration."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._lab import model
from hypothesis import given
from hypothesis import strategies as st


def region(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "external_network": "203.0.113.0/24",
        "availability_zones": ["az-1", "az-2"],
        "volume_types": ["standard", "fast"],
    }


def cloud(name: str, *regions: str) -> dict[str, Any]:
    return {
        "name": name,
        "provider": False,
        "regions": [region(r) for r in regions],
        "domains": [],
        "projects": [],
        "flavors": [],
        "images": [],
    }


FULL = [cloud("interne", "toulouse", "paris"), cloud("externe", "externe-1")]
NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)


@given(NAMES)
def test_every_address_of_a_lab_is_on_loopback_and_no_two_programs_share_a_place(name: str) -> None:
    places = [place for program in model.programs(model.lab(name, FULL)) for place in program.listens]
    assert len(places) == len(set(places))
    for address, port in places:
        parts = [int(part) for part in address.split(".")]
        assert parts[0] == 127
        assert all(0 <= part <= 255 for part in parts)
        assert 1024 < port < 32768


@given(NAMES, NAMES)
def test_two_labs_share_a_place_only_when_their_numbers_are_equal(one: str, other: str) -> None:
    if model.number(one) == model.number(other):
        return
    first, second = ({p for g in model.programs(model.lab(n, FULL)) for p in g.listens} for n in (one, other))
    assert not first & second


def test_each_program_needs_only_what_exists() -> None:
    lab = model.lab("try", FULL)
    names = {program.name for program in model.programs(lab)}
    databases = {database.name for database in model.databases(lab)}
    for program in model.programs(lab):
        assert set(program.needs) <= names
        assert set(program.databases) <= databases


def test_a_region_declared_twice_is_refused() -> None:
    with pytest.raises(model.LabError, match="lab_clouds names toulouse twice"):
        model.lab("try", [cloud("interne", "toulouse"), cloud("externe", "toulouse")])


@pytest.mark.parametrize("name", ["", "Majuscule", "-tiret", "a/b", "x" * 41])
def test_a_name_that_cannot_be_a_folder_is_refused(name: str) -> None:
    with pytest.raises(model.LabError, match="cannot be called"):
        model.lab(name, FULL)
