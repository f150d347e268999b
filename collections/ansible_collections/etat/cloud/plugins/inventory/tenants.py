# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of all tenants as an inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tenants
short_description: Lists the servers of tenants, by ministry, tenant, site and sensitivity
version_added: 0.1.0
description:
  - Makes one host of each server that the accounts see, in all regions of all clouds at once.
  - An administrator of a cloud sees the servers of every project. An account that is scoped to a domain, such as a
    ministry's manager or an auditor, sees those of every project in which it has a role, inherited ones included. An
    account that is scoped to a project sees those of that project.
  - The list is complete or there is none. When a cloud or a region does not answer, the inventory fails and says which;
    leave that region out of O(regions) to work with the others.
  - A host is named C(TENANT-SERVER). Where two servers would have the same name, the site, then the ministry, then the
    server's id is added. What has a meaning in patterns or paths becomes an underscore.
  - Hosts are put in the groups C(ministry_DOMAIN), C(tenant_DOMAIN_PROJECT), C(site_REGION) and, when the project bears
    a tag C(sensitivity:VALUE), C(sensitivity_VALUE). Each tenant's group is a child of its ministry's. What may not
    stand in the name of a group becomes an underscore.
  - The name of the file ends with C(tenants.yml) or C(tenants.yaml).
author:
  - The etat.cloud contributors (@etat-cloud)
requirements:
  - openstacksdk >= 4.0.0
  - Nova from Pike on, for the flavor and the tags of servers.
notes:
  - Each host has a variable C(openstack) with its C(cloud), C(site), C(ministry), C(tenant), C(sensitivity),
    C(project_id), C(project_tags), C(id), C(name), C(status), C(availability_zone), C(flavor), C(image_id),
    C(addresses), C(tags), C(metadata) and C(created).
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: Marks the file as one for this plugin.
    type: str
    required: true
    choices: [etat.cloud.tenants]
  clouds:
    description:
      - Names of the entries of C(clouds.yaml) that hold the clouds' addresses and the accounts.
      - The file is found as openstacksdk finds it, first where the environment variable E(OS_CLIENT_CONFIG_FILE) says.
    type: list
    elements: str
    required: true
  regions:
    description:
      - The regions whose servers are listed; those of the others are left out.
      - Not said, the regions are those of each cloud's service catalogue.
    type: list
    elements: str
  ansible_host:
    description:
      - Which of a server's addresses becomes C(ansible_host), the first that it has of these.
      - IPv4 goes before IPv6. A server without such an address gets no C(ansible_host).
    type: list
    elements: str
    choices: [floating, fixed]
    default: [floating, fixed]
  workers:
    description: How many calls to one cloud may be under way at once.
    type: int
    default: 8
"""

EXAMPLES = r"""
# servers.tenants.yml: all servers of all ministries, for the cloud's operators
plugin: etat.cloud.tenants
clouds: [interne]

---
# education.tenants.yml: a ministry's own servers on both clouds, reached by their fixed addresses, with more groups
plugin: etat.cloud.tenants
clouds:
  - interne-education
  - externe-universite-toulouse-notebooks
ansible_host: [fixed]
groups:
  stopped: openstack.status == 'SHUTOFF'
keyed_groups:
  - key: openstack.flavor
    prefix: flavor
  - key: openstack.metadata.role
    prefix: role
compose:
  ansible_user: "'debian'"

