# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: estate_files
short_description: Turn existing tenants into the files of an estate
version_added: 0.2.0
author:
  - The etat.cloud contributors (@etat-cloud)
description:
  - Takes what M(etat.cloud.tenant_info) found and returns the text of the estate's files that declare it.
  - Building from these files plans nothing.
positional: _input
options:
  _input:
    description: The result of M(etat.cloud.tenant_info).
    type: dict
    required: true
  cloud:
    description: Name of the cloud in the catalogue.
    type: str
    required: true
  sensitivity:
    description:
      - The sensitivity of tenants whose project does not say it in a tag.
      - The strictest is the default, because nobody has judged the data yet.
    type: str
    choices: [public, internal, sensitive, restricted]
    default: restricted
"""

EXAMPLES = r"""
- name: Show the names of the files
  ansible.builtin.debug:
    msg: "{{ (found | etat.cloud.estate_files(cloud='interne')).files.keys() }}"
"""

RETURN = r"""
_value:
  description: The files, and what none of them can say.
  type: dict
  contains:
    files:
      description: The text of each file, by its path in the estate.
      type: dict
    left_out:
      description: What no file can say, in sentences.
      type: list
      elements: str
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.adopt import adopt
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.schema import SENSITIVITIES


def estate_files(found: dict[str, Any], cloud: str, sensitivity: str = "restricted") -> dict[str, Any]:
    """Return the files of an estate that declare what module tenant_info found."""
    if not isinstance(found, dict) or not {"domains", "tenants"} <= found.keys():
        raise AnsibleFilterError("estate_files takes the result of etat.cloud.tenant_info")
    if sensitivity not in SENSITIVITIES:
        raise AnsibleFilterError(f"sensitivity '{sensitivity}' is not known; allowed: {', '.join(SENSITIVITIES)}")
    made = adopt(cloud, found, sensitivity)
    return {"files": made.files, "left_out": [*found.get("left_out", ()), *made.left_out]}


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Any]:
        return {"estate_files": estate_files}
