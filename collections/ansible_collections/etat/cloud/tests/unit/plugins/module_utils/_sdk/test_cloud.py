# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reaches a cloud over HTTP, and what is understood of its answers and of its silence."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._engine.apply import Failed
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import (
    Action,
    Change,
    EngineError,
    Get,
    Key,
    Privilege,
    Problem,
)
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._sdk import session
from ansible_collections.etat.cloud.plugins.module_utils._sdk.cloud import Cloud, Writer
from ansible_collections.etat.cloud.plugins.module_utils._sdk.errors import problem
from ansible_collections.etat.cloud.plugins.module_utils._sdk.session import WriteRefused
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils import cloud_server
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer
from keystoneauth1 import exceptions as ka

DOMAIN = {"id": "d-education", "name": "education"}
PROJECTS = [
    {"id": "p-admin", "name": "admin", "domain_id": "default"},
    {"id": "p-moodle", "name": "moodle", "domain_id": "d-education"},
    {"id": "p-notebooks", "name": "notebooks", "domain_id": "d-education"},
]
RECORDS: dict[str, Any] = {
    "identity /domains": [{"id": "default", "name": "Default"}, DOMAIN],
    "identity /projects": PROJECTS,
    "network toulouse /networks": [{"id": f"n-{number}", "name": f"net{number}"} for number in range(5)],
    "compute toulouse /limits": {"limits": {"absolute": {}}},
}
NETWORKS = Get("network", "toulouse", "/networks", "networks", (("limit", "2"),))
KEY = Key("network", "toulouse", ("education", "moodle", "front"))


@pytest.fixture
def server(cloud: CloudServer) -> CloudServer:
    """A cloud with two domains, three projects and five networks."""
    cloud.hold(RECORDS)
    return cloud


def listed(cloud: Cloud, get: Get) -> list[Mapping[str, Any]] | Problem:
    return cloud.read([get], workers=1)[get]


def refused(name: str = "interne") -> str:
    with pytest.raises(EngineError) as error:
        Cloud(name)
    return str(error.value)


# --- tokens and accounts


def test_an_administrator_reaches_the_whole_cloud(server: CloudServer) -> None:
    account = Cloud("interne").account
    assert (account.privilege, account.user, account.project) == (Privilege.CLOUD, "admin", "admin")
    assert account.roles == ("admin", "member", "reader")


def test_a_reader_of_the_system_looks_at_the_whole_cloud(server: CloudServer) -> None:
    account = Cloud("interne-reader").account
    assert (account.privilege, account.project, account.domain) == (Privilege.CLOUD, "", "")


def test_a_manager_of_a_domain_reaches_the_domain(server: CloudServer) -> None:
    account = Cloud("interne-education").account
    assert (account.privilege, account.domain_id, account.domain) == (Privilege.DOMAIN, "d-education", "education")
    assert account.project == ""


def test_a_member_reaches_one_project(server: CloudServer) -> None:
    account = Cloud("externe-notebooks").account
    assert account.privilege is Privilege.PROJECT
    assert (account.domain, account.project_id, account.project) == ("education", "p-notebooks", "notebooks")


def test_the_catalogue_names_the_regions(server: CloudServer) -> None:
    assert Cloud("interne").regions() == ["paris", "toulouse"]


def test_there_is_one_token_for_each_scope(server: CloudServer) -> None:
    cloud = Cloud("interne-education")
    gets = [
        Get("network", region, "/networks", "networks", project=project)
        for region in ("toulouse", "paris")
        for project in ("", "p-moodle", "p-notebooks")
    ]
    server.content.records["network paris /networks"] = []
    for _again in range(2):
        cloud.read(gets, workers=4)
    tokens = [call for call in server.content.calls if call.path == "identity /auth/tokens"]
    assert [name for call in tokens for name in call.body["auth"]["scope"]] == ["domain", "project", "project"]
    assert {call.scope for call in server.reads("network paris /networks")} == {
        "domain d-education",
        "project p-moodle",
        "project p-notebooks",
    }


# --- listings


@pytest.mark.parametrize("style", ["keystone", "rel", "rel among others"])
def test_every_page_is_read_whatever_the_form_of_the_links(server: CloudServer, style: str) -> None:
    server.content.pages["network toulouse /networks"] = (2, style)
    found = listed(Cloud("interne"), NETWORKS)
    assert isinstance(found, list)
    assert [record["id"] for record in found] == ["n-0", "n-1", "n-2", "n-3", "n-4"]
    asked = [dict(call.query) for call in server.reads("network toulouse /networks")]
    assert asked == [{"limit": "2"}, {"limit": "2", "marker": "n-1"}, {"limit": "2", "marker": "n-3"}]


