# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant has and one account does not declare. Neutron makes a project's default group when it is looked for."""

from __future__ import annotations

from pathlib import Path

import play

FINANCES = "molecule-services-finances"


def test_what_another_account_declared_is_undeclared_here(tmp_path: Path) -> None:
    declared = play.declaration()["ministry_tenants"]
    run = play.play(tmp_path, [play.tenant(cloud="services-finances", tenants=declared, undeclared="report")])
    assert run.code == 0, run.output
    assert run.result["changed"] is False
    own = {"server_group", "dns_zone", "secret_acl", "container_acl", "image_member", "accepted_image"}
    found = [item for item in run.result["undeclared"] if item["kind"] in own]
    # The project of the other domain has no name for this account.
    assert sorted((item["kind"], item["path"][2], item["path"][3] or "stranger") for item in found) == [
        ("image_member", "golden", FINANCES),
        ("image_member", "golden", "stranger"),
    ]
