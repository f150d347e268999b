# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What identity alone knows is there as declared, and what would harm people or automation is refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import lab
import play
import pytest
import requests
import yaml

CULTURE, SANTE, JUSTICE = (f"molecule-identity-{name}" for name in ("culture", "sante", "justice"))
SERVERS, IMAGES, VOLUMES = (f"molecule-identity-{name}" for name in ("servers", "images", "volumes"))
DECLARED = play.declaration()


@cache
def admin() -> Any:
    return lab.connect()


@cache
def there() -> lab.Domains:
    return lab.Domains(admin(), lab.prefix())


def got(path: str, key: str) -> Any:
    """Return what Keystone says to an administrator."""
    return lab.accept(admin().identity.get(path)).json()[key]


@cache
def ids(collection: str, query: str = "") -> dict[str, str]:
    """Return the names of a collection by their ids."""
    return {found["id"]: found["name"] for found in got(f"/{collection}{query}", collection)}


def id_of(collection: str, name: str, query: str = "") -> str:
    return next(id for id, found in ids(collection, query).items() if found == name)


def user(name: str) -> dict[str, Any]:
    domain = there().domain(CULTURE)
    return dict(got(f"/users?domain_id={domain}&name={name}", "users")[0])


def test_registered_limits() -> None:
    services = {service["id"]: service["type"] for service in got("/services", "services")}
    found = {item["resource_name"]: item for item in got("/registered_limits", "registered_limits")}

    seen = {
        name: (services[item["service_id"]], item["region_id"], item["default_limit"], item["description"])
        for name, item in found.items()
        if name.startswith(lab.prefix())
    }
    assert seen == {
        SERVERS: ("compute", "toulouse", 10, "Servers"),
        IMAGES: ("image", None, 5, None),
        VOLUMES: ("block-storage", None, 3, None),
    }


def test_limits() -> None:
    owners = {there().domain(CULTURE): "culture", there().project(CULTURE, "museums"): "museums"}
    seen = {
        (owners[item["project_id"] or item["domain_id"]], item["resource_name"]): item["resource_limit"]
        for item in got("/limits", "limits")
        if item["resource_name"].startswith(lab.prefix())
    }
    assert seen == {("culture", SERVERS): 40, ("museums", SERVERS): 4, ("museums", IMAGES): 0}


def test_roles_and_what_they_imply() -> None:
    domain = there().domain(CULTURE)
    auditor = got(f"/roles/{id_of('roles', 'molecule-identity-auditor')}", "role")
    curator = got(f"/roles/{id_of('roles', 'curator', f'?domain_id={domain}')}", "role")
    implied = {
        rule["prior_role"]["id"]: sorted(role["name"] for role in rule["implies"])
        for rule in got("/role_inferences", "role_inferences")
    }

    assert (auditor["description"], auditor["domain_id"]) == ("Reads everywhere", None)
    assert (curator["description"], curator["domain_id"]) == ("Keeps a museum", domain)
    # The one that was added by hand is left alone.
    assert implied[auditor["id"]] == ["member", "reader"]
    assert implied[curator["id"]] == ["member"]


#: Every role on each scope that the product gave; a star is for what projects inherit.
ASSIGNMENTS = {
    "domain": ["curator for curators *", "manager for manager", "member for manager *", "reader for overseers *"],
    "project": [
        "member for alice.martin",
        "member for bruno.petit",
        "reader for farid.benali *",
        "reader for partners",
    ],
}


@pytest.mark.parametrize("over", list(ASSIGNMENTS))
def test_role_assignments(over: str) -> None:
    id = there().domain(CULTURE) if over == "domain" else there().project(CULTURE, "museums")
    found = got(f"/role_assignments?include_names&scope.{over}.id={id}", "role_assignments")

    said = [
        f"{item['role']['name']} for {(item.get('group') or item['user'])['name']}"
        + (" *" if "OS-INHERIT:inherited_to" in item["scope"] else "")
        for item in found
    ]
    assert sorted(said) == ASSIGNMENTS[over]