def test_a_listing_without_links_is_one_page(server: CloudServer) -> None:
    found = listed(Cloud("interne"), NETWORKS)
    assert isinstance(found, list)
    assert len(found) == 5
    assert len(server.reads("network toulouse /networks")) == 1


def test_an_answer_that_holds_one_object_is_a_list_of_one(server: CloudServer) -> None:
    assert listed(Cloud("interne"), Get("compute", "toulouse", "/limits", "limits")) == [{"absolute": {}}]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, in seconds, none of which is waited for."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    monkeypatch.setattr(session, "PAUSE", 0.5)
    return made


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_repeated_while_the_cloud_is_busy(server: CloudServer, pauses: list[float], status: int) -> None:
    server.fail("GET network toulouse /networks", status, times=3)
    assert isinstance(listed(Cloud("interne"), NETWORKS), list)
    assert len(server.reads("network toulouse /networks")) == 4
    assert pauses == [0.5, 1.0, 2.0]


def test_a_read_is_not_repeated_for_ever(server: CloudServer, pauses: list[float]) -> None:
    server.fail("GET network toulouse /networks", 503)
    assert isinstance(listed(Cloud("interne"), NETWORKS), Problem)
    assert len(server.reads("network toulouse /networks")) == len(pauses) + 1 == 4


def test_a_read_that_is_refused_is_not_repeated(server: CloudServer, pauses: list[float]) -> None:
    server.fail("GET network toulouse /networks", 403)
    assert isinstance(listed(Cloud("interne"), NETWORKS), Problem)
    assert pauses == []


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_creation_whose_answer_does_not_come_is_made_again_when_it_did_nothing(
    server: CloudServer, status: int
) -> None:
    server.fail("POST network toulouse /networks", status, times=2)
    cloud = Cloud("interne")
    cloud.allow_writes()
    assert write(cloud, Change(Action.CREATE, KEY)).ids == ("new-1",)
    assert len(server.writes()) == 3


@pytest.mark.usefixtures("pauses")
def test_a_creation_whose_answer_was_lost_is_found_and_not_made_again(server: CloudServer) -> None:
    server.fail("POST network toulouse /networks", 502, times=1)
    server.content.records["network toulouse /networks"].append(
        {"id": "n-9", "name": "front", "project_id": "p-moodle"}
    )
    cloud = Cloud("interne")
    cloud.allow_writes()
    assert write(cloud, Change(Action.CREATE, KEY)).ids == ("n-9",)
    assert len(server.writes()) == 1


def test_a_creation_is_looked_for_as_long_again_as_its_answer_did_not_come(
    server: CloudServer, pauses: list[float]
) -> None:
    server.fail("POST network toulouse /networks", 504, times=1, after=0.4)
    cloud = Cloud("interne")
    cloud.allow_writes()
    write(cloud, Change(Action.CREATE, KEY))
    assert len(pauses) == 2
    assert pauses[1] >= 0.4


@pytest.mark.usefixtures("pauses")
def test_a_creation_that_never_gets_an_answer_fails_after_three_attempts(server: CloudServer) -> None:
    server.fail("POST network toulouse /networks", 504)
    cloud = Cloud("interne")
    cloud.allow_writes()
    with pytest.raises(Failed, match="the service failed"):
        write(cloud, Change(Action.CREATE, KEY))
    assert len(server.writes()) == 3


def test_a_write_that_comes_too_often_waits_as_long_as_the_cloud_asks(server: CloudServer, pauses: list[float]) -> None:
    server.fail("POST network toulouse /networks", 429, times=2, headers={"Retry-After": "7"})
    cloud = Cloud("interne")
    cloud.allow_writes()
    assert write(cloud, Change(Action.CREATE, KEY)).ids == ("new-1",)
    assert pauses == [7.0, 7.0]


# --- writes


def write(cloud: Cloud, *changes: Change) -> Any:
    """Make changes in the project moodle, whose id is known."""
    known = {Key("domain", "", KEY.path[:1]): "d-education", Key("project", "", KEY.path[:2]): "p-moodle"}
    return Writer(KINDS, known).perform(cloud, changes)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written_before_writing_is_allowed(server: CloudServer, method: str) -> None:
    cloud = Cloud("interne-education")
    for project in ("", "p-moodle"):
        adapter = cloud.adapter("network", "toulouse", project)
        with pytest.raises(WriteRefused, match=f"{method} .*/networks"):
            adapter.request("/networks", method, json={})
    assert server.writes() == []
    cloud.allow_writes()
    for project in ("", "p-moodle", "p-notebooks"):
        cloud.adapter("network", "toulouse", project).request("/networks", method, json={"network": {}})
    assert len(server.writes()) == 3


