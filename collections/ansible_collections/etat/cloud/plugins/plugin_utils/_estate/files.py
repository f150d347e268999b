# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the files of an estate, with the line and column of every value.

YAML is read as version 1.2 reads it, which is what editors check too: `no` and `on` are text, and so are dates and 8:0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from .mistakes import Mistake, Path, allowed, meant, said, unknown
from .mistakes import field as written
from .values import mapping

CATALOGUE = "catalogue.yml"
MINISTRIES = "ministries"
TENANTS = "tenants"
WAIVERS = "waivers"
CLOUD_WAIVERS = "cloud_waivers"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
NAME_RULE = "lower-case letters, digits and hyphens, at most 63, the first no hyphen"


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its name as shown, its value, and where each part of it stands; no node when it could not be read."""

    file: str
    value: dict[str, Any]
    node: yaml.Node | None = None

    def mistake(self, path: Path, text: str, *, key: bool = False) -> Mistake:
        """Return a mistake at a path of this file; at the key itself rather than at its value if so asked."""
        line, column = self.position(path, key=key)
        return Mistake(self.file, line, column, written(path), text)

    def position(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of a path, or of the deepest part of it that exists."""
        node, mark = self.node, self.node.start_mark if self.node else None
        for step in path:
            found = _step(node, step)
            if found is None:
                break
            name, node = found
            mark = (name if key else node).start_mark
        return (mark.line + 1, mark.column + 1) if mark else (1, 1)


@dataclass(slots=True)
class Files:
    """Every file of an estate, by name and in order. One that could not be read is there as an empty document."""

    catalogue: Document
    ministries: dict[str, Document] = field(default_factory=dict)
    tenants: dict[tuple[str, str], Document] = field(default_factory=dict)
    waivers: dict[tuple[str, str], Document] = field(default_factory=dict)
    cloud_waivers: dict[tuple[str, str], Document] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def load(folder: FilePath) -> Files:
    """Read an estate. Files that could not be read, and those that belong to no estate, are among the mistakes."""
    shown = _shown(folder)
    files = Files(Document(f"{shown}/{CATALOGUE}", {}))
    if not folder.is_dir():
        files.mistakes.append(Mistake(shown, 1, 1, "", "there is no such folder; allowed: the folder of an estate"))
        return files
    entries = _entries(folder)
    parts = (CATALOGUE, MINISTRIES, TENANTS, WAIVERS, CLOUD_WAIVERS)
    for name in sorted(entries.keys() - set(parts)):
        what = allowed((CATALOGUE, *(f"{part}/" for part in parts[1:])))
        text = f"'{name}' is no part of an estate{meant(name, parts)}{what}"
        files.mistakes.append(Mistake(f"{shown}/{name}", 1, 1, "", text))
    files.catalogue = _read(folder / CATALOGUE, f"{shown}/{CATALOGUE}", files.mistakes)
    files.ministries = dict(_folder(folder / MINISTRIES, f"{shown}/{MINISTRIES}", "ministry", files.mistakes))
    if TENANTS in entries:
        files.tenants = dict(_by_ministry(folder, shown, TENANTS, "tenant", files))
    if WAIVERS in entries:
        files.waivers = dict(_by_ministry(folder, shown, WAIVERS, "waiver", files))
    if CLOUD_WAIVERS in entries:
        files.cloud_waivers = dict(_by_cloud(folder, shown, CLOUD_WAIVERS, "waiver", files))
    return files


def _by_ministry(
    folder: FilePath, shown: str, part: str, what: str, files: Files
) -> Iterator[tuple[tuple[str, str], Document]]:
    """Yield the documents of a part that has a folder for each ministry, by the ministry's name and their own."""

    def strange(name: str) -> str:
        if name in files.ministries:
            return ""
        known = f"{meant(name, files.ministries)}{allowed(sorted(files.ministries))}"
        return f"'{name}' has no file {MINISTRIES}/{name}.yml{known}"

    return _by_owner(folder / part, f"{shown}/{part}", ("ministry", what), strange, files.mistakes)


def _by_cloud(
    folder: FilePath, shown: str, part: str, what: str, files: Files
) -> Iterator[tuple[tuple[str, str], Document]]:
    """Yield the documents of a part that has a folder for each cloud, by the cloud's name and their own."""
    clouds = mapping(files.catalogue.value, "clouds")

    def strange(name: str) -> str:
        # Without a catalogue nobody knows which clouds there are.
        return unknown(name, "a cloud of the catalogue", clouds) if clouds and name not in clouds else ""

    return _by_owner(folder / part, f"{shown}/{part}", ("cloud", what), strange, files.mistakes)


def _by_owner(
    folder: FilePath,
    shown: str,
    owner_and_what: tuple[str, str],
    strange: Callable[[str], str],
    mistakes: list[Mistake],
) -> Iterator[tuple[tuple[str, str], Document]]:
    """Yield the documents of a folder that has a folder for each owner, by the owner's name and their own.

    strange: what is wrong with the name of an owner, or an empty text.
    """
    owner, what = owner_and_what
    for name, path in _entries(folder).items():
        here = f"{shown}/{name}"
        if not path.is_dir():
            text = f"'{name}' is no folder of a {owner}; allowed: {folder.name}/{owner.upper()}/{what.upper()}.yml"
            mistakes.append(Mistake(here, 1, 1, "", text))
            continue
        if text := strange(name):
            mistakes.append(Mistake(here, 1, 1, "", text))
        for own, document in _folder(path, here, what, mistakes):
            yield (name, own), document


