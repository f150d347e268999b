# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module posture_info as Ansible runs it, on the small cloud of the tables."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._audit.sources import SOURCES
from ansible_collections.etat.cloud.plugins.module_utils._controls import CONTROLS
from ansible_collections.etat.cloud.plugins.modules import posture_info
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

GIVEN = yaml.safe_load(
    (Path(__file__).parents[1] / "module_utils" / "_kinds" / "given.yml").read_text(encoding="utf-8")
)
MOODLE = {"name": "moodle", "domain": "education", "sensitivity": "internal", "sites": ["toulouse"]}
NOTEBOOKS = {"name": "notebooks", "domain": "education", "sensitivity": "internal", "sites": ["toulouse"]}
SECRET = "Zq7-planted-Secret"
RULE = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22}
HELD = {
    "identity /role_assignments?effective=true&include_names=true": [
        {
            "role": {"id": "r-member", "name": "member"},
            "user": {"id": "u-alice", "name": "alice.martin", "domain": {"id": "d-education", "name": "education"}},
            "scope": {"project": {"id": "p-moodle", "name": "moodle", "domain": {"id": "d-education"}}},
        }
    ],
    "network toulouse /security-groups": [
        {"id": "sg-1", "name": "open", "project_id": "p-moodle", "security_group_rules": [{"id": "r-1", **RULE}]},
        {"id": "sg-2", "name": "open", "project_id": "p-notebooks", "security_group_rules": [{"id": "r-2", **RULE}]},
    ],
    "network toulouse /ports": [],
    "compute toulouse /servers": [
        {
            "id": "v-1",
            "name": "web",
            "tenant_id": "p-moodle",
            "status": "ACTIVE",
            "metadata": {"admin_password": SECRET, "environment": "production"},
            "OS-EXT-SRV-ATTR:user_data": base64.b64encode(f"#cloud-config\npassword: {SECRET}".encode()).decode(),
            "adminPass": SECRET,
        }
    ],
    "block-storage toulouse /volumes": [],
}


@pytest.fixture
def server(cloud: CloudServer) -> CloudServer:
    """The cloud of the tables, with a server that keeps a secret and two rules that let anybody in."""
    cloud.hold({**GIVEN, **copy.deepcopy(HELD)})
    return cloud


def of(found: Mapping[str, Any], control: str, **where: str) -> Mapping[str, Any]:
    """Return the one result of a control at a place."""
    (result,) = [
        result
        for result in found["posture"]["results"]
        if result["control"] == control and all(result[name] == value for name, value in where.items())
    ]
    return result


