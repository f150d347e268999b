# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: hardening_report
short_description: Turn a hardening, or an undo, into reports for people
version_added: 0.3.0
author:
  - The etat.cloud contributors (@etat-cloud)
description:
  - Takes what M(etat.cloud.posture) returned, also when some of it failed, and returns the report in each language.
  - It says what was repaired, what was left for whom and why, and how the run is undone. Nothing is read or written.
positional: _input
options:
  _input:
    description: What M(etat.cloud.posture) returned.
    type: dict
    required: true
  cloud:
    description: Name of the cloud, as the report says it.
    type: str
    required: true
  languages:
    description: The languages of the reports.
    type: list
    elements: str
    choices: [fr, en]
    default: [fr]
  undo:
    description: File of the undo plan that was run, where one was; its report bears its name.
    type: path
    default: ''
"""

EXAMPLES = r"""
- name: Show a hardening
  ansible.builtin.debug:
    msg: "{{ (hardened | etat.cloud.hardening_report(cloud='interne')).text.splitlines() }}"
"""

RETURN = r"""
_value:
  description: The reports.
  type: dict
  contains:
    files:
      description:
        - The text of each report, by the path where it belongs, beside the files of the run.
        - There is none where nothing was changed.
      type: dict
    text:
      description: The report for a terminal, in the first language; of what is left, some objects are named.
      type: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.etat.cloud.plugins.module_utils._controls import BY_ID
from ansible_collections.etat.cloud.plugins.plugin_utils._report.hardening import MOST, hardening, hardening_of
from ansible_collections.etat.cloud.plugins.plugin_utils._report.words import Tongue, languages_of


def hardening_report(
    result: Mapping[str, Any], cloud: str, languages: Sequence[str] = ("fr",), undo: str = ""
) -> dict[str, Any]:
    """Return the reports of a hardening."""
    try:
        tongues = [Tongue(language) for language in languages_of(languages)]
        told = hardening_of(result, cloud, BY_ID)
        # A hardening writes its files first, and an undo has those of the hardening.
        plan, name = (undo, "undone") if told.undoing else (told.record.get("undo", ""), "report")
        there = plan and told.made
        return {
            "files": {
                f"{plan.removesuffix('.json').removesuffix('.undo')}.{name}.{tongue.language}.txt": hardening(
                    told, tongue
                )
                for tongue in tongues
                if there
            },
            "text": hardening(told, tongues[0], MOST),
        }
    except KeyError as error:
        raise AnsibleFilterError(f"hardening_report: this is no result of module posture: no {error}") from None
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"hardening_report: {error}") from None


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Any]:
        return {"hardening_report": hardening_report}