def test_a_role_on_the_system() -> None:
    found = got("/role_assignments?include_names&scope.system=all", "role_assignments")

    assert ("molecule-identity-auditor", "overseers", CULTURE) in {
        (item["role"]["name"], item["group"]["name"], item["group"]["domain"]["name"])
        for item in found
        if "group" in item
    }


def test_endpoint_groups() -> None:
    found = {
        item["name"]: item
        for item in got("/OS-EP-FILTER/endpoint_groups", "endpoint_groups")
        if item["name"].startswith(lab.prefix())
    }
    compute = next(service["id"] for service in got("/services", "services") if service["type"] == "compute")
    inner, outer = found["molecule-identity-inner"], found["molecule-identity-outer"]

    assert inner["description"] == "What is reached from inside"
    assert inner["filters"] == {"service_id": compute, "region_id": "toulouse", "interface": "internal"}
    assert outer["filters"] == {"interface": "public"}
    shown = {
        item["name"]: [
            project["id"] for project in got(f"/OS-EP-FILTER/endpoint_groups/{item['id']}/projects", "projects")
        ]
        for item in (inner, outer)
    }
    museums = there().project(CULTURE, "museums")
    assert shown == {"molecule-identity-inner": [], "molecule-identity-outer": [museums]}


def test_domains() -> None:
    seen = {domain["name"]: domain for domain in lab.Domains(admin(), lab.prefix()).domains}

    assert {name: domain["enabled"] for name, domain in seen.items()} == {CULTURE: True, SANTE: True, JUSTICE: False}
    assert {name: domain["options"] for name, domain in seen.items()} == {
        CULTURE: {"immutable": True},
        SANTE: {},
        JUSTICE: {},
    }
    assert seen[CULTURE]["description"] == "Ministère de la Culture"


def test_domain_configuration() -> None:
    said = DECLARED["declared_domains"][0]["domain_configuration"]

    # What was added by hand stays.
    assert got(f"/domains/{there().domain(CULTURE)}/config", "config") == {
        "identity": said["identity"],
        "ldap": {**said["ldap"], "user": "cn=keystone"},
    }


def test_user_options() -> None:
    alice = user("alice.martin")
    said = DECLARED["managed_domains"][0]["users"][0]["options"]
    rules = "multi_factor_auth_rules"

    assert alice["default_project_id"] == there().project(CULTURE, "museums")
    assert sorted(sorted(rule) for rule in alice["options"].pop(rules)) == sorted(sorted(rule) for rule in said[rules])
    assert alice["options"] == {name: value for name, value in said.items() if name != rules}
    assert (alice["enabled"], user("chloe.durand")["enabled"]) == (True, False)
    assert user("bruno.petit")["options"] == DECLARED["declared_domains"][0]["users"][0]["options"]


def test_rules_hold_for_passwords_and_leave_application_credentials_alone() -> None:
    accounts = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))["clouds"]
    auth = accounts[f"alice.martin@{CULTURE}"]["auth"]
    credential = yaml.safe_load((lab.folder() / "credential.yml").read_text(encoding="utf-8"))
    person = {"name": auth["username"], "domain": {"name": CULTURE}, "password": auth["password"]}

    def status(**identity: Any) -> int:
        methods = {"methods": list(identity), **identity}
        body = {"auth": {"identity": methods}}
        return requests.post(f"{auth['auth_url']}/auth/tokens", json=body, timeout=30).status_code

    assert status(password={"user": person}) == 401
    assert status(application_credential=credential) == 201


def test_access_rules() -> None:
    system = lab.connect(lab.ADMIN, system_scope="all")
    rules = system.identity.get(f"/users/{user('alice.martin')['id']}/access_rules").json()["access_rules"]

    assert [(rule["service"], rule["method"], rule["path"]) for rule in rules] == [("compute", "GET", "/v2.1/servers")]


def culture(**options: Any) -> dict[str, Any]:
    return {"name": CULTURE, **options}


def resource(name: str, **more: Any) -> dict[str, Any]:
    return {"service": "image", "resource_name": name, **more}