def _shown(folder: FilePath) -> str:
    """Return a folder as messages name it: relative where that is shorter to read and still leads there."""
    absolute, here = folder.absolute(), FilePath.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)


def _entries(folder: FilePath) -> dict[str, FilePath]:
    """Return what a folder holds, by name and in order; hidden files belong to editors and to git."""
    return {path.name: path for path in sorted(folder.iterdir()) if not path.name.startswith(".")}


def _folder(folder: FilePath, shown: str, what: str, mistakes: list[Mistake]) -> Iterator[tuple[str, Document]]:
    """Yield the documents of a folder by name; what is no document of it goes to the mistakes."""
    if not folder.is_dir():
        text = f"there is no folder '{folder.name}'; allowed: a folder with one file for each {what}"
        mistakes.append(Mistake(shown, 1, 1, "", text))
        return
    seen: dict[str, str] = {}
    for name, path in _entries(folder).items():
        stem, here = path.name.removesuffix(".yml").removesuffix(".yaml"), f"{shown}/{name}"
        first = seen.setdefault(stem.casefold(), name)
        if first != name:
            text = f"{what} '{stem.casefold()}' is declared twice, by {first} and by {name}; allowed: one file"
            mistakes.append(Mistake(here, 1, 1, "", text))
        elif not name.endswith(".yml"):
            mistakes.append(Mistake(here, 1, 1, "", f"'{name}' is no file of a {what}; allowed: NAME.yml"))
        elif not NAME.fullmatch(stem):
            mistakes.append(Mistake(here, 1, 1, "", f"'{stem}' is no name of a {what}; allowed: {NAME_RULE}"))
        else:
            yield stem, _read(path, here, mistakes)


# --- YAML


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes nodes, in C where PyYAML has it, and tells plain values apart as YAML 1.2 does."""

    yaml_implicit_resolvers: Mapping[str, Any] = {}


for _tag, _pattern, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", "[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+)", "-+0123456789."),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))

_PLAIN: Mapping[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:null": lambda _text: None,
}
_TAGS = frozenset((*_PLAIN, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"))


def _read(path: FilePath, shown: str, mistakes: list[Mistake]) -> Document:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        mistakes.append(Mistake(shown, 1, 1, "", f"cannot be read: {error.strerror}; allowed: a readable file"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        text = f"byte {error.object[error.start]:#x} is not UTF-8; allowed: text in UTF-8"
        mistakes.append(Mistake(shown, line, 1, "", text))
    else:
        return _parse(text, shown, mistakes)
    return Document(shown, {})


def _parse(text: str, shown: str, mistakes: list[Mistake]) -> Document:
    try:
        # An alias may hold itself, or grow beyond memory: one more reason for each value to stand where it is read.
        if "*" in text and (alias := next((t for t in yaml.scan(text) if isinstance(t, yaml.AliasToken)), None)):
            mark = alias.start_mark
            said_it = f"alias '*{alias.value}'; allowed: the value itself (offers and blueprints are there to share)"
            mistakes.append(Mistake(shown, mark.line + 1, mark.column + 1, "", said_it))
            return Document(shown, {})
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mistakes.append(_syntax(error, text, shown))
        return Document(shown, {})
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = f"character #x{error.character:04x} is not allowed in YAML; allowed: printable text"
        mistakes.append(Mistake(shown, line, 1, "", reason))
        return Document(shown, {})
    if node is None:
        mistakes.append(Mistake(shown, 1, 1, "", "the file is empty; allowed: a mapping"))
        return Document(shown, {})
    document = Document(shown, {}, node)
    value = _value(node, (), document, mistakes)
    if not isinstance(value, dict):
        mistakes.append(document.mistake((), f"the file holds {said(value)}; allowed: a mapping"))
        return Document(shown, {})
    return Document(shown, value, node)


def _syntax(error: yaml.MarkedYAMLError, text: str, shown: str) -> Mistake:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.split("\n")
    if line < len(lines) and "\t" in lines[line][: column + 1]:
        column = lines[line].index("\t")
        reason = "a tab character; allowed: spaces"
    else:
        reason = f"YAML cannot be read here: {' '.join(filter(None, (error.context, error.problem)))}"
    return Mistake(shown, line + 1, column + 1, "", reason)


def _value(node: yaml.Node, path: Path, document: Document, mistakes: list[Mistake]) -> Any:
    """Return the plain value of a node; keys given twice and foreign tags go to the mistakes."""
    if node.tag not in _TAGS:
        mistakes.append(document.mistake(path, f"tag {node.tag} is not allowed; allowed: plain values"))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), document, mistakes) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document, mistakes)
    return _PLAIN.get(node.tag, str)(node.value)


def _mapping(node: yaml.MappingNode, path: Path, document: Document, mistakes: list[Mistake]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for name, inner in node.value:
        mark = name.start_mark
        # Keys are names even where they look like numbers.
        key = name.value if isinstance(name, yaml.ScalarNode) else None
        if key is None or key in found:
            text = (
                f"key '{key}' stands here twice, first on line {lines[key]}"
                if key is not None
                else "a key that is not text"
            )
            where = Mistake(document.file, mark.line + 1, mark.column + 1, written(path), f"{text}; allowed: one")
            mistakes.append(where)
            continue
        lines[key] = mark.line + 1
        found[key] = _value(inner, (*path, key), document, mistakes)
    return found


def _step(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the key and the value behind one step of a path; an item of a list is its own key."""
    if isinstance(node, yaml.MappingNode):
        for name, inner in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value == step:
                return name, inner
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