def test_what_fails_is_found_and_nothing_is_written(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(posture_info, cloud="interne", tenants=[MOODLE, NOTEBOOKS], domains=["education"])
    assert not failed, found
    assert not found["changed"]
    posture = found["posture"]
    result = of(found, "ETAT-NET-002", tenant="moodle")
    assert (result["outcome"], result["severity"], result["site"]) == ("fail", "critical", "toulouse")
    (finding,) = result["findings"]
    assert (finding["type"], finding["id"], finding["name"]) == ("security_group_rule", "r-1", "open")
    assert finding["evidence"]["source"] == "0.0.0.0/0"
    assert {call.method for call in server.content.calls if call.path != "identity /auth/tokens"} == {"GET"}
    assert posture["run"]["account"] == "interne"
    assert posture["run"]["scope"] == "project Default/admin"
    assert posture["summary"]["outcomes"]["fail"] == len([r for r in posture["results"] if r["outcome"] == "fail"])
    assert sum(posture["summary"]["outcomes"].values()) == len(posture["results"])


def test_an_administrator_reads_each_listing_once_however_many_controls_there_are(
    server: CloudServer, run_module: Any
) -> None:
    run_module(posture_info, cloud="interne", tenants=[MOODLE, NOTEBOOKS], regions=["toulouse"])
    # Images are asked for in four ways, and what Keystone lists per domain for one domain. Secrets show to a token of
    # their project only.
    reads = [
        (call.path, call.query, str(call.scope))
        for call in server.content.calls
        if call.method == "GET" and call.path[-2:] != " /"
    ]
    assert sorted(reads) == sorted(set(reads))
    assert [query for path, query, _scope in reads if path == "compute toulouse /servers/detail"] == [
        (("all_tenants", "1"),)
    ]


def test_a_secret_never_leaves_the_cloud(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(posture_info, cloud="interne", tenants=[MOODLE])
    assert not failed, found
    assert SECRET not in json.dumps(found)
    assert base64.b64encode(SECRET.encode()).decode()[:12] not in json.dumps(found)
    assert of(found, "ETAT-GOV-009", tenant="moodle", site="toulouse")["outcome"] == "fail"


def test_what_is_refused_is_never_a_pass_and_is_told_with_the_role_that_it_takes(
    server: CloudServer, run_module: Any
) -> None:
    server.fail(
        "GET network toulouse /security-groups", 403, {"NeutronError": {"message": "not for you (Request-ID: req-9)"}}
    )
    found, failed = run_module(posture_info, cloud="interne", tenants=[MOODLE])
    assert not failed, found
    result = of(found, "ETAT-NET-002", tenant="moodle")
    assert result["outcome"] == "not_evaluable"
    assert result["reason"] == "security groups in toulouse: the account may not do it (403: not for you)"
    assert result["reason_fr"] == "lecture de security_groups (toulouse) : le compte n'en a pas le droit (403)"
    findings = of(found, "ETAT-LOG-004", tenant="moodle")["findings"]
    (finding,) = [one for one in findings if one["evidence"]["listing"] == "security groups"]
    assert finding["evidence"]["why"] == "the account may not do it (403: not for you)"
    assert finding["evidence_fr"] == {"why": "le compte n'en a pas le droit (403)"}
    (unseen,) = [one for one in found["posture"]["unseen"] if "403" in one["why"]]
    assert unseen == {
        "source": "security_groups",
        "region": "toulouse",
        "why": "the account may not do it (403: not for you)",
        "why_fr": "le compte n'en a pas le droit (403)",
        "role": "reader of the project",
        "owners": [],
    }


def test_the_auditor_of_a_domain_looks_with_a_token_of_each_project(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(
        posture_info, cloud="interne-education", tenants=[MOODLE, NOTEBOOKS], domains=["education"]
    )
    assert not failed, found
    assert [of(found, "ETAT-NET-002", tenant=name)["outcome"] for name in ("moodle", "notebooks")] == ["fail", "fail"]
    scopes = {call.scope for call in server.reads("network toulouse /security-groups")}
    assert scopes == {"project p-moodle", "project p-notebooks"}
    assert {call.scope for call in server.reads("identity /users")} == {"domain d-education"}
    # It does not see what is outside, and so cannot say that nothing is amiss there.
    assert of(found, "ETAT-GOV-006")["outcome"] == "not_evaluable"
    assert found["posture"]["run"]["scope"] == "domain education"


def test_domains_that_the_account_does_not_see_are_told_apart(server: CloudServer, run_module: Any) -> None:
    domains = ["education", "agriculture", "ghost"]
    found, failed = run_module(posture_info, cloud="interne-education", domains=domains, controls=["ETAT-GOV-005"])
    assert not failed, found
    results = {result["domain"]: result["outcome"] for result in found["posture"]["results"]}
    assert results == {
        "education": "not_applicable",
        "agriculture": "not_evaluable",
        "ghost": "not_evaluable",
    }


def test_a_reader_of_the_system_looks_with_tokens_of_projects_too(server: CloudServer, run_module: Any) -> None:
    found, failed = run_module(posture_info, cloud="interne-reader", tenants=[MOODLE], regions=["toulouse"])
    assert not failed, found
    assert of(found, "ETAT-NET-002", tenant="moodle")["outcome"] == "fail"
    assert {call.scope for call in server.reads("identity /projects")} == {"system"}
    assert {call.scope for call in server.reads("compute toulouse /servers/detail")} == {"project p-moodle"}
    assert found["posture"]["run"]["scope"] == "system"


def test_an_account_of_one_project_judges_that_project_and_says_what_it_does_not_see(
    server: CloudServer, run_module: Any
) -> None:
    for path in ("domains", "users", "role_assignments"):
        server.fail(f"GET identity /{path}", 403, {"error": {"message": "You are not authorized"}})
    tenants = [{**NOTEBOOKS, "account": "externe-notebooks"}]
    found, failed = run_module(posture_info, cloud="externe-notebooks", tenants=tenants, domains=["education"])
    assert not failed, found
    assert of(found, "ETAT-NET-002")["outcome"] == "fail"
    assert of(found, "ETAT-GOV-001")["outcome"] == "fail"
    assert of(found, "ETAT-GOV-005")["outcome"] == "not_evaluable"
    # The catalogue is the same for everybody, so that any token tells of the whole cloud.
    assert of(found, "ETAT-API-001")["outcome"] == "fail"
    unseen = {
        (one["source"], one["why"], tuple(one["owners"])) for one in found["posture"]["unseen"] if not one["region"]
    }
    refused = "the account may not do it (403: You are not authorized)"
    assert ("users", refused, ("education/notebooks",)) in unseen


def test_a_tenant_whose_account_gets_no_token_is_told_and_the_others_are_judged(
    server: CloudServer, run_module: Any
) -> None:
    tenants = [{**MOODLE, "account": "nobody"}, NOTEBOOKS]
    found, failed = run_module(posture_info, cloud="externe-notebooks", tenants=tenants)
    assert not failed, found
    assert of(found, "ETAT-NET-002", tenant="notebooks")["outcome"] == "fail"
    result = of(found, "ETAT-NET-002", tenant="moodle")
    assert result["outcome"] == "not_evaluable"
    assert result["reason"].startswith("the project education/moodle was not found: cloud nobody is not known: ")
    assert result["reason_fr"] == (
        "le projet education/moodle n'a pas été trouvé : le compte nobody n'obtient pas de jeton : "
        "l'entrée nobody de clouds.yaml manque ou n'est pas valable"
    )


def containers(**headers: str) -> dict[str, Any]:
    """Return an account of the object store that has one container, named data, with some headers."""
    return {"headers": {}, "containers": {"data": {"X-Container-Object-Count": "1", **headers}}}


def test_access_lists_that_a_service_withholds_from_readers_are_never_a_pass(
    server: CloudServer, run_module: Any
) -> None:
    # Swift answers a reader as if there were no list, whatever there is.
    server.content.records["object-store toulouse /AUTH_p-moodle"] = containers()
    asked = {"tenants": [MOODLE], "controls": ["ETAT-OBJ-001", "ETAT-OBJ-007"], "regions": ["toulouse"]}
    found, failed = run_module(posture_info, cloud="interne-auditor", **asked)
    assert not failed, found
    for control in asked["controls"]:
        assert of(found, control)["outcome"] == "not_evaluable"
        assert "an account that holds nothing but reader roles" in of(found, control)["reason"]
    assert "HEAD" not in {call.method for call in server.content.calls}
    (unseen,) = [one for one in found["posture"]["unseen"] if one["source"] == "object_container_headers"]
    assert (unseen["role"], unseen["owners"]) == ("member of the project", ["education/moodle"])
    # To a manager it shows them.
    found, _failed = run_module(posture_info, cloud="interne-education", **asked)
    assert [of(found, control)["outcome"] for control in asked["controls"]] == ["pass", "pass"]


@pytest.mark.parametrize("account", ["interne", "interne-education"])
def test_containers_of_one_name_in_two_projects_are_judged_each_for_its_own(
    server: CloudServer, run_module: Any, account: str
) -> None:
    server.content.records["object-store toulouse /AUTH_p-moodle"] = containers(**{"X-Container-Read": ".r:*"})
    server.content.records["object-store toulouse /AUTH_p-notebooks"] = containers()
    found, failed = run_module(
        posture_info,
        cloud=account,
        tenants=[MOODLE, NOTEBOOKS],
        controls=["ETAT-OBJ-001"],
        regions=["toulouse"],
    )
    assert not failed, found
    outcomes = [of(found, "ETAT-OBJ-001", tenant=name)["outcome"] for name in ("moodle", "notebooks")]
    assert outcomes == ["fail", "pass"]
    (finding,) = of(found, "ETAT-OBJ-001", tenant="moodle")["findings"]
    assert (finding["id"], finding["evidence"]) == ("data", {"read": ".r:*"})
    # Versions would be asked for without a token, once for each project.
    scopes = {call.scope for call in server.content.calls if call.path.startswith("object-store")}
    assert scopes == {"project p-moodle", "project p-notebooks"}


def test_a_refusal_for_one_of_many_parents_is_not_asked_for_again(server: CloudServer, run_module: Any) -> None:
    ips = [
        {"id": f"f-{number}", "floating_ip_address": f"203.0.113.{number}", "project_id": "p-moodle", "port_id": None}
        for number in range(20)
    ]
    server.content.records["network toulouse /floatingips"] = ips
    for ip in ips:
        server.fail(f"GET network toulouse /floatingips/{ip['id']}/port_forwardings", 403)
    found, _failed = run_module(posture_info, cloud="interne", tenants=[MOODLE], controls=["ETAT-NET-004"])
    asked = [call for call in server.content.calls if "port_forwardings" in call.path]
    assert len(asked) == 1
    assert of(found, "ETAT-NET-004", site="toulouse")["outcome"] == "not_evaluable"


def test_a_waiver_makes_exempt_and_says_who_answers_for_it(server: CloudServer, run_module: Any) -> None:
    waiver = {
        "id": "education/open",
        "control": "ETAT-NET-002",
        "owner": "Alice Martin",
        "reason": "Bastion in the making",
        "until": "2026-12-31",
        "tenants": [{"domain": "education", "name": "moodle"}],
    }
    found, _failed = run_module(
        posture_info, cloud="interne", tenants=[MOODLE], waivers=[waiver], today="2026-12-31", regions=["toulouse"]
    )
    result = of(found, "ETAT-NET-002")
    assert result["outcome"] == "exempt"
    assert result["waiver"] == {name: waiver[name] for name in ("id", "owner", "reason", "until")}
    found, _failed = run_module(
        posture_info, cloud="interne", tenants=[MOODLE], waivers=[waiver], today="2027-01-01", regions=["toulouse"]
    )
    assert of(found, "ETAT-NET-002")["outcome"] == "fail"
    (finding,) = of(found, "ETAT-GOV-012")["findings"]
    assert finding["id"] == "education/open"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "controls",
            ["ETAT-NTE"],
            "option controls: 'ETAT-NTE' is neither a control, nor the beginning of some, nor a",
        ),
        ("today", "tomorrow", "option today: Invalid isoformat string: 'tomorrow'"),
        *(
            (
                "tenants",
                [{**MOODLE, "quotas": quotas}],
                "option tenants: the quotas of education/moodle are not numbers by region, service and name",
            )
            for quotas in ({"toulouse": 5}, {"toulouse": {"compute": 5}}, {"toulouse": {"compute": {"cores": "few"}}})
        ),
        *(
            (
                "tenants",
                [{**MOODLE, "residency": residency}],
                "option tenants: the residency of education/moodle is not names by region and kind; allowed kinds: ",
            )
            for residency in (
                {"toulouse": ["az-1"]},
                {"toulouse": {"zones": ["az-1"]}},
                {"toulouse": {"backup_zones": "az-1"}},
                {"toulouse": {"backup_zones": [1]}},
            )
        ),
        (
            "cartographies",
            [{"made": "last year", "reference": "a drawing"}],
            "option cartographies: Invalid isoformat string: 'last year'",
        ),
        (
            "qualification",
            {"kind": "internal", "reference": "Decision 12", "valid_until": "soon"},
            "option qualification: Invalid isoformat string: 'soon'",
        ),
    ],
)
def test_an_option_that_makes_no_sense_is_named(
    server: CloudServer, run_module: Any, option: str, value: Any, message: str
) -> None:
    found, failed = run_module(posture_info, cloud="interne", **{option: value})
    assert failed
    assert found["msg"].startswith(message)
    assert server.content.calls == []