---
# toulouse.tenants.yml: one site only, remembered for ten minutes
plugin: etat.cloud.tenants
clouds: [interne]
regions: [toulouse]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/etat-cloud
cache_timeout: 600
"""

import re
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ansible.errors import AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import EngineError, Get, Privilege, Problem

try:
    from ansible_collections.etat.cloud.plugins.module_utils._sdk.cloud import Cloud
except ImportError:
    SDK_ERROR: str | None = traceback.format_exc()
else:
    SDK_ERROR = None

if TYPE_CHECKING:
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader

#: The first version of Nova's API that names a server's flavor in the server itself; it also shows the server's tags.
COMPUTE_MICROVERSION = "2.47"

#: The tag of a project that says how sensitive its data are begins with this.
MARK = "sensitivity:"

Facts = dict[str, Any]
Result = TypeVar("Result")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Lists the servers of tenants."""

    NAME = "etat.cloud.tenants"

    #: Every group, also one that the user composes, gets a name that Ansible accepts without a warning.
    _sanitize_group_name = staticmethod(partial(to_safe_group_name, force=True, silent=True))

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("tenants.yml", "tenants.yaml"))

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        if SDK_ERROR:
            raise AnsibleParserError(f"{missing_required_lib('openstacksdk')}\n{SDK_ERROR}")
        self._read_config_data(path)
        for name, facts in sorted(named(self._servers(path, cache)).items()):
            self._add(name, facts)

    def _servers(self, path: str, cache: bool) -> list[Facts]:
        """Return the facts of every server, from the cache if that may be used and has them."""
        clouds, regions = self.get_option("clouds"), self.get_option("regions")
        cached = self.get_option("cache")
        # Another choice of clouds or regions is another list.
        key = self.get_cache_key(f"{path} {clouds} {regions}")
        if cached and cache:
            try:
                found: list[Facts] = self._cache[key]
            except KeyError:
                pass
            else:
                return found
        try:
            found = servers(clouds, regions, self.get_option("workers"))
        except EngineError as error:
            raise AnsibleParserError(str(error)) from None
        if cached:
            self._cache[key] = found
        return found

    def _add(self, name: str, facts: Facts) -> None:
        inventory = self.inventory
        inventory.add_host(name)
        inventory.set_variable(name, "openstack", facts)
        reached = address(facts["addresses"], self.get_option("ansible_host"))
        if reached:
            inventory.set_variable(name, "ansible_host", reached)
        ministry = self._group(f"ministry_{facts['ministry']}")
        tenant = self._group(f"tenant_{facts['ministry']}_{facts['tenant']}")
        inventory.add_child(ministry, tenant)
        inventory.add_child(tenant, name)
        inventory.add_child(self._group(f"site_{facts['site']}"), name)
        if facts["sensitivity"]:
            inventory.add_child(self._group(f"sensitivity_{facts['sensitivity']}"), name)
        strict = self.get_option("strict")
        variables = {"openstack": facts, "inventory_hostname": name}
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)

    def _group(self, name: str) -> str:
        added: str = self.inventory.add_group(self._sanitize_group_name(name))
        return added


# --- reading


def servers(clouds: Sequence[str], regions: Sequence[str] | None, workers: int) -> list[Facts]:
    """Return the facts of every server that the accounts see, each once.

    Raises EngineError with everything that could not be read.
    """
    with ThreadPoolExecutor(max(1, len(clouds))) as pool:
        opened = _all(pool.submit(Cloud, name) for name in clouds)
        known = sorted({region for cloud in opened for region in cloud.regions()})
        unknown = sorted(set(regions or ()) - set(known))
        if unknown:
            raise EngineError(
                Problem(
                    f"no servers can be listed in {', '.join(unknown)}",
                    f"the clouds {', '.join(clouds)} have no such region",
                    f"Their regions are: {', '.join(known)}.",
                )
            )
        lists = _all(pool.submit(_of_cloud, cloud, regions, workers) for cloud in opened)
    found: dict[str, Facts] = {}
    for facts in (facts for listed in lists for facts in listed):
        # Two accounts may see the same server; the one that is named first counts.
        found.setdefault(facts["id"], facts)
    return list(found.values())


def _all(jobs: Iterable[Future[Result]]) -> list[Result]:
    """Return the results of all jobs, or raise EngineError with the problems of all that failed."""
    results, problems = [], list[Problem]()
    for job in list(jobs):
        try:
            results.append(job.result())
        except EngineError as error:
            problems += error.problems
    if problems:
        raise EngineError(*problems)
    return results


