# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that touches openstacksdk."""

from __future__ import annotations

import importlib
import traceback

#: Why openstacksdk cannot be used on this host; None when it can. A module says so before it does anything.
SDK_ERROR: str | None = None

try:
    importlib.import_module("openstack")
except ImportError:
    SDK_ERROR = traceback.format_exc()
