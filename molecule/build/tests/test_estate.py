# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the estate declares is in the cloud, after it was damaged and repaired."""

from __future__ import annotations

from functools import cache
from typing import Any

import lab
import pytest

INTERIEUR, OUTREMER = "molecule-build-interieur", "molecule-build-outremer"
TENANTS = ((INTERIEUR, "portail"), (INTERIEUR, "statistiques"), (OUTREMER, "portail"))


@cache
def admin() -> Any:
    return lab.connect()


def project(domain: str, name: str) -> dict[str, Any]:
    id = lab.Domains(admin(), lab.prefix()).project(domain, name)
    return dict(admin().identity.get(f"/projects/{id}").json()["project"])


@pytest.mark.parametrize(
    ("domain", "name", "description", "tags"),
    [
        (
            *(INTERIEUR, "portail", "Portail des agents"),
            ["end_date:2099-12-31", "managed_by:etat.cloud", "offer:web", "sensitivity:internal", "size:small"],
        ),
        (
            *(INTERIEUR, "statistiques", "Application web, Ministère de l'Intérieur"),
            ["managed_by:etat.cloud", "offer:web", "sensitivity:public", "size:large"],
        ),
        (
            *(OUTREMER, "portail", "Application web, Ministère des Outre-mer"),
            ["managed_by:etat.cloud", "offer:web", "sensitivity:sensitive", "size:small"],
        ),
    ],
)
def test_projects_say_what_they_are(domain: str, name: str, description: str, tags: list[str]) -> None:
    seen = project(domain, name)

    assert (seen["description"], sorted(seen["tags"])) == (description, tags)


@pytest.mark.parametrize(
    ("domain", "name", "instances", "gigabytes"),
    [(INTERIEUR, "portail", 4, 200), (INTERIEUR, "statistiques", 10, 600), (OUTREMER, "portail", 4, 200)],
)
def test_quotas_are_those_of_the_size(domain: str, name: str, instances: int, gigabytes: int) -> None:
    id = project(domain, name)["id"]

    assert lab.quota(admin(), "compute", id)["instances"] == instances
    assert lab.quota(admin(), "volume", id)["gigabytes"] == gigabytes
    assert lab.quota(admin(), "network", id)["subnet"] == 4


@pytest.mark.parametrize(("domain", "name"), TENANTS)
def test_the_blueprint_stands(domain: str, name: str) -> None:
    id = project(domain, name)["id"]
    found = {
        kind: admin().network.get(f"/{kind}?project_id={id}").json()[kind]
        for kind in ("networks", "subnets", "routers", "ports")
    }

    assert [network["name"] for network in found["networks"]] == ["molecule-build-front"]
    assert [(subnet["name"], subnet["cidr"]) for subnet in found["subnets"]] == [("front", "10.40.0.0/24")]
    assert [router["name"] for router in found["routers"]] == ["edge"]
    assert found["routers"][0]["external_gateway_info"] is not None
    joined = [
        port["fixed_ips"][0]["subnet_id"]
        for port in found["ports"]
        if port["device_owner"] == "network:router_interface"
    ]
    assert joined == [found["subnets"][0]["id"]]


@pytest.mark.parametrize(
    ("domain", "name", "ports"),
    [(INTERIEUR, "portail", [443]), (INTERIEUR, "statistiques", [8443]), (OUTREMER, "portail", [443])],
)
def test_rules_are_those_of_the_blueprint_or_of_the_overrides(domain: str, name: str, ports: list[int]) -> None:
    id = project(domain, name)["id"]
    rules = admin().network.get(f"/security-group-rules?project_id={id}&direction=ingress&protocol=tcp").json()

    assert sorted(rule["port_range_min"] for rule in rules["security_group_rules"]) == ports


@pytest.mark.parametrize(
    ("domain", "group", "members"),
    [
        (INTERIEUR, "supervision", ["david.moreau"]),
        (INTERIEUR, "portail-operators", ["alice.martin"]),
        (INTERIEUR, "portail-readers", ["bruno.petit"]),
        (INTERIEUR, "statistiques-operators", []),
        (OUTREMER, "portail-operators", ["alice.martin"]),
    ],
)
def test_people_are_in_their_groups(domain: str, group: str, members: list[str]) -> None:
    id = lab.Domains(admin(), lab.prefix()).domain(domain)
    found = admin().identity.get(f"/groups?domain_id={id}&name={group}").json()["groups"]

    seen = admin().identity.get(f"/groups/{found[0]['id']}/users").json()["users"]
    assert [user["name"] for user in seen] == members


@pytest.mark.parametrize(("domain", "user", "role"), [(INTERIEUR, "alice.martin", "member"), (INTERIEUR, "bruno.petit", "reader")])
def test_people_have_their_role_and_no_other(domain: str, user: str, role: str) -> None:
    session = lab.log_in(domain, user, project_name="portail", project_domain_name=domain).session

    given = set(session.auth.get_access(session).role_names)
    # A member is a reader too.
    assert given == ({"member", "reader"} if role == "member" else {"reader"})
