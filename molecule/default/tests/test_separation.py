# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the people of one ministry can do in their tenant, and cannot do in a neighbour's of the same name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lab
import pytest
from keystoneauth1 import exceptions as keystoneauth

CULTURE, SANTE = "molecule-default-culture", "molecule-default-sante"
#: What Keystone and the services answer to those who may not.
HIDDEN = (403, 404)


@dataclass
class Person:
    """Somebody with a token for a project."""

    cloud: Any
    project: str

    def call(self, service: str, method: str, path: str, body: Any = None) -> Any:
        return getattr(self.cloud, service).request(path, method, **({} if body is None else {"json": body}))


@pytest.fixture(scope="module")
def admin() -> Any:
    return lab.connect()


def person(domain: str, name: str) -> Person:
    cloud = lab.log_in(domain, name, project_name="museums", project_domain_name=domain)
    return Person(cloud, cloud.current_project_id)


@pytest.fixture(scope="module")
def member() -> Person:
    """Return a member of the museums of culture: the one who must not reach over."""
    return person(CULTURE, "alice.martin")


@pytest.fixture(scope="module")
def reader() -> Person:
    return person(CULTURE, "bruno.petit")


@pytest.fixture(scope="module")
def neighbour() -> Person:
    """Return a member of the museums of sante, who bears the same name."""
    return person(SANTE, "alice.martin")


def make(who: Person, service: str, path: str, key: str, **body: Any) -> dict[str, Any]:
    answer = who.call(service, "POST", path, {key: body})
    assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
    return dict(answer.json()[key])


def settled(who: Person, service: str, path: str, key: str) -> dict[str, Any]:
    """Return an object once it is neither being built nor being created."""
    until = time.monotonic() + 60
    while True:
        found = who.call(service, "GET", path).json()[key]
        if found["status"].lower() not in ("build", "creating"):
            return dict(found)
        assert time.monotonic() < until, found
        time.sleep(0.5)


def boot(who: Person, name: str) -> Any:
    flavor = next(item for item in who.cloud.compute.flavors() if item.name == "m1.tiny")
    image = next(item for item in who.cloud.image.images(name="debian-12"))
    network = who.call("network", "GET", f"/networks?name=molecule-default-front&project_id={who.project}")
    body = {
        "name": name,
        "flavorRef": flavor.id,
        "imageRef": image.id,
        "networks": [{"uuid": network.json()["networks"][0]["id"]}],
    }
    return who.call("compute", "POST", "/servers", {"server": body})


def delete(who: Person, service: str, path: str) -> None:
    """Delete an object, and wait until it is gone."""
    assert who.call(service, "DELETE", path).ok, path
    until = time.monotonic() + 60
    while who.call(service, "GET", path).status_code != 404:
        assert time.monotonic() < until, f"{path} is still there"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def treasure(neighbour: Person) -> Iterator[dict[str, str]]:
    """Return the path of one object of each kind that the neighbour has, made by the neighbour where need be."""
    answer = boot(neighbour, "treasure")
    assert answer.ok, answer.text
    server = f"/servers/{answer.json()['server']['id']}"
    assert settled(neighbour, "compute", server, "server")["status"] == "ACTIVE"
    volume = f"/volumes/{make(neighbour, 'block_storage', '/volumes', 'volume', name='treasure', size=1)['id']}"
    assert settled(neighbour, "block_storage", volume, "volume")["status"] == "available"
    image = neighbour.cloud.image.create_image(
        name="treasure", container_format="bare", disk_format="raw", visibility="private", data=b"treasure"
    )
    paths = {"server": server, "volume": volume, "image": f"/images/{image.id}"}
    for kind, name in (
        ("network", "molecule-default-front"),
        ("subnet", "front"),
        ("router", "edge"),
        ("security-group", "web"),
    ):
        found = neighbour.call("network", "GET", f"/{kind}s?name={name}&project_id={neighbour.project}").json()
        paths[kind] = f"/{kind}s/{found[kind.replace('-', '_') + 's'][0]['id']}"
    group = neighbour.call("network", "GET", paths["security-group"]).json()["security_group"]
    paths["security-group-rule"] = f"/security-group-rules/{group['security_group_rules'][0]['id']}"
    port = neighbour.call("network", "GET", f"/ports?device_id={server.rpartition('/')[2]}").json()["ports"][0]
    paths["port"] = f"/ports/{port['id']}"
    yield paths
    delete(neighbour, "compute", server)
    delete(neighbour, "block_storage", volume)
    neighbour.cloud.image.delete_image(image.id)


SERVICES = {"server": "compute", "volume": "block_storage", "image": "image"}
KINDS = (
    *SERVICES,
    *("network", "subnet", "router", "security-group", "security-group-rule", "port"),
)
#: An alteration of each kind that its owner may make.
ALTERATIONS = {
    "server": {"server": {"name": "taken"}},
    **{
        kind: {kind.replace("-", "_"): {"description": "taken"}}
        for kind in ("volume", "network", "subnet", "router", "security-group", "port")
    },
}


