# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No run takes away the role by which its own account acts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Account, Privilege
from ansible_collections.etat.cloud.plugins.module_utils._harden import acts_by

MANAGER = Account(
    "manager", Privilege.DOMAIN, domain_id="d-education", user_id="u-bruno", roles=("manager", "member", "reader")
)


def assignment(role: str = "manager", domain: str = "d-education", project: str = "", **more: Any) -> dict[str, Any]:
    return {"role": {"name": role}, "domain_id": domain, "project_id": project, "scope": {}, **more}


HANDED_DOWN = {"OS-INHERIT:inherited_to": "projects"}


@pytest.mark.parametrize(
    ("given", "own"),
    [
        (assignment(user_id="u-bruno"), True),
        (assignment(user_id="u-bruno", role="reader", domain="d-agriculture"), True),
        (assignment(user_id="u-alice"), False),
        # Who is in the group is not asked.
        (assignment(group_id="g-1"), True),
        (assignment(group_id="g-1", scope=HANDED_DOWN), True),
        (assignment(group_id="g-1", role="admin"), False),
        (assignment(group_id="g-1", project="p-moodle"), False),
        (assignment(group_id="g-1", domain="d-agriculture"), False),
        (assignment(group_id="g-1", domain="d-agriculture", scope=HANDED_DOWN), False),
        # What is undone has no record.
        ({}, False),
    ],
)
def test_a_role_of_the_account_itself_or_of_a_group_that_may_be_its_own_is_known(
    given: dict[str, Any], own: bool
) -> None:
    assert acts_by(MANAGER, given) is own
