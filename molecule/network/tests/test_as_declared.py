# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each declared object is there, as the tenant's own member sees it, and a neighbour sees what is shared alone."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Any

import lab
import pytest

CULTURE, SANTE, TRANSITION = (f"molecule-network-{name}" for name in ("culture", "sante", "transition"))
IN_MUSEUMS = {"project_name": "museums", "project_domain_name": CULTURE}
IN_HOSPITALS = {"project_name": "hospitals", "project_domain_name": SANTE}


@cache
def member() -> Any:
    return lab.log_in(CULTURE, "alice.martin", **IN_MUSEUMS)


@cache
def neighbour() -> Any:
    return lab.log_in(SANTE, "farid.benali", **IN_HOSPITALS)


@cache
def admin() -> Any:
    return lab.connect()


def seen(cloud: Any, collection: str, query: str = "") -> dict[str, dict[str, Any]]:
    """Return what somebody sees of a collection, by name; of addresses, by description."""
    key = collection.rpartition("/")[2].replace("-", "_")
    found = lab.listing(cloud.network, f"/{collection}{query}", key)
    return {item["description" if collection == "floatingips" else "name"]: item for item in found}


@cache
def mine(collection: str) -> dict[str, dict[str, Any]]:
    """Return what the member of the museums sees."""
    return seen(member(), collection)


def subnet(network: str, name: str) -> dict[str, Any]:
    return seen(member(), "subnets", f"?network_id={mine('networks')[f'molecule-network-{network}']['id']}")[name]


def rules(policy: str) -> set[tuple[Any, ...]]:
    """Return the rules of a policy: the sort, the direction, and the numbers."""
    return {
        (rule["type"], rule.get("direction"), *(rule[name] for name in sorted(rule) if isinstance(rule[name], int)))
        for rule in mine("qos/policies")[policy]["rules"]
    }


def test_trunks() -> None:
    trunks, networks = mine("trunks"), mine("networks")
    assert set(trunks) == {"appliance"}
    ports = {
        port["id"]: port for port in lab.listing(member().network, "/ports", "ports") if "appliance" in port["name"]
    }
    (inner,) = trunks["appliance"]["sub_ports"]
    assert trunks["appliance"]["description"] == "Sees two networks through one port"
    assert ports[trunks["appliance"]["port_id"]]["network_id"] == networks["molecule-network-side"]["id"]
    assert ports[inner["port_id"]]["network_id"] == networks["molecule-network-fixed"]["id"]
    assert (inner["segmentation_type"], inner["segmentation_id"]) == ("vlan", 101)
    assert len(ports) == 2
    assert "appliance" not in seen(neighbour(), "trunks")


def test_address_scopes() -> None:
    scopes = mine("address-scopes")
    shown = {name: (scope["ip_version"], scope["shared"]) for name, scope in scopes.items()}

    assert shown == {"own": (4, False), "molecule-network-six": (6, True), "molecule-network-lent": (4, True)}


def test_subnet_pools() -> None:
    pools, scopes = mine("subnetpools"), mine("address-scopes")
    six, own = pools["molecule-network-six"], pools["own"]

    assert six["prefixes"] == ["2001:db8:60::/48", "2001:db8:62::/48"]
    assert [int(six[f"{which}_prefixlen"]) for which in ("default", "min", "max")] == [64, 56, 96]
    assert (six["shared"], six["is_default"], six["description"]) == (True, True, "Everything of IPv6")
    assert six["address_scope_id"] == scopes["molecule-network-six"]["id"]
    assert (own["prefixes"], int(own["default_prefixlen"])) == (["10.61.0.0/16"], 27)
    assert own["address_scope_id"] == scopes["own"]["id"]
    assert pools["part"]["address_scope_id"] == scopes["molecule-network-six"]["id"]
    assert pools["molecule-network-lent"]["shared"] is True


def test_subnets_of_pools() -> None:
    pools = mine("subnetpools")
    four, six, lent = subnet("front", "four"), subnet("front", "six"), subnet("back", "four")

    assert ipaddress.ip_network(four["cidr"]).subnet_of(ipaddress.ip_network("10.61.0.0/16"))
    assert ipaddress.ip_network(four["cidr"]).prefixlen == 26
    assert ipaddress.ip_network(subnet("side", "default")["cidr"]).prefixlen == 27
    assert ipaddress.ip_network(six["cidr"]).prefixlen == 64
    assert six["subnetpool_id"] == pools["molecule-network-six"]["id"]
    assert (six["ipv6_ra_mode"], six["ipv6_address_mode"]) == ("slaac", "slaac")
    assert lent["subnetpool_id"] == pools["molecule-network-lent"]["id"]
    stateful = subnet("fixed", "fixed-six")
    assert (stateful["ipv6_ra_mode"], stateful["ipv6_address_mode"]) == ("dhcpv6-stateful", "dhcpv6-stateful")
    assert "old" not in seen(member(), "subnets", f"?network_id={mine('networks')['molecule-network-fixed']['id']}")


def test_service_types() -> None:
    # Shared networks show their subnets.
    assert subnet("common", "common")["service_types"] == ["compute:nova"]


def test_qos_policies() -> None:
    assert rules("own") == {("bandwidth_limit", "egress", 0, 5000)}
    assert rules("molecule-network-gold") == {
        ("bandwidth_limit", "egress", 10000, 100000),
        ("bandwidth_limit", "ingress", 0, 200000),
        ("dscp_marking", None, 26),
        # By hand, and of a sort of which nothing is declared.
        ("minimum_bandwidth", "egress", 1),
    }
    assert rules("molecule-network-silver") == {("minimum_bandwidth", "egress", 1000)}
    assert mine("qos/policies")["own"]["is_default"] is True
    assert mine("qos/policies")["molecule-network-gold"]["description"] == "For everyone"


