# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services that a region may declare do their work, for a project's member and for the cloud's administrator."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openstack
import pytest
import requests
from openstack.config import OpenStackConfig
from openstack.connection import Connection
from openstack.exceptions import ForbiddenException

# openstacksdk's own, about itself.
pytestmark = pytest.mark.filterwarnings("ignore:::openstack")

PATIENCE = 60.0


@dataclass(frozen=True)
class Site:
    """A region, seen by its cloud's administrator and by the member of one project."""

    admin: Connection
    member: Connection
    project: str
    mark: str
    """What nothing else on the lab is called."""
    reader: Connection
    """The reader of the same project."""
    stranger: Connection
    """The member of another project."""


@pytest.fixture(scope="module")
def site_with(folder: Path, declared: list[dict[str, Any]]) -> Iterator[Callable[[str], Site]]:
    """The first region that declares a service, with a project and an account of its own."""
    made: dict[str, tuple[Site, tuple[list[Any], list[Any]]]] = {}

    def connect(region: dict[str, Any]) -> tuple[Site, tuple[list[Any], list[Any]]]:
        cloud = region["cloud"]
        entry = f"{cloud['name']}-provider" if cloud["provider"] else cloud["name"]
        found = OpenStackConfig(config_files=[str(folder / "clouds.yaml")], load_envvars=False)
        admin = Connection(config=found.get_one(cloud=entry, region_name=region["name"]))
        mark, password = f"lab-services-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
        projects = [admin.identity.create_project(name=mark + end, domain_id="default") for end in ("", "-other")]

        def person(name: str, project: Any, role_name: str) -> tuple[Connection, Any]:
            user = admin.identity.create_user(name=name, domain_id="default", password=password)
            role = next(iter(admin.identity.roles(name=role_name)))
            admin.identity.assign_project_role_to_user(project, user, role)
            connection = openstack.connect(
                auth={
                    "auth_url": admin.config.get_auth_args()["auth_url"],
                    "username": name,
                    "user_domain_id": "default",
                    "project_id": project.id,
                    "password": password,
                },
                region_name=region["name"],
                load_yaml_config=False,
                load_envvars=False,
            )
            return connection, user

        people = [
            person(mark, projects[0], "member"),
            person(f"{mark}-reader", projects[0], "reader"),
            person(f"{mark}-other", projects[1], "member"),
        ]
        member, reader, stranger = (connection for connection, _user in people)
        site = Site(admin, member, projects[0].id, mark, reader, stranger)
        return site, ([user for _connection, user in people], projects)

    def site(kind: str) -> Site:
        region = next((region for region in declared if kind in region["services"]), None)
        if region is None:
            pytest.skip(f"no region declares the service {kind}")
        if region["name"] not in made:
            made[region["name"]] = connect(region)
        return made[region["name"]][0]

    yield site
    for place, (users, projects) in made.values():
        for user in users:
            place.admin.identity.delete_user(user)
        for project in projects:
            place.admin.identity.delete_project(project)
        for connection in (place.stranger, place.reader, place.member, place.admin):
            connection.close()


def answer(response: Any, *codes: int) -> Any:
    """What an API says when it says one of these codes."""
    assert response.status_code in codes, response.text
    return response.json() if response.content else None


def wait(what: Callable[[], Any], wanted: Callable[[Any], bool]) -> None:
    """Ask until the answer is the wanted one."""
    until = time.monotonic() + PATIENCE
    while not wanted(found := what()):
        assert time.monotonic() < until, f"still {found} after {PATIENCE:.0f} s"
        time.sleep(0.5)


def test_a_member_keeps_a_secret_and_says_who_may_read_it(site_with: Callable[[str], Site]) -> None:
    site = site_with("key-manager")
    api = site.member.key_manager
    secret = api.create_secret(name=site.mark, payload="not to be read", payload_content_type="text/plain")
    container = api.create_container(
        name=site.mark, type="generic", secret_refs=[{"name": "one", "secret_ref": secret.secret_ref}]
    )
    try:
        assert api.get_secret(secret.secret_id).payload == "not to be read"
        for path in (f"/secrets/{secret.secret_id}/acl", f"/containers/{container.container_id}/acl"):
            answer(api.put(path, json={"read": {"users": [], "project-access": False}}), 200)
            assert answer(api.get(path), 200)["read"]["project-access"] is False
    finally:
        api.delete_container(container.container_id)
        api.delete_secret(secret.secret_id)


