# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one subject sees of records that others have as well."""

from __future__ import annotations

from datetime import date

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._audit.facts import Facts
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Level
from ansible_collections.etat.cloud.plugins.module_utils._audit.view import View


@pytest.mark.parametrize("own", ["p-1", "p-2"])
def test_of_two_records_of_one_name_the_subject_sees_its_own(own: str) -> None:
    facts = Facts()
    for project in ("p-1", "p-2"):
        facts.add("object_containers", "paris", [{"id": "data", "project_id": project}], project)
    view = View(facts, Level.SITE, date(2026, 11, 23), region="paris", project={"id": own})
    assert view.one("object_containers", "data") == {"id": "data", "project_id": own}
    assert view.one("object_containers", "other") is None
    assert view.one("object_containers", None) is None


def test_a_record_of_another_is_seen_where_the_subject_has_none() -> None:
    facts = Facts()
    facts.add("networks", "paris", [{"id": "n-1", "project_id": "p-2"}, {"id": "n-2"}])
    view = View(facts, Level.SITE, date(2026, 11, 23), region="paris", project={"id": "p-1"})
    assert view.one("networks", "n-1") == {"id": "n-1", "project_id": "p-2"}
    assert view.one("networks", "n-2") == {"id": "n-2"}
