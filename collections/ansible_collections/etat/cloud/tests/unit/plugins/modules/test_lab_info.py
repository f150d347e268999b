# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.etat.cloud.plugins.modules import lab_info


def test_a_lab_that_is_not_there_is_told_with_what_makes_one(run_module: Any) -> None:
    result, failed = run_module(lab_info, name="that-nobody-ever-made")
    assert failed
    assert "that-nobody-ever-made" in result["msg"]
    assert "make lab" in result["msg"]