def test_a_call_that_writes_by_get_is_a_write_too(server: CloudServer) -> None:
    cloud = Cloud("interne")
    change = Change(Action.UPDATE, Key("volume_type", "toulouse", ("", "", "fast")))
    api = Writer(KINDS, {}).api(cloud, change)
    with pytest.raises(WriteRefused, match=r"GET .*/qos-specs/q-1/associate"):
        api.act("/qos-specs/q-1/associate", {"vol_type_id": "vt-1"})
    assert server.writes() == []
    cloud.allow_writes()
    api.act("/qos-specs/q-1/associate", {"vol_type_id": "vt-1"})
    assert server.writes() == [{"GET block-storage toulouse /qos-specs/q-1/associate?vol_type_id=vt-1": None}]
    assert api.request_id == "req-1"


def test_a_change_says_the_id_of_its_object_and_of_its_request(server: CloudServer) -> None:
    cloud = Cloud("interne")
    cloud.allow_writes()
    done = write(cloud, Change(Action.CREATE, KEY, after={"mtu": 1400}))
    assert (done.ids, done.request_id) == (("new-1",), "req-1")
    done = write(cloud, Change(Action.UPDATE, KEY, after={"mtu": 1450}, id="new-1"))
    assert done.ids == ("new-1",)
    assert server.writes()[1] == {"PUT network toulouse /networks/new-1": {"network": {"mtu": 1450}}}


def test_a_manager_writes_with_the_token_of_the_project(server: CloudServer) -> None:
    cloud = Cloud("interne-education")
    cloud.allow_writes()
    write(cloud, Change(Action.CREATE, KEY))
    assert server.content.calls[-1].scope == "project p-moodle"


def test_what_is_gone_already_is_deleted(server: CloudServer) -> None:
    cloud = Cloud("interne")
    cloud.allow_writes()
    server.fail("DELETE network toulouse /networks/n-0", 404)
    assert write(cloud, Change(Action.DELETE, KEY, id="n-0")).request_id == "req-1"


def test_a_rule_that_exists_already_is_made_and_a_network_is_not(server: CloudServer) -> None:
    cloud = Cloud("interne")
    cloud.allow_writes()
    rule = Key("security_group_rule", "toulouse", (*KEY.path, "ingress", "IPv4", "tcp", "80", "prefix", "any"))
    ids = {Key("project", "", KEY.path[:2]): "p-moodle", Key("security_group", "toulouse", KEY.path): "sg-1"}
    writer = Writer(KINDS, ids)
    server.fail("POST network toulouse /security-group-rules", 409, {"NeutronError": {"message": "exists"}})
    assert writer.perform(cloud, [Change(Action.CREATE, rule)]).ids == ()
    other = Key(rule.kind, rule.region, (*KEY.path, "egress", "IPv4", "tcp", "80", "prefix", "any"))
    with pytest.raises(Failed, match="the cloud refuses it") as failure:
        writer.perform(cloud, [Change(Action.CREATE, rule), Change(Action.CREATE, other)])
    assert failure.value.divisible
    server.fail("POST network toulouse /networks", 409, {"NeutronError": {"message": "exists"}})
    with pytest.raises(Failed) as failure:
        writer.perform(cloud, [Change(Action.CREATE, KEY)])
    assert str(failure.value) == (
        "the cloud refuses it (409: exists) [request req-1]. Correct what it names and run again."
    )
    assert failure.value.request_id == "req-1"


def test_a_batch_that_the_service_broke_on_is_not_divided(server: CloudServer) -> None:
    cloud = Cloud("interne")
    cloud.allow_writes()
    path = (*KEY.path, "ingress", "IPv4", "tcp")
    rules = [Key("security_group_rule", "toulouse", (*path, port, "prefix", "any")) for port in ("80", "443")]
    ids = {Key("project", "", KEY.path[:2]): "p-moodle", Key("security_group", "toulouse", KEY.path): "sg-1"}
    server.fail("POST network toulouse /security-group-rules", 500)
    with pytest.raises(Failed) as failure:
        Writer(KINDS, ids).perform(cloud, [Change(Action.CREATE, rule) for rule in rules])
    assert not failure.value.divisible


