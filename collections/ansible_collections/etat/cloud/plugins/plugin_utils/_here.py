# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of this collection from where it lies, when it would run on this machine with this Python anyway.

Ansible packs a module with everything that it imports, each time, and Python compiles the package anew, each time: a
second and more for a run that has nothing to do. Started from the collection, Python finds it compiled. The module is
the same, in a process of its own; whatever is not plainly local goes Ansible's usual way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

#: The folder that holds ansible_collections.
COLLECTIONS = Path(__file__).parents[5]


class ActionModule(ActionBase):
    """Runs the task's module; see the file."""

    _supports_check_mode = True
    _supports_async = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what the module returned."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        if self._elsewhere(task_vars or {}):
            asynchronous = bool(self._task.async_val) and not self._connection.has_native_async
            return result | self._execute_module(task_vars=task_vars, wrap_async=asynchronous)
        return result | self._local()

    def _elsewhere(self, task_vars: Mapping[str, Any]) -> bool:
        """Return whether something asks for another machine, user, Python or environment than this process has."""
        named = self._templar.template(task_vars.get("ansible_python_interpreter"))
        return bool(
            self._connection.transport != "local"
            or self._play_context.become
            or self._task.async_val
            or any(self._task.environment or ())
            or named != sys.executable
            # Who keeps these files wants to see Ansible's package.
            or constants.DEFAULT_KEEP_REMOTE_FILES
        )

    def _local(self) -> dict[str, Any]:
        name = self._task.resolved_action
        arguments = {
            **self._task.args,
            "_ansible_check_mode": self._task.check_mode,
            "_ansible_diff": self._task.diff,
            "_ansible_no_log": bool(self._task.no_log) or constants.DEFAULT_NO_TARGET_SYSLOG,
            "_ansible_verbosity": Display().verbosity,
            "_ansible_module_name": name,
        }
        namespace, collection, module = name.split(".")
        command = [sys.executable, "-m", f"ansible_collections.{namespace}.{collection}.plugins.modules.{module}"]
        # In the pipe, because a process list shows arguments and a file outlives its reader.
        done = subprocess.run(  # noqa: S603
            command,
            input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, (str(COLLECTIONS), os.getenv("PYTHONPATH")))),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            return dict(json.loads(done.stdout))
        except ValueError:
            said = done.stderr.strip() or done.stdout.strip() or "It said nothing."
            return {"failed": True, "rc": done.returncode, "msg": f"{name} ended without a result: {said}"}
