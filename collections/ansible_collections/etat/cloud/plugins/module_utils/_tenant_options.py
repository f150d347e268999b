# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be declared of domains and tenants: the kinds' options at each level, and what frames them."""

from __future__ import annotations

from ._engine.model import Level
from ._kinds import KINDS
from ._options import Options, assemble

TENANT_OPTIONS: Options = {
    "identity": {
        "description": ["What the cloud's identity service holds for all domains."],
        "type": "dict",
        "suboptions": assemble(KINDS, Level.IDENTITY),
    },
    "regions": {
        "description": ["What a region holds for all tenants, or for some that it names."],
        "type": "list",
        "elements": "dict",
        "default": [],
        "suboptions": {
            "region": {"description": ["Name of the region."], "type": "str", "required": True},
            **assemble(KINDS, Level.REGION),
        },
    },
    "domains": {
        "description": ["Domains that the tenants live in, where they have to be built or kept too."],
        "type": "list",
        "elements": "dict",
        "default": [],
        "suboptions": assemble(KINDS, Level.DOMAIN),
    },
    "tenants": {
        "description": ["The tenants."],
        "type": "list",
        "elements": "dict",
        "default": [],
        "suboptions": {
            **assemble(KINDS, Level.TENANT),
            "account": {
                "description": [
                    "Entry of C(clouds.yaml) that acts for this tenant, where a cloud gives one account per project.",
                    "O(cloud) acts when it is not named.",
                ],
                "type": "str",
            },
            "sensitivity": {
                "description": ["How sensitive the tenant's data are; compared with O(accepts)."],
                "type": "str",
            },
            "sites": {
                "description": ["What the tenant has in each region."],
                "type": "list",
                "elements": "dict",
                "default": [],
                "suboptions": {
                    "region": {"description": ["Name of the region."], "type": "str", "required": True},
                    **assemble(KINDS, Level.SITE),
                },
            },
        },
    },
}
