# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What looks for secrets finds them however they are written, takes nothing else for one, and tells none."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
from pathlib import Path
from urllib.parse import quote, urlencode

import leaks
import pytest
import yaml

#: With signs that the formats write otherwise.
SECRET = "Zx9-word\"<é>&\\/% +'"
NAMED = {"the password": SECRET, "another password": "Zx9-other-word"}


def _csv(text: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerow(["name", text])
    return file.getvalue()


WRITTEN = {
    "plain": SECRET,
    "among words": f"the password is {SECRET}.",
    "JSON": json.dumps({"password": SECRET}),
    "JSON with all letters": json.dumps({"password": SECRET}, ensure_ascii=False),
    "JSON in JSON": json.dumps({"said": json.dumps({"password": SECRET})}),
    "YAML": yaml.safe_dump({"password": SECRET}),
    "YAML with all letters": yaml.safe_dump({"password": SECRET}, allow_unicode=True, default_style='"'),
    "Python": repr({"password": SECRET}),
    "HTML": f"<td>{html.escape(SECRET)}</td>",
    "HTML as Jinja writes it": SECRET.replace("&", "&amp;")
    .replace("<", "&lt;")
    .replace(">", "&gt;")
    .replace('"', "&#34;")
    .replace("'", "&#39;"),
    "JSON in HTML": html.escape(json.dumps({"password": SECRET})),
    "CSV": _csv(SECRET),
    "address": f"https://cloud.example/?password={quote(SECRET, safe='')}",
    "form": urlencode({"password": SECRET}),
    "address with small digits": quote(SECRET, safe="").replace("%C3%A9", "%c3%a9").lower().replace("zx9", "Zx9"),
    "Base64": base64.b64encode(SECRET.encode()).decode(),
    "Base64 for addresses": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "Base64 in an address": quote(base64.b64encode(SECRET.encode()).decode(), safe=""),
    "Base64 in lines": base64.encodebytes(f"{'x' * 70}{SECRET}".encode()).decode(),
    "JSON in Base64": base64.b64encode(json.dumps({"password": SECRET}).encode()).decode(),
    **{
        f"Base64 after {before} bytes": base64.b64encode(f"{'x' * before}{SECRET}\nand more".encode()).decode()
        for before in range(1, 7)
    },
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_secret_is_found_however_it_is_written(text: str) -> None:
    assert leaks.leaks({"audit.json": text.encode()}, NAMED) == ["audit.json holds the password"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Zx9-word",
        "zx9-other-word",
        "the password",
        json.dumps(NAMED["the password"][:-1]),
        "Wng5LW90aGVyLXdvcm"[:-4],
    ],
)
def test_what_is_no_secret_is_not_taken_for_one(text: str) -> None:
    assert leaks.leaks({"audit.json": text.encode()}, NAMED) == []


def test_each_file_is_told_with_each_secret_and_no_secret_is(tmp_path: Path) -> None:
    (tmp_path / "interne/.hidden").mkdir(parents=True)
    (tmp_path / "interne/audit.json").write_text(f"{NAMED['another password']} {SECRET}", encoding="utf-8")
    (tmp_path / "interne/.hidden/file").write_bytes(b"\xff\x00" + SECRET.encode() + b"\xff")
    (tmp_path / "interne/audit.csv").write_text("nothing", encoding="utf-8")
    (tmp_path / "Zx9-other-word").touch()
    found = leaks.leaks(leaks.contents(tmp_path), NAMED)
    assert found == [
        "a file's name holds another password",
        "interne/.hidden/file holds the password",
        "interne/audit.json holds the password",
        "interne/audit.json holds another password",
    ]


def test_a_secret_that_is_too_short_to_be_looked_for_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than 8 characters") as raised:
        leaks.leaks({}, {"short": "planted"})
    assert "planted" not in str(raised.value)
