# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes Swift's rings, which say where each thing lies: here one copy on one device.

usage: object_rings.py FOLDER ADDRESS DEVICE PART=PORT ...
"""

import sys
from pathlib import Path

from swift.common.ring import RingBuilder


def main() -> None:
    """Write one ring for each part."""
    folder, address, device, *places = sys.argv[1:]
    for place in places:
        part, port = place.split("=")
        # Sixteen partitions, one copy, and no hour to wait before the next change.
        builder = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
        builder.add_dev({"region": 1, "zone": 1, "ip": address, "port": int(port), "device": device, "weight": 1.0})
        builder.rebalance()
        builder.get_ring().save(str(Path(folder) / f"{part}.ring.gz"))


if __name__ == "__main__":
    main()
