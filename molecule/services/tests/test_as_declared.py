# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each declared object is there with each declared field, as the tenants' own people see it."""

from __future__ import annotations

from functools import cache
from typing import Any

import lab
import play
import pytest

FINANCES, CULTURE = "molecule-services-finances", "molecule-services-culture"
DECLARED = play.declaration()
(REGION,) = DECLARED["provider_regions"]
((PROVIDED,), (OWN,)) = (DECLARED[name][0]["sites"] for name in ("provider_tenants", "ministry_tenants"))
NOVA = {"microversion": "2.64"}


@cache
def admin() -> Any:
    return lab.connect()


@cache
def member(user: str = "alice.martin", domain: str = FINANCES, project: str = "treasury") -> Any:
    return lab.log_in(domain, user, project_name=project, project_domain_name=domain)


@cache
def project_id(domain: str, name: str) -> str:
    return lab.Domains(admin(), lab.prefix()).project(domain, name)


def answer(proxy: Any, path: str, **more: Any) -> Any:
    return lab.accept(proxy.get(path, **more)).json()


def named(records: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return the one record of a name."""
    found = [record for record in records if record["name"] == name]
    assert len(found) == 1, (name, records)
    return found[0]


def projects(access: list[dict[str, str]]) -> set[str]:
    return {project_id(item["domain"], item["tenant"]) for item in access}


def test_a_flavor_that_is_for_some_is_offered_to_them_alone() -> None:
    declared = REGION["flavors"][0]
    found = named(answer(member().compute, "/flavors/detail", **NOVA)["flavors"], declared["name"])
    for name in ("description", "vcpus", "ram", "disk", "swap"):
        assert found[name] == declared[name], name
    assert found["OS-FLV-EXT-DATA:ephemeral"] == declared["ephemeral"]
    assert found["os-flavor-access:is_public"] is declared["is_public"]
    own = answer(admin().compute, f"/flavors/{found['id']}", **NOVA)["flavor"]["extra_specs"]
    # The scenario's damage adds one that nobody declares, and that stays.
    assert own == {name: str(value) for name, value in declared["extra_specs"].items()} | {"own": "1"}
    access = answer(admin().compute, f"/flavors/{found['id']}/os-flavor-access")["flavor_access"]
    assert {item["tenant_id"] for item in access} == projects(declared["access"])
    others = answer(member("bruno.petit", FINANCES, "budget").compute, "/flavors")["flavors"]
    assert declared["name"] not in {flavor["name"] for flavor in others}
    assert REGION["flavors"][1]["name"] in {flavor["name"] for flavor in others}


def test_a_volume_type_that_is_for_some_is_offered_to_them_alone() -> None:
    secret, plain = REGION["volume_types"]
    types = answer(member().block_storage, "/types")["volume_types"]
    found = named(types, secret["name"])
    assert (found["description"], found["is_public"]) == (secret["description"], False)
    assert named(types, plain["name"])["description"] == plain["description"]
    own = answer(admin().block_storage, f"/types/{found['id']}")["volume_type"]
    assert own["extra_specs"] == secret["extra_specs"]
    encryption = answer(admin().block_storage, f"/types/{found['id']}/encryption")
    assert {name: encryption[name] for name in secret["encryption"]} == secret["encryption"]
    access = answer(admin().block_storage, f"/types/{found['id']}/os-volume-type-access")["volume_type_access"]
    assert {item["project_id"] for item in access} == projects(secret["access"])
    others = answer(member("bruno.petit", FINANCES, "budget").block_storage, "/types")["volume_types"]
    assert secret["name"] not in {type["name"] for type in others}


def test_volume_types_have_their_qos_specifications_and_no_other() -> None:
    fast, slow, retired = REGION["qos_specs"]
    there = answer(admin().block_storage, "/qos-specs")["qos_specs"]
    found = named(there, fast["name"])
    assert found["consumer"] == "front-end"
    # The scenario's damage adds one that nobody declares, and that stays.
    assert found["specs"] == {"total_iops_sec": "2000", "read_bytes_sec": "1048576", "own": "1"}
    # Nobody says who keeps to it, so that it is as Cinder has it by itself.
    assert (named(there, slow["name"])["consumer"], named(there, slow["name"])["specs"]) == (
        "back-end",
        {"total_iops_sec": "100"},
    )
    assert retired["name"] not in {specs["name"] for specs in there}
    types = answer(admin().block_storage, "/types?is_public=None")["volume_types"]
    secret, plain = (named(types, declared["name"]) for declared in REGION["volume_types"])
    assert (secret["qos_specs_id"], plain["qos_specs_id"]) == (found["id"], None)


def test_hosts_are_for_one_ministry() -> None:
    declared, zone = REGION["aggregates"]
    aggregates = answer(admin().compute, "/os-aggregates")["aggregates"]
    found = named(aggregates, declared["name"])
    isolated = {found["metadata"].pop(name) for name in list(found["metadata"]) if name.startswith("filter_tenant_id")}
    assert isolated == {project_id(FINANCES, name) for name in declared["isolates"]["tenants"]}
    assert found["hosts"] == declared["hosts"]
    assert found["metadata"] == {"ssd": "True", "rack": "7", "own": "1"}
    assert named(aggregates, zone["name"])["availability_zone"] == zone["availability_zone"]


@pytest.mark.parametrize("service", ["compute", "network", "load-balancer", "dns", "shared-file-system"])
def test_a_member_is_told_the_limits_of_its_project(service: str) -> None:
    declared = PROVIDED["quotas"][service.replace("-", "_")]
    if service in lab.FURTHER:
        path, key, _headers = lab.FURTHER[service]
    else:
        path, key = ("/quotas", "quota") if service == "network" else ("/os-quota-sets", "quota_set")
    own = project_id(FINANCES, "treasury")
    if service == "load-balancer":
        # Octavia's own policy lets nobody but administrators read them.
        said = answer(admin().load_balancer, f"{path}/{own}")
    else:
        more = NOVA if service == "compute" else {"microversion": "2.40"} if service == "shared-file-system" else {}
        said = answer(getattr(member(), service.replace("-", "_")), f"{path}/{own}", **more)
    limits = said[key] if key else said
    assert {name: limits[name] for name in declared} == declared


def test_a_member_is_told_the_limits_of_its_secrets() -> None:
    declared = PROVIDED["quotas"]["key_manager"]
    limits = answer(member().key_manager, "/quotas")["quotas"]
    assert {name: limits[name] for name in declared} == declared


def test_a_member_is_told_the_limits_of_its_volume_types() -> None:
    declared = PROVIDED["quotas"]["volume"]
    limits = answer(member().block_storage, f"/os-quota-sets/{project_id(FINANCES, 'treasury')}")["quota_set"]
    assert limits["gigabytes"] == declared["gigabytes"]
    for type in declared["types"]:
        for name in type.keys() - {"name"}:
            assert limits[f"{name}_{type['name']}"] == type[name]


@pytest.mark.parametrize("declared", OWN["server_groups"], ids=lambda group: str(group["name"]))
def test_a_server_group_is_the_tenant_s_own(declared: dict[str, Any]) -> None:
    found = named(answer(member().compute, "/os-server-groups", **NOVA)["server_groups"], declared["name"])
    assert (found["policy"], found["rules"]) == (declared["policy"], declared.get("rules", {}))
    assert found["project_id"] == project_id(FINANCES, "treasury")


@pytest.mark.parametrize("declared", OWN["dns_zones"], ids=lambda zone: str(zone["name"]))
def test_a_zone_is_the_tenant_s_own(declared: dict[str, Any]) -> None:
    found = named(answer(member().dns, "/zones")["zones"], declared["name"].lower())
    for name in declared.keys() - {"name", "masters"}:
        assert found[name] == declared[name], name
    assert sorted(found["masters"]) == sorted(declared.get("masters", []))
    assert found["project_id"] == project_id(FINANCES, "treasury")


def user_id(name: str) -> str:
    domain = lab.Domains(admin(), lab.prefix()).domain(FINANCES)
    return str(answer(admin().identity, f"/users?domain_id={domain}&name={name}")["users"][0]["id"])


@pytest.mark.parametrize(("kind", "ref"), [("secret", "secret_ref"), ("container", "container_ref")])
def test_an_access_list_says_who_reads(kind: str, ref: str) -> None:
    kept = answer(member().key_manager, f"/{kind}s?limit=100")[f"{kind}s"]
    for declared in OWN[f"{kind}_acls"]:
        id = named(kept, declared["name"])[ref].rpartition("/")[2]
        read = answer(member().key_manager, f"/{kind}s/{id}/acl")["read"]
        assert read["project-access"] is declared["project_access"]
        assert sorted(read.get("users", [])) == sorted(user_id(name) for name in declared.get("users", []))


def test_a_closed_secret_is_closed_to_the_project() -> None:
    kept = answer(member().key_manager, "/secrets?limit=100")["secrets"]
    id = named(kept, "private")["secret_ref"].rpartition("/")[2]
    assert member("bruno.petit").key_manager.get(f"/secrets/{id}").status_code == 403


def test_a_shared_image_is_among_those_of_who_accepted_it() -> None:
    chloe = member("chloe.durand", CULTURE, "museums")
    assert named(answer(chloe.image, "/images?visibility=shared")["images"], "golden")
    # Shared with them too, and not accepted.
    bruno = member("bruno.petit", FINANCES, "budget")
    assert answer(bruno.image, "/images?visibility=shared&member_status=accepted")["images"] == []
    assert named(answer(bruno.image, "/images?visibility=shared&member_status=pending")["images"], "golden")