def own_list(who: Person, kind: str, query: str = "") -> list[str]:
    """Return the ids of all objects of a kind that somebody is shown."""
    service = SERVICES.get(kind, "network")
    answer = who.call(service, "GET", f"/{kind}s{query}")
    assert answer.ok or answer.status_code in HIDDEN, answer.text
    return [item["id"] for item in answer.json()[f"{kind.replace('-', '_')}s"]] if answer.ok else []


@pytest.mark.parametrize("kind", KINDS)
def test_a_neighbour_is_in_no_list(kind: str, member: Person, neighbour: Person, treasure: dict[str, str]) -> None:
    hidden = treasure[kind].rpartition("/")[2]
    # A list that shows nothing to anyone would prove nothing.
    assert hidden in own_list(neighbour, kind)

    wider = {
        "server": ["?all_tenants=1", f"?all_tenants=1&project_id={neighbour.project}"],
        "volume": ["?all_tenants=1", f"?all_tenants=1&project_id={neighbour.project}"],
        "image": [f"?owner={neighbour.project}", "?visibility=all"],
    }
    for query in ("", *wider.get(kind, [f"?project_id={neighbour.project}"])):
        assert hidden not in own_list(member, kind, query), query


@pytest.mark.parametrize("kind", KINDS)
def test_a_neighbour_cannot_be_shown(kind: str, member: Person, neighbour: Person, treasure: dict[str, str]) -> None:
    service = SERVICES.get(kind, "network")

    assert neighbour.call(service, "GET", treasure[kind]).status_code == 200
    assert member.call(service, "GET", treasure[kind]).status_code in HIDDEN


@pytest.mark.parametrize("kind", list(ALTERATIONS))
def test_a_neighbour_cannot_be_altered(kind: str, member: Person, neighbour: Person, treasure: dict[str, str]) -> None:
    service = SERVICES.get(kind, "network")
    before = neighbour.call(service, "GET", treasure[kind]).json()

    assert member.call(service, "PUT", treasure[kind], ALTERATIONS[kind]).status_code in HIDDEN
    assert neighbour.call(service, "GET", treasure[kind]).json() == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_neighbour_cannot_be_deleted(kind: str, member: Person, neighbour: Person, treasure: dict[str, str]) -> None:
    service = SERVICES.get(kind, "network")

    assert member.call(service, "DELETE", treasure[kind]).status_code in HIDDEN
    assert neighbour.call(service, "GET", treasure[kind]).status_code == 200


def test_nothing_is_made_in_a_neighbour(member: Person, neighbour: Person, treasure: dict[str, str]) -> None:
    before = own_list(neighbour, "network"), own_list(neighbour, "port")
    network = treasure["network"].rpartition("/")[2]
    intruder = {"network": {"name": "molecule-default-intruder", "project_id": neighbour.project}}
    answer = member.call("network", "POST", "/networks", intruder)
    # Neutron's answer to those who name another project than theirs, unless they are administrators.
    assert (answer.status_code, "project_id" in answer.text) == (400, True), answer.text
    for path, key, body in (
        ("/ports", "port", {"network_id": network}),
        ("/subnets", "subnet", {"network_id": network, "ip_version": 4, "cidr": "10.66.0.0/24"}),
    ):
        assert member.call("network", "POST", path, {key: body}).status_code in HIDDEN, path

    assert (own_list(neighbour, "network"), own_list(neighbour, "port")) == before


@pytest.mark.parametrize("service", ["compute", "block_storage", "network"])
def test_the_quota_of_a_neighbour_is_out_of_reach(service: str, member: Person, neighbour: Person) -> None:
    path, key = ("/quotas", "quota") if service == "network" else ("/os-quota-sets", "quota_set")
    limit = {"network": "port", "compute": "instances", "block_storage": "volumes"}[service]
    before = neighbour.call(service, "GET", f"{path}/{neighbour.project}").json()[key]

    assert member.call(service, "GET", f"{path}/{neighbour.project}").status_code in HIDDEN
    for project in (neighbour.project, member.project):
        assert member.call(service, "PUT", f"{path}/{project}", {key: {limit: 1000}}).status_code in HIDDEN
    assert neighbour.call(service, "GET", f"{path}/{neighbour.project}").json()[key] == before


