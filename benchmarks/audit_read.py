#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run module posture_info in this process, without Ansible, so that counted.py sees what it asks.

    audit_read.py OPTIONS

OPTIONS: a file with the options of the module. What it says goes to standard output, as always.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "collections"))

from ansible.module_utils.testing import patch_module_args
from ansible_collections.etat.cloud.plugins.modules import posture_info

if __name__ == "__main__":
    with patch_module_args(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))):
        posture_info.main()
