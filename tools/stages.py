#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the stages of a suite one after the other, times them, and ends with a table and a count.

A failing stage does not stop the suite: only the stages that need what it should have made are skipped.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

CHECKOUT = Path(__file__).resolve().parent.parent
COLLECTION = CHECKOUT / "collections/ansible_collections/etat/cloud"
MODULE_UTILS = COLLECTION / "plugins/module_utils"


class Result(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Stage:
    """A command, where it runs, and the stage without which it makes no sense."""

    name: str
    command: Sequence[str]
    folder: Path = CHECKOUT
    needs: str | None = None


@dataclass(frozen=True)
class Report:
    stage: Stage
    result: Result
    seconds: float


def make(*words: str) -> list[str]:
    return ["make", "--no-print-directory", *words]


def lint_stages() -> list[Stage]:
    return [
        Stage("ruff check", ["ruff", "check", "."]),
        Stage("ruff format", ["ruff", "format", "--check", "."]),
        Stage("mypy module_utils", ["mypy", str(MODULE_UTILS.relative_to(CHECKOUT))]),
        Stage("mypy tools", ["mypy", "tools"]),
        Stage("yamllint", ["yamllint", "--strict", "."]),
        Stage("ansible-lint", ["ansible-lint", "--nocolor"]),
        Stage("changelog", ["antsibull-changelog", "lint"], COLLECTION),
        Stage(
            "documentation",
            ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", "."],
            COLLECTION,
        ),
        Stage("schemas", ["tools/schemas.py", "--check"]),
        Stage("docs/dependencies.md", ["tools/dependencies.py", "--check"]),
        Stage("unfinished words", ["tools/unfinished.sh"]),
    ]


def lab_clouds() -> dict[str, Any]:
    """The clouds of this checkout's lab; none when there is no lab."""
    path = Path(os.environ["OS_CLIENT_CONFIG_FILE"])
    clouds: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["clouds"] if path.exists() else {}
    return clouds


def lab_profile() -> str:
    """The profile of this checkout's lab, which stays as it is; for a lab that is still to be made, the widest test."""
    path = Path(os.environ["OS_CLIENT_CONFIG_FILE"]).with_name("lab.json")
    if not path.exists():
        return "wide"
    clouds = json.loads(path.read_text(encoding="utf-8"))["clouds"]
    regions = [region for cloud in clouds for region in cloud["regions"]]
    if len(regions) > 1:
        return "full"
    # A lab that was declared before there were further services names none.
    return "wide" if regions[0].get("services") else "small"


def answers(cloud: Mapping[str, Any]) -> bool:
    """Whether something listens where the cloud's Keystone does."""
    url = urlsplit(cloud["auth"]["auth_url"])
    try:
        socket.create_connection((url.hostname, url.port), timeout=5).close()
    except OSError:
        return False
    return True


def test_stages(profile: str) -> list[Stage]:
    """What `make test` proves, on a lab of this profile."""
    scenarios = sorted(path.parent.name for path in CHECKOUT.glob("molecule/*/molecule.yml"))
    return [
        Stage("lint", make("lint")),
        Stage("unit", make("unit")),
        Stage("sanity", make("sanity")),
        Stage("lab", make("lab", f"PROFILE={profile}")),
        Stage("testinfra", make("testinfra"), needs="lab"),
        Stage("tempest smoke", make("lab-smoke"), needs="lab"),
        *(Stage(f"molecule {name}", make("molecule", f"SCENARIO={name}"), needs="lab") for name in scenarios),
    ]


def run(stage: Stage, minutes: int) -> Result:
    """Run one stage in its own process group: nothing of it is left when it lasts too long or is interrupted."""
    process = subprocess.Popen(stage.command, cwd=stage.folder, stdin=subprocess.DEVNULL, process_group=0)
    try:
        return Result.PASSED if process.wait(minutes * 60) == 0 else Result.FAILED
    except subprocess.TimeoutExpired:
        print(f"{stage.name}: not finished after {minutes} minutes, stopped", flush=True)
        return Result.FAILED
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def run_all(stages: Sequence[Stage], minutes: int) -> list[Report]:
    reports: list[Report] = []
    for stage in stages:
        absent = {report.stage.name for report in reports if report.result is not Result.PASSED}
        started = time.monotonic()
        if stage.needs in absent:
            result = Result.SKIPPED
        else:
            print(f"\n=== {stage.name}", flush=True)
            result = run(stage, minutes)
        reports.append(Report(stage, result, time.monotonic() - started))
        reason = f": it needs {stage.needs}" if result is Result.SKIPPED else ""
        print(f"=== {stage.name}: {result} in {reports[-1].seconds:.1f} s{reason}", flush=True)
    return reports


def summary(reports: Sequence[Report]) -> str:
    width = max(len(report.stage.name) for report in reports)
    lines = [f"  {report.stage.name:<{width}}  {report.result:<7}  {report.seconds:7.1f} s" for report in reports]
    lines.append(f"  {'total':<{width}}  {'':<7}  {sum(report.seconds for report in reports):7.1f} s")
    return "\n".join(lines)


def count(reports: Sequence[Report]) -> str:
    numbers = {result: sum(report.result is result for report in reports) for result in Result}
    text = f"{numbers[Result.PASSED]} passed, {numbers[Result.FAILED]} failed"
    return f"{text}, {numbers[Result.SKIPPED]} skipped" if numbers[Result.SKIPPED] else text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", choices=["lint", "test"])
    parser.add_argument("--minutes", type=int, default=30, help="how long one stage may last (default: %(default)s)")
    arguments = parser.parse_args()

    if arguments.suite == "lint":
        reports = run_all(lint_stages(), arguments.minutes)
        print(f"\n{summary(reports)}\nlint: {count(reports)}", flush=True)
    else:
        clouds = lab_clouds()
        found_running = "interne" in clouds and answers(clouds["interne"])
        reports = run_all(test_stages(lab_profile()), arguments.minutes)
        if not found_running:
            print("\nStopping the lab that the tests started; its data and logs stay (make lab-reset deletes them)")
            sys.stdout.flush()
            subprocess.run(make("lab-stop"), cwd=CHECKOUT, check=False)
        print(f"\n{summary(reports)}\n{count(reports)}", flush=True)
    return 0 if all(report.result is Result.PASSED for report in reports) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
