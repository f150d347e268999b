# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three forms of the options that kinds describe say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.etat.cloud.plugins.doc_fragments._tenant import ModuleDocFragment
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Level
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._options import (
    argument_spec,
    assemble,
    documentation,
    json_schema,
)
from ansible_collections.etat.cloud.plugins.module_utils._tenant_options import TENANT_OPTIONS

SCHEMA = json_schema(TENANT_OPTIONS)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: A declaration that names every option once.
WHOLE = yaml.safe_load("""
identity:
  registered_limits: [{service: compute, region: toulouse, resource_name: servers, default_limit: 10, allow_zero: true}]
  roles: [{name: auditor, description: Audits}]
  implied_roles: [{role: auditor, implies: [reader]}]
  role_assignments: [{role: auditor, group: auditors, group_domain: education}]
  endpoint_groups: [{name: inner, filters: {service: compute, region: toulouse, interface: internal}}]
regions:
  - region: toulouse
    default_security_group_rules: [{direction: ingress, remote_group: PARENT}]
    flavors:
      - {name: large, vcpus: 4, ram: 4096, disk: 0, is_public: false, extra_specs: {"hw:cpu_policy": null},
         prune_access: true, access: [{domain: education, tenant: moodle}], state: present}
    volume_types:
      - name: secret
        is_public: false
        qos_specs: fast
        encryption: {provider: luks, control_location: front-end}
        access: [{domain: education, tenant: moodle}]
    qos_specs: [{name: fast, consumer: both, specs: {total_iops_sec: 500, old: null}}]
    aggregates:
      - {name: ministry, hosts: [compute-1], metadata: {ssd: 1}, isolates: {domain: education, tenants: [moodle]}}
domains:
  - name: education
    description: A ministry
    groups: [{name: auditors, description: They read, members: [alice.martin], prune_members: true, state: present}]
    role_assignments: [{role: reader, group: auditors, state: present}, {role: reader, user: alice.martin}]
    enabled: true
    options: {immutable: false}
    roles: [{name: head}]
    implied_roles: [{role: head, implies: [member]}]
    limits: [{service: compute, region: toulouse, resource_name: servers, resource_limit: 40}]
    users:
      - name: alice.martin
        default_project: moodle
        options: {multi_factor_auth_rules: [[password, totp], [application_credential]]}
        access_rules: [{service: compute, method: GET, path: /v2.1/servers}]
    domain_configuration: {identity: {driver: ldap}, ldap: {url: "ldaps://directory.example", pool_retry_delay: 0.5}}
tenants:
  - name: moodle
    domain: education
    description: Learning
    parent: lms
    enabled: true
    tags: ["offer:standard"]
    options: {immutable: true}
    account: interne-education
    sensitivity: internal
    groups: [{name: operators}]
    role_assignments: [{role: member, group: operators}]
    endpoint_groups: [{name: inner}]
    limits: [{service: image, resource_name: image_count_total, resource_limit: -1}]
    sites:
      - region: toulouse
        default_volume_type: {name: encrypted}
        quotas:
          compute: {instances: 1}
          volume: {volumes: -1, types: [{name: secret, volumes: 1}]}
          network: {router: 2}
          load_balancer: {load_balancer: 1}
          key_manager: {secrets: 1}
          dns: {zones: 1}
          shared_file_system: {shares: 1}
        default_volume_type: {name: secret}
        server_groups: [{name: spread, policy: anti-affinity, rules: {max_server_per_host: 1}}]
        image_members: [{image: golden, domain: agriculture, tenant: farms}]
        accepted_images: [{image: plain, domain: agriculture, tenant: farms, status: rejected}]
        dns_zones: [{name: school.example., email: a@school.example, ttl: 60}]
        secret_acls: [{name: master, users: [alice.martin], project_access: false}]
        container_acls: [{name: bundle, user_ids: [0a1b]}]
        networks:
          - name: front
            mtu: 1400
            subnets:
              - name: front
                cidr: 192.0.2.0/24
                gateway_ip: none
                allocation_pools: [{start: 192.0.2.2, end: 192.0.2.9}]
                host_routes: [{destination: 198.51.100.0/24, nexthop: 192.0.2.1}]
        trunks: [{name: appliance, network: front, subports: [{network: front, segmentation_id: 7}]}]
        routers:
          - name: edge
            external_network: public
            ha: true
            distributed: false
            external_fixed_ips: [{subnet: public, ip_address: 203.0.113.9}]
            interfaces: [{network: front, subnet: front}]
            routes: [{destination: 198.51.100.0/24, nexthop: 192.0.2.1}]
        address_scopes: [{name: inner, ip_version: 4}]
        subnet_pools: [{name: four, prefixes: [10.0.0.0/8], address_scope: inner}]
        qos_policies:
          - name: gold
            bandwidth_limit_rules: [{max_kbps: 10000}]
            dscp_marking_rules: [{dscp_mark: 26}]
            minimum_bandwidth_rules: [{min_kbps: 1000, direction: ingress}]
        floating_ips: [{description: web, external_network: public}]
        network_rbac_policies: [{object_type: network, object: front, with: {domain: dila, tenant: demarches}}]
        address_groups: [{name: offices, addresses: [198.51.100.0/24]}]
        security_groups:
          - name: web
            prune_rules: true
            rules: [{direction: ingress, ethertype: IPv4, protocol: tcp, ports: ["80", 8000-8010, "443"]}]
""")


