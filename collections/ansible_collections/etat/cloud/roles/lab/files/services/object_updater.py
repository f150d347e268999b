# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swift's container updater, with the settings of its region: its own program reads /etc/swift and nothing else."""

import sys
from pathlib import Path

from swift.common import utils
from swift.container import updater

if __name__ == "__main__":
    utils.set_swift_dir(str(Path(sys.argv[1]).parent))
    updater.main()
