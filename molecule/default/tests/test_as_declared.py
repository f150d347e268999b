# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each declared object is there with each declared field, as the tenant's own people see it."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Any

import lab
import play
import pytest

CULTURE, SANTE, JUSTICE = (f"molecule-default-{name}" for name in ("culture", "sante", "justice"))
#: Who looks into which tenant.
MEMBERS = {
    (CULTURE, "museums"): "alice.martin",
    (CULTURE, "archives"): "chloe.durand",
    (SANTE, "museums"): "alice.martin",
    (SANTE, "hospitals"): "farid.benali",
}
DECLARED = play.declaration()


@cache
def admin() -> Any:
    return lab.connect()


@cache
def own(domain: str, project: str) -> Any:
    """Return the connection of a member; that of the administrator where a tenant has none."""
    if (domain, project) not in MEMBERS:
        return admin()
    return lab.log_in(domain, MEMBERS[domain, project], project_name=project, project_domain_name=domain)


@cache
def project_id(domain: str, name: str) -> str:
    return lab.Domains(admin(), lab.prefix()).project(domain, name)


@cache
def there(domain: str, project: str, collection: str) -> dict[str, dict[str, Any]]:
    """Return the objects of a tenant by name; each name may stand once."""
    key = collection.replace("-", "_")
    owner = project_id(domain, project)
    found = [
        item for item in lab.listing(own(domain, project).network, f"/{collection}", key) if item["project_id"] == owner
    ]
    names = [item["name"] for item in found]
    assert len(set(names)) == len(names), f"{collection} of {domain}/{project} repeat a name: {sorted(names)}"
    return {item["name"]: item for item in found}


def items(kind: str) -> list[Any]:
    """Return every declared item of a kind with the domain and the project that it belongs to, as parameters."""
    return [
        pytest.param(tenant["domain"], tenant["name"], item, id=f"{tenant['domain']}-{tenant['name']}-{item['name']}")
        for tenant in DECLARED["declared_tenants"]
        for site in tenant["sites"]
        for item in site.get(kind, ())
    ]


def normal(name: str, value: Any) -> Any:
    """Return a value so that two ways to write the same are equal."""
    if name == "cidr":
        return ipaddress.ip_network(value)
    if name == "gateway_ip":
        return None if value in (None, "none") else ipaddress.ip_address(value)
    if name in ("allocation_pools", "host_routes"):
        return sorted(sorted(entry.items()) for entry in value)
    if name == "addresses":
        return sorted(value)
    return value


def assert_fields(declared: dict[str, Any], seen: dict[str, Any], *others: str) -> None:
    """Compare every declared field; others are compared elsewhere, or are no fields."""
    names = declared.keys() - {"name", "state", *others}
    assert {name: normal(name, seen[name]) for name in names} == {name: normal(name, declared[name]) for name in names}


@pytest.mark.parametrize(("domain", "project", "network"), items("networks"))
def test_network(domain: str, project: str, network: dict[str, Any]) -> None:
    found = there(domain, project, "networks")

    if network.get("state") == "absent":
        assert network["name"] not in found
        return
    assert_fields(network, found[network["name"]], "subnets")
    subnets = there(domain, project, "subnets")
    for subnet in network.get("subnets", ()):
        assert subnets[subnet["name"]]["network_id"] == found[network["name"]]["id"]
        assert_fields(subnet, subnets[subnet["name"]])


@pytest.mark.parametrize(("domain", "project", "router"), items("routers"))
def test_router(domain: str, project: str, router: dict[str, Any]) -> None:
    found = there(domain, project, "routers")[router["name"]]
    public = own(domain, project).network.get("/networks?name=public").json()["networks"][0]["id"]
    gateway = found["external_gateway_info"]

    assert_fields(router, found, "external_network", "enable_snat", "interfaces")
    assert (gateway and gateway["network_id"]) == (public if router["external_network"] == "public" else None)
    if "enable_snat" in router:
        assert gateway["enable_snat"] is router["enable_snat"]
    ports = own(domain, project).network.get(f"/ports?device_id={found['id']}").json()["ports"]
    joined = {
        address["subnet_id"]
        for port in ports
        if port["device_owner"] == "network:router_interface"
        for address in port["fixed_ips"]
    }
    subnets = there(domain, project, "subnets")
    assert joined == {subnets[interface["subnet"]]["id"] for interface in router.get("interfaces", ())}


