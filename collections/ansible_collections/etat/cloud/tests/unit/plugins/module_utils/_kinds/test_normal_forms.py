# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared and what the cloud answers have one normal form, so that the same is never taken for a change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Get, Key, Names, Observed, Place
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._kinds.security_group_rule import SecurityGroupRule
from ansible_collections.etat.cloud.plugins.module_utils._rules import (
    PROTOCOLS,
    ports_name,
    prefix_name,
    protocol_name,
)
from hypothesis import example, given
from hypothesis import strategies as st

HERE = Path(__file__).parent
BY_NAME = {kind.name: kind for kind in KINDS}
FORMS = yaml.safe_load((HERE / "normal_forms.yml").read_text(encoding="utf-8"))
RULES = yaml.safe_load((HERE / "rules.yml").read_text(encoding="utf-8"))
NULLS = dict.fromkeys(
    ("protocol", "port_range_min", "port_range_max", "remote_ip_prefix", "remote_group_id", "remote_address_group_id")
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form['kind']} {form['field']} {form['declared']}")
def test_a_field_is_compared_in_normal_form(form: Mapping[str, Any]) -> None:
    kind = BY_NAME[form["kind"]]
    declared, cloud = (kind.normal(form["field"], form[side]) for side in ("declared", "cloud"))
    assert (declared == cloud) is form["same"]
    assert kind.normal(form["field"], declared) == declared


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule['declared']} {rule['neutron']}")
def test_a_rule_is_compared_in_normal_form(rule: Mapping[str, Any]) -> None:
    names = Names()
    for kind, id, path in (
        ("security_group", "sg-web", ("education", "moodle", "web")),
        ("security_group", "sg-db", ("education", "moodle", "db")),
        ("security_group", "sg-other-project", ("education", "notebooks", "db")),
        ("address_group", "ag-labs", ("education", "moodle", "labs")),
    ):
        names.add(Observed(Key(kind, "toulouse", path), id))
    place = Place("education", "moodle", "toulouse", ({"name": "web"},))
    wanted = list(SecurityGroupRule().wanted(place, {"direction": "ingress", **rule["declared"]}))
    ethertype = rule["declared"].get("ethertype", "IPv4")
    record = {"id": "rule", "direction": "ingress", "ethertype": ethertype, **NULLS, **rule["neutron"]}
    group = {"id": "sg-web", "name": "web", "security_group_rules": [record]}
    seen = list(SecurityGroupRule().read([group], Get("network", "toulouse", "", ""), names))
    assert ([item.key for item in wanted] == [item.key for item in seen]) is rule["same"]


@given(st.sampled_from([None, "", *PROTOCOLS, *PROTOCOLS.values(), "ICMPv6", "250"]), st.sampled_from(["IPv4", "IPv6"]))
def test_the_name_of_a_protocol_is_its_own_normal_form(protocol: str | None, ethertype: str) -> None:
    name = protocol_name(protocol, ethertype)
    assert protocol_name(name, ethertype) == name


@given(st.ip_addresses(), st.integers(0, 128))
@example("192.0.2.1", 0)
def test_the_name_of_a_prefix_is_its_own_normal_form(address: Any, length: int) -> None:
    bits = 32 if ":" not in str(address) else 128
    name = prefix_name(f"{address}/{min(length, bits)}")
    assert name == "any" or prefix_name(name) == name


@given(st.none() | st.integers(0, 65535), st.none() | st.integers(0, 65535))
def test_the_name_of_a_range_says_both_ends(first: int | None, last: int | None) -> None:
    low, high = (last if first is None else first), (first if last is None else last)
    name = ports_name(first, last, "tcp")
    if name == "any":
        assert first is last is None or (low is not None and high is not None and low <= 1 and high == 65535)
    else:
        assert [int(part) for part in name.split("-")] == ([low] if low == high else [low, high])


def test_the_numbers_of_protocols_lead_to_one_name_each() -> None:
    assert len(set(PROTOCOLS.values())) == len(PROTOCOLS)
    assert all(number.isdecimal() and int(number) < 256 for number in PROTOCOLS)