def test_the_administrator_limits_a_project_s_secrets(site_with: Callable[[str], Site]) -> None:
    site = site_with("key-manager")
    path, wanted = f"/project-quotas/{site.project}", {"project_quotas": {"secrets": 1, "containers": 2}}
    answer(site.admin.key_manager.put(path, json=wanted), 204)
    read = answer(site.admin.key_manager.get(path), 200)["project_quotas"]
    assert (read["secrets"], read["containers"]) == (1, 2)
    answer(site.member.key_manager.put(path, json=wanted), 403)
    answer(site.admin.key_manager.delete(path), 204)


def test_a_member_s_load_balancer_becomes_active(site_with: Callable[[str], Site]) -> None:
    site = site_with("load-balancer")
    api, network_api = site.member.load_balancer, site.member.network
    network = network_api.create_network(name=site.mark)
    subnet = network_api.create_subnet(name=site.mark, network_id=network.id, ip_version=4, cidr="192.168.77.0/24")
    balancer = api.create_load_balancer(name=site.mark, vip_subnet_id=subnet.id)
    try:
        wait(lambda: api.get_load_balancer(balancer.id).provisioning_status, lambda status: status == "ACTIVE")
        api.create_listener(name=site.mark, load_balancer_id=balancer.id, protocol="HTTP", protocol_port=80)
        wait(lambda: api.get_load_balancer(balancer.id).provisioning_status, lambda status: status == "ACTIVE")
        assert [listener.name for listener in api.listeners(load_balancer_id=balancer.id)] == [site.mark]
    finally:
        api.delete_load_balancer(balancer, cascade=True)
        wait(lambda: [found.id for found in api.load_balancers()], lambda ids: ids == [])
        network_api.delete_network(network)
    # Octavia's no-op drivers would keep their notes there, those of all labs of a host.
    assert not Path("/tmp/octavia-network-noop.db").exists()  # noqa: S108


def test_the_administrator_limits_a_project_s_load_balancers(site_with: Callable[[str], Site]) -> None:
    site = site_with("load-balancer")
    site.admin.load_balancer.update_quota(site.project, load_balancers=3)
    assert site.member.load_balancer.get_quota(site.project).load_balancers == 3
    with pytest.raises(ForbiddenException):
        site.member.load_balancer.update_quota(site.project, load_balancers=30)


def test_a_member_s_zone_becomes_active_with_its_records_and_goes_again(site_with: Callable[[str], Site]) -> None:
    site = site_with("dns")
    api, name = site.member.dns, f"{site.mark}.example.org."
    zone = api.create_zone(name=name, email="dns@example.org")
    try:
        wait(lambda: api.get_zone(zone.id).status, lambda status: status == "ACTIVE")
        record = api.create_recordset(zone, name=f"www.{name}", type="A", records=["192.0.2.1"])
        wait(lambda: api.get_recordset(record.id, zone).status, lambda status: status == "ACTIVE")
        api.update_recordset(record.id, zone_id=zone.id, records=["192.0.2.2"])
        wait(lambda: api.get_recordset(record.id, zone).status, lambda status: status == "ACTIVE")
        assert api.get_recordset(record.id, zone).records == ["192.0.2.2"]
    finally:
        api.delete_zone(zone)
    wait(lambda: [found.name for found in api.zones()], lambda names: names == [])


def test_the_administrator_limits_a_project_s_zones(site_with: Callable[[str], Site]) -> None:
    site = site_with("dns")
    path = f"/quotas/{site.project}"
    every = {"X-Auth-All-Projects": "true"}
    answer(site.admin.dns.patch(path, json={"zones": 4}, headers=every), 200)
    assert answer(site.member.dns.get(path), 200)["zones"] == 4
    answer(site.member.dns.patch(path, json={"zones": 40}), 403)


