# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is known to be what, when several accounts look."""

from __future__ import annotations

from ansible_collections.etat.cloud.plugins.module_utils._audit.facts import Facts
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Refusal, Text

NO = Refusal(Text("the account may not do it", "le compte n'en a pas le droit"))


def test_what_is_said_of_the_nearest_owner_counts() -> None:
    facts = Facts()
    facts.add("users", "", [], "d-1")
    facts.refuse("users", "", NO, "p-2")
    assert facts.refusal("users", "", ("p-1", "d-1")) is None
    assert facts.refusal("users", "", ("p-2", "d-1")) == NO
    assert facts.refusal("users", "", ("p-3", "d-3")) is not None


def test_the_cloud_is_known_when_everybody_was_looked_into_and_nobody_refused() -> None:
    facts = Facts()
    facts.add("ports", "paris", [{"id": "a"}], "p-1")
    assert facts.refusal("ports", "paris", ()) is not None
    facts.add("ports", "paris", [{"id": "b"}])
    assert facts.refusal("ports", "paris", ()) is None
    facts.refuse("ports", "paris", NO, "p-2")
    assert facts.refusal("ports", "paris", ()) == NO
    assert facts.refusal("ports", "toulouse", ()) is not None


def test_a_refusal_is_not_forgotten_because_another_page_could_be_read() -> None:
    facts = Facts()
    facts.refuse("images", "paris", NO)
    facts.add("images", "paris", [{"id": "a"}])
    assert facts.refusal("images", "paris", ("p-1",)) == NO


def test_what_one_account_could_read_is_known() -> None:
    general, own = Facts(), Facts()
    general.refuse("secrets", "paris", NO, "p-1")
    own.add("secrets", "paris", [{"id": "s-1", "project_id": "p-1"}], "p-1")
    for first, second in ((general, own), (own, general)):
        merged = Facts()
        merged.merge(first)
        merged.merge(second)
        assert merged.refusal("secrets", "paris", ("p-1",)) is None
        assert [row["id"] for row in merged.by("secrets", "paris", "project_id", "p-1")] == ["s-1"]


def test_a_record_that_several_see_counts_once_and_one_of_two_parents_twice() -> None:
    facts = Facts()
    facts.add("networks", "paris", [{"id": "n"}], "p-1")
    facts.add("networks", "paris", [{"id": "n"}], "p-2")
    assert len(facts.rows("networks", "paris")) == 1
    facts.add("group_members", "", [{"id": "u", "parent_id": "g-1"}, {"id": "u", "parent_id": "g-2"}])
    assert len(facts.rows("group_members", "")) == 2


def test_records_are_found_by_a_field_and_lists_are_no_values() -> None:
    facts = Facts()
    facts.add(
        "ports", "paris", [{"id": "a", "device_id": "x"}, {"id": "b", "device_id": None}, {"id": "c", "device_id": []}]
    )
    assert [row["id"] for row in facts.by("ports", "paris", "device_id", "x")] == ["a"]
    assert [row["id"] for row in facts.by("ports", "paris", "device_id", None)] == ["b"]
    assert facts.one("ports", "paris", "c") is not None
    assert facts.one("ports", "paris", None) is None


def test_records_of_one_name_in_two_projects_are_two() -> None:
    facts = Facts()
    for project in ("p-1", "p-2"):
        headers = {"id": "data", "parent_id": "data", "project_id": project}
        facts.add("object_container_headers", "paris", [headers], project)
    assert len(facts.rows("object_container_headers", "paris")) == 2
