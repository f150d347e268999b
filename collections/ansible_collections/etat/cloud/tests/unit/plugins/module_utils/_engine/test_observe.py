# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import (
    Account,
    Get,
    Key,
    Kind,
    Names,
    Observed,
    Privilege,
    Problem,
    Scope,
    Wanted,
)
from ansible_collections.etat.cloud.plugins.module_utils._engine.observe import Observation, concerned, observe
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

RECORDS: dict[str, list[dict[str, Any]]] = {
    "/domains": [{"id": "d-1", "name": "education"}],
    "/projects": [{"id": "p-1", "name": "moodle", "domain_id": "d-1", "enabled": True}],
    "/networks": [{"id": "n-1", "name": "front", "project_id": "p-1"}],
    "/security-groups": [],
}
BLIND = Problem("network cannot be read", "no answer", "Run again.")


def scope(privilege: Privilege = Privilege.CLOUD, *, filtered: bool = True) -> Scope:
    place = ("education", "moodle")
    account = Account("interne", privilege, domain_id="d-1", domain="education")
    return Scope(account, ("paris", "toulouse"), frozenset({place[0]}), frozenset({place}), {}, Names(), filtered)


class Reader:
    """Answers listings from records and remembers which were asked for, batch by batch."""

    def __init__(self, problem_in: str = "", lacking: str = "nowhere") -> None:
        self.batches: list[list[Get]] = []
        self.problem_in = problem_in
        self.lacking = lacking

    def __call__(self, gets: Iterable[Get]) -> Mapping[Get, list[Mapping[str, Any]] | Problem]:
        asked = list(gets)
        self.batches.append(asked)
        return {
            get: BLIND if get.region and get.region == self.problem_in else list(RECORDS.get(get.path, ()))
            for get in asked
        }

    def offers(self, service: str, region: str) -> bool:
        return region != self.lacking


def kinds(*names: str) -> list[Kind]:
    return [kind for kind in KINDS if kind.name in names]


def test_listings_of_a_stage_wait_for_the_names_of_the_stages_before() -> None:
    reader = Reader()
    seen = observe(kinds("domain", "project", "network"), scope(), reader)
    assert [[get.path for get in batch] for batch in reader.batches] == [
        ["/domains"],
        ["/projects"],
        ["/networks", "/networks"],
    ]
    assert ("domain_id", "d-1") in reader.batches[1][0].query
    assert ("project_id", "p-1") in reader.batches[2][0].query
    assert seen.one(Key("network", "toulouse", ("education", "moodle", "front"))) is not None


def test_kinds_that_show_in_the_same_listing_share_one_call() -> None:
    reader = Reader()
    observe(kinds("domain", "project", "security_group", "security_group_rule"), scope(), reader)
    assert [get.region for get in reader.batches[2]] == ["paris", "toulouse"]


def test_what_takes_few_calls_begins_before_what_is_asked_for_each_project() -> None:
    names = scope().names
    projects = frozenset(("education", f"tenant-{number}") for number in range(3))
    for place in projects:
        names.add(Observed(Key("project", "", place), f"p-{place[1]}"))
    many = replace(scope(filtered=False), regions=("toulouse",), tenants=projects, names=names)
    reader = Reader()
    observe(kinds("compute_quota", "network"), many, reader)
    assert [get.path for get in reader.batches[-1]] == [
        "/networks",
        *(f"/os-quota-sets/p-tenant-{number}" for number in range(3)),
    ]


def test_whole_lists_are_asked_for_when_there_are_many_tenants() -> None:
    reader = Reader()
    observe(kinds("domain", "project", "network"), scope(filtered=False), reader)
    assert all("project_id" not in dict(get.query) for get in reader.batches[2])


def test_a_manager_of_a_domain_lists_each_project_with_its_token() -> None:
    reader = Reader()
    found = scope(Privilege.DOMAIN)
    found.names.add(Observed(Key("domain", "", ("education",)), "d-1"))
    observe(kinds("project", "network"), found, reader)
    assert [get.project for get in reader.batches[1]] == ["p-1", "p-1"]


def test_a_service_that_the_catalogue_lacks_is_asked_for_nothing() -> None:
    reader = Reader(lacking="paris")
    seen = observe(kinds("domain", "project", "network"), scope(), reader)
    assert [get.region for get in reader.batches[2]] == ["toulouse"]
    assert seen.lacking == {("network", "paris")}
    assert ("network", "paris") not in seen.looked


def test_a_service_that_the_catalogue_lacks_is_asked_when_something_declared_needs_it() -> None:
    reader = Reader(problem_in="paris", lacking="paris")
    key = Key("network", "paris", ("education", "moodle", "front"))
    seen = observe(kinds("domain", "project", "network"), replace(scope(), wanted={key: Wanted(key)}), reader)
    assert seen.blind == {("network", "paris"): BLIND}
    assert seen.lacking == set()


def test_a_listing_that_does_not_answer_blinds_its_kind_in_its_region_only() -> None:
    seen = observe(kinds("domain", "project", "network"), scope(), Reader(problem_in="paris"))
    assert seen.blind == {("network", "paris"): BLIND}
    assert [key.region for key in seen.objects if key.kind == "network"] == ["toulouse"]
    assert {("network", "paris"), ("network", "toulouse")} <= seen.looked


def test_an_object_that_two_accounts_see_counts_once() -> None:
    key = Key("network", "toulouse", ("education", "moodle", "front"))
    one, other = Observation(), Observation(blind={("compute", "paris"): BLIND}, looked={("network", "toulouse")})
    one.put(Observed(key, "n-1", {"mtu": 1400}))
    other.put(Observed(key, "n-1", {"mtu": 1450}))
    one.add(other)
    assert one.objects == {key: [Observed(key, "n-1", {"mtu": 1450})]}
    assert one.blind == {("compute", "paris"): BLIND}
    assert one.looked == {("network", "toulouse")}


def test_only_what_a_declaration_refers_to_is_observed() -> None:
    network = Wanted(Key("network", "toulouse", ("education", "moodle", "front")))
    group = Wanted(Key("group", "", ("education", "", "operators")), owns=("group_membership",))
    assert {kind.name for kind in concerned(KINDS, [network])} == {"domain", "project", "network"}
    assert {kind.name for kind in concerned(KINDS, [group])} >= {"domain", "group", "group_membership"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.levels], ids=lambda kind: str(kind.name))
def test_a_kind_that_is_only_referred_to_is_never_written(kind: Kind) -> None:
    for act in (kind.create, kind.create_batch, kind.update, kind.delete):
        with pytest.raises(TypeError, match=kind.name):
            act(None, None)  # type: ignore[operator, arg-type]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.inherent], ids=lambda kind: str(kind.name))
def test_only_limits_are_used_up(kind: Kind) -> None:
    assert kind.in_use(None, None) == {}  # type: ignore[arg-type]


def test_a_kind_has_nothing_against_a_change_and_nobody_uses_it_unless_it_says_so() -> None:
    (membership,) = kinds("group_membership")
    assert membership.users(None, None) == ()  # type: ignore[arg-type]
    assert membership.objections(None, None, None) == ()  # type: ignore[arg-type]
