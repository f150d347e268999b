# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.etat.cloud.plugins.module_utils._engine.lease import Lease, is_lease, leases, others

ALICE = Lease("a1", 1000, "alice at bastion")


def test_a_lease_is_a_tag_that_says_who_and_until_when() -> None:
    assert ALICE.tag == "etat.cloud-lease:a1:1000:alice at bastion"
    assert leases([ALICE.tag]) == [ALICE]


def test_a_tag_of_a_lease_has_nothing_that_keystone_refuses() -> None:
    tag = Lease("a1", 1000, "dom/ain, user" + "x" * 300).tag
    assert "/" not in tag
    assert "," not in tag
    assert len(tag) == 255


def test_other_tags_are_no_leases() -> None:
    assert not is_lease("etat.cloud-leases")
    assert leases(["offer:web", "managed_by:etat.cloud"]) == []


def test_a_lease_that_cannot_be_read_has_ended() -> None:
    assert [lease.expires for lease in leases(["etat.cloud-lease:", "etat.cloud-lease:b:soon:x"])] == [0, 0]


def test_only_leases_of_other_runs_that_have_not_ended_are_in_the_way() -> None:
    tags = [ALICE.tag, Lease("b2", 500, "bruno").tag, Lease("c3", 2000, "chloe").tag]
    assert [lease.run for lease in others(tags, "a1", 600)] == ["c3"]
    assert [lease.run for lease in others(tags, "c3", 999.5)] == ["a1"]
    assert others(tags, "a1", 2000) == []
