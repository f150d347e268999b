# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.marks import mark, read, written
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Key

NETWORK = Key("network", "toulouse", ("education", "moodle", "front"))


def test_marks_are_read_as_they_were_written() -> None:
    marks = {mark(NETWORK), mark(Key("network", "paris", NETWORK.path))}
    assert len(marks) == 2
    assert read(written([*marks, *marks])) == marks


@pytest.mark.parametrize(
    "other",
    [
        Key("subnet", "toulouse", NETWORK.path),
        Key("network", "", NETWORK.path),
        Key("network", "toulouse", ("education", "moodle", "fron", "t")),
        Key("network", "toulouse", ("education", "moodlefront")),
    ],
)
def test_each_object_has_a_mark_of_its_own(other: Key) -> None:
    assert mark(other) != mark(NETWORK)


@pytest.mark.parametrize("value", [None, 7, ["a"], ""])
def test_a_property_that_is_no_list_of_marks_holds_none(value: object) -> None:
    assert read(value) == frozenset()
