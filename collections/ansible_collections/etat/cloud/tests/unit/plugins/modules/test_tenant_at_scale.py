# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run with nothing to do costs, by the number of tenants, on a recorded cloud."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.modules import tenant
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils import recorded_cloud

Declare = Callable[[int], dict[str, Any]]


@pytest.fixture
def estate_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Declare]:
    """What starts a cloud with so many tenants, in its own process, and returns the parameters that declare them."""
    with ExitStack() as running:

        def start(tenants: int) -> dict[str, Any]:
            folder = tmp_path / str(tenants)
            if not folder.exists():
                folder.mkdir()
                command = [sys.executable, recorded_cloud.__file__, "serve", folder, "--tenants", str(tenants)]
                process = running.enter_context(subprocess.Popen([*command, "--delay", "0"]))
                running.callback(process.terminate)
                while not (folder / "address").exists():
                    assert process.poll() is None
                    time.sleep(0.05)
            monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(folder / "clouds.yaml"))
            return {"cloud": "interne", **json.loads((folder / "declaration.json").read_text(encoding="utf-8"))}

        yield start


#: The token; the versions of identity and, in each region, of network.
CONNECTING = {"tokens": 1, "discovery": 3}
#: Networks, external networks, subnets, routers, ports, security groups, and quotas of all projects, in each region.
NETWORK = 2 * 7
#: Domains, roles, and role assignments, as given and as they work out; projects, groups and users of the domain.
IDENTITY = 4 + 3


@pytest.mark.parametrize(
    ("tenants", "calls"),
    [
        # Few tenants: role assignments, members of groups and network quotas are asked for each of them.
        (10, {"identity": 2 + 3 + 2 * 10, "network": 2 * 6 + 2 * 10, "compute": 2 * 10, "block-storage": 2 * 10}),
        (11, {"identity": IDENTITY, "network": NETWORK, "compute": 2 * 11, "block-storage": 2 * 11}),
        (40, {"identity": IDENTITY, "network": NETWORK, "compute": 2 * 40, "block-storage": 2 * 40}),
    ],
)
def test_beyond_ten_tenants_only_quotas_are_asked_for_each(
    estate_of: Declare, run_module: Any, tenants: int, calls: dict[str, int]
) -> None:
    result, failed = run_module(tenant, **estate_of(tenants))
    assert not failed, result["msg"]
    assert result["plan"]["counts"] == {"create": 0, "update": 0, "delete": 0, "keep": 22 * tenants + 1}
    assert result["stats"]["calls"] == {**CONNECTING, **calls}


def test_ten_times_the_tenants_cost_at_most_ten_and_a_half_times_the_time(estate_of: Declare, run_module: Any) -> None:
    def seconds(tenants: int, times: int, enough: float = 0.0) -> float:
        """Return the least that a run took, of as many as were asked for or until one was quick enough."""
        parameters = estate_of(tenants)
        least = math.inf
        for _again in range(times):
            # Of this process alone: not of the cloud. What else the machine does still slows it, so the least counts.
            start = time.process_time()
            result, failed = run_module(tenant, **parameters)
            least = min(least, time.process_time() - start)
            assert (failed, result["changed"]) == (False, False)
            if least <= enough:
                break
        return least

    few = seconds(60, times=4)
    many = seconds(600, times=6, enough=10.5 * few)
    assert many <= 10.5 * few, f"60 tenants took {few:.2f} s, 600 took {many:.2f} s"


def test_among_many_tenants_a_member_that_lacks_is_seen(estate_of: Declare, run_module: Any) -> None:
    parameters = estate_of(40)
    groups = [group for declared in parameters["tenants"] for group in declared["groups"]]
    known = {member for group in groups for member in group["members"]}
    other = min(known - set(groups[0]["members"]))
    groups[0]["members"].append(other)
    result, failed = run_module(tenant, _ansible_check_mode=True, **parameters)
    assert not failed
    changes = [(change["action"], change["kind"], change["path"][2:]) for change in result["plan"]["changes"]]
    assert changes == [("create", "group_membership", [groups[0]["name"], other])]


def test_a_large_declaration_does_not_come_back_with_the_result(estate_of: Declare, run_module: Any) -> None:
    parameters = estate_of(40)
    result, _failed = run_module(tenant, **parameters)
    # From ansible-core 2.21 on, no parameter comes back.
    assert "tenants" not in result.get("invocation", {}).get("module_args", {})
    assert len(json.dumps(result)) < len(json.dumps(parameters)) / 2


def test_the_module_imports_no_client_of_a_service_and_no_control(tmp_path: Path) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(Path(tenant.__file__).parents[5])!r})
import ansible_collections.etat.cloud.plugins.modules.tenant
print(sorted(name for name in sys.modules if name.startswith("openstack.") and "proxy" in name))
print([name for name in sys.modules if "._audit" in name or "._controls" in name])
import openstack
print(openstack.connect.__name__, openstack.config.OpenStackConfig.__name__)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['openstack.proxy']", "[]", "connect OpenStackConfig"]
