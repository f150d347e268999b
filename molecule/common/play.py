# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the product as a person does, with ansible-playbook, and gives back what that person sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lab
import yaml


@dataclass(frozen=True)
class Run:
    """A run that ended: its exit code, what it showed, and the result of its last task, if that was not a failure."""

    code: int
    output: str
    result: dict[str, Any]

    @property
    def words(self) -> str:
        """What it showed without line ends, which fall where the width of the screen puts them."""
        return " ".join(self.output.split())


def play(
    folder: Path, tasks: Sequence[Mapping[str, Any]], *arguments: str, environment: Mapping[str, str] | None = None
) -> Run:
    """Run tasks on this machine with the accounts of the scenario; folder holds the playbook and the result."""
    result = folder / "result.json"
    result.unlink(missing_ok=True)
    keep = {
        "name": "Keep the result",
        "ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": str(result), "mode": "0600"},
        "check_mode": False,
        "no_log": True,
        "when": "result is defined",
    }
    book = [
        {
            "name": "Test",
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "tasks": [*tasks, keep],
        }
    ]
    file = folder / "playbook.yml"
    file.write_text(yaml.safe_dump(book, sort_keys=False), encoding="utf-8")
    ended = subprocess.run(  # noqa: S603
        ["ansible-playbook", *arguments, str(file)],  # noqa: S607
        env={
            **os.environ,
            "OS_CLIENT_CONFIG_FILE": str(lab.accounts_file()),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_FORCE_COLOR": "false",
            **(environment or {}),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    read = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    return Run(ended.returncode, ended.stdout, read)


def tenant(**options: Any) -> dict[str, Any]:
    """Return a task of module tenant."""
    return {"name": "Build", "etat.cloud.tenant": {"cloud": lab.ADMIN, **options}, "register": "result"}


def declaration() -> dict[str, Any]:
    """Return what the scenario declares, in a copy of its own."""
    path = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "vars/declaration.yml"
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read
