# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run nova-compute with the lab's own driver, which Nova only looks for in its own package."""

import sys
from pathlib import Path

# First, as it chooses between threads and eventlet.
from nova.cmd import compute  # isort: skip
import nova.virt

nova.virt.__path__.append(str(Path(__file__).parent))
sys.argv[0] = "nova-compute"
sys.exit(compute.main())
