# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit is asked for, as a module's argument specification; documented in the fragment of the same name."""

from __future__ import annotations

from ._options import Options

_TENANT: Options = {"name": {"type": "str", "required": True}, "domain": {"type": "str", "required": True}}
_NAMES: Options = {"type": "list", "elements": "str", "default": []}

POSTURE_OPTIONS: Options = {
    "cloud": {"type": "str", "required": True},
    "tenants": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **_TENANT,
            "sensitivity": {
                "type": "str",
                "choices": ["public", "internal", "sensitive", "restricted"],
                "required": True,
            },
            "sites": _NAMES,
            "quotas": {"type": "dict", "default": {}},
            "tags": _NAMES,
            "residency": {"type": "dict", "default": {}},
            "qualifications": {**_NAMES, "choices": ["internal", "secnumcloud"]},
            "account": {"type": "str"},
        },
    },
    "domains": _NAMES,
    "roles": _NAMES,
    "qualification": {
        "type": "dict",
        "options": {
            "kind": {"type": "str", "choices": ["internal", "secnumcloud"], "required": True},
            "reference": {"type": "str", "required": True},
            "valid_until": {"type": "str", "required": True},
        },
    },
    "cartographies": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "made": {"type": "str", "required": True},
            "reference": {"type": "str", "required": True},
            "complete": {"type": "bool", "default": True},
        },
    },
    "controls": _NAMES,
    "waivers": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **{name: {"type": "str", "required": True} for name in ("id", "control", "owner", "reason", "until")},
            "domains": _NAMES,
            "tenants": {"type": "list", "elements": "dict", "default": [], "options": _TENANT},
            "objects": _NAMES,
        },
    },
    "regions": _NAMES,
    "workers": {"type": "int", "default": 8},
    "today": {"type": "str"},
}
