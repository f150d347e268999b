# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: estate
short_description: Read and check an estate, and resolve it for one cloud
version_added: 0.1.0
author:
  - The etat.cloud contributors (@etat-cloud)
description:
  - Reads every file of an estate, checks all of them, and returns what one cloud has to hold, in the form that
    M(etat.cloud.tenant) takes.
  - When anything is wrong in any file, nothing is returned. The error names everything that is wrong, with file, line,
    column, field, value and what is allowed.
options:
  _terms:
    description: The folder of the estate.
    type: list
    elements: path
    required: true
  cloud:
    description: Name of the cloud in the catalogue.
    type: str
    required: true
  tenants:
    description:
      - The tenants to return, each as C(ministry/tenant).
      - All tenants of the cloud when none is named. A tenant of another cloud is left out.
    type: list
    elements: str
    default: []
  today:
    description:
      - The day against which end dates are checked, such as V(2026-11-23).
      - The day of the run when not named.
    type: str
"""

EXAMPLES = r"""
- name: Show what the internal cloud has to hold
  ansible.builtin.debug:
    msg: "{{ lookup('etat.cloud.estate', inventory_dir ~ '/estate', cloud='interne') }}"

- name: Show the price of one tenant
  vars:
    folder: "{{ inventory_dir }}/estate"
    estate: "{{ lookup('etat.cloud.estate', folder, cloud='interne', tenants=['education/moodle']) }}"
  ansible.builtin.debug:
    msg: "{{ estate.about['education/moodle'].price_per_month }} euros a month"
"""

RETURN = r"""
_raw:
  description: One mapping for each folder.
  type: list
  elements: dict
  contains:
    domains:
      description: The domains of the ministries, as O(etat.cloud.tenant#module:domains) takes them.
      type: list
      elements: dict
    tenants:
      description: The tenants, as O(etat.cloud.tenant#module:tenants) takes them.
      type: list
      elements: dict
    identity:
      description:
        - What the identity service holds for all domains, as O(etat.cloud.tenant#module:identity) takes it.
        - Empty where tenants are named.
      type: dict
    regions:
      description:
        - What regions hold for all tenants, as O(etat.cloud.tenant#module:regions) takes it.
        - Empty where tenants are named.
      type: list
      elements: dict
    sites:
      description: The sites of the cloud, that is the names of its regions.
      type: list
      elements: str
    waivers:
      description:
        - The dated exceptions of these tenants and of the cloud itself.
        - O(etat.cloud.posture_info#module:waivers) takes them.
      type: list
      elements: dict
    notes:
      description: What the offers say and this cloud does not let its accounts do, in sentences.
      type: list
      elements: str
    posture:
      description:
        - The tenants and the domains to judge, the roles of the catalogue, and the qualification and the cartographies
          of the cloud.
        - M(etat.cloud.posture_info) takes them.
        - No domains where tenants are named.
      type: dict
    about:
      description:
        - What people want to know of each tenant, by C(ministry/tenant).
        - That is ministry, domain, project, offer, sensitivity, size, sites, end date, contacts, the price in euros for
          one month over all sites, and the file in the folder and the line in which it is declared.
      type: dict
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ..plugin_utils._estate.mistakes import EstateError
from ..plugin_utils._estate.resolve import Estate
from ..plugin_utils._estate.shape import JSONSCHEMA_ERROR


class LookupModule(LookupBase):
    """Reads, checks and resolves an estate."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return what a cloud has to hold, for each folder."""
        self.set_options(var_options=variables, direct=kwargs)
        if JSONSCHEMA_ERROR is not None:
            text = (
                f"The estate cannot be checked without the Python package jsonschema: {JSONSCHEMA_ERROR}. Install it."
            )
            raise AnsibleError(text)
        try:
            return [self._estate(folder) for folder in terms]
        except (EstateError, ValueError) as error:
            raise AnsibleError(str(error)) from error

    def _estate(self, folder: str) -> dict[str, Any]:
        path = Path(folder).expanduser()
        estate = Estate(path, self._today())
        return estate.declare(self.get_option("cloud"), self.get_option("tenants"))

    def _today(self) -> date:
        given = self.get_option("today")
        if not given:
            return datetime.now().astimezone().date()
        try:
            return date.fromisoformat(given)
        except ValueError as error:
            raise AnsibleError(f"today: '{given}' is no date; allowed: a day such as 2026-11-23") from error