def test_the_identity_of_a_neighbour_is_out_of_reach(member: Person, neighbour: Person, admin: Any) -> None:
    domain = lab.Domains(admin, lab.prefix()).domain(SANTE)
    group = admin.identity.get(f"/groups?domain_id={domain}&name=museums-operators").json()["groups"][0]["id"]
    paths = {
        "project": f"/projects/{neighbour.project}",
        "group": f"/groups/{group}",
        "domain": f"/domains/{domain}",
    }
    for key, path in paths.items():
        assert member.call("identity", "GET", path).status_code in HIDDEN, path
        assert member.call("identity", "PATCH", path, {key: {"description": "taken"}}).status_code in HIDDEN, path
        assert member.call("identity", "DELETE", path).status_code in HIDDEN, path
    for path in (f"/projects?domain_id={domain}", f"/groups?domain_id={domain}", f"/users?domain_id={domain}"):
        answer = member.call("identity", "GET", path)
        assert answer.status_code in HIDDEN or not answer.json()[path[1:].partition("?")[0]], path
    assert {item["name"] for item in member.call("identity", "GET", "/auth/projects").json()["projects"]} == {"museums"}
    assert [item["id"] for item in member.call("identity", "GET", "/auth/projects").json()["projects"]] == [
        member.project
    ]


def test_there_is_no_token_for_a_neighbour(member: Person, neighbour: Person) -> None:
    assert member.project != neighbour.project
    for scope in (
        {"project_name": "museums", "project_domain_name": SANTE},
        {"project_id": neighbour.project},
        {"domain_name": SANTE},
        {"domain_name": CULTURE},
        {"system_scope": "all"},
    ):
        with pytest.raises(keystoneauth.Unauthorized):
            lab.log_in(CULTURE, "alice.martin", **scope).session.get_token()


def test_a_reader_sees_and_does_not_touch(reader: Person, member: Person) -> None:
    networks = reader.call("network", "GET", "/networks?name=molecule-default-front").json()["networks"]
    path = f"/networks/{networks[0]['id']}"

    assert set(own_list(reader, "network")) == set(own_list(member, "network"))
    assert reader.call("compute", "GET", "/servers").status_code == 200
    assert reader.call("block_storage", "GET", "/volumes").status_code == 200
    assert reader.call("network", "POST", "/networks", {"network": {"name": "molecule-default-no"}}).status_code == 403
    assert reader.call("network", "PUT", path, {"network": {"description": "no"}}).status_code == 403
    assert reader.call("network", "DELETE", path).status_code in HIDDEN
    assert boot(reader, "no").status_code == 403
    volume = {"volume": {"name": "no", "size": 1}}
    assert reader.call("block_storage", "POST", "/volumes", volume).status_code == 403
    assert own_list(member, "server") == own_list(member, "volume") == []
    assert len(member.call("network", "GET", "/networks?name=molecule-default-no").json()["networks"]) == 0


def test_a_member_has_as_many_servers_as_the_quota_and_no_more(member: Person) -> None:
    first = boot(member, "first")
    assert first.ok, first.text
    path = f"/servers/{first.json()['server']['id']}"
    try:
        assert settled(member, "compute", path, "server")["status"] == "ACTIVE"
        second = boot(member, "second")
        assert (second.status_code, "quota" in second.text.lower()) == (403, True)
    finally:
        delete(member, "compute", path)


def test_a_member_has_as_many_volumes_as_the_quota_and_no_more(member: Person) -> None:
    too_large = member.call("block_storage", "POST", "/volumes", {"volume": {"name": "large", "size": 3}})
    assert too_large.status_code == 413
    path = f"/volumes/{make(member, 'block_storage', '/volumes', 'volume', name='first', size=1)['id']}"
    try:
        assert settled(member, "block_storage", path, "volume")["status"] == "available"
        second = member.call("block_storage", "POST", "/volumes", {"volume": {"name": "second", "size": 1}})
        assert second.status_code == 413
    finally:
        delete(member, "block_storage", path)


def test_a_member_has_as_many_networks_as_the_quota_and_no_more(member: Person) -> None:
    limit = member.call("network", "GET", f"/quotas/{member.project}").json()["quota"]["network"]
    used = len(member.call("network", "GET", f"/networks?project_id={member.project}").json()["networks"])
    made = [
        make(member, "network", "/networks", "network", name=f"molecule-default-{number}")["id"]
        for number in range(limit - used)
    ]
    try:
        assert (limit, len(made) > 0) == (5, True)
        refused = member.call("network", "POST", "/networks", {"network": {"name": "molecule-default-last"}})
        # Neutron's word for it, where Nova says 403 and Cinder 413.
        assert (refused.status_code, refused.json()["NeutronError"]["type"]) == (409, "OverQuota")
    finally:
        for id in made:
            delete(member, "network", f"/networks/{id}")


def test_a_member_makes_a_port_and_takes_it_away(member: Person) -> None:
    network = member.call("network", "GET", "/networks?name=molecule-default-front").json()["networks"][0]
    port = make(member, "network", "/ports", "port", network_id=network["id"])

    assert port["project_id"] == member.project
    delete(member, "network", f"/ports/{port['id']}")
