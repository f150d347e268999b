# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory that is made of what a cloud answers over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import fragment_loader, inventory_loader
from ansible.utils.plugin_docs import add_fragments
from ansible_collections.etat.cloud.plugins.inventory import tenants
from ansible_collections.etat.cloud.plugins.inventory.tenants import DOCUMENTATION, InventoryModule, address, named
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer

COLLECTIONS = Path(__file__).resolve().parents[7]


def server(id: str, name: str, project: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "tenant_id": project,
        "status": "ACTIVE",
        "OS-EXT-AZ:availability_zone": "az-1",
        "flavor": {"original_name": "m1.tiny", "vcpus": 1, "ram": 64, "disk": 1},
        "image": {"id": "i-1"},
        "addresses": {
            "front": [
                {"addr": "10.10.0.7", "version": 4, "OS-EXT-IPS:type": "fixed"},
                {"addr": "192.0.2.7", "version": 4, "OS-EXT-IPS:type": "floating"},
            ]
        },
        "tags": ["blue"],
        "metadata": {"role": "web"},
        "created": "2026-01-01T00:00:00Z",
        **more,
    }


def project(id: str, name: str, domain: str, *tags: str) -> dict[str, Any]:
    return {"id": id, "name": name, "domain_id": domain, "tags": list(tags), "enabled": True}


PROJECTS = [
    project("p-admin", "admin", "default"),
    project("p-moodle", "moodle", "d-education", "sensitivity:internal", "offer:web"),
    project("p-notebooks", "notebooks", "d-education"),
    project("p-forest", "forest", "d-durable", "sensitivity:very-restricted"),
]
DOMAINS = [
    {"id": "default", "name": "Default"},
    {"id": "d-education", "name": "education"},
    {"id": "d-durable", "name": "developpement-durable"},
]


def records(toulouse: list[dict[str, Any]], paris: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "identity /projects": PROJECTS,
        "identity /domains": DOMAINS,
        "identity /auth/projects": PROJECTS[1:3],
        "identity /auth/domains": DOMAINS[1:2],
        "compute toulouse /servers/detail": {"servers": toulouse},
        "compute paris /servers/detail": {"servers": paris or []},
    }


def loaded() -> InventoryModule:
    """Return the plugin with its documented options, as Ansible's loader makes it where collections are installed."""
    documented = yaml.safe_load(DOCUMENTATION)
    add_fragments(documented, tenants.__file__, fragment_loader=fragment_loader)
    constants.config.initialize_plugin_configuration_definitions(
        "inventory", "etat.cloud.tenants", documented["options"]
    )
    plugin = InventoryModule()
    name = "etat.cloud.tenants"
    inventory_loader._update_object(obj=plugin, name=name, path=tenants.__file__, resolved=name)
    return plugin


class Inventory:
    """What Ansible makes of a file for the plugin."""

    def __init__(self, folder: Path, *, fresh: bool = False, **options: Any) -> None:
        path = folder / "test.tenants.yml"
        path.write_text(json.dumps({"plugin": "etat.cloud.tenants", "clouds": ["interne"], **options}))
        loader = DataLoader()
        manager = InventoryManager(loader=loader, parse=False)
        plugin = loaded()
        assert plugin.verify_file(str(path))
        plugin.parse(manager._inventory, loader, str(path), cache=not fresh)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        self.hosts = manager._inventory.hosts
        self.groups = {
            name: sorted(host.name for host in group.get_hosts()) for name, group in manager._inventory.groups.items()
        }


def test_an_administrator_gets_the_servers_of_all_projects_and_sites(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "web", "p-moodle")], [server("s2", "db", "p-forest")]))
    inventory = Inventory(tmp_path)
    assert sorted(inventory.hosts) == ["forest-db", "moodle-web"]
    assert {name: hosts for name, hosts in inventory.groups.items() if name not in ("all", "ungrouped")} == {
        "ministry_education": ["moodle-web"],
        "ministry_developpement_durable": ["forest-db"],
        "tenant_education_moodle": ["moodle-web"],
        "tenant_developpement_durable_forest": ["forest-db"],
        "site_toulouse": ["moodle-web"],
        "site_paris": ["forest-db"],
        "sensitivity_internal": ["moodle-web"],
        "sensitivity_very_restricted": ["forest-db"],
    }
    assert inventory.hosts["moodle-web"].vars["openstack"] == {
        "cloud": "interne",
        "site": "toulouse",
        "ministry": "education",
        "tenant": "moodle",
        "sensitivity": "internal",
        "project_id": "p-moodle",
        "project_tags": ["offer:web", "sensitivity:internal"],
        "id": "s1",
        "name": "web",
        "status": "ACTIVE",
        "availability_zone": "az-1",
        "flavor": "m1.tiny",
        "image_id": "i-1",
        "addresses": [
            {"network": "front", "address": "10.10.0.7", "version": 4, "type": "fixed"},
            {"network": "front", "address": "192.0.2.7", "version": 4, "type": "floating"},
        ],
        "tags": ["blue"],
        "metadata": {"role": "web"},
        "created": "2026-01-01T00:00:00Z",
    }