def leaves(
    options: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield every option with its path."""
    for name, option in options.items():
        yield (*path, name), option
        yield from leaves(option.get("suboptions") or option.get("options") or {}, (*path, name))


def properties(schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, bool]]:
    """Yield every property of a schema with its path and whether it is required."""
    inner = schema.get("items", schema)
    for name, found in inner.get("properties", {}).items():
        yield (*path, name), found, name in inner.get("required", ())
        yield from properties(found, (*path, name))


DOCUMENTED = dict(leaves(documentation(TENANT_OPTIONS)))
SPECIFIED = dict(leaves(argument_spec(TENANT_OPTIONS)))
PUBLISHED = {path: (found, required) for path, found, required in properties(SCHEMA)}


def test_the_three_forms_have_the_same_options() -> None:
    assert list(DOCUMENTED) == list(SPECIFIED) == list(PUBLISHED)
    assert len(DOCUMENTED) > 80


@pytest.mark.parametrize("path", DOCUMENTED, ids=".".join)
def test_the_three_forms_agree_on_an_option(path: tuple[str, ...]) -> None:
    documented, specified, (published, required) = DOCUMENTED[path], SPECIFIED[path], PUBLISHED[path]
    for key in ("type", "elements", "default", "choices"):
        assert documented.get(key) == specified.get(key), key
    assert documented.get("required", False) is specified.get("required", False) is required
    assert published.get("default") == documented.get("default")
    assert published.get("enum") == documented.get("choices")
    assert set(documented) <= {"description", "type", "elements", "required", "default", "choices", "suboptions"}
    assert set(specified) <= {"type", "elements", "required", "default", "choices", "options", "no_log"}


@pytest.mark.parametrize("path", DOCUMENTED, ids=".".join)
def test_the_description_of_an_option_is_sentences(path: tuple[str, ...]) -> None:
    description = DOCUMENTED[path]["description"]
    assert description
    for sentence in description:
        assert sentence.endswith(".")
        assert sentence[0].isupper()
    assert PUBLISHED[path][0]["description"] == " ".join(description)


def test_the_schema_is_valid_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema({"$schema": DIALECT, **SCHEMA})
    json.dumps(SCHEMA)


@pytest.mark.parametrize("level", list(Level))
def test_the_options_of_each_level_are_valid_json_schema(level: Level) -> None:
    schema = json_schema(assemble(KINDS, level))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False


def test_a_whole_declaration_passes_the_schema_and_the_module() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(WHOLE)
    assert ArgumentSpecValidator(argument_spec(TENANT_OPTIONS)).validate(WHOLE).error_messages == []


WRONG = {
    "an unknown option": ("tenants", 0, "colour", "blue"),
    "an unknown option of a network": ("tenants", 0, "sites", 0, "networks", 0, "colour", "blue"),
    "a choice that is none": ("tenants", 0, "sites", 0, "networks", 0, "state", "gone"),
    "a number that is a word": ("tenants", 0, "sites", 0, "networks", 0, "mtu", "large"),
    "a list that is a word": ("tenants", 0, "groups", "operators"),
}


@pytest.mark.parametrize("about", WRONG)
def test_what_the_schema_refuses_the_module_refuses_too(about: str) -> None:
    *path, last, value = WRONG[about]
    wrong = json.loads(json.dumps(WHOLE))
    place: Any = wrong
    for step in path:
        place = place[step]
    place[last] = value
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(wrong))
    assert ArgumentSpecValidator(argument_spec(TENANT_OPTIONS)).validate(wrong).error_messages


@pytest.mark.parametrize("path", [path for path, option in SPECIFIED.items() if option.get("required")], ids=".".join)
def test_what_the_schema_requires_the_module_requires_too(path: tuple[str, ...]) -> None:
    wrong = json.loads(json.dumps(WHOLE))
    places = [wrong]
    for step in path[:-1]:
        inner = [place[step] for place in places if step in place]
        places = [item for found in inner for item in (found if isinstance(found, list) else [found])]
    assert places
    for place in places:
        del place[path[-1]]
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(wrong))
    (message,) = ArgumentSpecValidator(argument_spec(TENANT_OPTIONS)).validate(wrong).error_messages[:1]
    assert re.search(rf"missing required arguments: {path[-1]}", message)


def test_the_documentation_of_the_module_is_made_from_the_options() -> None:
    assert yaml.safe_load(ModuleDocFragment.DOCUMENTATION) == {"options": documentation(TENANT_OPTIONS)}


def test_every_limit_may_be_minus_one_and_not_less() -> None:
    for path, (found, required) in PUBLISHED.items():
        if "quotas" in path and found["type"] == "integer":
            assert found["minimum"] == -1
            assert not required
            assert "V(-1) means no limit." in found["description"]
