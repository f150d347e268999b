# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab still answers as it did when the recorded cloud of the unit tests and benchmarks learned from it."""

from __future__ import annotations

import json
from pathlib import Path

import openstack
import pytest
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils import recorded_cloud


# What openstacksdk will drop some day says nothing of the lab.
@pytest.mark.filterwarnings("ignore")
def test_the_lab_answers_as_recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(folder / "clouds.yaml"))
    answered = recorded_cloud.asked_of(openstack.connect(cloud="interne", region_name="toulouse"))
    recorded = json.loads(recorded_cloud.RECORDED.read_text(encoding="utf-8"))
    # A lab that holds no tenant yet has nothing of some sorts to show.
    assert len(answered["records"]) > len(recorded["records"]) / 2
    seen = {**recorded, "records": {name: recorded["records"][name] for name in answered["records"]}}
    shapes = recorded_cloud.shape(seen), recorded_cloud.shape(answered)
    assert sorted(recorded_cloud.differences(*shapes)) == []
