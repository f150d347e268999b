#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: posture
short_description: Repair what the security controls find in tenants, and undo that
version_added: 0.3.0
description:
  - Judges tenants as M(etat.cloud.posture_info) does, and repairs what fails. Everything is read first; then a plan is
    made, guarded, applied on a pool of threads, and the tenants are judged again.
  - Of each control it is known whether a program may repair what fails, which may be never, safely, or only where the
    control is named in O(allow). What is waived is never touched.
  - Whatever a control asks for, data, users, key pairs and credentials are never deleted, and neither are the rules by
    which the default security group lets its own members in, where data are public or internal.
  - Before anything is changed, two files are written into O(record), the objects as they are and a plan that brings
    that back. O(undo) applies such a plan.
author:
  - The etat.cloud contributors (@etat-cloud)
options:
  allow:
    description:
      - Ids of the guarded controls whose findings are repaired, such as V(ETAT-NET-002).
      - Safe repairs are made in any case. Any other name is refused.
    type: list
    elements: str
    default: []
  max_changes:
    description: The most objects that one run may change. A plan that changes more is refused.
    type: int
    default: 50
  expect_digest:
    description: The RV(digest) of the plan that was reviewed. Any other plan is refused.
    type: str
  record:
    description:
      - Folder, on the host that runs the module, into which the files of RV(record) are written.
      - It is made readable by its owner only, and so are the files.
    type: path
    required: true
  undo:
    description:
      - File of an undo plan that an earlier run wrote. What it says is done, instead of any repair.
      - It has to be readable by its owner only, of the account O(cloud), and about tenants of O(tenants) and domains of
        O(domains) only.
      - Objects that were deleted are made again and get new ids.
    type: path
  lease:
    description:
      - For how many seconds the tenants that are changed belong to this run alone, unless it renews that.
      - The lease is a tag of the project. After a run that was killed, the next one can write when that time is over.
    type: int
    default: 600
extends_documentation_fragment:
  - etat.cloud._connection
  - etat.cloud._posture
attributes:
  check_mode:
    description: >-
      Plans in full, and writes neither a file nor anything to the cloud; the session refuses every method but GET and
      HEAD.
    support: full
  diff_mode:
    description: Shows the fields of each object as they are and as they will be.
    support: full
  idempotent:
    description: >-
      A second run changes nothing, since what was repaired is found no more. An undo is not compared with the cloud, so
      that a second one says again what the first one did, to the same effect.
    support: partial
seealso:
  - module: etat.cloud.posture_info
"""

EXAMPLES = r"""
- name: Show what would be repaired, and change nothing
  etat.cloud.posture:
    cloud: interne
    tenants: "{{ my_tenants }}"
    record: /srv/hardening
  check_mode: true
  diff: true

- name: Repair what is safe, and close what lets anybody administer the servers of one tenant
  etat.cloud.posture:
    cloud: interne
    tenants:
      - name: moodle
        domain: education
        sensitivity: internal
        sites: [toulouse]
        tags: [owner:alice.martin, contact:moodle@education.example, environment:production]
    allow: [ETAT-NET-002]
    record: /srv/hardening
  register: hardened

- name: Show what was left, and why
  ansible.builtin.debug:
    msg: "{{ (hardened | etat.cloud.hardening_report(cloud='interne')).text.splitlines() }}"

- name: Bring back how it was
  etat.cloud.posture:
    cloud: interne
    tenants: "{{ my_tenants }}"
    record: /srv/hardening
    undo: "{{ hardened.record.undo }}"
"""

RETURN = r"""
plan:
  description: What is repaired, one change for each object.
  returned: when the cloud could be read
  type: dict
  contains:
    summary:
      description: The counts in one line.
      type: str
      sample: 0 to create, 2 to update, 1 to delete, 0 unchanged
    counts:
      description: How many objects are created, updated, deleted and kept.
      type: dict
      sample: {create: 0, update: 2, delete: 1, keep: 0}
    changes:
      description:
        - Each change with its action, kind, region, path, the fields before and after, the controls that ask for it,
          and why it cannot be undone where that is so.
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
left:
  description: What fails and was left as it is.
  returned: when the cloud could be read
  type: list
  elements: dict
  contains:
    control:
      description: Id of the control that finds it.
      type: str
    domain:
      description: Name of the domain.
      type: str
    tenant:
      description: Name of the project; empty for what belongs to a domain.
      type: str
    region:
      description: Name of the region; empty for identity.
      type: str
    type:
      description: What the object is.
      type: str
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    why:
      description:
        - V(guarded) where the control has to be named in O(allow), V(by_hand) where people repair it, V(waived), or
          V(refused) where a program never does it, or the account may not.
      type: str
    reason:
      description: The same in words, in English and in French.
      type: dict
    by_hand:
      description: What people do about it, in English and in French.
      type: dict
repairs:
  description: What P(etat.cloud.hardening_report#filter) tells people of each change, also when some failed.
  returned: when the cloud could be read
  type: list
  elements: dict
  contains:
    domain:
      description: Name of the domain.
      type: str
    tenant:
      description: Name of the project; empty for what belongs to a domain.
      type: str
    region:
      description: Name of the region; empty for identity.
      type: str
    type:
      description: What the object is.
      type: str
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    action:
      description: What is done to it, create, update or delete.
      type: str
    controls:
      description: Ids of the controls that ask for it.
      type: list
      elements: str
    state:
      description: V(planned), V(done), V(failed) or V(skipped).
      type: str
    reason:
      description: Why it failed or was skipped, as the cloud says it.
      type: str
    lasting:
      description: Why it cannot be undone, in English and in French; nothing where it can.
      type: dict
undoing:
  description: Whether an undo was asked for.
  returned: when the cloud could be read
  type: bool
at:
  description: When the run ended, in UTC.
  returned: when the cloud could be read
  type: str
  sample: "2026-11-25T05:00:00Z"
record:
  description: The paths of the files that were written; empty when nothing was changed, and for an undo.
  returned: when the cloud could be read
  type: dict
  contains:
    export:
      description: File with the objects as they were, without secrets.
      type: str
    undo:
      description: File with the plan that brings them back, for O(undo).
      type: str
stats:
  description: What the run cost, in calls per service and seconds per phase.
  returned: when the cloud could be read
  type: dict
"""

from ansible_collections.etat.cloud.plugins.module_utils._harden import Hardening, order_of
from ansible_collections.etat.cloud.plugins.module_utils._module import CloudModule
from ansible_collections.etat.cloud.plugins.module_utils._posture_options import POSTURE_OPTIONS
from ansible_collections.etat.cloud.plugins.module_utils._progress import Progress


def main() -> None:
    spec = {
        **POSTURE_OPTIONS,
        "allow": {"type": "list", "elements": "str", "default": []},
        "max_changes": {"type": "int", "default": 50},
        "expect_digest": {"type": "str"},
        "record": {"type": "path", "required": True},
        "undo": {"type": "path"},
        "lease": {"type": "int", "default": 600},
    }
    with CloudModule(spec) as module:
        module.repair(Hardening(order_of(module.params), Progress()))


if __name__ == "__main__":
    main()
