# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for secrets in what a run leaves, however a format writes them. What it says of them holds none itself."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import yaml

#: What is shorter stands in many texts by chance.
SHORTEST = 8
HEXADECIMAL = re.compile("%[0-9A-F]{2}")
#: How the formats write a text among their own signs: JSON, YAML and Python, HTML and XML, CSV, addresses.
WRITERS: tuple[Callable[[str], str], ...] = (
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: yaml.safe_dump(text, default_style='"', width=10**6).strip()[1:-1],
    lambda text: repr(text)[1:-1],
    lambda text: html.escape(text, quote=False),
    lambda text: html.escape(text),
    lambda text: html.escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;"),
    lambda text: html.escape(text, quote=False).replace('"', "&quot;"),
    lambda text: text.replace('"', '""'),
    lambda text: text.replace("'", "''"),
    lambda text: quote(text, safe=""),
    lambda text: quote(text),
    quote_plus,
    lambda text: HEXADECIMAL.sub(lambda found: found[0].lower(), quote(text, safe="")),
)


def spellings(secret: str) -> frozenset[bytes]:
    """Return every way in which a secret may be written, without blanks; two formats may lie in each other.

    Raises ValueError when it is too short to be told from other text.
    """
    if len(secret) < SHORTEST:
        raise ValueError(f"a secret has fewer than {SHORTEST} characters")
    once = {secret, *(write(secret) for write in WRITERS)}
    twice = {write(text) for text in once for write in WRITERS}
    packed = {spelled for text in once for spelled in _in_base64(text.encode())}
    # An address may hold Base64 too.
    packed |= {quote(text, safe="") for text in packed}
    return frozenset(_squeezed(text.encode()) for text in once | twice | packed)


def _in_base64(secret: bytes) -> Iterator[str]:
    """Yield what Base64 makes of a secret wherever in a text it stands: what its neighbours change is left out."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + secret)
        first, last = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        for alphabet in (whole, whole.translate(bytes.maketrans(b"+/", b"-_"))):
            yield alphabet[first:last].decode()


def _squeezed(content: bytes) -> bytes:
    """Return a text without blanks, since lines end where the width of a screen or a mail puts them."""
    return b"".join(content.split())


def leaks(contents: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[str]:
    """Return which of some files, by their names, holds which secret, by its name."""
    spelled = {name: spellings(secret) for name, secret in secrets.items()}
    return [
        f"{file} holds {name}"
        for file, content in contents.items()
        for squeezed in [_squeezed(content)]
        for name, ways in spelled.items()
        if any(way in squeezed for way in ways)
    ]


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder, hidden ones too, by their paths in it, and the paths themselves as one more."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = {str(path.relative_to(folder)): path for path in files}
    return {"a file's name": "\n".join(names).encode(), **{name: path.read_bytes() for name, path in names.items()}}
