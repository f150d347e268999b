# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from threading import Thread

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._progress import VARIABLE, Progress


def test_progress_is_lines_of_json_in_the_file_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "progress"
    monkeypatch.setenv(VARIABLE, str(file))
    progress = Progress()
    progress.tell("observe")
    progress.tell("create network", done=1, total=2, site="toulouse")
    assert [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] == [
        {"text": "observe"},
        {"text": "create network", "done": 1, "total": 2, "site": "toulouse"},
    ]


def test_lines_of_several_threads_stay_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "progress"
    monkeypatch.setenv(VARIABLE, str(file))
    progress = Progress()
    threads = [Thread(target=progress.tell, args=("x" * 5000,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(json.loads(line)["text"]) for line in file.read_text(encoding="utf-8").splitlines()] == [5000] * 20


def test_without_a_file_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    Progress().tell("observe")
    assert list(tmp_path.iterdir()) == []
