# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a baseline adds to a site, and to the project around it; what takes it back is in mistakes/baseline.yml.

A case says: about (a claim), site, baseline, egress and labels, and the result.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.baseline import completed, within
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.resolve import Estate

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)
CASES = yaml.safe_load((HERE / "completed.yml").read_text(encoding="utf-8"))
BASELINE = """\
description: {fr: Personnel., en: Personal.}
    baseline:
      required: [owner]
      labels: [sensitivity, owner]
      options: {immutable: true}
      each: {networks: {port_security_enabled: true}}
      egress: nothing
      quotas: {network: {floatingip: 0}}
"""
PROFILE = """\
egress_profiles:
  nothing: {description: Nothing goes out, rules: []}
blueprints:
"""


@pytest.mark.parametrize("case", [pytest.param(case, id=case["about"]) for case in CASES])
def test_a_site_is_completed(case: Mapping[str, Any]) -> None:
    site = copy.deepcopy(case["site"])

    made = completed(site, case["baseline"], case.get("egress", []), case.get("labels", []))

    assert made == case["result"]
    # Sites are shared by all tenants of an offer.
    assert site == case["site"]
    # What is complete is not completed further.
    assert completed(made, case["baseline"], case.get("egress", []), case.get("labels", [])) == made


@pytest.mark.parametrize(
    ("size", "most", "limits"),
    [
        pytest.param({"volume": {"volumes": 8}}, {}, {"volume": {"volumes": 8}}, id="a size without a baseline"),
        pytest.param(
            {}, {"volume": {"volumes": 8}}, {"volume": {"volumes": 8}}, id="a baseline where a size is silent"
        ),
        pytest.param(
            {"network": {"port": 9}}, {"network": {"port": 5}}, {"network": {"port": 5}}, id="more than allowed"
        ),
        pytest.param(
            {"network": {"port": 3}}, {"network": {"port": 5}}, {"network": {"port": 3}}, id="less than allowed"
        ),
        pytest.param({"network": {"port": -1}}, {"network": {"port": 5}}, {"network": {"port": 5}}, id="no limit"),
    ],
)
def test_limits_are_the_lower_ones(size: dict[str, Any], most: dict[str, Any], limits: dict[str, Any]) -> None:
    assert within(size, most) == limits


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the given estate with a baseline of sensitive data, that of published ones being the same."""
    made = Path(shutil.copytree(HERE / "given", tmp_path / "estate"))
    catalogue = made / "catalogue.yml"
    text = catalogue.read_text(encoding="utf-8")
    for words in ("{fr: Personnel., en: Personal.}", "{fr: Publié., en: Published.}"):
        text = text.replace(f"description: {words}\n", BASELINE.replace("{fr: Personnel., en: Personal.}", words))
    catalogue.write_text(text.replace("blueprints:\n", PROFILE), encoding="utf-8")
    ministry = made / "ministries/education.yml"
    ministry.write_text(ministry.read_text(encoding="utf-8") + "owner: Bureau\n", encoding="utf-8")
    return made


def declared(folder: Path, text: str, cloud: str = "interne", name: str = "moodle") -> dict[str, Any]:
    """Return what a cloud has to hold of an estate whose one more tenant says this."""
    (folder / f"tenants/education/{name}.yml").write_text(text, encoding="utf-8")
    return Estate(folder, TODAY).declare(cloud)


def test_a_tenant_is_born_with_its_baseline(folder: Path) -> None:
    tenant = declared(folder, "offer: web\nsensitivity: sensitive\nsecurity_contact: ssi@education.example\n")[
        "tenants"
    ][0]

    labels = ["sensitivity:sensitive", "owner:Bureau"]
    site = tenant["sites"][0]
    assert tenant["options"] == {"immutable": True}
    assert {"owner:Bureau", "contact:ssi@education.example"} <= set(tenant["tags"])
    assert [(net["port_security_enabled"], net["tags"]) for net in site["networks"]] == [(True, labels)]
    assert site["networks"][0]["subnets"][0]["tags"] == site["routers"][0]["tags"] == labels
    assert [(group["name"], group["prune_rules"]) for group in site["security_groups"]] == [
        ("default", True),
        ("web", True),
    ]
    assert site["quotas"]["network"] == {"floatingip": 0}


def test_tenants_that_say_different_things_of_themselves_bear_different_labels(folder: Path) -> None:
    declared(folder, "offer: web\nsensitivity: sensitive\n")
    both = declared(folder, "offer: web\nsensitivity: sensitive\nowner: Rectorat\n", name="notes")["tenants"]

    owners = {tenant["name"]: tenant["sites"][0]["networks"][0]["tags"][1] for tenant in both}
    assert owners == {"moodle": "owner:Bureau", "notes": "owner:Rectorat"}


def test_an_adopted_tenant_is_left_as_it_was(folder: Path) -> None:
    tenant = declared(folder, "offer: web\nsensitivity: sensitive\nadopted: true\n")["tenants"][0]

    assert "options" not in tenant
    assert tenant["tags"] == []
    assert tenant["sites"][0]["networks"] == [{"name": "front", "subnets": [{"name": "front", "cidr": "10.1.0.0/24"}]}]


def test_of_a_ready_project_the_provider_keeps_its_part_and_a_note_says_so(folder: Path) -> None:
    found = declared(folder, "offer: web\nsensitivity: public\ncloud: externe\n", "externe", "cartes")

    tenant = found["tenants"][0]
    assert set(tenant) == {"name", "domain", "account", "sensitivity", "sites"}
    assert "quotas" not in tenant["sites"][0]
    assert tenant["sites"][0]["networks"][0]["port_security_enabled"] is True
    assert found["notes"][1].startswith("education/cartes: of the baseline of public, ")


def test_what_a_file_says_of_the_project_stands_beside_the_baseline(folder: Path) -> None:
    text = "offer: web\nsensitivity: sensitive\noverrides: {options: {immutable: true}, enabled: true}\n"

    tenant = declared(folder, text)["tenants"][0]

    assert (tenant["options"], tenant["enabled"]) == ({"immutable": True}, True)


def more(folder: Path, cloud: str, baseline: str) -> None:
    """Say more of the internal cloud, and of the baseline of sensitive data."""
    catalogue = folder / "catalogue.yml"
    text = catalogue.read_text(encoding="utf-8").replace(
        "sites: [toulouse, paris]\n", f"sites: [toulouse, paris]\n{cloud}", 1
    )
    first, second = "quotas: {network: {floatingip: 0}}\n", text.index("sensitive:")
    at = text.index(first, second) + len(first)
    catalogue.write_text(f"{text[:at]}{baseline}{text[at:]}", encoding="utf-8")


STORAGE = """\
    services: {toulouse: [key_manager]}
    by_site: {toulouse: {volume_types: [{name: secret}]}}
