# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant has, as a declaration: building from it plans nothing, and it asks for no more than was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.etat.cloud.plugins.module_utils._converge import Declaration, Run, Undeclared
from ansible_collections.etat.cloud.plugins.module_utils._engine.export import Exported, export
from ansible_collections.etat.cloud.plugins.module_utils._engine.guard import said
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._options import argument_spec
from ansible_collections.etat.cloud.plugins.module_utils._progress import Progress
from ansible_collections.etat.cloud.plugins.module_utils._tenant_options import TENANT_OPTIONS
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

GIVEN = yaml.safe_load((Path(__file__).parent / "given.yml").read_text(encoding="utf-8"))
VALIDATOR = ArgumentSpecValidator(argument_spec(TENANT_OPTIONS))
#: Records of every kind of the network that given.yml has none of.
NETWORK = yaml.safe_load("""
network toulouse /networks:
  - {id: n-public, name: public, project_id: p-admin, "router:external": true, shared: false}
  - {id: n-front, name: front, project_id: p-moodle, description: "", admin_state_up: true, mtu: 1450,
     port_security_enabled: true, "router:external": false, shared: false, qos_policy_id: q-gold,
     availability_zone_hints: [], "provider:network_type": vxlan, "provider:physical_network": null,
     "provider:segmentation_id": 4711}
  - {id: n-way, name: way, project_id: p-moodle, description: "", admin_state_up: true, mtu: 1450,
     port_security_enabled: true, "router:external": true, shared: true, qos_policy_id: q-silver,
     availability_zone_hints: [zone-a], "provider:network_type": vlan, "provider:physical_network": uplink,
     "provider:segmentation_id": 101}
network toulouse /subnets:
  - {id: s-front, name: front, network_id: n-front, project_id: p-moodle, description: "", cidr: 10.64.0.0/26,
     subnetpool_id: sp-four, gateway_ip: 10.64.0.1, enable_dhcp: true, dns_nameservers: [],
     allocation_pools: [{start: 10.64.0.2, end: 10.64.0.62}], host_routes: [], ipv6_ra_mode: null,
     ipv6_address_mode: null, service_types: []}
  - {id: s-bare, name: bare, network_id: n-front, project_id: p-moodle, description: "", cidr: 10.64.0.64/26,
     subnetpool_id: sp-theirs, gateway_ip: null, enable_dhcp: false, dns_nameservers: [], allocation_pools: [],
     host_routes: [], ipv6_ra_mode: null, ipv6_address_mode: null, service_types: []}
  - {id: s-six, name: six, network_id: n-front, project_id: p-moodle, description: "", cidr: "2001:db8::/64",
     subnetpool_id: null, gateway_ip: "2001:db8::1", enable_dhcp: true, dns_nameservers: [],
     allocation_pools: [{start: "2001:db8::2", end: "2001:db8::ffff"}], host_routes: [], ipv6_ra_mode: slaac,
     ipv6_address_mode: slaac, service_types: ["compute:nova"]}
  - {id: s-public, name: public, network_id: n-public, project_id: p-admin, cidr: 203.0.113.0/24,
     "router:external": true, allocation_pools: [{start: 203.0.113.2, end: 203.0.113.99}]}
network toulouse /address-scopes:
  - {id: as-inner, name: inner, project_id: p-moodle, ip_version: 4, shared: false}
network toulouse /subnetpools:
  - {id: sp-four, name: four, project_id: p-moodle, description: "", prefixes: [10.64.0.0/10], default_prefixlen: "26",
     min_prefixlen: "8", max_prefixlen: "32", address_scope_id: as-inner, is_default: false, shared: false}
  - {id: sp-theirs, name: theirs, project_id: p-admin, description: "", prefixes: [10.64.0.0/10],
     default_prefixlen: "26", min_prefixlen: "8", max_prefixlen: "32", address_scope_id: null, is_default: false,
     shared: true}
network toulouse /qos/policies:
  - {id: q-gold, name: gold, project_id: p-moodle, description: "", is_default: false, shared: false,
     rules: [{id: qr-1, type: bandwidth_limit, direction: egress, max_kbps: 10000, max_burst_kbps: 0}]}
  - {id: q-silver, name: silver, project_id: p-admin, description: "", is_default: false, shared: true, rules: []}
network toulouse /routers:
  - {id: ro-edge, name: edge, project_id: p-moodle, description: "", admin_state_up: true, availability_zone_hints: [],
     ha: true, distributed: false,
     external_gateway_info: {network_id: n-public, enable_snat: true,
       external_fixed_ips: [{subnet_id: s-public, ip_address: 203.0.113.3}]},
     routes: [{destination: 192.0.2.0/24, nexthop: 10.64.0.9}]}
  - {id: ro-far, name: far, project_id: p-moodle, description: "", admin_state_up: true, availability_zone_hints: [],
     ha: false, distributed: true, routes: [],
     external_gateway_info: {network_id: n-public, enable_snat: true,
       external_fixed_ips: [{subnet_id: s-public, ip_address: 203.0.113.200}]}}
  - {id: ro-two, name: two, project_id: p-moodle, description: "", admin_state_up: true, availability_zone_hints: [],
     ha: false, distributed: false, routes: [],
     external_gateway_info: {network_id: n-public, enable_snat: true,
       external_fixed_ips: [{subnet_id: s-public, ip_address: 203.0.113.5},
                            {subnet_id: s-public, ip_address: 203.0.113.4}]}}
network toulouse /floatingips:
  - {id: f-web, description: web, project_id: p-moodle, floating_network_id: n-public, port_id: null,
     floating_ip_address: 203.0.113.9, qos_policy_id: q-gold}
  - {id: f-1, description: "", project_id: p-moodle, floating_network_id: n-public, port_id: null,
     floating_ip_address: 203.0.113.10, qos_policy_id: null}
network toulouse /rbac-policies:
  - {id: rb-1, project_id: p-moodle, object_type: network, object_id: n-front, action: access_as_shared,
     target_tenant: p-notebooks}
  - {id: rb-2, project_id: p-moodle, object_type: address_group, object_id: ag-offices, action: access_as_shared,
     target_tenant: "*"}
  - {id: rb-3, project_id: p-moodle, object_type: network, object_id: n-way, action: access_as_external,
     target_tenant: "*"}
  - {id: rb-4, project_id: p-moodle, object_type: subnetpool, object_id: sp-four, action: access_as_shared,
     target_tenant: p-elsewhere}
""")