def test_the_number_of_calls_does_not_grow_with_the_servers(cloud: CloudServer, tmp_path: Path):
    content = cloud.hold(records([server(f"s{number}", f"web{number}", "p-moodle") for number in range(50)]))
    Inventory(tmp_path)
    assert sorted(call.path for call in content.calls if call.method == "GET" and call.path != "identity /") == [
        "compute paris /servers/detail",
        "compute toulouse /servers/detail",
        "identity /domains",
        "identity /projects",
    ]
    assert cloud.reads("compute paris /servers/detail")[0].query == (("all_tenants", "true"),)


def test_an_account_of_a_domain_asks_each_of_its_projects_with_a_token_of_its_own(cloud: CloudServer, tmp_path: Path):
    found = {**server("s1", "web", "p-moodle")}
    cloud.hold(records([found]))
    inventory = Inventory(tmp_path, clouds=["interne-education"])
    assert sorted(inventory.hosts) == ["moodle-web"]
    reads = cloud.reads("compute toulouse /servers/detail")
    assert sorted(call.scope for call in reads) == ["project p-moodle", "project p-notebooks"]
    assert all(call.query == () for call in reads)


def test_a_member_gets_the_servers_of_its_project(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "lab", "p-notebooks")]))
    inventory = Inventory(tmp_path, clouds=["externe-notebooks"])
    assert sorted(inventory.hosts) == ["notebooks-lab"]
    assert inventory.groups["ministry_education"] == ["notebooks-lab"]
    assert [call.path for call in cloud.content.calls if call.path.startswith("identity /projects")] == [
        "identity /projects/p-notebooks"
    ]


def test_a_server_that_two_accounts_see_is_one_host(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "web", "p-moodle")]))
    inventory = Inventory(tmp_path, clouds=["interne", "interne-education"])
    assert {name: host.vars["openstack"]["cloud"] for name, host in inventory.hosts.items()} == {
        "moodle-web": "interne"
    }


def test_only_the_named_regions_are_asked(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "web", "p-moodle")], [server("s2", "web", "p-moodle")]))
    assert sorted(Inventory(tmp_path, regions=["paris"]).hosts) == ["moodle-web"]
    assert cloud.reads("compute toulouse /servers/detail") == []


def test_a_region_that_no_cloud_has_is_refused_before_servers_are_listed(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([]))
    with pytest.raises(AnsibleParserError) as failure:
        Inventory(tmp_path, regions=["toulous"])
    assert str(failure.value) == (
        "no servers can be listed in toulous: the clouds interne have no such region. "
        "Their regions are: paris, toulouse."
    )
    assert cloud.reads("compute toulouse /servers/detail") == []


def test_a_site_that_fails_is_named_and_no_partial_list_is_given(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "web", "p-moodle")]))
    cloud.fail("GET compute paris /servers/detail", 500, {"computeFault": {"code": 500, "message": "no database"}})
    with pytest.raises(AnsibleParserError, match="compute cannot be read in paris: the service failed"):
        Inventory(tmp_path)


def test_every_unknown_cloud_is_named_at_once(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([]))
    with pytest.raises(AnsibleParserError) as failure:
        Inventory(tmp_path, clouds=["one", "interne", "two"])
    assert "cloud one is not known" in str(failure.value)
    assert "cloud two is not known" in str(failure.value)
    assert "interne" not in str(failure.value)


def test_people_add_groups_and_variables_of_their_own(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "web", "p-moodle", status="SHUTOFF"), server("s2", "db", "p-moodle")]))
    inventory = Inventory(
        tmp_path,
        compose={"ansible_user": "'debian'", "label": "openstack.name ~ '@' ~ openstack.site"},
        groups={"stopped": "openstack.status == 'SHUTOFF'"},
        keyed_groups=[{"key": "openstack.flavor", "prefix": "flavor"}],
    )
    assert inventory.hosts["moodle-db"].vars["label"] == "db@toulouse"
    assert inventory.hosts["moodle-db"].vars["ansible_user"] == "debian"
    assert inventory.groups["stopped"] == ["moodle-web"]
    assert inventory.groups["flavor_m1_tiny"] == ["moodle-db", "moodle-web"]