def _of_cloud(cloud: Cloud, regions: Sequence[str] | None, workers: int) -> list[Facts]:
    account = cloud.account
    sites = [region for region in cloud.regions() if regions is None or region in regions]
    domains = {account.domain_id: account.domain}
    records: dict[Get, list[Mapping[str, Any]]] = {}
    whose: tuple[str, ...] = ("",)
    all_projects: tuple[tuple[str, str], ...] = ()
    about: tuple[Get, ...]
    if account.privilege is Privilege.CLOUD:
        about = (Get("identity", "", "/projects", "projects"), Get("identity", "", "/domains", "domains"))
        all_projects = (("all_tenants", "true"),)
    elif account.privilege is Privilege.DOMAIN:
        # Nova knows no domains: each project is asked with a token of its own, once it is known which there are.
        about = (Get("identity", "", "/auth/projects", "projects"), Get("identity", "", "/auth/domains", "domains"))
        records = _read(cloud, about, workers)
        whose = tuple(project["id"] for project in records[about[0]])
        about = ()
    else:
        about = (Get("identity", "", f"/projects/{account.project_id}", "project"),)
    listings = [
        Get("compute", region, "/servers/detail", "servers", all_projects, project=project)
        for region in sites
        for project in whose
    ]
    for get in listings:
        cloud.adapter("compute", get.region, get.project).default_microversion = COMPUTE_MICROVERSION
    records |= _read(cloud, (*about, *listings), workers)
    projects: dict[str, Mapping[str, Any]] = {}
    for get, found in records.items():
        if get.collection == "domains":
            domains |= {domain["id"]: domain["name"] for domain in found}
        elif get.collection in ("project", "projects"):
            projects |= {project["id"]: project for project in found}
    return [_facts(cloud.name, get.region, server, projects, domains) for get in listings for server in records[get]]


def _read(cloud: Cloud, gets: Iterable[Get], workers: int) -> dict[Get, list[Mapping[str, Any]]]:
    read = cloud.read(gets, workers)
    problems = [found for found in read.values() if isinstance(found, Problem)]
    if problems:
        raise EngineError(*dict.fromkeys(problems))
    return {get: found for get, found in read.items() if not isinstance(found, Problem)}


# --- what is made of it


def _facts(
    cloud: str,
    region: str,
    server: Mapping[str, Any],
    projects: Mapping[str, Mapping[str, Any]],
    domains: Mapping[str, str],
) -> Facts:
    # A server may outlive its project; it is then shown under the ids that are left of it.
    project = projects.get(server["tenant_id"], {"name": server["tenant_id"], "domain_id": ""})
    project_tags = sorted(project.get("tags", ()))
    return {
        "cloud": cloud,
        "site": region,
        "ministry": domains.get(project["domain_id"], project["domain_id"]) or "unknown",
        "tenant": project["name"],
        "sensitivity": next((tag.removeprefix(MARK) for tag in project_tags if tag.startswith(MARK)), ""),
        "project_id": server["tenant_id"],
        "project_tags": project_tags,
        "id": server["id"],
        "name": server["name"],
        "status": server["status"],
        "availability_zone": server.get("OS-EXT-AZ:availability_zone", ""),
        "flavor": server["flavor"]["original_name"],
        # A server that starts from a volume has no image, which Nova writes as an empty text.
        "image_id": server["image"]["id"] if server.get("image") else "",
        "addresses": [
            {
                "network": network,
                "address": held["addr"],
                "version": held["version"],
                "type": held.get("OS-EXT-IPS:type", "fixed"),
            }
            for network, all_held in sorted(server.get("addresses", {}).items())
            for held in all_held
        ],
        "tags": sorted(server.get("tags", ())),
        "metadata": dict(server.get("metadata", {})),
        "created": server["created"],
    }


def named(servers: Sequence[Facts]) -> dict[str, Facts]:
    """Return the servers by the shortest names that tell them apart."""
    forms = {
        facts["id"]: [
            # People choose the names of servers; a host's name also stands in patterns and in the paths of files.
            re.sub(r"[^\w.-]", "_", "-".join(facts[part] for part in parts))
            for parts in (
                ("tenant", "name"),
                ("tenant", "name", "site"),
                ("ministry", "tenant", "name", "site"),
                ("ministry", "tenant", "name", "site", "id"),
            )
        ]
        for facts in servers
    }
    form = dict.fromkeys(forms, 0)
    while True:
        count = Counter(forms[id][form[id]] for id in forms)
        shared = [id for id in forms if count[forms[id][form[id]]] > 1 and form[id] < len(forms[id]) - 1]
        if not shared:
            break
        for id in shared:
            form[id] += 1
    return {forms[facts["id"]][form[facts["id"]]]: facts for facts in servers}


def address(addresses: Iterable[Mapping[str, Any]], wanted: Sequence[str]) -> str:
    """Return the first address of a wanted type, IPv4 before IPv6; empty when there is none."""
    fitting = [held for held in addresses if held["type"] in wanted]
    fitting.sort(key=lambda held: (wanted.index(held["type"]), held["version"]))
    return str(fitting[0]["address"]) if fitting else ""
