# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kinds say of privileges is what the cloud does: who may write, writes, and who may not, is told before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lab
import play
import pytest

TRANSITION, CULTURE = "molecule-network-transition", "molecule-network-culture"
#: Writes that need nothing but a role in the project.
ALLOWED = {
    "address_scopes": [{"name": "try", "ip_version": 4}],
    "subnet_pools": [{"name": "try", "prefixes": ["10.65.0.0/16"], "address_scope": "try"}],
    "networks": [
        {
            "name": "molecule-network-try",
            "shared_qos_policy": "molecule-network-gold",
            "subnets": [
                {"name": "try", "subnet_pool": "try", "prefix_length": 26},
                {"name": "six", "shared_subnet_pool": "molecule-network-six", "service_types": ["compute:nova"]},
            ],
        }
    ],
    "routers": [
        {
            "name": "try",
            "external_network": "molecule-network-way",
            "interfaces": [{"network": "molecule-network-try", "subnet": "try"}],
        }
    ],
    "floating_ips": [{"description": "try", "external_network": "molecule-network-way"}],
}
ABSENT = {kind: [{**item, "state": "absent"} for item in items] for kind, items in ALLOWED.items()}
#: Writes of which Neutron says 403 to anybody but an administrator, each with the call that it is.
REFUSED = {
    "a shared address scope": (
        {"address_scopes": [{"name": "no", "ip_version": 4, "shared": True}]},
        ("/address-scopes", {"address_scope": {"name": "no", "ip_version": 4, "shared": True}}),
    ),
    "a shared subnet pool": (
        {"subnet_pools": [{"name": "no", "prefixes": ["10.66.0.0/16"], "shared": True}]},
        ("/subnetpools", {"subnetpool": {"name": "no", "prefixes": ["10.66.0.0/16"], "shared": True}}),
    ),
    "a default subnet pool": (
        {"subnet_pools": [{"name": "no", "prefixes": ["10.66.0.0/16"], "is_default": True}]},
        ("/subnetpools", {"subnetpool": {"name": "no", "prefixes": ["10.66.0.0/16"], "is_default": True}}),
    ),
    "a shared network": (
        {"networks": [{"name": "no", "shared": True}]},
        ("/networks", {"network": {"name": "no", "shared": True}}),
    ),
    "an external network": (
        {"networks": [{"name": "no", "external": True}]},
        ("/networks", {"network": {"name": "no", "router:external": True}}),
    ),
    "a network over a segment of one's choice": (
        {"networks": [{"name": "no", "provider_network_type": "vxlan", "provider_segmentation_id": 61}]},
        ("/networks", {"network": {"name": "no", "provider:network_type": "vxlan", "provider:segmentation_id": 61}}),
    ),
    "a QoS policy": (
        {"qos_policies": [{"name": "no"}]},
        ("/qos/policies", {"policy": {"name": "no"}}),
    ),
    "a router that runs on several hosts": (
        {"routers": [{"name": "no", "ha": True}]},
        ("/routers", {"router": {"name": "no", "ha": True}}),
    ),
    "a distributed router": (
        {"routers": [{"name": "no", "distributed": True}]},
        ("/routers", {"router": {"name": "no", "distributed": True}}),
    ),
    "a gateway with an address of one's choice": (
        {
            "routers": [
                {
                    "name": "no",
                    "external_network": "molecule-network-way",
                    "external_fixed_ips": [{"subnet": "way", "ip_address": "198.18.60.97"}],
                }
            ]
        },
        (
            "/routers",
            {
                "router": {
                    "name": "no",
                    "external_gateway_info": {"external_fixed_ips": [{"ip_address": "198.18.60.97"}]},
                }
            },
        ),
    ),
    "an address of one's choice": (
        {
            "floating_ips": [
                {
                    "description": "no",
                    "external_network": "molecule-network-way",
                    "floating_ip_address": "198.18.60.98",
                }
            ]
        },
        ("/floatingips", {"floatingip": {"description": "no", "floating_ip_address": "198.18.60.98"}}),
    ),
}


def built(folder: Path, account: str, domain: str, tenant: str, site: dict[str, Any]) -> play.Run:
    """Build what a tenant has on the site with an account."""
    tenants = [{"name": tenant, "domain": domain, "sites": [{"region": lab.REGION, **site}]}]
    return play.play(folder, [play.tenant(cloud=account, tenants=tenants)])


@pytest.fixture(params=["transition-manager", "culture-alice"])
def somebody(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """Return an account without a privilege, with its tenant: a manager of a domain, and a member of a project."""
    place = {"transition-manager": (TRANSITION, "backbone"), "culture-alice": (CULTURE, "museums")}
    return (request.param, *place[request.param])


def test_who_has_a_role_in_the_project_writes_what_needs_no_more(
    somebody: tuple[str, str, str], tmp_path: Path
) -> None:
    made = built(tmp_path, *somebody, ALLOWED)
    assert made.code == 0, made.output
    assert made.result["plan"]["counts"]["create"] == 8
    gone = built(tmp_path, *somebody, ABSENT)
    assert gone.code == 0, gone.output
    assert gone.result["plan"]["counts"]["delete"] == 8


def test_what_takes_an_administrator_is_refused_by_the_cloud_and_before_it(
    somebody: tuple[str, str, str], tmp_path: Path
) -> None:
    account, domain, tenant = somebody
    scope = {"project_name": tenant, "project_domain_name": domain}
    cloud = lab.connect(account, **scope)
    way = lab.listing(cloud.network, "/networks?name=molecule-network-way", "networks")[0]["id"]
    whole: dict[str, list[Any]] = {}
    for site, (path, body) in REFUSED.values():
        if path == "/floatingips":
            body["floatingip"]["floating_network_id"] = way
        for gateway in (inner["external_gateway_info"] for inner in body.values() if "external_gateway_info" in inner):
            gateway["network_id"] = way
        assert cloud.network.post(path, json=body).status_code == 403, body
        for kind, items in site.items():
            whole.setdefault(kind, []).extend(
                {**item, "name": f"no-{len(whole[kind])}"} if "name" in item else item for item in items
            )

    run = built(tmp_path, account, domain, tenant, whole)

    assert run.code != 0
    assert f"{len(REFUSED)} problems; nothing was written" in run.words
    # Once for the person, and once in the result.
    assert run.words.count("it needs an administrator of the cloud") == 2 * len(REFUSED)
