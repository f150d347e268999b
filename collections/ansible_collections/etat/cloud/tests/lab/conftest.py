# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's host: run as root on the machine that carries the lab. The lab is named by --lab or the variable LAB."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

STOPPED = "test_stopped.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which lab, and in which state it should be."""
    parser.addoption("--lab", default=os.environ.get("LAB"), help="the name of the lab")
    parser.addoption("--stopped", action="store_true", help="the lab was stopped: check that nothing is left of it")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only the tests of the state that the lab should be in."""
    if not collection_path.name.startswith("test_"):
        return None
    return True if (collection_path.name == STOPPED) != config.getoption("--stopped") else None


@pytest.fixture(scope="session")
def folder(request: pytest.FixtureRequest) -> Path:
    """Where the lab lies."""
    name = request.config.getoption("--lab")
    if not name:
        pytest.fail("Name the lab with --lab NAME or LAB=NAME.")
    found = Path("/var/lib/etat-lab") / name
    if not found.is_dir():
        pytest.fail(f"There is no lab {name}: {found} does not exist.")
    return found


@pytest.fixture
def processes(folder: Path) -> dict[int, Path]:
    """The process ids of the lab, found without the lab's own code."""
    mark = f"ETAT_LAB_FOLDER={folder}".encode()
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            inside = str((entry / "cwd").readlink()).startswith(f"{folder}/") and (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if mark in environment or (inside and entry.owner() == "etat-lab"):
            found[int(entry.name)] = entry
    return found


@pytest.fixture(scope="session")
def declared(folder: Path) -> list[dict[str, Any]]:
    """The regions of the lab as they were declared, each with its cloud's declaration."""
    clouds = json.loads((folder / "lab.json").read_text())["clouds"]
    return [{"services": [], **region, "cloud": cloud} for cloud in clouds for region in cloud["regions"]]


@pytest.fixture(scope="session")
def passwords(folder: Path) -> list[str]:
    """Every password and key that was made for this lab, in each form that it is used in."""

    def leaves(branch: object) -> Iterator[str]:
        if isinstance(branch, dict):
            for below in branch.values():
                yield from leaves(below)
        else:
            yield str(branch)

    known = json.loads((folder / "passwords.yml").read_text())
    keys = [base64.urlsafe_b64encode(key.encode()).decode() for key in leaves(known.get("keys", {}))]
    return [*leaves(known), *keys]
