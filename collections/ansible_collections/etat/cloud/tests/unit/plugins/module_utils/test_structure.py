# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every file of the collection's Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._controls import CONTROLS
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

HERE = Path(__file__).parent
PLUGINS = HERE.parents[3] / "plugins"
UTILS = PLUGINS / "module_utils"
MODULES = sorted(path for path in (PLUGINS / "modules").glob("*.py") if path.name != "__init__.py")


def imported(path: Path) -> Iterator[str]:
    """Yield the names of the modules that a file imports, relative ones as they are written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name in ("import_module", "__import__"):
                yield from (part.value for part in node.args if isinstance(part, ast.Constant))


def words(path: Path) -> set[str]:
    """Return every name that a file uses: variables, attributes and the names of options."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


@pytest.mark.parametrize("path", sorted((UTILS / "_engine").glob("*.py")), ids=lambda path: str(path.name))
def test_the_engine_imports_nothing_but_itself_and_the_standard_library(path: Path) -> None:
    outside = {"ansible", "ansible_collections", "openstack", "keystoneauth1", "requests", "yaml"}
    names = set(imported(path))
    assert not {name.partition(".")[0] for name in names} & outside
    # Two dots would lead out of the engine.
    assert not [name for name in names if name.startswith("..")]


@pytest.mark.parametrize("path", sorted((UTILS / "_audit").glob("*.py")), ids=lambda path: str(path.name))
def test_the_audit_imports_nothing_but_itself_and_the_normal_form_of_rules(path: Path) -> None:
    outside = {"ansible", "ansible_collections", "openstack", "keystoneauth1", "requests", "yaml"}
    names = set(imported(path))
    assert not {name.partition(".")[0] for name in names} & outside
    assert {name for name in names if name.startswith("..")} <= {".._rules"}


@pytest.mark.parametrize("path", sorted((UTILS / "_controls").glob("*.py")), ids=lambda path: str(path.name))
def test_a_control_knows_nothing_but_the_audit(path: Path) -> None:
    # It looks at facts and at the day that it is given: neither the clock, nor a file, nor a cloud.
    allowed = {"__future__", "collections.abc", "dataclasses", "datetime", "functools", "ipaddress", "itertools", "re"}
    allowed |= {"collections", "math", "typing"}
    names = set(imported(path))
    assert {name for name in names if not name.startswith(".")} <= allowed
    assert {name for name in names if name.startswith("..")} <= {
        ".._rules",
        *(f".._audit.{part}" for part in ("filtering", "fixes", "model", "public_key", "view", "waiver")),
    }
    assert not words(path) & {"now", "utcnow"}


def test_every_family_is_gathered_and_has_a_table() -> None:
    files = {path.stem for path in (UTILS / "_controls").glob("*.py") if path.name != "__init__.py"}
    assert files == {control.family for control in CONTROLS}
    assert files == {path.stem for path in (HERE / "_controls" / "cases").iterdir()}


@pytest.mark.parametrize("path", sorted((UTILS / "_kinds").glob("*.py")), ids=lambda path: str(path.name))
def test_a_kind_knows_neither_ansible_nor_the_sdk_nor_check_mode(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imported(path)} & {"ansible", "openstack", "keystoneauth1"}
    assert not [name for name in imported(path) if "_sdk" in name or "_module" in name or "_converge" in name]
    assert not [word for word in words(path) if "check_mode" in word]


def test_only_the_sdk_part_touches_the_sdk() -> None:
    found = {
        path.relative_to(UTILS).parts[0]
        for path in UTILS.rglob("*.py")
        if {name.partition(".")[0] for name in imported(path)} & {"openstack", "keystoneauth1"}
    }
    # The lab fills its own clouds with what a new cloud has.
    assert found - {"_lab"} == {"_sdk"}


def test_an_audit_never_lets_its_sessions_write() -> None:
    allowing = {path.name for path in UTILS.rglob("*.py") if "allow_writes" in words(path) and "_lab" not in path.parts}
    assert allowing == {"_converge.py", "_harden.py"}
    assert not {"._harden", "._converge"} & set(imported(UTILS / "_posture.py"))


def test_check_mode_is_known_in_one_place() -> None:
    knowing = [path.name for path in UTILS.rglob("*.py") if "check_mode" in words(path) and "_lab" not in path.parts]
    assert knowing == ["_module.py"]


def test_only_one_file_ends_the_process() -> None:
    ending = {
        path.name
        for path in (*UTILS.rglob("*.py"), *MODULES)
        if words(path) & {"exit_json", "fail_json"} and not path.name.startswith("lab")
    }
    assert ending == {"_module.py"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_a_kind_has_a_table(kind: object) -> None:
    assert (HERE / "_kinds" / "cases" / f"{getattr(kind, 'name')}.yml").is_file()  # noqa: B009


def test_a_table_has_a_kind() -> None:
    assert {path.stem for path in (HERE / "_kinds" / "cases").iterdir()} == {kind.name for kind in KINDS}


def test_every_file_of_a_kind_is_listed() -> None:
    files = {path.stem for path in (UTILS / "_kinds").glob("*.py") if not path.name.startswith("_")}
    assert files == {type(kind).__module__.rpartition(".")[2] for kind in KINDS}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.name))
def test_a_module_has_a_test(path: Path) -> None:
    assert (HERE.parent / "modules" / f"test_{path.name}").is_file()


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_a_file_says_its_licence(path: Path) -> None:
    head = path.read_text(encoding="utf-8")[:500]
    if path.name == "__init__.py" and not head:
        return
    assert "GNU General Public License v3.0+" in head
    assert "SPDX-License-Identifier: GPL-3.0-or-later" in head
