# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab that was stopped leaves behind: nothing that runs or listens. Run with --stopped after make lab-stop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testinfra.host import Host


def test_no_process_is_left(processes: dict[int, Path]) -> None:
    assert processes == {}


def test_nothing_listens_where_the_lab_did(host: Host, folder: Path) -> None:
    network = re.search(r"bind-address = (127\.\d+\.\d+)\.", (folder / "etc/shared/mariadb.cnf").read_text())
    assert network
    sockets = host.check_output("ss --no-header --listening --tcp --udp --numeric")
    assert f"{network[1]}." not in sockets
