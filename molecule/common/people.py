#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the users of the scenario from its people.yml."""

import os
from pathlib import Path

import lab
import yaml

described = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "vars/people.yml"
lab.people(yaml.safe_load(described.read_text(encoding="utf-8")))
