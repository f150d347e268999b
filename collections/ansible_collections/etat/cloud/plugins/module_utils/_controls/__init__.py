# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every control in force, one family after the other.

The families are written out because Ansible ships to a host only what it finds imported by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._audit.model import Control
from . import (
    api,
    compute,
    delegation,
    dns,
    governance,
    identity,
    image,
    key,
    load_balancer,
    network_ports,
    network_rules,
    network_topology,
    object_storage,
    quota,
    residency,
    share,
    volume,
)

CONTROLS: tuple[Control, ...] = (
    *api.CONTROLS,
    *compute.CONTROLS,
    *delegation.CONTROLS,
    *dns.CONTROLS,
    *governance.CONTROLS,
    *identity.CONTROLS,
    *image.CONTROLS,
    *key.CONTROLS,
    *load_balancer.CONTROLS,
    *network_ports.CONTROLS,
    *network_rules.CONTROLS,
    *network_topology.CONTROLS,
    *object_storage.CONTROLS,
    *quota.CONTROLS,
    *residency.CONTROLS,
    *share.CONTROLS,
    *volume.CONTROLS,
)
BY_ID = {control.id: control for control in CONTROLS}


def selected(wanted: Sequence[str], controls: Iterable[Control] = CONTROLS) -> list[Control]:
    """Return the controls named by id, by the beginning of an id such as ETAT-NET, or by family; all by default.

    Raises ValueError for a name that stands for none.
    """
    listed = list(controls)
    chosen: set[str] = set()
    for name in wanted:
        found = {
            control.id for control in listed if name in (control.id, control.family, control.id.rpartition("-")[0])
        }
        if not found:
            raise ValueError(f"'{name}' is neither a control, nor the beginning of some, nor a family")
        chosen |= found
    return [control for control in listed if not wanted or control.id in chosen]
