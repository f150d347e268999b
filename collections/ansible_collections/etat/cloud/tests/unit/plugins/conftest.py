# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the unit tests of modules and of their utilities share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.etat.cloud.plugins.module_utils._sdk import cloud as sdk_cloud
from ansible_collections.etat.cloud.plugins.module_utils._sdk import session
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils import cloud_server
from hypothesis import HealthCheck, settings

# A first run imports much, which says nothing of the code under test.
settings.register_profile(
    "default", deadline=None, max_examples=20, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_configure(config: pytest.Config) -> None:
    """Let openstacksdk say what it will drop; every other warning is an error."""
    config.addinivalue_line("filterwarnings", "ignore:Support for InfluxDB")


class RunModule(Protocol):
    """Runs a module with parameters; gives its result, and whether it failed."""

    def __call__(self, module: ModuleType, **parameters: Any) -> tuple[dict[str, Any], bool]:
        """Run it."""


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str]) -> RunModule:
    """What runs a module as Ansible does, in this process."""

    def run(module: ModuleType, **parameters: Any) -> tuple[dict[str, Any], bool]:
        with patch_module_args(parameters), pytest.raises(SystemExit) as ended:
            module.main()
        return json.loads(capsys.readouterr().out), bool(ended.value.code)

    return run


@pytest.fixture(scope="session")
def running_cloud() -> Iterator[cloud_server.CloudServer]:
    """A cloud that runs for the whole session."""
    yield from cloud_server.serve()


@pytest.fixture
def cloud(
    running_cloud: cloud_server.CloudServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> cloud_server.CloudServer:
    """A cloud that holds nothing yet, and a clouds.yaml that leads to it."""
    file = tmp_path / "clouds.yaml"
    file.write_text(json.dumps(cloud_server.clouds(running_cloud.address)), encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    # Nobody waits for a small cloud.
    monkeypatch.setattr(session, "PAUSE", 0.0)
    monkeypatch.setattr(sdk_cloud, "LOOK_AFTER", (0.0, 0.0))
    running_cloud.hold({})
    return running_cloud
