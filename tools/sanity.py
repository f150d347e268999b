#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-test's sanity tests on the collection, without a container.

usage: tools/sanity.py [OPTION OF ansible-test sanity ...]

ansible-test makes a virtualenv per test under ~/.ansible/test, once for every checkout of the machine. It fetches pip
for them from a server of its own, which not every network reaches. When the file that it would fetch is missing, this
puts one in its place that gets pip, in the version that ansible-test asks for, by Python's own ensurepip and from where
pip gets every other package.
"""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

COLLECTION = Path(__file__).resolve().parent.parent / "collections/ansible_collections/etat/cloud"

GET_PIP = '''\
"""Stands for get-pip.py where ansible-test cannot download it. Delete this file to have it downloaded."""
import subprocess
import sys

packages = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
pip = [sys.executable, "-m", "pip", "--quiet"]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
sys.exit(subprocess.run([*pip, "install", *packages]).returncode)
'''


def wanted_pip() -> str:
    """The version of pip that the installed ansible-test asks for."""
    specification = find_spec("ansible_test")
    if specification is None or not specification.submodule_search_locations:
        sys.exit("sanity: no ansible-test beside this Python. Run `make setup`.")
    source = Path(specification.submodule_search_locations[0]) / "_internal/python_requirements.py"
    found = re.search(r"\bpip='([0-9.]+)'", source.read_text(encoding="utf-8"))
    if found is None:
        sys.exit(f"sanity: {source} no longer says which pip it wants; this tool has to learn where it does.")
    return found[1]


def main() -> None:
    get_pip = Path(f"~/.ansible/test/cache/get_pip_{wanted_pip().replace('.', '_')}.py").expanduser()
    if not get_pip.exists():
        get_pip.parent.mkdir(parents=True, exist_ok=True)
        get_pip.write_text(GET_PIP, encoding="utf-8")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    os.chdir(COLLECTION)
    os.execvp(
        "ansible-test", ["ansible-test", "sanity", "--local", "--requirements", "--python", python, *sys.argv[1:]]
    )


if __name__ == "__main__":
    main()
