# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup, as ansible-playbook runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[8]
DEMO = CHECKOUT / "inventories/demo/estate"
MOODLE = "tenants/education/moodle.yml"


def run(folder: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a play that writes what the lookup returns to a file beside the estate."""
    play = folder.parent / "play.yml"
    content = f"{{{{ lookup('etat.cloud.estate', '{folder}', {arguments}) | to_json }}}}"
    task = {"ansible.builtin.copy": {"content": content, "dest": str(folder.parent / "found.json"), "mode": "0600"}}
    host = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    play.write_text(json.dumps([host]), encoding="utf-8")
    settings = folder.parent / "ansible.cfg"
    settings.touch()
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(settings),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "LC_ALL": "C.UTF-8",
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(play)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the demonstration."""
    return Path(shutil.copytree(DEMO, tmp_path / "estate"))


def test_one_folder_gives_one_mapping(folder: Path) -> None:
    done = run(folder, "cloud='interne', tenants=['education/moodle'], today='2026-11-23'")

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads((folder.parent / "found.json").read_text(encoding="utf-8"))
    assert list(found) == ["domains", "tenants", "identity", "regions", "sites", "waivers", "notes", "about", "posture"]
    assert [tenant["name"] for tenant in found["tenants"]] == ["moodle"]
    assert found["about"]["education/moodle"]["price_per_month"] == 480


def test_mistakes_end_the_run_all_at_once(folder: Path) -> None:
    (folder / MOODLE).write_text("offer: wbe\nsensitivity: secret\n", encoding="utf-8")

    done = run(folder, "cloud='interne', today='2026-11-23'")

    assert done.returncode == 2
    assert "The estate has 2 mistakes, and no cloud was called:" in done.stdout + done.stderr
    assert f"{folder}/{MOODLE}:1:8: offer: 'wbe' is not an offer" in done.stdout + done.stderr
    assert f"{folder}/{MOODLE}:2:14: sensitivity: 'secret' is not known here" in done.stdout + done.stderr
    assert not (folder.parent / "found.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("cloud='intern'", "'intern' is not a cloud of the catalogue (did you mean 'interne'?)"),
        ("cloud='interne', tenants=['dila/x']", "'dila/x' is not a tenant of the estate"),
        ("cloud='interne', today='tomorrow'", "today: 'tomorrow' is no date; allowed: a day such as 2026-11-23"),
        ("cloud='interne', today='2099-01-01'", "end_date: '2027-07-31' is in the past (today is 2099-01-01)"),
    ],
)
def test_arguments_that_make_no_sense(folder: Path, arguments: str, message: str) -> None:
    done = run(folder, arguments)

    assert done.returncode == 2
    assert message in done.stdout + done.stderr
