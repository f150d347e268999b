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


def region(name: str, *services: str) -> dict[str, Any]:
    return {
        "name": name,
        "external_network": "203.0.113.0/24",
        "availability_zones": ["az-1", "az-2"],
        "volume_types": ["standard", "fast"],
        "services": list(services),
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
FULL[0]["regions"][0] = region("toulouse", *model.FURTHER)
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


def only_in_toulouse(lab: model.Lab, name: str) -> bool:
    """Whether the service's programs and databases are in the one region that declares it."""
    programs = {program.group for program in model.programs(lab) if program.name.startswith(f"{name}-")}
    databases = {database.name for database in model.databases(lab) if database.template == name}
    return programs == {"toulouse"} and databases == (set() if name in model.WITHOUT_DATABASE else {f"{name}_toulouse"})


@pytest.mark.parametrize(("kind", "name"), model.FURTHER.items())
def test_a_service_that_a_region_declares_is_there_and_nowhere_else(kind: str, name: str) -> None:
    lab = model.lab("try", FULL)
    toulouse, paris, externe = (region for cloud, region in lab.regions)
    assert toulouse.urls[kind][0] == name
    assert kind not in paris.urls | externe.urls
    assert only_in_toulouse(lab, name)
    assert (name in model.templates(lab)) != (name in model.WITHOUT_DATABASE)
    assert name in lab.clouds[0].service_users
    assert name not in lab.clouds[1].service_users


def test_a_lab_that_declares_no_further_service_has_what_it_always_had() -> None:
    lab = model.lab("try", [cloud("interne", "toulouse")])
    assert model.templates(lab) == model.TEMPLATES
    assert lab.clouds[0].service_users == model.SERVICE_USERS
    assert set(lab.regions[0][1].urls) == {"image", "placement", "compute", "network", "block-storage"}


def test_one_further_service_brings_no_other() -> None:
    declared = cloud("interne", "toulouse")
    declared["regions"] = [region("toulouse", "dns")]
    lab = model.lab("try", [declared])
    assert set(model.templates(lab)) - set(model.TEMPLATES) == {"designate"}
    assert set(lab.clouds[0].service_users) - set(model.SERVICE_USERS) == {"designate"}
    further = {program.name for program in model.programs(lab)} - {
        program.name for program in model.programs(model.lab("try", [cloud("interne", "toulouse")]))
    }
    assert further == {"designate-toulouse", "designate-central-toulouse"}


def test_the_proxy_of_an_object_store_starts_after_what_keeps_the_objects() -> None:
    proxy = next(program for program in model.programs(model.lab("try", FULL)) if program.name == "swift-toulouse")
    behind = {"swift-account-toulouse", "swift-container-toulouse", "swift-object-toulouse"}
    assert behind < set(proxy.needs)


def test_a_lab_that_was_declared_before_there_were_further_services_has_none() -> None:
    declared = cloud("interne", "toulouse")
    del declared["regions"][0]["services"]
    assert model.lab("try", [declared]).regions[0][1].further == ()