def test_networks_have_their_policies() -> None:
    networks, policies = mine("networks"), mine("qos/policies")

    assert networks["molecule-network-front"]["qos_policy_id"] == policies["own"]["id"]
    assert networks["molecule-network-back"]["qos_policy_id"] == policies["molecule-network-gold"]["id"]


def test_networks_that_an_administrator_made() -> None:
    networks = seen(admin(), "networks")
    way, common = networks["molecule-network-way"], networks["molecule-network-common"]

    assert (way["router:external"], way["shared"]) == (True, False)
    assert (way["provider:network_type"], way["provider:segmentation_id"]) == ("vxlan", 60042)
    assert (common["router:external"], common["shared"], common["qos_policy_id"]) == (False, True, None)


def test_the_router_joins_both_versions_and_has_its_routes() -> None:
    router = mine("routers")["edge"]
    way = mine("networks")["molecule-network-way"]["id"]
    ports = lab.listing(member().network, f"/ports?device_id={router['id']}", "ports")
    joined = {address["subnet_id"] for port in ports for address in port["fixed_ips"]}

    expected = (("front", "four"), ("front", "six"), ("fixed", "fixed"), ("fixed", "fixed-six"))
    assert joined >= {subnet(*names)["id"] for names in expected}
    gateway = router["external_gateway_info"]
    assert gateway["network_id"] == way
    assert gateway["external_fixed_ips"][0]["ip_address"].startswith("198.18.60.")
    assert {(route["destination"], route["nexthop"]) for route in router["routes"]} == {
        ("192.0.2.0/25", "10.62.0.9"),
        ("2001:db8:600::/40", "2001:db8:6f::9"),
    }


def test_routers_have_the_form_and_the_addresses_that_an_administrator_chose() -> None:
    # Neutron shows a member the addresses, and the form to an administrator alone.
    own = mine("routers")
    shown = {raw["id"]: raw for raw in lab.listing(admin().network, "/routers", "routers")}
    forms = {name: (shown[raw["id"]]["ha"], shown[raw["id"]]["distributed"]) for name, raw in own.items()}
    assert forms == {"edge": (False, False), "sure": (True, False), "spread": (False, True)}
    subnets = {raw["id"]: raw["name"] for raw in lab.listing(member().network, "/subnets", "subnets")}
    addresses = {
        name: sorted(
            (subnets[address["subnet_id"]], address["ip_address"])
            for address in own[name]["external_gateway_info"]["external_fixed_ips"]
        )
        for name in ("sure", "spread")
    }
    six = addresses["sure"][1][1]
    assert ipaddress.ip_address(six) in ipaddress.ip_network("2001:db8:5f::/64")
    assert addresses == {
        "sure": [("way", "198.18.60.9"), ("way-six", six)],
        "spread": [("way", "198.18.60.10")],
    }


def test_floating_ips() -> None:
    found, policies = mine("floatingips"), mine("qos/policies")

    assert set(found) == {"What visitors call", "What partners know"}
    assert found["What partners know"]["floating_ip_address"] == "198.18.60.99"
    assert found["What visitors call"]["qos_policy_id"] == policies["own"]["id"]
    assert found["What partners know"]["qos_policy_id"] == policies["molecule-network-silver"]["id"]


#: What the member of the museums and the one of the hospitals see of what the scenario made, apart from their own.
VISIBLE = {
    "networks": ({"way", "common", "lent", "door"}, {"way", "common"}),
    "qos/policies": ({"gold", "silver"}, {"gold"}),
    "subnetpools": ({"six", "lent"}, {"six"}),
    "address-scopes": ({"six", "lent"}, {"six"}),
    "security-groups": ({"lent"}, set()),
    "address-groups": ({"offices"}, {"offices"}),
    "floatingips": (set(), set()),
    "routers": (set(), set()),
}


@pytest.mark.parametrize("collection", VISIBLE)
def test_everybody_sees_what_is_shared_with_them_and_nothing_else(collection: str) -> None:
    for cloud, expected in zip((member(), neighbour()), VISIBLE[collection], strict=True):
        others = {
            name
            for name, item in seen(cloud, collection).items()
            # What the lab itself has for everyone.
            if item["project_id"] != cloud.current_project_id and name.startswith("molecule-network-")
        }
        assert others == {f"molecule-network-{name}" for name in expected}


def test_a_network_leads_outside_for_whom_it_is_a_door() -> None:
    assert mine("networks")["molecule-network-door"]["router:external"] is True
    assert mine("networks")["molecule-network-lent"]["router:external"] is False


def test_a_new_group_gets_the_template() -> None:
    answer = member().network.post("/security-groups", json={"security_group": {"name": "molecule-network-new"}})
    group = lab.accept(answer).json()["security_group"]
    try:
        found = {
            (rule["direction"], rule["protocol"], rule["port_range_min"], rule["remote_ip_prefix"])
            for rule in group["security_group_rules"]
            if rule["direction"] == "ingress"
        }
        own = [rule for rule in group["security_group_rules"] if rule["remote_group_id"] == group["id"]]
        assert found == {("ingress", "tcp", 22, "192.0.2.0/24"), ("ingress", "icmp", None, None)}
        assert [rule["protocol"] for rule in own] == ["icmp"]
    finally:
        lab.accept(member().network.delete(f"/security-groups/{group['id']}"))
