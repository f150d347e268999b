# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that take a lab's declaration; their documentation is the fragment of the same name."""

from __future__ import annotations

from typing import Any

from .model import FURTHER

FLAVORS = [
    {"name": "m1.tiny", "ram": 512, "vcpus": 1, "disk": 1},
    {"name": "m1.small", "ram": 2048, "vcpus": 1, "disk": 20},
    {"name": "m1.medium", "ram": 4096, "vcpus": 2, "disk": 40},
    {"name": "m1.large", "ram": 8192, "vcpus": 4, "disk": 80},
]


def argument_spec() -> dict[str, Any]:
    """A lab's name and its clouds."""
    name = {"type": "str", "required": True}
    strings = {"type": "list", "elements": "str"}
    number = {"type": "int", "required": True}
    region = {
        "name": name,
        "external_network": {"type": "str", "required": True},
        "availability_zones": {**strings, "default": ["az-1", "az-2"]},
        "volume_types": {**strings, "default": ["standard", "fast"]},
        "services": {**strings, "choices": list(FURTHER), "default": []},
    }
    domain = {"name": name, "users": {**strings, "default": []}}
    quotas = {"compute": {"type": "dict"}, "network": {"type": "dict"}, "volume": {"type": "dict"}}
    project = {"name": name, "quotas": {"type": "dict", "options": quotas, "apply_defaults": True}}
    flavor = {"name": name, "ram": number, "vcpus": number, "disk": number}
    cloud = {
        "name": name,
        "provider": {"type": "bool", "default": False},
        "regions": {"type": "list", "elements": "dict", "required": True, "options": region},
        "domains": {"type": "list", "elements": "dict", "default": [], "options": domain},
        "projects": {"type": "list", "elements": "dict", "default": [], "options": project},
        "flavors": {"type": "list", "elements": "dict", "default": FLAVORS, "options": flavor},
        "images": {**strings, "default": ["debian-12"]},
    }
    return {"name": name, "clouds": {"type": "list", "elements": "dict", "options": cloud}}