def test_what_a_change_refers_to_and_is_not_there_fails_the_change(server: CloudServer) -> None:
    cloud = Cloud("interne")
    cloud.allow_writes()
    subnet = Key("subnet", "toulouse", (*KEY.path, "one"))
    with pytest.raises(Failed) as failure:
        write(cloud, Change(Action.CREATE, subnet, after={"cidr": "192.0.2.0/24"}))
    assert str(failure.value) == (
        "network education/moodle/front in toulouse is not there. Correct the declaration and run again."
    )
    assert server.writes() == []


def test_an_answer_that_is_no_json_fails_the_change(server: CloudServer) -> None:
    cloud = Cloud("interne")
    cloud.allow_writes()
    server.fail("POST network toulouse /networks", 200, "<html>A page in front</html>")
    with pytest.raises(Failed, match="the answer is not one of this service"):
        write(cloud, Change(Action.CREATE, KEY))


# --- counts


def test_tokens_of_projects_share_connections_and_what_is_known_of_versions(server: CloudServer) -> None:
    cloud = Cloud("interne")
    listed(cloud, NETWORKS)
    asked = len([call for call in server.content.calls if call.path.endswith(" /")])
    for project in ("p-moodle", "p-notebooks"):
        listed(cloud, Get("network", "toulouse", "/networks", "networks", project=project))
    assert len([call for call in server.content.calls if call.path.endswith(" /")]) == asked > 0
    assert {call.scope for call in server.reads("network toulouse /networks")} == {
        "project p-admin",
        "project p-moodle",
        "project p-notebooks",
    }
    connections = {cloud.adapter("network", "toulouse", project).session.session for project in ("", "p-moodle")}
    assert len(connections) == 1


def test_many_threads_ask_a_service_for_its_versions_once(server: CloudServer) -> None:
    gets = [
        Get("network", "toulouse", path, path.strip("/")) for path in ("/networks", "/subnets", "/routers", "/ports")
    ]
    Cloud("interne").read(gets, workers=len(gets))
    assert len(server.reads("network toulouse /")) == 1


def test_calls_are_counted_per_service_over_all_tokens(server: CloudServer) -> None:
    cloud = Cloud("interne-education")
    cloud.read([NETWORKS, Get("compute", "toulouse", "/limits", "limits", project="p-moodle")], workers=2)
    listed(cloud, Get("network", "toulouse", "/networks", "networks", project="p-moodle"))
    counted = dict(cloud.calls())
    counted.pop("discovery")
    assert counted == {"tokens": 2, "network": 2, "compute": 1}
    assert len(server.reads("network toulouse /networks")) == 2


# --- messages: what, which, why, what next


def test_an_entry_that_is_not_there_is_told(server: CloudServer) -> None:
    said = refused("elsewhere")
    assert said.startswith("cloud elsewhere is not known: Cloud elsewhere was not found.")
    assert "Add the entry elsewhere to clouds.yaml" in said


