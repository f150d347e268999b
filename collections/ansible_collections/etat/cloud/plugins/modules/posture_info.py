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
extends_documentation_fragment:
  - etat.cloud._connection
  - etat.cloud._posture
options:
  cartography:
    description:
      - Whether to return RV(cartography), a map of what the tenants have of networks.
      - It is made of the listings that the controls look at, and takes more calls only where few controls judge.
    type: bool
    default: false
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
      description:
        - What could not be read, why, which role it takes, and whom it concerns; all when nobody is named.
        - C(why) is in English, with what the cloud said. C(why_fr) is in French, without.
      type: list
      elements: dict
    results:
      description:
        - What each control says of the cloud, of each domain, of each tenant, or of each site of a tenant.
        - The outcome is V(pass), V(fail), V(not_applicable), V(not_evaluable), V(exempt) or V(manual).
        - C(reason) says why in English, C(reason_fr) in French.
        - Where the evidence of a finding has statements, C(evidence_fr) has these in French.
      type: list
      elements: dict
    summary:
      description: How many results came out how, and how bad the failures are.
      type: dict
cartography:
  description: A map of what the tenants have of networks on each site, and of what leads where.
  returned: when O(cartography=true)
  type: dict
  contains:
    version:
      description: Version of this form.
      type: int
    cloud:
      description: The entry of C(clouds.yaml) that looked.
      type: str
    made:
      description: The day on which it was made.
      type: str
    complete:
      description: Whether all of it could be read.
      type: bool
    sites:
      description:
        - Each site of each tenant, with C(objects) and, in C(unseen), what could not be read and why.
        - An object is a router, network, subnet, interface of a router, floating IP, load balancer or RBAC policy. It
          has C(kind), C(id), C(name), C(addresses), C(belongs_to), C(leads_to) and C(details).
      type: list
      elements: dict
"""

from ansible_collections.etat.cloud.plugins.module_utils._module import CloudModule
from ansible_collections.etat.cloud.plugins.module_utils._posture import audit
from ansible_collections.etat.cloud.plugins.module_utils._posture_options import POSTURE_OPTIONS


def main() -> None:
    with CloudModule({**POSTURE_OPTIONS, "cartography": {"type": "bool", "default": False}}) as module:
        module.show(**audit(module.params))


if __name__ == "__main__":
    main()
