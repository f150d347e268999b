#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lab_info
short_description: Say what runs in a lab
version_added: 1.0.0
description:
  - Says of every program of a lab whether it runs, since when, what memory it uses, and whether it answers.
author: the etat.cloud contributors (@etat-cloud)
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
    description: There is nothing to compare.
options:
  name:
    description: The lab's name.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Ask what runs
  etat.cloud.lab_info:
    name: try
  register: lab_state
"""

RETURN = r"""
programs:
  description: Every program, in the order in which they are started.
  type: list
  elements: dict
  returned: success
down:
  description: One sentence for each program that does not run or does not answer.
  type: list
  elements: str
  returned: success
table:
  description: The same for a person, in lines of at most 72 characters.
  type: str
  returned: success
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.etat.cloud.plugins.module_utils._lab import host, model, process


def table(states: list[process.State]) -> str:
    """Lines for a person."""
    lines = [f"{'program':<28} {'state':<10} {'since':>8} {'memory':>9}"]
    group = ""
    for state in states:
        if state.group != group:
            group = state.group
            lines.append(f"{group}:")
        word = "up" if state.answers else "no answer" if state.runs else "DOWN"
        since = host.age(state.since) if state.runs else ""
        memory = f"{state.memory / 1024**2:.0f} MiB" if state.runs else ""
        lines.append(f"  {state.name:<26} {word:<10} {since:>8} {memory:>9}")
    up = sum(state.answers for state in states)
    total = sum(state.memory for state in states) / 1024**3
    lines.append(f"{up} of {len(states)} programs are up; memory {total:.1f} GiB")
    return "\n".join(lines)


def main() -> None:
    module = AnsibleModule(argument_spec={"name": {"type": "str", "required": True}}, supports_check_mode=True)
    try:
        lab = model.declared(module.params["name"])
        states = process.states(lab, model.programs(lab))
    except model.LabError as error:
        module.fail_json(msg=str(error))
    except PermissionError as error:
        module.fail_json(msg=f"Only root may ask what runs in the lab ({error}): run it with sudo.")
    module.exit_json(
        changed=False,
        programs=[asdict(state) for state in states],
        down=[f"{state.name}: {state.detail}" for state in states if not state.answers],
        table=table(states),
    )


if __name__ == "__main__":
    main()