def test_an_entry_of_a_kind_that_does_not_exist_is_told(
    server: CloudServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = cloud_server.clouds(server.address)
    entries["clouds"]["interne"]["auth_type"] = "v9handshake"
    file = tmp_path / "odd.yaml"
    file.write_text(json.dumps(entries), encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    assert refused() == (
        "cloud interne gives no token: NoMatchingPlugin: The plugin v9handshake could not be found. "
        "Check the entry interne of clouds.yaml."
    )


def test_a_wrong_password_is_told_and_not_shown(
    server: CloudServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = cloud_server.clouds(server.address)
    entries["clouds"]["interne"]["auth"]["password"] = "planted-secret"
    file = tmp_path / "wrong.yaml"
    file.write_text(json.dumps(entries), encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    assert refused() == (
        "cloud interne gives no token: the cloud refuses the user or the password (401). "
        "Check the entry interne of clouds.yaml."
    )


@pytest.mark.parametrize("path", ["/v3", "/identity/v3", ""])
def test_a_refused_connection_is_told_with_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    entries = cloud_server.clouds(address)
    entries["clouds"]["interne"]["auth"]["auth_url"] = address + path
    file = tmp_path / "nobody.yaml"
    file.write_text(json.dumps(entries), encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    assert refused() == (
        f"cloud interne gives no token: no answer from {address} (connection refused). "
        "Check that the service runs and that this host reaches it, then run again."
    )


BROKEN = """
- status: 500
  body: {NeutronError: {message: database is gone}}
  said: >-
    the service failed (500: database is gone) [request req-1]. Run again; if it persists, give the request id to the
    cloud's operators.
  french: le service a échoué (500)
- status: 403
  body: {NeutronError: {message: disallowed by policy}}
  said: >-
    the account may not do it (403: disallowed by policy). Use an account with the role it needs, or have it done by
    one.
  french: le compte n'en a pas le droit (403)
- status: 404
  body: {NeutronError: {message: no such page}}
  said: "the cloud refuses it (404: no such page) [request req-1]. Correct what it names and run again."
  french: le cloud refuse la demande (404)
- status: 401
  body: {error: {message: expired}}
  said: the cloud refuses the user or the password (401). Check the entry interne of clouds.yaml.
  french: le cloud refuse l'utilisateur ou le mot de passe (401)
- status: 200
  body: <html>Welcome</html>
  said: >-
    the answer is not one of this service (JSONDecodeError: Expecting value: line 1 column 1 (char 0)). Check that the
    catalogue's address leads to the service, and not to a page in front of it.
  french: la réponse n'est pas celle de ce service (JSONDecodeError)
- status: 200
  body: {nothing: []}
  said: >-
    the answer is not one of this service (KeyError: 'networks'). Check that the catalogue's address leads to the
    service, and not to a page in front of it.
  french: la réponse n'est pas celle de ce service (KeyError)
"""


@pytest.mark.parametrize("broken", yaml.safe_load(BROKEN), ids=lambda broken: f"{broken['status']} {broken['body']}")
def test_a_listing_that_fails_is_told(server: CloudServer, broken: Mapping[str, Any]) -> None:
    server.fail("GET network toulouse /networks", broken["status"], broken["body"])
    found = listed(Cloud("interne"), NETWORKS)
    assert str(found) == f"cloud interne: network cannot be read in toulouse: {broken['said']}"
    assert isinstance(found, Problem)
    assert found.why_fr == broken["french"]


@pytest.mark.parametrize(
    ("error", "french"),
    [
        (ka.EndpointNotFound(), "le catalogue des services n'en donne pas d'adresse"),
        (ka.ConnectFailure("no connection to http://10.0.0.1:9696/v2.0"), "aucune réponse de http://10.0.0.1:9696"),
        (ka.ConnectTimeout("timed out"), "aucune réponse"),
        (ka.DiscoveryFailure("no versions"), "erreur inattendue (DiscoveryFailure)"),
    ],
)
def test_an_error_is_said_in_french_too(error: Exception, french: str) -> None:
    assert problem(error, "interne", "what").why_fr == french


def test_a_region_that_the_catalogue_does_not_have_is_told_with_those_it_has(server: CloudServer) -> None:
    found = listed(Cloud("interne"), Get("network", "lyon", "/networks", "networks"))
    assert str(found) == (
        "cloud interne: network cannot be read in lyon: the service catalogue has no endpoint for it. "
        "The catalogue has these regions: paris, toulouse."
    )


def test_a_service_that_fails_where_tokens_are_given_is_told(server: CloudServer) -> None:
    server.fail("POST identity /auth/tokens", 500, {"error": {"message": "database is gone"}})
    assert refused() == (
        "cloud interne gives no token: the service failed (500: database is gone) [request req-1]. "
        "Run again; if it persists, give the request id to the cloud's operators."
    )


def test_an_identity_service_that_does_not_tell_its_versions_is_told_and_not_waited_for(server: CloudServer) -> None:
    server.fail("GET identity /", 401)
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(refused).result(timeout=10)
    assert said.startswith("cloud interne gives no token: DiscoveryFailure")
    assert "the identity service does not tell its versions" in said


def test_an_account_knows_its_user_and_how_it_proved_to_be_that(server: CloudServer) -> None:
    account = Cloud("interne-education").account

    assert (account.user_id, account.user_domain_id, account.methods) == ("u-manager", "default", ("password",))
    assert (account.domain, account.domain_id) == ("education", "d-education")


def test_the_catalogue_of_a_token_is_read_without_a_call(server: CloudServer) -> None:
    account = Cloud("interne-education")
    before = len(server.content.calls)

    services = listed(account, Get("identity", "", "", "services"))

    assert not isinstance(services, Problem)
    assert {service["type"] for service in services} >= {"identity", "compute"}
    assert len(server.content.calls) == before


def test_what_is_not_there_is_a_problem_unless_it_may_be_missing(server: CloudServer) -> None:
    account, path = Cloud("interne"), "/domains/d-education/config"

    assert isinstance(listed(account, Get("identity", "", path, "config")), Problem)
    assert listed(account, Get("identity", "", path, "config", nothing=(404,))) == []
