#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the JSON Schemas of the estate, from the options of the kinds."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT / "collections"))

from ansible_collections.etat.cloud.plugins.plugin_utils._estate.schema import FOLDER, generated  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a schema is not current")
    check = parser.parse_args().check
    wanted = {
        FOLDER / f"{name}.schema.json": f"{json.dumps(schema, indent=2)}\n" for name, schema in generated().items()
    }
    differing = [file for file, text in wanted.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    if not check:
        FOLDER.mkdir(exist_ok=True)
        for file in differing:
            file.write_text(wanted[file], encoding="utf-8")
    elif differing:
        names = ", ".join(str(file.relative_to(CHECKOUT)) for file in differing)
        sys.exit(f"schemas: {names}: not current. Run `make schema`, and commit the result.")


if __name__ == "__main__":
    main()
