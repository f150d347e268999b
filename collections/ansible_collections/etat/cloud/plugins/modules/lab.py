#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lab
short_description: Keep a lab started, stopped or absent
version_added: 1.0.0
description:
  - Starts and stops a real OpenStack on the loopback addresses of a host, without containers and without a hypervisor.
  - Writes the configuration, makes the databases, starts the processes, and fills the clouds with what a new cloud has.
  - The role P(etat.cloud.lab#role) installs what this module needs, and should be used in its place.
author: the etat.cloud contributors (@etat-cloud)
attributes:
  check_mode:
    support: none
    description: A lab that is not there cannot tell what would change in it.
  diff_mode:
    support: none
    description: There is nothing to compare.
options:
  state:
    description:
      - With V(started), every process runs and answers, and the clouds hold what is declared.
      - With V(stopped), no process is left. The data stay.
      - With V(absent), no process and no file is left.
    type: str
    choices: [started, stopped, absent]
    default: started
  services:
    description: The folder of what the lab adds to OpenStack's services, required when the state is V(started).
    type: path
extends_documentation_fragment:
  - etat.cloud.lab
"""

EXAMPLES = r"""
- name: Stop the lab
  etat.cloud.lab:
    name: try
    state: stopped
"""

RETURN = r"""
seconds:
  description: How long each job took, the longest first.
  type: dict
  returned: when the state is started
memory_gib:
  description: What all processes of the lab use, each shared page counted once.
  type: float
  returned: when the state is started
processes:
  description: How many programs the lab consists of.
  type: int
  returned: when the state is started
from_nothing:
  description: Whether there was no database before.
  type: bool
  returned: when the state is started
changes:
  description: The jobs that changed something.
  type: list
  elements: str
  returned: when the state is started
"""

import shutil
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.etat.cloud.plugins.module_utils._lab import model, options, process, start


def act(lab: model.Lab, state: str, given: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Bring the lab into its state; say whether that changed it, and what there is to tell."""
    if state == "started":
        made = start.Start(lab)
        report, changed = made.run(given["clouds"], Path(given["services"]))
        return changed, {
            "changes": list(report.changed),
            "from_nothing": start.INSTALL in report.changed,
            "seconds": dict(sorted(report.seconds.items(), key=lambda item: -item[1])),
            "processes": len(made.programs),
            "memory_gib": round(made.memory() / 1024**3, 2),
        }
    if not lab.folder.exists():
        return False, {}
    changed = process.Keeper(lab).stop(model.STORES)
    if state == "absent":
        shutil.rmtree(lab.folder)
        changed = True
    return changed, {}


def main() -> None:
    spec = options.argument_spec()
    spec.update(state={"type": "str", "choices": ["started", "stopped", "absent"], "default": "started"})
    spec.update(services={"type": "path"})
    module = AnsibleModule(argument_spec=spec, required_if=[("state", "started", ["clouds", "services"])])
    state = module.params["state"]
    try:
        lab = model.lab(module.params["name"], module.params["clouds"] or [])
        with process.alone(lab):
            changed, result = act(lab, state, module.params)
    except model.LabError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=changed, **result)


if __name__ == "__main__":
    main()
