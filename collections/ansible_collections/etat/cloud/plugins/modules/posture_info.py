#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: posture_info
short_description: Judge tenants by the security controls
version_added: 0.3.0
description:
  - Reads tenants in all regions, each listing once, judges what it saw by the controls, and returns all of it.
  - What could not be read is never a pass. It is not evaluable, and RV(posture.unseen) says why and for whom.
author:
  - The etat.cloud contributors (@etat-cloud)
options:
  tenants:
    description: The tenants to judge.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the project.
        type: str
        required: true
      domain:
        description: Name of the domain that holds the project.
        type: str
        required: true
      sensitivity:
        description: How sensitive the tenant's data are; it decides how bad a failure is.
        type: str
        choices: [public, internal, sensitive, restricted]
        required: true
      sites:
        description:
          - Names of the regions in which the tenant is declared.
          - It is judged in others too, where it has anything there.
        type: list
        elements: str
        default: []
      quotas:
        description:
          - Limits that are agreed on, by region, service and the name that the service has for each.
          - The services are called as in O(etat.cloud.tenant#module:tenants[].sites[].quotas).
        type: dict
        default: {}
      account:
        description:
          - Entry of C(clouds.yaml) that looks, where a cloud gives one account per project.
          - O(cloud) looks when it is not named.
        type: str
  domains:
    description: Names of the domains that are judged as such, with all their users and groups.
    type: list
    elements: str
    default: []
  roles:
    description: Names of the roles that may be given; a control of them cannot judge when none is named.
    type: list
    elements: str
    default: []
  controls:
    description:
      - The controls that judge, each by its id, by the beginning of ids such as V(ETAT-NET), or by its family.
      - All of them when none is named.
    type: list
    elements: str
    default: []
  waivers:
    description:
      - Dated exceptions. Where all that fails is covered, the result is exempt.
      - One that names neither domains nor tenants covers what is judged of the cloud as such.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Name of the waiver.
        type: str
        required: true
      control:
        description: Id of the control.
        type: str
        required: true
      owner:
        description: Who answers for it.
        type: str
        required: true
      reason:
        description: Why it is there.
        type: str
        required: true
      until:
        description: The last day on which it holds, such as V(2027-08-31).
        type: str
        required: true
      domains:
        description: Names of domains that it covers as such.
        type: list
        elements: str
        default: []
      tenants:
        description: Tenants that it covers.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the project.
            type: str
            required: true
          domain:
            description: Name of the domain that holds the project.
            type: str
            required: true
      objects:
        description: Ids or names of the objects that it covers; all of them when none is named.
        type: list
        elements: str
        default: []
  regions:
    description: Names of the regions to look into; all of the catalogue when none is named.
    type: list
    elements: str
    default: []
  workers:
    description: How many calls may be under way at once.
    type: int
    default: 8
  today:
    description:
      - The day for which ages and dates count, such as V(2026-11-23).
      - The day of the run, in UTC, when not named.
    type: str
extends_documentation_fragment:
  - etat.cloud._connection
attributes:
  check_mode:
    description: Only reads, in check mode and out of it.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Judge one tenant by the controls of networks
  etat.cloud.posture_info:
    cloud: interne-auditor
    tenants:
      - {name: moodle, domain: education, sensitivity: internal, sites: [toulouse, paris]}
    controls: [ETAT-NET]
  register: found

- name: Show what fails
  ansible.builtin.debug:
    msg: "{{ found.posture.results | selectattr('outcome', 'eq', 'fail') }}"
"""

RETURN = r"""
posture:
  description: What was found. Every report is made from it.
  returned: success
  type: dict
  contains:
    version:
      description: Version of this form.
      type: int
    cloud:
      description: The entry of C(clouds.yaml) that looked.
      type: str
    run:
      description:
        - When it was, with which accounts, roles and scopes, in which regions, by which controls, and what it cost in
          calls per service and seconds per phase.
      type: dict
    tenants:
      description: The tenants, as they were given.
      type: list
      elements: dict
    unseen:
      description: What could not be read, why, which role it takes, and whom it concerns; all when nobody is named.
      type: list
      elements: dict
    results:
      description:
        - What each control says of the cloud, of each domain, of each tenant, or of each site of a tenant.
        - The outcome is V(pass), V(fail), V(not_applicable), V(not_evaluable), V(exempt) or V(manual).
      type: list
      elements: dict
    summary:
      description: How many results came out how, and how bad the failures are.
      type: dict
"""

from ansible_collections.etat.cloud.plugins.module_utils._module import CloudModule
from ansible_collections.etat.cloud.plugins.module_utils._posture import audit


def main() -> None:
    tenant = {"name": {"type": "str", "required": True}, "domain": {"type": "str", "required": True}}
    names = {"type": "list", "elements": "str", "default": []}
    spec = {
        "cloud": {"type": "str", "required": True},
        "tenants": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                **tenant,
                "sensitivity": {
                    "type": "str",
                    "choices": ["public", "internal", "sensitive", "restricted"],
                    "required": True,
                },
                "sites": names,
                "quotas": {"type": "dict", "default": {}},
                "account": {"type": "str"},
            },
        },
        "domains": names,
        "roles": names,
        "controls": names,
        "waivers": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                **{name: {"type": "str", "required": True} for name in ("id", "control", "owner", "reason", "until")},
                "domains": names,
                "tenants": {"type": "list", "elements": "dict", "default": [], "options": tenant},
                "objects": names,
            },
        },
        "regions": names,
        "workers": {"type": "int", "default": 8},
        "today": {"type": "str"},
    }
    with CloudModule(spec) as module:
        module.show(posture=audit(module.params))


if __name__ == "__main__":
    main()
