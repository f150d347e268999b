#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tenant
short_description: Build tenants as they are declared
version_added: 0.1.0
description:
  - Brings any number of tenants, over all their sites, to what is declared of them.
  - A tenant is the whole space of an application, that is its Keystone project with groups and role assignments and, on
    each site, its quotas, networks, routers, security groups and address groups.
  - Everything is read first, in bulk; then a plan is made, guarded, applied on a pool of threads, and verified by
    reading again. With nothing to do, nothing is written.
  - What is not declared is left alone. An object is deleted only where its O(tenants[].sites[].networks[].state) (or
    that of another object) says V(absent), or where its owner prunes.
author:
  - The etat.cloud contributors (@etat-cloud)
options:
  workers:
    description: How many calls may be under way at once.
    type: int
    default: 8
  max_delete_share:
    description:
      - The share of the tenants' observed objects that a plan may delete, in percent.
      - A plan of up to ten deletions passes in any case.
    type: int
    default: 30
  accepts:
    description:
      - The sensitivities that this cloud may hold.
      - A tenant of another O(tenants[].sensitivity) is refused. Not said, every sensitivity passes.
    type: list
    elements: str
  undeclared:
    description:
      - What becomes of objects that the tenants have in the cloud and that are not declared.
      - V(keep) does not look for them. V(report) lists them in RV(undeclared).
      - V(prune) deletes those that this collection made (see RV(undeclared[].managed)), after the guards, and says in
        RV(record) how to make them again. What others made is listed and left alone.
    type: str
    choices: [keep, report, prune]
    default: keep
  complete:
    description:
      - Whether O(domains) and O(tenants) name every tenant and every group of the declared domains.
      - Projects and groups that are not named are undeclared then, too.
    type: bool
    default: false
  expect_digest:
    description:
      - The RV(digest) of the plan that was reviewed. Any other plan is refused.
    type: str
  record:
    description:
      - Folder, on the host that runs the module, into which RV(record) is written before anything is deleted.
      - Each plan that deletes gets a file of its own, readable by its owner only.
    type: path
  lease:
    description:
      - For how many seconds the tenants that are changed belong to this run alone, unless it renews that.
      - The lease is a tag of the project. After a run that was killed, the next one can write when that time is over.
    type: int
    default: 600
extends_documentation_fragment:
  - etat.cloud._connection
  - etat.cloud._tenant
attributes:
  check_mode:
    description: Plans in full and writes nothing; the session refuses every method but GET and HEAD.
    support: full
  diff_mode:
    description: Shows each object as it is in the cloud and as it is declared.
    support: full
  idempotent:
    description: A second run of the same declaration changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Build a tenant on two sites
  etat.cloud.tenant:
    cloud: interne
    domains:
      - name: education
        description: Ministère de l'Éducation nationale
    tenants:
      - name: moodle
        domain: education
        description: Learning platform
        tags: [sensitivity:internal]
        groups:
          - name: moodle-operators
            members: [alice.martin]
        role_assignments:
          - role: member
            group: moodle-operators
        sites:
          - region: toulouse
            quotas:
              compute: {instances: 20, cores: 40, ram: 81920}
              volume: {volumes: 20, gigabytes: 500}
            networks:
              - name: front
                subnets:
                  - name: front
                    cidr: 10.10.0.0/24
            routers:
              - name: edge
                external_network: public
                interfaces:
                  - network: front
            security_groups:
              - name: web
                description: What the public reaches
                rules:
                  - direction: ingress
                    protocol: tcp
                    ports: [80, 443]
                    description: Public web
          - region: paris
            quotas:
              compute: {instances: 10}

- name: Show what would change, as a diff, and change nothing
  etat.cloud.tenant:
    cloud: interne
    tenants: "{{ my_tenants }}"
  check_mode: true
  diff: true

- name: Take a network away by name
  etat.cloud.tenant:
    cloud: interne
    tenants:
      - name: moodle
        domain: education
        sites:
          - region: toulouse
            networks:
              - name: scratch
                state: absent
"""

RETURN = r"""
plan:
  description: What differs from the declaration, in the order in which it is changed.
  returned: when the cloud could be read
  type: dict
  contains:
    summary:
      description: The counts in one line.
      type: str
      sample: 11 to create, 1 to update, 0 to delete, 4 unchanged
    counts:
      description: How many objects are created, updated, deleted and kept.
      type: dict
      sample: {create: 11, update: 1, delete: 0, keep: 4}
    changes:
      description: Each change with its action, kind, region, path, and the fields before and after.
      returned: success
      type: list
      elements: dict
    text:
      description: The plan as a person reads it.
      returned: success
      type: str
digest:
  description: The SHA-256 of the plan; equal digests mean equal plans.
  returned: when the cloud could be read
  type: str
outcomes:
  description:
    - What became of each change, with its state (done, failed or skipped), reason, seconds and request id.
    - When the module fails, those changes only that were not made.
  returned: when the cloud could be read
  type: list
  elements: dict
undeclared:
  description:
    - What the tenants have in the cloud and in no declaration, unless O(undeclared=keep).
    - An object that lives under another one of them is not listed.
  returned: when the cloud could be read
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
    region:
      description: Its region; empty for identity.
      type: str
    path:
      description: The names that lead to it, beginning with the domain and the project.
      type: list
      elements: str
    id:
      description: Its id.
      type: str
    managed:
      description: Whether it bears the mark of this collection, or lives under an object that does.
      type: bool
record:
  description:
    - The declaration that would make again what the plan deletes, in the form of O(identity), O(domains) and
      O(tenants); empty without deletions.
  returned: when the cloud could be read
  type: dict
unseen:
  description: Services and listings that nothing declared needs and that could not be read, in sentences.
  returned: when the cloud could be read
  type: list
  elements: str
stats:
  description: What the run cost.
  returned: when the cloud could be read
  type: dict
  contains:
    calls:
      description: Number of calls per service.
      type: dict
      sample: {identity: 6, network: 12, compute: 2}
    seconds:
      description: Seconds per phase.
      type: dict
    tenants:
      description: For each tenant and region, how many objects were planned for each action.
      returned: success
      type: list
      elements: dict
"""

from ansible_collections.etat.cloud.plugins.module_utils._module import CloudModule
from ansible_collections.etat.cloud.plugins.module_utils._options import argument_spec
from ansible_collections.etat.cloud.plugins.module_utils._tenant_options import TENANT_OPTIONS


def main() -> None:
    spec = {
        "cloud": {"type": "str", "required": True},
        "workers": {"type": "int", "default": 8},
        "max_delete_share": {"type": "int", "default": 30},
        "accepts": {"type": "list", "elements": "str"},
        "undeclared": {"type": "str", "choices": ["keep", "report", "prune"], "default": "keep"},
        "complete": {"type": "bool", "default": False},
        "expect_digest": {"type": "str"},
        "record": {"type": "path"},
        "lease": {"type": "int", "default": 600},
    }
    with CloudModule({**spec, **argument_spec(TENANT_OPTIONS)}) as module:
        module.converge()


if __name__ == "__main__":
    main()
