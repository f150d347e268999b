# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What identity has is exported so that building it plans nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.etat.cloud.plugins.module_utils._converge import Declaration, Run
from ansible_collections.etat.cloud.plugins.module_utils._engine.export import export
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._options import argument_spec
from ansible_collections.etat.cloud.plugins.module_utils._progress import Progress
from ansible_collections.etat.cloud.plugins.module_utils._tenant_options import TENANT_OPTIONS
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

GIVEN = yaml.safe_load((Path(__file__).parent / "given.yml").read_text(encoding="utf-8"))
VALIDATOR = ArgumentSpecValidator(argument_spec(TENANT_OPTIONS))
SCOPE = {"system": {"all": True}}
CLOUD = {
    "identity /role_inferences": [
        {"prior_role": {"id": "r-member"}, "implies": [{"id": "r-reader", "name": "reader"}]}
    ],
    "identity /roles?domain_id=d-education": [
        {"id": "r-head", "name": "head", "domain_id": "d-education", "description": "Heads"}
    ],
    "identity /role_assignments": [
        {"role": {"id": "r-head"}, "group": {"id": "g-operators"}, "scope": {"project": {"id": "p-moodle"}}},
        {
            "role": {"id": "r-member"},
            "group": {"id": "g-operators"},
            "scope": {"domain": {"id": "d-education"}, "OS-INHERIT:inherited_to": "projects"},
        },
    ],
    "identity /role_assignments?scope.system=all": [
        {"role": {"id": "r-reader"}, "group": {"id": "g-operators"}, "scope": SCOPE, "scope.system": "all"}
    ],
    "identity /users": [
        {
            "id": "u-alice",
            "name": "alice.martin",
            "domain_id": "d-education",
            "enabled": True,
            "default_project_id": "p-moodle",
            "options": {"multi_factor_auth_rules": [["password"], ["application_credential"]]},
        }
    ],
    "identity /users/u-alice/access_rules": [{"id": "ar", "service": "compute", "method": "GET", "path": "/v2.1"}],
    "identity /domains/d-education/config": {"config": {"ldap": {"page_size": 10}}},
    "identity /OS-EP-FILTER/endpoint_groups/eg-inner/projects": [{"id": "p-moodle", "name": "moodle"}],
}
SERVERS = {"service": "compute", "region": "toulouse", "resource_name": "servers"}
#: Names one of each, so that all of them are listed; what is there beside those is exported, too.
NAMED = {
    "identity": {
        "registered_limits": [SERVERS],
        "implied_roles": [{"role": "member", "implies": ["reader"]}],
        "role_assignments": [{"role": "reader", "group": "operators", "group_domain": "education"}],
        "endpoint_groups": [{"name": "inner"}],
    },
    "domains": [
        {
            "name": "education",
            "limits": [SERVERS],
            "roles": [{"name": "head"}],
            "role_assignments": [{"role": "member", "group": "operators", "inherited": True}],
            "users": [
                {
                    "name": "alice.martin",
                    "access_rules": [{"service": "compute", "method": "GET", "path": "/v2.1"}],
                }
            ],
            "domain_configuration": {"ldap": {"page_size": 10}},
        }
    ],
    "tenants": [
        {
            "name": "moodle",
            "domain": "education",
            "limits": [SERVERS],
            "role_assignments": [{"role": "head", "role_domain": "education", "group": "operators"}],
            "endpoint_groups": [{"name": "inner"}],
        }
    ],
}


def prepared(declared: Any) -> Run:
    """Return the run of a declaration after it has planned."""
    # What is written once and named in several places becomes several objects.
    checked = VALIDATOR.validate(json.loads(json.dumps(declared)))
    assert not checked.error_messages
    run = Run(KINDS, Declaration("interne", checked.validated_parameters, workers=1), Progress())
    run.prepare()
    return run


def test_building_what_was_exported_of_identity_plans_nothing(cloud: CloudServer) -> None:
    cloud.hold({**GIVEN, **CLOUD})
    run = prepared(NAMED)
    assert run.plan.changes == ()

    made = export(KINDS, run.seen, [("", ""), ("education", ""), ("education", "moodle")])

    assert made.left_out == []
    (domain,), (tenant,) = made.domains, made.tenants
    assert made.identity["registered_limits"][0] == {**SERVERS, "default_limit": 10, "description": "Servers"}
    assert made.identity["role_assignments"] == NAMED["identity"]["role_assignments"]  # type: ignore[index]
    assert domain["users"][0]["default_project"] == "moodle"
    assert domain["users"][0]["access_rules"] == [{"service": "compute", "method": "GET", "path": "/v2.1"}]
    assert domain["role_assignments"] == [{"role": "member", "group": "operators", "inherited": True}]
    assert tenant["limits"] == [{**SERVERS, "resource_limit": 20}]
    assert tenant["endpoint_groups"] == [{"name": "inner"}]
    again = prepared({"identity": made.identity, "domains": made.domains, "tenants": made.tenants})
    assert again.plan.changes == ()
    assert len(again.plan.kept) >= len(run.plan.kept)


def test_what_is_deleted_of_a_cloud_and_of_a_domain_is_in_the_record(cloud: CloudServer) -> None:
    cloud.hold({**GIVEN, **CLOUD})
    images = {"service": "image", "resource_name": "image_count_total"}
    absent = {**images, "state": "absent", "allow_zero": True}

    run = prepared(
        {
            "identity": {"registered_limits": [absent]},
            "domains": [{"name": "education", "limits": [{**SERVERS, "state": "absent"}]}],
        }
    )

    assert run.result()["record"] == {
        "identity": {"registered_limits": [{**images, "default_limit": 5}]},
        "domains": [{"name": "education", "limits": [{**SERVERS, "resource_limit": 40}]}],
        "tenants": [],
        "left_out": [],
    }