@pytest.mark.parametrize(("domain", "project", "group"), items("address_groups"))
def test_address_group(domain: str, project: str, group: dict[str, Any]) -> None:
    assert_fields(group, there(domain, project, "address-groups")[group["name"]])


@pytest.mark.parametrize(("domain", "project", "group"), items("security_groups"))
def test_security_group(domain: str, project: str, group: dict[str, Any]) -> None:
    found = there(domain, project, "security-groups")

    if group.get("state") == "absent":
        assert group["name"] not in found
    else:
        assert_fields(group, found[group["name"]], "rules", "prune_rules")


#: Written out, not worked out: what Neutron must hold of each group. The last part is the other side.
NEUTRONS_OWN = {("egress", "IPv4", None, None, None, None), ("egress", "IPv6", None, None, None, None)}
RULES = {
    (CULTURE, "museums", "default"): {("egress", "IPv4", "tcp", 443, 443, None)},
    (CULTURE, "museums", "web"): {
        *NEUTRONS_OWN,
        ("ingress", "IPv4", "tcp", 80, 80, None),
        ("ingress", "IPv4", "tcp", 443, 443, None),
        ("ingress", "IPv4", "icmp", 8, 0, None),
        ("ingress", "IPv6", "ipv6-icmp", None, None, None),
    },
    (CULTURE, "museums", "store"): {
        ("ingress", "IPv4", "tcp", 5432, 5440, "security group web"),
        ("ingress", "IPv4", "tcp", 22, 22, "address group offices"),
        ("ingress", "IPv4", "udp", 53, 53, "10.20.0.0/24"),
        ("ingress", "IPv4", "sctp", None, None, None),
    },
    # With the rule that was added by hand to a group that does not prune.
    (SANTE, "museums", "web"): {
        *NEUTRONS_OWN,
        ("ingress", "IPv4", "tcp", 80, 80, None),
        ("ingress", "IPv4", "tcp", 8080, 8080, None),
    },
}


@pytest.mark.parametrize(("domain", "project", "group"), list(RULES))
def test_rules(domain: str, project: str, group: str) -> None:
    groups = there(domain, project, "security-groups")
    sides = {item["id"]: f"security group {name}" for name, item in groups.items()}
    sides |= {item["id"]: f"address group {name}" for name, item in there(domain, project, "address-groups").items()}
    rules = groups[group]["security_group_rules"]
    seen = [
        (
            *(rule[name] for name in ("direction", "ethertype", "protocol", "port_range_min", "port_range_max")),
            sides.get(rule["remote_group_id"] or rule["remote_address_group_id"], rule["remote_ip_prefix"]),
        )
        for rule in rules
    ]

    assert sorted(seen, key=str) == sorted(RULES[domain, project, group], key=str)


def test_rules_bear_their_description() -> None:
    rules = there(CULTURE, "museums", "security-groups")["default"]["security_group_rules"]

    assert [rule["description"] for rule in rules] == ["Updates"]


@pytest.mark.parametrize(
    ("domain", "project", "kind", "limits"),
    [
        pytest.param(tenant["domain"], tenant["name"], kind, limits, id=f"{tenant['domain']}-{tenant['name']}-{kind}")
        for tenant in DECLARED["declared_tenants"]
        for site in tenant["sites"]
        for kind, limits in site.get("quotas", {}).items()
    ],
)
def test_quota(domain: str, project: str, kind: str, limits: dict[str, int]) -> None:
    seen = lab.quota(own(domain, project), kind, project_id(domain, project))

    assert {name: seen[name] for name in limits} == limits