def test_quotas_are_compared_with_those_that_are_agreed_on(server: CloudServer, run_module: Any) -> None:
    server.content.records["compute toulouse /os-quota-sets/p-moodle/detail"] = {
        "quota_set": {"id": "p-moodle", "cores": {"limit": 20, "in_use": 0, "reserved": 0}}
    }
    outcomes = {}
    for cores in (20, 8):
        tenant = {**MOODLE, "quotas": {"toulouse": {"compute": {"cores": cores}}}}
        found, _failed = run_module(posture_info, cloud="interne", tenants=[tenant], controls=["ETAT-QTA-002"])
        outcomes[cores] = of(found, "ETAT-QTA-002", site="toulouse")["outcome"]
    assert outcomes == {20: "pass", 8: "fail"}


def test_a_server_is_judged_by_the_zones_of_its_site_and_the_cloud_by_its_qualification(
    server: CloudServer, run_module: Any
) -> None:
    server.content.records["compute toulouse /servers/detail"] = [
        {"id": "s-1", "name": "web", "tenant_id": "p-moodle", "status": "ACTIVE", "OS-EXT-AZ:availability_zone": "az-1"}
    ]
    qualification = {"kind": "secnumcloud", "reference": "Offer", "valid_until": "2026-12-31"}
    outcomes = {}
    for zone, day in (("az-1", "2026-12-31"), ("az-2", "2027-01-01")):
        tenant = {
            **MOODLE,
            "residency": {"toulouse": {"availability_zones": [zone]}},
            "qualifications": ["secnumcloud"],
        }
        found, _failed = run_module(
            posture_info,
            cloud="interne",
            tenants=[tenant],
            qualification=qualification,
            today=day,
            controls=["ETAT-RES-004", "ETAT-RES-005"],
        )
        outcomes[zone] = (
            of(found, "ETAT-RES-004", site="toulouse")["outcome"],
            of(found, "ETAT-RES-005")["outcome"],
        )
    assert outcomes == {"az-1": ("pass", "pass"), "az-2": ("fail", "fail")}