def test_the_administrator_limits_a_project_s_shares(site_with: Callable[[str], Site]) -> None:
    site = site_with("shared-file-system")
    path, version = f"/quota-sets/{site.project}", {"microversion": "2.53"}
    limits = {"quota_set": {"shares": 5, "gigabytes": 50}}
    answer(site.admin.shared_file_system.put(path, json=limits, **version), 200)
    read = answer(site.member.shared_file_system.get(path, **version), 200)["quota_set"]
    assert (read["shares"], read["gigabytes"]) == (5, 50)
    answer(site.member.shared_file_system.put(path, json=limits, **version), 403)


def test_a_member_writes_what_shares_would_need(site_with: Callable[[str], Site]) -> None:
    api = site_with("shared-file-system").member.shared_file_system
    network = answer(api.post("/share-networks", json={"share_network": {"name": "lab"}}), 200, 202)["share_network"]
    assert [found["id"] for found in answer(api.get("/share-networks"), 200)["share_networks"]] == [network["id"]]
    answer(api.delete(f"/share-networks/{network['id']}"), 202)


@pytest.fixture
def container(site_with: Callable[[str], Site]) -> Iterator[tuple[Site, str]]:
    """A container of the member's, with one object in it, and its path."""
    site = site_with("object-store")
    api, path = site.member.object_store, f"/{site.mark}"
    answer(api.put(path), 201)
    answer(api.put(f"{path}/note", data=b"kept", headers={"X-Object-Meta-Of": "the lab"}), 201)
    yield site, path
    answer(api.delete(f"{path}/note"), 204)
    answer(api.delete(path), 204)


def test_a_member_s_object_comes_back_with_what_was_said_of_it(container: tuple[Site, str]) -> None:
    site, path = container
    read = site.member.object_store.get(f"{path}/note")
    assert (read.status_code, read.content, read.headers["X-Object-Meta-Of"]) == (200, b"kept", "the lab")


def test_an_account_soon_knows_how_much_it_holds(container: tuple[Site, str]) -> None:
    site, _path = container
    wait(lambda: site.member.object_store.head("/").headers["X-Account-Bytes-Used"], lambda used: used == "4")


def test_a_container_is_closed_to_all_but_its_project_until_it_is_opened(container: tuple[Site, str]) -> None:
    site, path = container
    address = f"{site.member.object_store.get_endpoint()}{path}"
    # One more than each may: nobody without a token, and other projects with theirs.
    assert requests.get(f"{address}/note", timeout=30).status_code == 401
    for other in (site.stranger, site.reader):
        token = {"X-Auth-Token": other.authorize()}
        assert requests.put(f"{address}/note", data=b"mine", headers=token, timeout=30).status_code == 403
    assert requests.get(address, headers={"X-Auth-Token": site.stranger.authorize()}, timeout=30).status_code == 403
    assert site.reader.object_store.get(f"{path}/note").content == b"kept"
    answer(site.member.object_store.post(path, headers={"X-Container-Read": ".r:*"}), 204)
    assert requests.get(f"{address}/note", timeout=30).content == b"kept"
    # Opened to be read, not to be listed.
    assert requests.get(address, timeout=30).status_code == 401


def test_only_its_members_are_told_to_whom_a_container_is_open(container: tuple[Site, str]) -> None:
    site, path = container
    answer(site.member.object_store.post(path, headers={"X-Container-Read": ".r:*"}), 204)
    assert site.member.object_store.head(path).headers["X-Container-Read"] == ".r:*"
    said = site.reader.object_store.head(path)
    assert said.status_code == 204
    assert "X-Container-Read" not in said.headers


def test_the_administrator_limits_a_project_s_objects(container: tuple[Site, str]) -> None:
    site, path = container
    account = site.member.object_store.get_endpoint()
    limit = {"X-Account-Quota-Bytes": "2"}
    assert site.member.object_store.post("/", headers=limit).status_code == 403
    token = {"X-Auth-Token": site.admin.authorize()}
    answer(requests.post(account, headers={**token, **limit}, timeout=30), 204)
    assert site.member.object_store.head("/").headers["X-Account-Quota-Bytes"] == "2"
    assert site.member.object_store.put(f"{path}/note", data=b"kept, and more").status_code == 413
    answer(requests.post(account, headers={**token, "X-Account-Quota-Bytes": ""}, timeout=30), 204)
