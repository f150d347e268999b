# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map has what a tenant has of networks and what leads where, and says what of it nobody saw."""

from __future__ import annotations

from datetime import date
from typing import Any

from ansible_collections.etat.cloud.plugins.module_utils._audit.cartography import KINDS, SOURCES, cartography
from ansible_collections.etat.cloud.plugins.module_utils._audit.facts import Facts
from ansible_collections.etat.cloud.plugins.module_utils._audit.judge import Subjects, views_of
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Level, Refusal, Tenant, Text

OWN, OTHER = "p-moodle", "p-satellite"
OUTSIDE = {"id": "n-public", "name": "public"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "networks": [
        {"id": "n-1", "name": "front", "project_id": OWN, "shared": True},
        {**OUTSIDE, "project_id": "p-admin", "router:external": True},
        {"id": "n-9", "name": "theirs", "project_id": OTHER},
    ],
    "subnets": [{"id": "s-1", "name": "v4", "project_id": OWN, "network_id": "n-1", "cidr": "10.1.0.0/24"}],
    "routers": [
        {
            "id": "r-1",
            "name": "edge",
            "project_id": OWN,
            "status": "ACTIVE",
            "external_gateway_info": {
                "network_id": "n-public",
                "external_fixed_ips": [{"ip_address": "203.0.113.7", "subnet_id": "s-public"}],
            },
        },
        {"id": "r-2", "name": "inner", "project_id": OWN, "status": "DOWN", "external_gateway_info": None},
    ],
    "ports": [
        {
            "id": "t-1",
            "name": "",
            "project_id": OWN,
            "device_owner": "network:router_interface",
            "device_id": "r-1",
            "fixed_ips": [{"subnet_id": "s-1", "ip_address": "10.1.0.1"}],
        },
        {"id": "t-2", "name": "web", "project_id": OWN, "device_owner": "compute:az-1", "fixed_ips": []},
    ],
    "floating_ips": [
        {
            "id": "f-1",
            "project_id": OWN,
            "description": "password=Zx9-fq7-Qm2",
            "floating_ip_address": "203.0.113.9",
            "floating_network_id": "n-public",
            "port_id": "t-2",
            "fixed_ip_address": "10.1.0.5",
        }
    ],
    "load_balancers": [
        {
            "id": "l-1",
            "name": "web",
            "project_id": OWN,
            "vip_address": "10.1.0.9",
            "vip_subnet_id": "s-gone",
            "operating_status": "ONLINE",
        }
    ],
    "rbac_policies": [
        {
            "id": "b-1",
            "project_id": OWN,
            "object_type": "network",
            "object_id": "n-1",
            "target_tenant": OTHER,
            "action": "access_as_shared",
        },
        {
            "id": "b-2",
            "project_id": OTHER,
            "object_type": "security_group",
            "object_id": "g-1",
            "target_tenant": OWN,
            "action": "access_as_shared",
        },
    ],
}


def facts(**rows: list[dict[str, Any]]) -> Facts:
    """Return what was read: the rows above, and others in their place."""
    found = Facts()
    found.add("domains", "", [{"id": "d-1", "domain_id": "d-1", "name": "education"}])
    projects = [{"id": OWN, "project_id": OWN, "name": "moodle", "domain_id": "d-1"}]
    projects.append({"id": OTHER, "project_id": OTHER, "name": "satellite", "domain_id": "d-1"})
    found.add("projects", "", projects)
    for source, listed in {**ROWS, **rows}.items():
        found.add(source, "toulouse", listed)
    return found


def made(found: Facts, *names: str) -> dict[str, Any]:
    """Return the map of tenants of the domain."""
    tenants = tuple(Tenant("education", name, "internal", ("toulouse",)) for name in names or ("moodle",))
    subjects = Subjects(tenants, ("education",), ("toulouse",))
    return cartography(views_of(Level.SITE, found, subjects, (), date(2026, 11, 23)))


def test_each_object_stands_once_in_order_with_what_it_lies_in_and_what_it_leads_to() -> None:
    (site,) = made(facts())["sites"]
    assert {name: site[name] for name in ("domain", "tenant", "sensitivity", "site", "unseen")} == {
        "domain": "education",
        "tenant": "moodle",
        "sensitivity": "internal",
        "site": "toulouse",
        "unseen": [],
    }
    front = {"id": "n-1", "name": "front"}
    rows = [
        ("router", "r-1", ["203.0.113.7"], [], [OUTSIDE], ["ACTIVE"]),
        ("router", "r-2", [], [], [], ["DOWN"]),
        ("network", "n-1", [], [], [], ["shared"]),
        ("subnet", "s-1", ["10.1.0.0/24"], [front], [], []),
        ("router_interface", "t-1", ["10.1.0.1"], [{"id": "r-1", "name": "edge"}], [{"id": "s-1", "name": "v4"}], []),
        ("floating_ip", "f-1", ["203.0.113.9"], [OUTSIDE], [{"id": "t-2", "name": "web"}], ["10.1.0.5"]),
        # What was not seen has its id alone.
        ("load_balancer", "l-1", ["10.1.0.9"], [{"id": "s-gone", "name": ""}], [], ["ONLINE"]),
        (
            *("network_rbac_policy", "b-1", [], [front], [{"id": OTHER, "name": "satellite"}]),
            ["network", "access_as_shared"],
        ),
        (
            *("network_rbac_policy_of_another", "b-2", [], [{"id": "g-1", "name": ""}]),
            [{"id": OTHER, "name": "satellite"}],
            ["security_group", "access_as_shared"],
        ),
    ]
    keys = ("kind", "id", "addresses", "belongs_to", "leads_to", "details")
    assert [tuple(found[key] for key in keys) for found in site["objects"]] == rows
    assert {row[0] for row in rows} == set(KINDS)


def test_no_password_that_somebody_wrote_into_a_name_is_on_the_map() -> None:
    assert "Zx9-fq7-Qm2" not in str(made(facts()))


def test_what_could_not_be_read_is_said_and_the_map_is_not_complete() -> None:
    whole = facts()
    assert made(whole)["complete"] is True
    whole.refuse("routers", "toulouse", Refusal(Text("no (403)", "non (403)")))
    found = made(whole)
    assert found["complete"] is False
    assert found["sites"][0]["unseen"] == [{"source": "routers", "why": "no (403)", "why_fr": "non (403)"}]


def test_a_cloud_without_load_balancers_has_a_whole_map() -> None:
    whole = facts(load_balancers=[])
    whole.refuse("load_balancers", "toulouse", Refusal(Text("not there", "absent"), absent=True))
    assert made(whole)["complete"] is True


def test_a_project_that_was_not_found_is_no_empty_site() -> None:
    found = made(facts(), "moodle", "lost")
    assert found["complete"] is False
    (lost,) = (site for site in found["sites"] if site["tenant"] == "lost")
    assert (lost["objects"], lost["unseen"][0]["source"]) == ([], "projects")


def test_every_source_is_on_the_map() -> None:
    assert set(SOURCES) == set(ROWS)
