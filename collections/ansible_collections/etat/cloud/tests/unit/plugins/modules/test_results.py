# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module's result has to keep clear of."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils import _module

MODULES = sorted(path.stem for path in (Path(_module.__file__).parent.parent / "modules").glob("*.py"))
#: What Ansible takes for its own word on a task: with a value that is not empty, the task counts as skipped, failed or
#: unreachable, or as a loop, whatever the module did.
ANSIBLES_OWN = {"skipped", "failed", "unreachable", "results", "exception", "skip_reason"}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_that_a_module_returns_has_a_name_of_ansibles_own(name: str) -> None:
    module: Any = import_module(f"ansible_collections.etat.cloud.plugins.modules.{name}")

    returned = set(yaml.safe_load(module.RETURN))

    assert returned
    assert returned.isdisjoint(ANSIBLES_OWN)
