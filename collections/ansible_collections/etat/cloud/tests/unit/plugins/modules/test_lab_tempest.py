# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.etat.cloud.plugins.modules import lab_tempest


def test_a_lab_that_is_not_there_is_told_with_what_makes_one(run_module: Any) -> None:
    result, failed = run_module(lab_tempest, name="that-nobody-ever-made", region="toulouse")
    assert failed
    assert "that-nobody-ever-made" in result["msg"]
    assert "make lab" in result["msg"]


def test_the_reason_of_a_failed_test_is_its_last_line_that_says_something() -> None:
    reason = "Traceback (most recent call last):\n  File x\nValueError: early\ntempest.lib.exceptions.NotFound: gone\n"
    assert lab_tempest.last_line(reason) == "tempest.lib.exceptions.NotFound: gone"
    assert lab_tempest.last_line("") == "no reason was given"