@pytest.fixture
def exported(cloud: CloudServer) -> Exported:
    """Return what an administrator exports of the tenant moodle."""
    cloud.hold({**GIVEN, **NETWORK})
    tenant = {"name": "moodle", "domain": "education", "sites": [{"region": "toulouse"}]}
    run = running({"tenants": [tenant]}, Undeclared.REPORT)
    run.look()
    return export(KINDS, run.seen, [("education", "moodle")])


def running(declared: dict[str, Any], undeclared: Undeclared = Undeclared.KEEP) -> Run:
    checked = VALIDATOR.validate(declared)
    assert not checked.error_messages
    return Run(
        KINDS, Declaration("interne", checked.validated_parameters, undeclared=undeclared, workers=1), Progress()
    )


def test_building_from_what_was_exported_plans_nothing(exported: Exported) -> None:
    run = running({"tenants": exported.tenants})
    run.prepare()

    assert [f"{change.action} {change.key} {said(change)}" for change in run.plan.changes] == []
    kinds = {change.key.kind for change in run.plan.kept}
    assert kinds >= {
        *("address_scope", "subnet_pool", "qos_policy", "network", "subnet", "router", "router_route"),
        *("floating_ip", "network_rbac_policy"),
    }


def test_what_is_exported_asks_for_what_was_chosen_and_for_no_more(exported: Exported) -> None:
    site = exported.tenants[0]["sites"][0]
    networks = {network["name"]: network for network in site["networks"]}
    subnets = {subnet["name"]: subnet for subnet in networks["front"].pop("subnets")}

    assert networks["front"] == {
        "name": "front",
        "description": "",
        "admin_state_up": True,
        "mtu": 1450,
        "port_security_enabled": True,
        "qos_policy": "gold",
    }
    assert networks["way"]["shared_qos_policy"] == "silver"
    assert (networks["way"]["shared"], networks["way"]["external"]) == (True, True)
    assert networks["way"]["provider_segmentation_id"] == 101
    common = {"description": "", "dns_nameservers": [], "host_routes": []}
    assert subnets["front"] == {
        **common,
        "name": "front",
        "subnet_pool": "four",
        "prefix_length": 26,
        "enable_dhcp": True,
    }
    assert subnets["bare"] == {
        **common,
        "name": "bare",
        "shared_subnet_pool": "theirs",
        "prefix_length": 26,
        "enable_dhcp": False,
        "gateway_ip": "none",
    }
    assert subnets["six"] == {
        **common,
        "name": "six",
        "cidr": "2001:db8::/64",
        "enable_dhcp": True,
        "gateway_ip": "2001:db8::1",
        "allocation_pools": [{"start": "2001:db8::2", "end": "2001:db8::ffff"}],
        "ipv6_ra_mode": "slaac",
        "ipv6_address_mode": "slaac",
        "service_types": ["compute:nova"],
    }
    assert {router["name"]: router.get("external_fixed_ips") for router in site["routers"]} == {
        # Neutron gives addresses of the pool, one of IPv4 to each router.
        "edge": None,
        "far": [{"subnet": "public", "ip_address": "203.0.113.200"}],
        "two": [
            {"subnet": "public", "ip_address": "203.0.113.4"},
            {"subnet": "public", "ip_address": "203.0.113.5"},
        ],
    }
    assert [(router.get("ha"), router.get("distributed")) for router in site["routers"]] == [
        (True, None),
        (None, True),
        (None, None),
    ]
    assert site["address_scopes"] == [{"name": "inner", "ip_version": 4}]
    assert site["qos_policies"] == [
        {
            "name": "gold",
            "description": "",
            "bandwidth_limit_rules": [{"direction": "egress", "max_kbps": 10000, "max_burst_kbps": 0}],
        }
    ]
    assert site["floating_ips"] == [
        {
            "description": "web",
            "external_network": "public",
            "floating_ip_address": "203.0.113.9",
            "qos_policy": "gold",
        }
    ]
    assert site["network_rbac_policies"] == [
        {
            "object_type": "address_group",
            "object": "offices",
            "action": "access_as_shared",
            "with": {"everyone": True},
        },
        {
            "object_type": "network",
            "object": "front",
            "action": "access_as_shared",
            "with": {"domain": "education", "tenant": "notebooks"},
        },
    ]


def test_what_a_declaration_cannot_say_is_told(exported: Exported) -> None:
    assert sorted(line.partition(" in toulouse with the id ")[::2] for line in exported.left_out) == [
        ("floating ip education/moodle", "f-1: a declaration has no words for it"),
        ("image member education/moodle/golden/p-far", "i-golden/p-far: a declaration has no words for it"),
        (
            "network rbac policy education/moodle/subnetpool/four/access_as_shared/p-elsewhere",
            "rb-4: a declaration has no words for it",
        ),
    ]