"""


def test_a_site_gets_what_it_can_give_and_a_note_says_what_is_left_out(folder: Path) -> None:
    more(folder, STORAGE, "      volume_type: secret\n")
    catalogue = folder / "catalogue.yml"
    text = catalogue.read_text(encoding="utf-8")
    limits = "{network: {floatingip: 0}, key_manager: {secrets: 9}, dns: {zones: 1}}"
    catalogue.write_text(text.replace("{network: {floatingip: 0}}", limits), encoding="utf-8")

    found = declared(folder, "offer: web\nsensitivity: sensitive\nsites: [toulouse, paris]\n")

    toulouse, paris = found["tenants"][0]["sites"]
    assert toulouse["default_volume_type"] == {"name": "secret"}
    assert "default_volume_type" not in paris
    assert [set(site["quotas"]) for site in (toulouse, paris)] == [
        {"compute", "volume", "network", "key_manager"},
        {"compute", "volume", "network"},
    ]
    note = "cloud interne declares no volume type secret on paris, so volumes get the default of all there"
    assert found["notes"] == [f"education/moodle: {note}"]


FACTORS = "      multi_factor_auth_rules: [[password, totp], [application_credential]]\n"
PEOPLE = "offer: web\nsensitivity: sensitive\npeople: {operators: [alice], readers: [alice, bruno]}\n"


def test_people_are_asked_for_several_factors_where_the_cloud_takes_them(folder: Path) -> None:
    more(folder, "    methods: [password, totp]\n", FACTORS)
    ministry = folder / "ministries/education.yml"
    text = ministry.read_text(encoding="utf-8") + "users: [{name: bruno, enabled: true}]\n"
    ministry.write_text(text, encoding="utf-8")

    found = declared(folder, PEOPLE)

    options = {
        "multi_factor_auth_enabled": True,
        "multi_factor_auth_rules": [["password", "totp"], ["application_credential"]],
    }
    assert found["domains"][0]["users"] == [
        {"name": "alice", "options": options},
        {"name": "bruno", "options": options, "enabled": True},
    ]
    assert found["notes"] == []


def test_people_are_asked_for_nothing_that_the_cloud_does_not_take(folder: Path) -> None:
    more(folder, "    methods: [password]\n", FACTORS)

    found = declared(folder, PEOPLE)

    assert "users" not in found["domains"][0]
    note = "cloud interne does not take every method that the baseline of sensitive asks of people"
    assert found["notes"] == [f"education/moodle: {note}, so nothing is asked of them there"]
