# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what may be declared of domains and tenants, made from the kinds themselves."""

from __future__ import annotations

import json

from ansible_collections.etat.cloud.plugins.module_utils._options import documentation
from ansible_collections.etat.cloud.plugins.module_utils._tenant_options import TENANT_OPTIONS


class ModuleDocFragment:
    # YAML holds JSON, and writing JSON needs nothing but the standard library.
    DOCUMENTATION: str = json.dumps({"options": documentation(TENANT_OPTIONS)})
