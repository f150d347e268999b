# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.etat.cloud.plugins.modules import lab


def test_a_name_that_cannot_be_is_refused_with_one_that_can(run_module: Any) -> None:
    result, failed = run_module(lab, name="Try it", state="stopped")
    assert failed
    assert result["msg"].startswith('The lab cannot be called "Try it": use 1 to 40 of a-z')


def test_a_lab_that_is_to_run_needs_its_clouds(run_module: Any) -> None:
    result, failed = run_module(lab, name="try")
    assert failed
    assert "clouds" in result["msg"]


def test_a_lab_that_was_never_there_is_absent_already(run_module: Any) -> None:
    for state in ("stopped", "absent"):
        result, failed = run_module(lab, name="that-nobody-ever-made", state=state)
        assert not failed
        assert result["changed"] is False