@pytest.mark.parametrize(
    "tenant", DECLARED["declared_tenants"], ids=lambda tenant: f"{tenant['domain']}-{tenant['name']}"
)
def test_project(tenant: dict[str, Any]) -> None:
    domain, name = tenant["domain"], tenant["name"]
    seen = own(domain, name).identity.get(f"/projects/{project_id(domain, name)}").json()["project"]

    assert seen["description"] == tenant.get("description", "")
    assert seen["enabled"] is True
    assert set(tenant.get("tags", ())) <= set(seen["tags"])
    assert seen["options"] == tenant.get("options", {})
    above = project_id(domain, tenant["parent"]) if "parent" in tenant else seen["domain_id"]
    assert seen["parent_id"] == above


@pytest.mark.parametrize("domain", DECLARED["declared_domains"], ids=lambda domain: domain["name"])
def test_domain(domain: dict[str, Any]) -> None:
    id = lab.Domains(admin(), lab.prefix()).domain(domain["name"])
    seen = admin().identity.get(f"/domains/{id}").json()["domain"]

    assert (seen["description"], seen["enabled"]) == (domain["description"], True)


#: What each group is for, and who must be in it, with those whom somebody added by hand where members are not pruned.
GROUPS = [
    (CULTURE, "overseers", "See the whole ministry", ["bruno.petit"]),
    (CULTURE, "museums-operators", "Operate the museums", ["alice.martin"]),
    (CULTURE, "museums-readers", "", ["bruno.petit", "david.moreau"]),
    (CULTURE, "archives-operators", "", ["chloe.durand"]),
    (SANTE, "museums-operators", "", ["alice.martin"]),
]


@pytest.mark.parametrize(("domain", "group", "description", "members"), GROUPS)
def test_group(domain: str, group: str, description: str, members: list[str]) -> None:
    id = lab.Domains(admin(), lab.prefix()).domain(domain)
    found = admin().identity.get(f"/groups?domain_id={id}&name={group}").json()["groups"]

    assert [item["description"] for item in found] == [description]
    seen = admin().identity.get(f"/groups/{found[0]['id']}/users").json()["users"]
    assert sorted(member["name"] for member in seen) == members


#: Every role on each domain and project, with the one that was given by hand.
ASSIGNMENTS = {
    (CULTURE, ""): ["reader overseers"],
    (SANTE, ""): ["reader emma.lefevre"],
    (CULTURE, "museums"): ["member museums-operators", "reader chloe.durand", "reader museums-readers"],
    (CULTURE, "archives"): ["member archives-operators"],
    (SANTE, "museums"): ["member museums-operators", "reader bruno.petit"],
    (SANTE, "hospitals"): ["member farid.benali"],
    (JUSTICE, "courts"): [],
}


@pytest.mark.parametrize(("domain", "project"), list(ASSIGNMENTS))
def test_role_assignments(domain: str, project: str) -> None:
    if project:
        scope = f"scope.project.id={project_id(domain, project)}"
    else:
        scope = f"scope.domain.id={lab.Domains(admin(), lab.prefix()).domain(domain)}"
    found = lab.listing(admin().identity, f"/role_assignments?include_names&{scope}", "role_assignments")

    said = [f"{item['role']['name']} {(item.get('group') or item['user'])['name']}" for item in found]
    assert sorted(said) == ASSIGNMENTS[domain, project]


def test_what_was_made_by_hand_is_still_there() -> None:
    museums, hospitals = project_id(CULTURE, "museums"), project_id(SANTE, "hospitals")
    domain = lab.Domains(admin(), lab.prefix()).domain(CULTURE)
    limits = {
        name: lab.quota(admin(), kind, museums)[name]
        for kind, name in (("compute", "metadata_items"), ("volume", "backups"), ("network", "rbac_policy"))
    }

    assert "molecule-default-by-hand" in there(CULTURE, "museums", "networks")
    assert "by-hand" in there(CULTURE, "museums", "routers")
    assert "by-hand" in there(CULTURE, "museums", "security-groups")
    assert len(lab.listing(admin().identity, f"/groups?domain_id={domain}&name=by-hand", "groups")) == 1
    for project in (museums, hospitals):
        assert "by-hand" in admin().identity.get(f"/projects/{project}").json()["project"]["tags"]
    assert limits == {"metadata_items": 99, "backups": 7, "rbac_policy": 3}
