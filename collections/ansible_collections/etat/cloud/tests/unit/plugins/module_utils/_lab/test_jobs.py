# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the jobs, and what a failure does to the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._lab import jobs, model


@pytest.fixture
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> jobs.Progress:
    monkeypatch.delenv("ETAT_CLOUD_PROGRESS", raising=False)
    return jobs.Progress(tmp_path / "progress.log")


def noting(into: list[str], name: str, changed: bool = True) -> Callable[[], bool]:
    def act() -> bool:
        into.append(name)
        return changed

    return act


def test_a_job_waits_for_what_it_needs(progress: jobs.Progress) -> None:
    done: list[str] = []
    plan = [
        jobs.Job("last", noting(done, "last"), ("middle",)),
        jobs.Job("middle", noting(done, "middle"), ("first",)),
        jobs.Job("first", noting(done, "first", changed=False)),
    ]
    report = jobs.run(plan, progress, cores=2)
    assert done == ["first", "middle", "last"]
    assert report.changed == ("middle", "last")
    assert set(report.seconds) == {"first", "middle", "last"}


def test_a_failure_ends_the_run_before_what_needs_it(progress: jobs.Progress) -> None:
    done: list[str] = []

    def fail() -> bool:
        raise model.LabError("the schema cannot be made")

    plan = [jobs.Job("schema", fail), jobs.Job("start", noting(done, "start"), ("schema",))]
    with pytest.raises(model.LabError, match="the schema cannot be made"):
        jobs.run(plan, progress, cores=2)
    assert done == []


def test_jobs_that_can_never_be_done_are_named(progress: jobs.Progress) -> None:
    with pytest.raises(model.LabError, match="Nothing can do orphan"):
        jobs.run([jobs.Job("orphan", lambda: True, ("nobody",))], progress, cores=1)


def test_each_job_that_ends_is_a_line_of_progress(progress: jobs.Progress, tmp_path: Path) -> None:
    jobs.run([jobs.Job("one", lambda: True), jobs.Job("two", lambda: True, ("one",))], progress, cores=1)
    lines = [json.loads(line) for line in (tmp_path / "progress.log").read_text().splitlines()]
    assert [(line["done"], line["total"]) for line in lines] == [(1, 2), (2, 2)]
    assert lines[1]["text"].startswith("two (")
