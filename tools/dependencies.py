#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/dependencies.md: each package that is asked for, the version that is pinned, and the reason.

The reason is the comment after the package, in the file that asks for it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs/dependencies.md"
LAB = "collections/ansible_collections/etat/cloud/roles/lab/files"
#: The heading of each virtualenv, and the file that says what it holds; the pins are in the .txt beside it.
VIRTUALENVS = {
    "The operator's virtualenv (`.venv`)": "requirements.in",
    "The lab's virtualenv": f"{LAB}/requirements.in",
    "The virtualenv that checks the lab": f"{LAB}/requirements-tempest.in",
}
INTRODUCTION = """\
# Dependencies

`make lock` writes this page, from the files that ask for the packages and the files that pin them. The pins hold for
Python 3.11 to 3.13; what the packages need in turn is pinned too, with hashes, in the same files.
"""


def requirements(source: Path) -> Iterator[tuple[str, str]]:
    """Each package that a requirements file and the files that it includes ask for, with its reason."""
    for line in source.read_text(encoding="utf-8").splitlines():
        asked, _hash, reason = (part.strip() for part in line.partition("#"))
        if asked.startswith("-r "):
            yield from requirements(CHECKOUT / asked.removeprefix("-r "))
        elif asked and not reason:
            sys.exit(
                f"dependencies: {source.relative_to(CHECKOUT)} asks for {asked}, and not why. Add a comment to it."
            )
        elif asked:
            yield asked, reason


def canonical(requirement: str) -> str:
    """The name of a package as indexes and locks write it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~\[;]", requirement, maxsplit=1)[0]).lower()


def pins(locked: Path) -> dict[str, list[str]]:
    """The versions that a lock pins for each package: several when they differ from one Python to another."""
    found: dict[str, list[str]] = {}
    for line in locked.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+))?", line):
            condition = f" ({match[3].strip().replace('python_full_version', 'Python')})" if match[3] else ""
            found.setdefault(canonical(match[1]), []).append(match[2] + condition.replace("'", ""))
    return found


def page() -> str:
    lines = [INTRODUCTION]
    for heading, name in VIRTUALENVS.items():
        source = CHECKOUT / name
        pinned = pins(source.with_suffix(".txt"))
        lines += [
            f"## {heading}",
            "",
            f"Asked for in `{name}`.",
            "",
            "| package | pinned | why |",
            "| --- | --- | --- |",
        ]
        for requirement, reason in requirements(source):
            package = canonical(requirement)
            if package not in pinned:
                sys.exit(f"dependencies: {name} asks for {package}, and its lock does not pin it. Run `make lock`.")
            lines.append(f"| {package} | {', '.join(pinned[package])} | {reason} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the page is not current")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"dependencies: {PAGE.relative_to(CHECKOUT)} is not current. Run `make lock`, and commit it.")


if __name__ == "__main__":
    main()
