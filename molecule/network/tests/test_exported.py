# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tenants have is exported so that building it again plans nothing, and asks for no more than was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lab
import play

OWNERS = ({"domain": "molecule-network-transition", "name": "backbone"},)
USERS = ({"domain": "molecule-network-culture", "name": "museums"},)


def test_what_is_exported_is_built_again_with_nothing_planned(tmp_path: Path) -> None:
    options = {"cloud": lab.ADMIN, "regions": [lab.REGION], "tenants": [*OWNERS, *USERS]}
    shown = play.play(tmp_path, [{"etat.cloud.tenant_info": options, "register": "result"}])
    assert shown.code == 0, shown.output
    tenants = shown.result["tenants"]
    routers = {router["name"]: router for tenant in tenants for router in tenant["sites"][0].get("routers", ())}
    chosen: dict[str, Any] = {
        name: {key: value for key, value in router.items() if key in ("ha", "distributed", "external_fixed_ips")}
        for name, router in routers.items()
    }
    # Nobody chose the address of the router edge, nor that of IPv6 by more than its subnet.
    assert chosen.pop("edge") == {}
    assert chosen["sure"].pop("ha") is True
    six, four = sorted(chosen["sure"].pop("external_fixed_ips"), key=lambda address: address["subnet"], reverse=True)
    assert (six["subnet"], four) == ("way-six", {"subnet": "way", "ip_address": "198.18.60.9"})
    assert chosen == {
        "sure": {},
        "spread": {"distributed": True, "external_fixed_ips": [{"subnet": "way", "ip_address": "198.18.60.10"}]},
    }

    again = play.play(tmp_path, [play.tenant(tenants=tenants)])
    assert again.code == 0, again.output
    assert again.result["changed"] is False
    assert again.result["plan"]["changes"] == []
    kept = again.result["plan"]["counts"]["keep"]
    assert kept >= len(routers) + 10