def test_a_cached_list_spares_the_cloud_until_it_is_refreshed(cloud: CloudServer, tmp_path: Path):
    options = {
        "cache": True,
        "cache_plugin": "jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    cloud.hold(records([server("s1", "web", "p-moodle")]))
    assert sorted(Inventory(tmp_path, **options).hosts) == ["moodle-web"]
    cloud.hold(records([server("s2", "db", "p-moodle")]))
    assert sorted(Inventory(tmp_path, **options).hosts) == ["moodle-web"]
    assert cloud.content.calls == []
    assert sorted(Inventory(tmp_path, **options, regions=["toulouse"]).hosts) == ["moodle-db"]
    # Ansible asks so when the cache is to be flushed.
    assert sorted(Inventory(tmp_path, fresh=True, **options).hosts) == ["moodle-db"]


def test_a_server_whose_project_is_gone_is_still_listed(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "web", "p-gone", image="")]))
    inventory = Inventory(tmp_path)
    assert sorted(inventory.hosts) == ["p-gone-web"]
    assert inventory.groups["ministry_unknown"] == ["p-gone-web"]
    assert inventory.hosts["p-gone-web"].vars["openstack"]["image_id"] == ""


def test_ansible_inventory_reads_the_file(cloud: CloudServer, tmp_path: Path):
    cloud.hold(records([server("s1", "web", "p-moodle")]))
    path = tmp_path / "etat_tenants.yml"
    path.write_text("plugin: etat.cloud.tenants\nclouds: [interne]\n")
    (tmp_path / "ansible.cfg").write_text(f"[defaults]\ncollections_path = {COLLECTIONS}\n")
    command = [str(Path(sys.executable).parent / "ansible-inventory"), "--inventory", str(path), "--list"]
    done = subprocess.run(
        command,
        env={
            "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
            "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml"),
            "LC_ALL": "C.UTF-8",
            "HOME": str(tmp_path),
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "WARNING" not in done.stderr
    assert json.loads(done.stdout)["tenant_education_moodle"] == {"hosts": ["moodle-web"]}


# --- names


def facts(id: str, name: str, tenant: str, site: str = "toulouse", ministry: str = "education") -> dict[str, str]:
    return {"id": id, "name": name, "tenant": tenant, "site": site, "ministry": ministry}


def test_names_are_as_long_as_it_takes_to_tell_servers_apart():
    found = named(
        [
            facts("1", "web", "moodle"),
            facts("2", "web", "moodle", site="paris"),
            facts("3", "db", "moodle"),
            facts("4", "app", "portal"),
            facts("5", "app", "portal", ministry="dila"),
            facts("6", "job", "moodle"),
            facts("7", "job", "moodle"),
        ]
    )
    assert {name: one["id"] for name, one in found.items()} == {
        "moodle-web-toulouse": "1",
        "moodle-web-paris": "2",
        "moodle-db": "3",
        "education-portal-app-toulouse": "4",
        "dila-portal-app-toulouse": "5",
        "education-moodle-job-toulouse-6": "6",
        "education-moodle-job-toulouse-7": "7",
    }


def test_a_name_that_looks_like_a_longer_one_takes_no_other_servers_place():
    found = named([facts("1", "web", "a"), facts("2", "web", "a", site="paris"), facts("3", "web-paris", "a")])
    assert sorted(one["id"] for one in found.values()) == ["1", "2", "3"]


def test_no_name_of_a_server_leads_out_of_a_folder_or_into_a_pattern():
    found = named([facts("1", "../x:!y,z", "moodle"), facts("2", ".._x__y_z", "moodle")])
    assert sorted(found) == [
        "education-moodle-.._x__y_z-toulouse-1",
        "education-moodle-.._x__y_z-toulouse-2",
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["floating", "fixed"], "192.0.2.7"),
        (["fixed", "floating"], "10.0.0.7"),
        (["fixed"], "10.0.0.7"),
        (["floating"], "192.0.2.7"),
        ([], ""),
    ],
)
def test_the_address_is_the_first_wanted_one_and_ipv4_goes_first(wanted: list[str], expected: str):
    held = [
        {"address": "2001:db8::7", "version": 6, "type": "fixed"},
        {"address": "10.0.0.7", "version": 4, "type": "fixed"},
        {"address": "192.0.2.7", "version": 4, "type": "floating"},
    ]
    assert address(held, wanted) == expected
