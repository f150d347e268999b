# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge of what an offer says with what a tenant says, and what it promises for any input."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.merge import merge
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.sampled_from(["front", "back", "edge"])
SCALARS = st.one_of(st.integers(-2, 3), st.booleans(), st.sampled_from(["", "a", "b"]))


def part(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return mappings whose keys say what they hold, as those of an estate do."""
    named = st.builds(lambda name, rest: {"name": name, **rest}, NAMES, inner)
    values = {
        "mtu": SCALARS,
        "quotas": inner,
        "ports": st.lists(SCALARS, max_size=3),
        "rules": st.lists(inner, max_size=2),
        "subnets": st.lists(named, max_size=3, unique_by=lambda item: item["name"]),
    }
    return st.fixed_dictionaries({}, optional=values)


SITES = part(st.recursive(st.just({}), part, max_leaves=6))


@pytest.mark.parametrize(
    ("base", "over", "result"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}, id="mappings are merged"),
        pytest.param({"a": {"b": {"c": 1}}}, {"a": {"b": {"d": 2}}}, {"a": {"b": {"c": 1, "d": 2}}}, id="deeply"),
        pytest.param(
            [{"name": "x", "a": 1}, {"name": "y"}],
            [{"name": "z"}, {"name": "x", "b": 2}],
            [{"name": "x", "a": 1, "b": 2}, {"name": "y"}, {"name": "z"}],
            id="named objects are merged by name, new ones come last",
        ),
        pytest.param([{"name": "x"}], [], [{"name": "x"}], id="no named object takes none away"),
        pytest.param([{"ports": [1]}], [{"ports": [2]}], [{"ports": [2]}], id="objects without a name are replaced"),
        pytest.param(["a", "b"], ["c"], ["c"], id="lists of values are replaced"),
        pytest.param({"a": [1]}, {"a": []}, {"a": []}, id="and emptied"),
        pytest.param({"a": {"b": 1}}, {"a": 2}, {"a": 2}, id="another type replaces"),
        pytest.param(
            [{"name": "x", "a": 1}],
            [{"a": 2}, 3, {"name": "x", "b": 1}],
            [{"name": "x", "a": 1, "b": 1}],
            id="mistakes",
        ),
    ],
)
def test_merge(base: Any, over: Any, result: Any) -> None:
    assert merge(base, over) == result


@given(SITES)
def test_merging_nothing_changes_nothing(base: dict[str, Any]) -> None:
    assert merge(base, {}) == base
    assert merge({}, base) == base


@given(SITES, SITES)
def test_merging_twice_is_merging_once(base: dict[str, Any], over: dict[str, Any]) -> None:
    once = merge(base, over)
    assert merge(once, over) == once


@given(SITES, SITES)
def test_what_is_merged_in_is_there(base: dict[str, Any], over: dict[str, Any]) -> None:
    assert says(merge(base, over), over)


@given(SITES, SITES)
def test_merging_alters_neither_side(base: dict[str, Any], over: dict[str, Any]) -> None:
    before = repr((base, over))
    merge(base, over)
    assert repr((base, over)) == before


def says(value: Any, part: Any) -> bool:
    """Return whether a value says all that a part says."""
    if isinstance(part, dict) and isinstance(value, dict):
        return all(key in value and says(value[key], inner) for key, inner in part.items())
    if isinstance(part, list) and isinstance(value, list) and all(isinstance(item, dict) for item in part):
        return all(any(says(other, item) for other in value) for item in part)
    return bool(value == part)
