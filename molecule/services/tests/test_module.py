# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before anything is written, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lab
import play
import pytest

FINANCES = "molecule-services-finances"


def treasury(cloud: str = lab.ADMIN, **site: Any) -> dict[str, Any]:
    tenants = [{"name": "treasury", "domain": FINANCES, "sites": [{"region": "toulouse", **site}]}]
    return play.tenant(tenants=tenants, cloud=cloud)


@pytest.fixture(scope="module", autouse=True)
def nothing_written() -> Iterator[None]:
    """See that all of these tests together wrote nothing."""
    before = lab.snapshot()
    yield
    assert lab.snapshot() == before


REFUSED = {
    "an administrator without a role in the project makes no server group there": (
        treasury(server_groups=[{"name": "far", "policy": "affinity"}]),
        "where the account interne has no role",
    ),
    "a server group does not change": (
        treasury(server_groups=[{"name": "near", "policy": "affinity"}]),
        "policy cannot be changed",
    ),
    "a flavor does not change": (
        play.tenant(
            regions=[{"region": "toulouse", "flavors": [{"name": "molecule-services-small", "vcpus": 2, "ram": 256}]}]
        ),
        "vcpus cannot be changed",
    ),
    "an aggregate with hosts is not deleted": (
        play.tenant(
            regions=[{"region": "toulouse", "aggregates": [{"name": "molecule-services-finances", "state": "absent"}]}]
        ),
        "it is in use by host toulouse-compute-2",
    ),
    "a manager of a domain sets no limits": (
        treasury("services-finances", quotas={"dns": {"zones": 90}}),
        "it needs an administrator of the cloud",
    ),
    "a member sets no limits": (
        treasury(
            "services-treasury", quotas={"volume": {"types": [{"name": "molecule-services-plain", "volumes": 9}]}}
        ),
        "it needs an administrator of the cloud",
    ),
    "limits do not go below what is used": (treasury(quotas={"dns": {"zones": 1}}), "2 are in use"),
    "a secret that is not there has no list": (
        treasury("services-finances", secret_acls=[{"name": "none", "project_access": True}]),
        "needs secret molecule-services-finances/treasury/none",
    ),
    "an image that nobody shares is not accepted": (
        treasury("services-finances", accepted_images=[{"image": "no", "domain": FINANCES, "tenant": "budget"}]),
        "needs shared image",
    ),
}


@pytest.mark.parametrize("about", REFUSED)
def test_refused(about: str, tmp_path: Path) -> None:
    task, reason = REFUSED[about]
    run = play.play(tmp_path, [task])
    assert run.code != 0
    assert reason in run.words


def test_what_a_member_declares_fits_in_what_the_provider_gives(tmp_path: Path) -> None:
    limits = {
        "dns": {"zones": 3},
        "key_manager": {"secrets": 20},
        "shared_file_system": {"shares": 1},
        "volume": {"types": [{"name": "molecule-services-secret", "volumes": 2}]},
    }
    run = play.play(tmp_path, [treasury("services-treasury", quotas=limits)])
    assert run.code == 0, run.output
    assert run.result["changed"] is False
    assert run.result["plan"]["counts"]["keep"] == 6
