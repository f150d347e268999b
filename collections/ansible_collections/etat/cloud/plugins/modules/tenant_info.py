#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tenant_info
short_description: Show existing tenants as a declaration
version_added: 0.2.0
description:
  - Reads tenants that are there, whoever made them, and returns the declaration that would leave them as they are.
  - Building from that declaration with M(etat.cloud.tenant) plans nothing. This is how existing tenants are taken over.
  - What a declaration cannot say is named in RV(left_out); it is left alone when the tenant is built.
author:
  - The etat.cloud contributors (@etat-cloud)
options:
  tenants:
    description: The tenants to show.
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
      account:
        description:
          - Entry of C(clouds.yaml) that looks, where a cloud gives one account per project.
          - O(cloud) looks when it is not named.
        type: str
  domains:
    description: Names of domains, every tenant of which is shown, with the domain itself.
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
- name: Read every tenant of a ministry
  etat.cloud.tenant_info:
    cloud: interne
    domains: [education]
  register: found

- name: See that building them changes nothing
  etat.cloud.tenant:
    cloud: interne
    domains: "{{ found.domains }}"
    tenants: "{{ found.tenants }}"
  check_mode: true
"""

RETURN = r"""
domains:
  description: The domains, in the form of O(etat.cloud.tenant#module:domains).
  returned: success
  type: list
  elements: dict
tenants:
  description: The tenants, in the form of O(etat.cloud.tenant#module:tenants).
  returned: success
  type: list
  elements: dict
left_out:
  description: What is there and cannot be declared, with the reason, in sentences.
  returned: success
  type: list
  elements: str
unseen:
  description: Services that the cloud does not offer, and what the account may not read, in sentences.
  returned: success
  type: list
  elements: str
stats:
  description: What it cost, in calls per service and in seconds per phase.
  returned: success
  type: dict
"""

from ansible_collections.etat.cloud.plugins.module_utils._module import CloudModule


def main() -> None:
    spec = {
        "cloud": {"type": "str", "required": True},
        "tenants": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "name": {"type": "str", "required": True},
                "domain": {"type": "str", "required": True},
                "account": {"type": "str"},
            },
        },
        "domains": {"type": "list", "elements": "str", "default": []},
        "regions": {"type": "list", "elements": "str", "default": []},
        "workers": {"type": "int", "default": 8},
    }
    with CloudModule(spec) as module:
        module.export()


if __name__ == "__main__":
    main()
