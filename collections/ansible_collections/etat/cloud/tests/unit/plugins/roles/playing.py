# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a role of the collection as ansible-playbook does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COLLECTIONS = Path(__file__).parents[7]


def play(
    folder: Path, role: str, said: Mapping[str, Any], options: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    """Run a role once, with these variables, from a folder where nothing else configures Ansible."""
    roles = [{"role": f"etat.cloud.{role}", "vars": {f"{role}_{name}": value for name, value in said.items()}}]
    document = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "roles": roles}]
    (folder / "play.yml").write_text(json.dumps(document), encoding="utf-8")
    (folder / "ansible.cfg").touch()
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "LC_ALL": "C.UTF-8",
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(folder / "play.yml"), *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
