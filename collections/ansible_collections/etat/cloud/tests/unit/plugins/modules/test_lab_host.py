# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.etat.cloud.plugins.modules import lab_host

CLOUD = {"name": "interne", "regions": [{"name": "interne", "external_network": "203.0.113.0/24"}]}


def test_a_name_that_cannot_be_is_refused_before_the_host_is_looked_at(run_module: Any) -> None:
    result, failed = run_module(lab_host, name="Try it", clouds=[CLOUD])
    assert failed
    assert result["msg"].startswith('The lab cannot be called "Try it"')


def test_a_cloud_and_a_region_of_one_name_are_refused(run_module: Any) -> None:
    result, failed = run_module(lab_host, name="try", clouds=[CLOUD])
    assert failed
    assert result["msg"] == "lab_clouds names interne twice: clouds and regions need different names."