def with_rules(name: str, *rules: list[str]) -> dict[str, Any]:
    return {"name": name, "options": {"multi_factor_auth_rules": list(rules)}}


#: All of it is wrong, and all of it is said in one run.
WRONG = {
    "identity": {
        "registered_limits": [
            resource(IMAGES, state="absent"),
            {"service": "compute", "region": "toulouse", "resource_name": SERVERS, "default_limit": 6},
        ],
        "roles": [{"name": "molecule-identity-auditor", "state": "absent"}],
        "endpoint_groups": [{"name": "molecule-identity-outer", "state": "absent"}],
    },
    "domains": [
        culture(users=[with_rules("alice.martin", ["password"]), with_rules("chloe.durand", ["totp"])]),
        {"name": "Default", "users": [{"name": "admin", "enabled": False}], "enabled": False},
    ],
}
REFUSALS = {
    "a registered limit that projects need": "have no limit of their own and drop to 0",
    "a registered limit that goes before its limits": (
        f"registered limit image/{IMAGES} cannot be deleted: Keystone refuses it while there are limits of domains and "
        "projects for it, and there are 1"
    ),
    "a registered limit that changes under its limits": (
        f"registered limit compute/toulouse/{SERVERS} cannot be updated: Keystone refuses it while there are limits of "
        "domains and projects for it, and there are 2"
    ),
    "rules that stop automation": "the 1 application credentials that it has need a rule of their own",
    "rules that nobody can meet": "its rules would be totp, and it can have no more than external",
    "the acting account's end": "it is the user of the acting account interne, who would be disabled",
    "the end of the acting account's domain": "domain Default cannot be disabled",
    "the end of a role that somebody holds": "1 role assignments give it",
    "the end of an endpoint group that somebody has": "it is in the catalogue of 1 projects: museums",
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> play.Run:
    before = lab.snapshot()
    run = play.play(tmp_path_factory.mktemp("refused"), [play.tenant(**WRONG)])
    assert lab.snapshot() == before
    return run


@pytest.mark.parametrize("about", list(REFUSALS))
def test_is_refused(about: str, refused: play.Run) -> None:
    assert refused.code != 0
    assert REFUSALS[about] in refused.words, refused.output
    assert "Traceback" not in refused.output


def test_a_limit_without_a_registered_limit_is_refused(tmp_path: Path) -> None:
    limit = resource("molecule-identity-none", resource_limit=1)

    run = play.play(tmp_path, [play.tenant(domains=[culture(limits=[limit])])])

    assert run.code != 0
    assert "needs registered limit image/molecule-identity-none: it is neither in the cloud nor declared" in run.words


def test_a_manager_is_told_what_takes_an_administrator(tmp_path: Path) -> None:
    domain = culture(
        description="Ours",
        limits=[resource(IMAGES, resource_limit=1)],
        roles=[{"name": "deputy"}],
        domain_configuration={"ldap": {"page_size": 1}},
    )
    task = play.tenant(domains=[domain])
    task["etat.cloud.tenant"]["cloud"] = "identity-manager"

    run = play.play(tmp_path, [task])

    assert run.code != 0
    for kind in ("limit", "role", "domain", "domain configuration"):
        assert f"{kind} {CULTURE}" in run.words
    assert run.words.count("it needs an administrator of the cloud, and this account is a manager of one domain") >= 4


def test_keystone_says_the_same_of_a_manager() -> None:
    manager = lab.connect("identity-manager").identity
    culture_id, alice = there().domain(CULTURE), user("alice.martin")["id"]

    assert manager.get(f"/users/{alice}/application_credentials").status_code == 403
    for path, key in ((f"/domains/{culture_id}", "domain"), (f"/domains/{culture_id}/config", "config")):
        assert manager.patch(path, json={key: {"description": "Ours"}}).status_code == 403
    for path, body in (
        ("/roles", {"role": {"name": "molecule-identity-deputy"}}),
        ("/OS-EP-FILTER/endpoint_groups", {"endpoint_group": {"name": "x", "filters": {"interface": "public"}}}),
    ):
        assert manager.post(path, json=body).status_code == 403
