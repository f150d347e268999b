#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lab_host
short_description: Check that a host can carry a lab
version_added: 1.0.0
description:
  - Checks everything about a host that would make M(etat.cloud.lab) fail, before anything is done, the user, the
    distribution, the Python, the free space of the disk, the packages and the ports.
  - Ends with one sentence that says what is wrong, why, and what to do.
author: the etat.cloud contributors (@etat-cloud)
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
    description: There is nothing to compare.
options:
  python:
    description: The interpreter that will run OpenStack.
    type: path
    default: /usr/bin/python3
  install:
    description: Whether missing packages may be installed afterwards, otherwise their absence is an error.
    type: bool
    default: true
extends_documentation_fragment:
  - etat.cloud.lab
"""

EXAMPLES = r"""
- name: Check that this host can carry the lab
  etat.cloud.lab_host:
    name: try
    clouds:
      - name: interne
        regions:
          - name: toulouse
            external_network: 203.0.113.0/24
"""

RETURN = r"""
folder:
  description: Where everything of this lab lies.
  type: str
  returned: success
  sample: /var/lib/etat-lab/try
missing_packages:
  description: Packages of the distribution that are still to be installed.
  type: list
  elements: str
  returned: success
processes:
  description: How many processes of this lab run.
  type: int
  returned: success
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.etat.cloud.plugins.module_utils._lab import host, model, options, process


def main() -> None:
    spec = options.argument_spec()
    spec.update(python={"type": "path", "default": "/usr/bin/python3"}, install={"type": "bool", "default": True})
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    try:
        lab = model.lab(module.params["name"], module.params["clouds"])
        host.check_distribution(Path("/etc/os-release").read_text(encoding="utf-8"))
        host.check_user()
        host.check_python(module.params["python"])
        host.check_disk(lab)
        host.check_attributes(lab)
        missing = host.missing_packages()
        host.check_packages(missing, install=module.params["install"])
        host.check_ports(lab, model.programs(lab))
    except model.LabError as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False, folder=str(lab.folder), missing_packages=missing, processes=len(process.processes(lab))
    )


if __name__ == "__main__":
    main()
