# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of how modules reach a cloud."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - Name of the entry of C(clouds.yaml) that holds the cloud's address and the account.
      - The file is found as openstacksdk finds it, first where the environment variable E(OS_CLIENT_CONFIG_FILE) says.
    type: str
    required: true
requirements:
  - openstacksdk >= 4.0.0
notes:
  - The account may be an administrator of the cloud, a manager of a domain, or a member of a project. What it may not
    write is refused before anything is written, unless it is already as declared.
"""