def test_a_map_takes_no_call_that_the_controls_do_not_make(server: CloudServer, run_module: Any) -> None:
    calls = {}
    for maps in (False, True):
        server.content.calls.clear()
        found, _failed = run_module(posture_info, cloud="interne", tenants=[MOODLE], cartography=maps)
        # Where a service is found, each session asks for itself.
        calls[maps] = {call.path for call in server.content.calls if not call.path.endswith(" /")}
        assert ("cartography" in found) is maps
    assert calls[True] == calls[False]
    assert found["cartography"]["cloud"] == "interne"
    assert {site["tenant"] for site in found["cartography"]["sites"]} == {"moodle"}
    few, _failed = run_module(
        posture_info, cloud="interne", tenants=[MOODLE], cartography=True, controls=["ETAT-GOV-001"]
    )
    assert few["cartography"] == found["cartography"]


def test_controls_can_be_chosen_and_only_what_they_look_at_is_read(server: CloudServer, run_module: Any) -> None:
    found, _failed = run_module(posture_info, cloud="interne", tenants=[MOODLE], controls=["ETAT-NET-014"])
    assert {result["control"] for result in found["posture"]["results"]} == {"ETAT-NET-014"}
    assert {call.path.split()[0] for call in server.content.calls} == {"identity", "network"}
    found, _failed = run_module(posture_info, cloud="interne", tenants=[MOODLE], controls=["governance"])
    ids = {result["control"] for result in found["posture"]["results"]}
    assert ids == {
        control.id for control in CONTROLS if control.family == "governance" and control.level.value != "domain"
    }


def test_no_field_that_holds_a_secret_is_in_the_document(server: CloudServer, run_module: Any) -> None:
    found, _failed = run_module(posture_info, cloud="interne", tenants=[MOODLE, NOTEBOOKS], domains=["education"])
    names = {name for source in SOURCES.values() for name in (*source.drop, *source.scan)}
    keys: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            keys.update(value)
            for inner in value.values():
                walk(inner)
        for inner in value if isinstance(value, list) else ():
            walk(inner)

    walk(found["posture"]["results"])
    assert not keys & (names - {"metadata"})
