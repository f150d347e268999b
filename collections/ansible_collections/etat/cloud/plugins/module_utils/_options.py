# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One description of what may be declared, and the three forms in which it is needed.

The kinds describe their options as a module's documentation does. From that description come the module's argument
specification, its documentation, and the published JSON Schema, so the three cannot disagree. An option may carry one
key more than documentation knows, `schema`: what JSON Schema can say of its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._engine.model import Kind, Level

Options = dict[str, Any]

STATE: Options = {
    "state": {
        "description": ["Whether the object must exist.", "An object is deleted only where this says V(absent)."],
        "type": "str",
        "choices": ["present", "absent"],
        "default": "present",
    }
}

_SCHEMA_TYPES = {
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "float": "number",
}


def assemble(kinds: Sequence[Kind], level: Level) -> Options:
    """Return all options of a level, each kind's at its section."""
    options: Options = {}
    for kind in sorted((kind for kind in kinds if level in kind.levels), key=lambda kind: len(kind.section)):
        here = options
        for name in kind.section[:-1]:
            if name in kind.containers:
                here.setdefault(name, {"description": [kind.containers[name]], "type": "dict", "suboptions": {}})
            here = here[name].setdefault("suboptions", {})
        if not kind.section:
            here.update(kind.options)
            continue
        listed = {} if "type" in kind.heading else {"type": "list", "elements": "dict"}
        option: Options = {**kind.heading, **listed}
        if kind.options:
            option["suboptions"] = dict(kind.options)
        here[kind.section[-1]] = option
    return options


def documentation(options: Mapping[str, Any]) -> Options:
    """Return options as a module's DOCUMENTATION has them."""
    return {
        name: {
            **{key: value for key, value in option.items() if key not in ("schema", "suboptions", "no_log")},
            **({"suboptions": documentation(option["suboptions"])} if "suboptions" in option else {}),
        }
        for name, option in options.items()
    }


def argument_spec(options: Mapping[str, Any]) -> Options:
    """Return options as AnsibleModule takes them."""
    return {
        name: {
            **{key: value for key, value in option.items() if key not in ("schema", "suboptions", "description")},
            **({"options": argument_spec(option["suboptions"])} if "suboptions" in option else {}),
        }
        for name, option in options.items()
    }


def json_schema(options: Mapping[str, Any]) -> Options:
    """Return the JSON Schema of an object with these options; unknown names are refused."""
    required = [name for name, option in options.items() if option.get("required")]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(option) for name, option in options.items()},
        **({"required": required} if required else {}),
    }


def _property(option: Mapping[str, Any]) -> Options:
    described = " ".join([option["description"]] if isinstance(option["description"], str) else option["description"])
    common: Options = {"description": described}
    if "default" in option:
        common["default"] = option["default"]
    value: Options = {"type": _SCHEMA_TYPES[option["type"]]}
    if "choices" in option:
        value["enum"] = list(option["choices"])
    inner = option.get("schema", {})
    if option["type"] == "list":
        if option["elements"] == "dict":
            value["items"] = json_schema(option.get("suboptions", {}))
        else:
            value["items"] = {"type": _SCHEMA_TYPES[option["elements"]], **inner}
    elif "suboptions" in option:
        value = json_schema(option["suboptions"])
    else:
        value.update(inner)
    return {**common, **value}
