# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run after check mode on a cloud where everything is still to be made."""

from __future__ import annotations

import lab
import yaml


def test_check_mode_wrote_nothing() -> None:
    before = yaml.safe_load((lab.folder() / "snapshot.yml").read_text(encoding="utf-8"))

    assert lab.snapshot() == before
