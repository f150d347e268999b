#!/usr/bin/python
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lab_tempest
short_description: Measure how real a lab is with tempest
version_added: 1.0.0
description:
  - Runs tests of tempest, OpenStack's own, on one region of a lab.
  - Compares the failures with a list of known ones, both ways, a failure that is not listed and a listed test that
    passes are both errors.
author: the etat.cloud contributors (@etat-cloud)
attributes:
  check_mode:
    support: none
    description: Tests make and delete objects in the lab.
  diff_mode:
    support: none
    description: There is nothing to compare.
options:
  name:
    description: The lab's name.
    type: str
    required: true
  region:
    description: The region that is tested.
    type: str
    required: true
  tests:
    description: The API tests of all services or of one, or tempest's smoke set.
    type: str
    choices: [api, identity, network, compute, image, volume, smoke]
    default: api
  workers:
    description: How many tests run at the same time.
    type: int
    default: 2
  known_failures:
    description: Full names of the tests that fail, each with its reason.
    type: dict
    default: {}
  share:
    description: The share of the tests that must pass, in percent of those that run.
    type: float
    default: 95
"""

EXAMPLES = r"""
- name: Run tempest's smoke set
  etat.cloud.lab_tempest:
    name: try
    region: toulouse
    tests: smoke
"""

RETURN = r"""
passed:
  description: How many tests passed.
  type: int
  returned: always
failures:
  description: The tests that failed, each with the last line of its reason.
  type: dict
  returned: always
not_applicable:
  description: How many tests do not apply to this cloud.
  type: int
  returned: always
seconds:
  description: How long the run took.
  type: int
  returned: always
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.etat.cloud.plugins.module_utils._lab import model, tempest


def last_line(reason: str) -> str:
    """The line of a traceback that says what went wrong."""
    lines = [line for line in reason.splitlines() if line and not line.startswith((" ", "Traceback", "``"))]
    errors = [line for line in lines if "Exception" in line or "Error" in line or "tempest.lib" in line]
    return (errors or lines or ["no reason was given"])[-1][:300]


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "region": {"type": "str", "required": True},
            "tests": {"type": "str", "choices": list(tempest.SELECTIONS), "default": "api"},
            "workers": {"type": "int", "default": 2},
            "known_failures": {"type": "dict", "default": {}},
            "share": {"type": "float", "default": 95},
        }
    )
    begun = time.monotonic()
    try:
        lab = model.declared(module.params["name"])
        results = tempest.run(lab, module.params["region"], module.params["tests"], module.params["workers"])
    except model.LabError as error:
        module.fail_json(msg=str(error))
    verdict = tempest.judge(results, module.params["known_failures"])
    facts = {
        "changed": True,
        "passed": verdict.passed,
        "failures": {result.test: last_line(result.reason) for result in verdict.failed},
        "not_applicable": verdict.skipped,
        "seconds": round(time.monotonic() - begun),
    }
    counted = f"{verdict.passed} of {verdict.passed + len(verdict.failed)} tests passed ({verdict.share:.1f} %)"
    problems = []
    if verdict.unknown:
        problems.append(f"these failed and are not in the list: {', '.join(result.test for result in verdict.unknown)}")
    if verdict.mended:
        problems.append(f"these are in the list and passed, so take them out: {', '.join(verdict.mended)}")
    if verdict.share < module.params["share"]:
        problems.append(f"at least {module.params['share']:.0f} % must pass")
    if problems:
        module.fail_json(msg=f"{counted}; {'; '.join(problems)}.", **facts)
    module.exit_json(**facts)


if __name__ == "__main__":
    main()
