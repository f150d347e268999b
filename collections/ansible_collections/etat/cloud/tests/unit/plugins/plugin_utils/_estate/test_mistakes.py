# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mistake that people make in an estate, and the message they get.

A case says: about (a claim); tenant, the text of tenants/education/moodle.yml; files, the text of others, or nothing
for one that is not there; edits, what is replaced in a file of given/; and mistakes, the messages.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.mistakes import EstateError
from ansible_collections.etat.cloud.plugins.plugin_utils._estate.resolve import Estate

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)
MOODLE = "tenants/education/moodle.yml"


def cases() -> list[Any]:
    """Return every case of every table."""
    return [
        pytest.param(case, id=f"{file.stem}: {case['about']}")
        for file in sorted(HERE.glob("mistakes/*.yml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def write(folder: Path, case: Mapping[str, Any]) -> None:
    """Make the estate of a case from the given one."""
    shutil.copytree(HERE / "given", folder)
    own = {MOODLE: case["tenant"]} if "tenant" in case else {}
    for name, text in {**case.get("files", {}), **own}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            file.unlink()
        elif isinstance(text, str):
            file.write_text(text, encoding="utf-8")
        else:
            file.write_bytes(bytes(text))
    for name, edits in case.get("edits", {}).items():
        text = (folder / name).read_text(encoding="utf-8")
        for before, after in edits.items():
            assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {name}"
            text = text.replace(before, after)
        (folder / name).write_text(text, encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    """Return the messages of an estate."""
    try:
        Estate(folder, TODAY)
    except EstateError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


@pytest.mark.parametrize("case", cases())
def test_every_mistake_is_said_where_it_stands(
    case: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not case.keys() - {"about", "tenant", "files", "edits", "mistakes"}
    write(tmp_path / "estate", case)

    assert mistakes(Path("estate")) == [f"estate/{line}" for line in case["mistakes"]]


def test_the_error_counts_and_lists_all_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "estate", {"tenant": "offer: web\nsensitivity: internal\nsize: huge\nsites: [lyon]\n"})

    with pytest.raises(EstateError) as raised:
        Estate(tmp_path / "estate", TODAY)

    assert str(raised.value).splitlines() == [
        "The estate has 2 mistakes, and no cloud was called:",
        f"  estate/{MOODLE}:3:7: size: 'huge' is not a size of offer web; allowed: small, large",
        f"  estate/{MOODLE}:4:9: sites[0]: 'lyon' is not a site of cloud interne; allowed: toulouse, paris",
    ]


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "estate", {})
    (tmp_path / "estate/tenants/education/lost.yml").symlink_to("nowhere")
    (tmp_path / "estate/tenants/education/odd.yml").mkdir()

    assert mistakes(tmp_path / "estate") == [
        "estate/tenants/education/lost.yml:1:1: cannot be read: No such file or directory; allowed: a readable file",
        "estate/tenants/education/odd.yml:1:1: cannot be read: Is a directory; allowed: a readable file",
    ]


def test_folders_that_are_missing_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "estate", {})
    shutil.rmtree("estate/ministries")
    shutil.rmtree("estate/tenants")

    assert mistakes(tmp_path / "estate") == [
        "estate/ministries:1:1: there is no folder 'ministries'; allowed: a folder with one file for each ministry"
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "estat") == [
        f"{tmp_path}/estat:1:1: there is no such folder; allowed: the folder of an estate"
    ]
