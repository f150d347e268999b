# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit is asked for."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
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
      tags:
        description:
          - The tags that the estate declares for its project.
          - What a repair writes of owner, contact and environment is what they say.
        type: list
        elements: str
        default: []
      residency:
        description:
          - Where its data may be, as names by region and by V(availability_zones), V(backup_zones) and V(image_stores).
          - The first are those of Nova for servers, the second those of Cinder for backups and snapshots.
          - What is not named for a region cannot be judged there.
        type: dict
        default: {}
      qualifications:
        description:
          - The kinds of qualification of which its data ask the cloud to have one.
          - Whether the cloud's is enough cannot be judged when none is named.
        type: list
        elements: str
        choices: [internal, secnumcloud]
        default: []
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
  qualification:
    description: What the cloud is recognized as, so that it may hold data that ask for it.
    type: dict
    suboptions:
      kind:
        description: V(internal) for a cloud that the State runs for itself, V(secnumcloud) for a qualified offer.
        type: str
        choices: [internal, secnumcloud]
        required: true
      reference:
        description: The decision, or the offer by the name that is in ANSSI's list.
        type: str
        required: true
      valid_until:
        description: Its last day, such as V(2027-08-31).
        type: str
        required: true
  cartographies:
    description: Maps of the cloud that were made before, of which one has to be recent.
    type: list
    elements: dict
    default: []
    suboptions:
      made:
        description: The day on which it was made, such as V(2026-11-23).
        type: str
        required: true
      reference:
        description: Where it is kept.
        type: str
        required: true
      complete:
        description: Whether all of it could be read.
        type: bool
        default: true
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
"""
