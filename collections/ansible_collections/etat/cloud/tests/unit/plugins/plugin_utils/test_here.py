# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that is started from where it lies does what Ansible's own way of running it does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTION = Path(__file__).parents[4]
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


def run(folder: Path, options: dict[str, Any], task: dict[str, Any], *arguments: str, **environment: str) -> Any:
    """Run one task of module tenant, and return its result and all that ansible-playbook said."""
    tenant = {"name": "moodle", "domain": "education", **options}
    module = {"cloud": "nowhere", "tenants": [tenant]}
    tasks = [
        {"etat.cloud.tenant": module, "register": "result", "ignore_errors": True, **task},
        {
            "ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": str(folder / "result.json")},
            "check_mode": False,
        },
    ]
    play = [{"hosts": "localhost", "gather_facts": False, "vars": LOCAL, "tasks": tasks}]
    (folder / "play.yml").write_text(yaml.safe_dump(play), encoding="utf-8")
    (folder / "clouds.yaml").write_text("clouds: {}\n", encoding="utf-8")
    (folder / "ansible.cfg").write_text("[connection]\npipelining = true\n", encoding="utf-8")
    done = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", str(folder / "play.yml"), *arguments],
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTION.parents[2]),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "result.json").read_text(encoding="utf-8")), done.stdout


def test_every_module_that_reads_a_cloud_has_the_quick_way() -> None:
    sources = (COLLECTION / "plugins/modules").glob("*.py")
    modules = {path.name for path in sources if "CloudModule(" in path.read_text(encoding="utf-8")}

    assert {path.name for path in (COLLECTION / "plugins/action").glob("*.py")} == modules


@pytest.mark.parametrize(
    ("task", "environment", "packed"),
    [
        ({}, {}, False),
        ({"environment": {"LANG": "C.UTF-8"}}, {}, True),
        ({"vars": {"ansible_python_interpreter": "/usr/bin/env python3"}}, {}, True),
        ({}, {"ANSIBLE_KEEP_REMOTE_FILES": "true"}, True),
    ],
)
def test_only_what_is_plainly_local_is_started_from_where_it_lies(
    task: dict[str, Any], environment: dict[str, str], packed: bool, tmp_path: Path
) -> None:
    _result, said = run(tmp_path, {}, task, "-vvv", **environment)

    assert (f"Using module file {COLLECTION}/plugins/modules/tenant.py" in said) == packed


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "cloud nowhere is not known"),
        ({"sites": [{"region": "toulouse", "networks": [{"nam": "front"}]}]}, "nam"),
        ({"parent": ["a", "list"]}, ""),
    ],
)
def test_both_ways_end_with_the_same_result(options: dict[str, Any], expected: str, tmp_path: Path) -> None:
    here, _said = run(tmp_path, options, {})
    packed, _said = run(tmp_path, options, {"environment": {"LANG": "C.UTF-8"}})

    assert here["failed"]
    assert expected in here["msg"]
    for result in (here, packed):
        result.pop("stats", None)
    assert here == packed


def test_what_is_not_to_be_logged_is_shown_nowhere(tmp_path: Path) -> None:
    result, said = run(tmp_path, {"parent": ["moodle"]}, {"no_log": True}, "--check", "--diff", "-v")

    assert result["failed"]
    assert "moodle" not in said


def test_a_module_that_dies_is_a_failure_with_what_it_said(tmp_path: Path) -> None:
    library = tmp_path / "library" / "openstack"
    library.mkdir(parents=True)
    dies = "import os, sys\nprint('no memory is left', file=sys.stderr, flush=True)\nos._exit(3)\n"
    (library / "__init__.py").write_text(dies, encoding="utf-8")

    result, _said = run(tmp_path, {}, {}, PYTHONPATH=str(library.parent))

    assert (result["failed"], result["rc"]) == (True, 3)
    assert result["msg"] == "etat.cloud.tenant ended without a result: no memory is left"
