# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the hardening share: a run of the role, and what goes from one test to the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lab
import play

#: What OpenStack counts or dates itself, and what is new about an object that was made again.
ITS_OWN = {*lab.VOLATILE, "id", "revision_number", "created_at", "updated_at", "standard_attr_id"}


def harden(folder: Path, estate: Path, *arguments: str, account: str = lab.ADMIN, **more: Any) -> play.Run:
    """Run the role on an estate, with arguments of ansible-playbook and more options of the role."""
    said = {
        "tenant_harden_estate": str(estate),
        "tenant_harden_cloud": lab.ADMIN,
        "tenant_harden_account": account,
        "tenant_harden_folder": str(folder / "records"),
        "tenant_harden_languages": ["en", "fr"],
        **{f"tenant_harden_{name}": value for name, value in more.items()},
    }
    role = {"name": "Harden", "ansible.builtin.include_role": {"name": "etat.cloud.tenant_harden"}, "vars": said}
    keep = {"name": "Keep", "ansible.builtin.set_fact": {"result": "{{ __tenant_harden_result }}"}}
    return play.play(folder, [role, keep], *arguments)


def plain(value: Any) -> Any:
    """Return a value without what is OpenStack's own, lists in one order."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in sorted(value.items()) if name not in ITS_OWN}
    return sorted(map(plain, value), key=repr) if isinstance(value, list) else value


def keep(folder: Path, name: str, value: Any) -> None:
    """Keep a value for a later test."""
    (folder / name).write_text(json.dumps(value), encoding="utf-8")


def kept(folder: Path, name: str) -> Any:
    """Return what an earlier test kept."""
    return json.loads((folder / name).read_text(encoding="utf-8"))
