# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._engine.diff import diff
from ansible_collections.etat.cloud.plugins.module_utils._engine.guard import (
    FEW_DELETIONS,
    Circumstances,
    account_of,
    guard,
)
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import (
    Account,
    Action,
    Change,
    Key,
    Observed,
    Privilege,
    Problem,
    Wanted,
)
from ansible_collections.etat.cloud.plugins.module_utils._engine.observe import Observation
from ansible_collections.etat.cloud.plugins.module_utils._engine.plan import Plan
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

PLACE = ("education", "moodle")
CLOUD = Account("interne", Privilege.CLOUD)
MANAGER = Account("interne-education", Privilege.DOMAIN, domain="education")
MEMBER = Account("externe-notebooks", Privilege.PROJECT, domain="education", project="moodle")
NETWORK = Key("network", "toulouse", (*PLACE, "front"))
QUOTA = Key("compute_quota", "toulouse", PLACE)


def refusals(*changes: Change, account: Account = CLOUD, observed: int = 100, **circumstances: Any) -> list[str]:
    said = Circumstances(accounts={PLACE: account, ("education", ""): account}, observed=observed, **circumstances)
    return [str(problem) for problem in guard(KINDS, Plan((changes,), ()), said)]


def deletions(count: int) -> list[Change]:
    return [Change(Action.DELETE, Key("network", "toulouse", (*PLACE, f"{number}"))) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "observed", "share", "passes"),
    [
        (FEW_DELETIONS, FEW_DELETIONS, 30, True),
        (FEW_DELETIONS + 1, FEW_DELETIONS + 1, 30, False),
        (30, 100, 30, True),
        (31, 100, 30, False),
        (31, 100, 31, True),
        (100, 100, 100, True),
        (11, 100, 0, False),
    ],
)
def test_a_large_share_of_deletions_is_refused(count: int, observed: int, share: int, passes: bool) -> None:
    found = refusals(*deletions(count), observed=observed, max_delete_share=share)
    assert (found == []) is passes


def test_the_refusal_of_deletions_says_the_numbers() -> None:
    (found,) = refusals(*deletions(40))
    assert found == (
        "the plan deletes 40 of 100 objects: that is 40 %, and the limit is 30 %. "
        "Read the plan; if it is meant, raise max_delete_share for this run."
    )


def test_data_may_only_lie_where_they_are_accepted() -> None:
    sensitivities = {PLACE: "restricted", ("dila", "site"): "public"}
    assert refusals(sensitivities=sensitivities) == []
    assert refusals(sensitivities=sensitivities, accepted=("public", "restricted")) == []
    assert [text.split(":")[0] for text in refusals(sensitivities=sensitivities, accepted=("public",))] == [
        "tenant education/moodle may not be on this cloud"
    ]
    none = refusals(sensitivities=sensitivities, accepted=())
    assert ["and the cloud holds none" in text for text in none] == [True] * 2


@pytest.mark.parametrize(
    ("key", "account", "passes"),
    [
        (NETWORK, MEMBER, True),
        (NETWORK, MANAGER, True),
        (Key("group", "", ("education", "", "x")), MEMBER, False),
        (Key("group", "", ("education", "", "x")), MANAGER, True),
        (QUOTA, MANAGER, False),
        (QUOTA, CLOUD, True),
        (Key("domain", "", ("education",)), MANAGER, False),
        (Key("domain", "", ("education",)), CLOUD, True),
    ],
)
def test_what_an_account_may_not_write_is_refused(key: Key, account: Account, passes: bool) -> None:
    found = refusals(Change(Action.CREATE, key, after={"description": "x"}), account=account)
    assert (found == []) is passes
    assert passes or f"cannot be created by the account {account.name} (description: x)" in found[0]


def test_a_deletion_that_is_refused_has_no_values_to_show() -> None:
    (found,) = refusals(Change(Action.DELETE, Key("group", "", ("education", "", "x"))), account=MEMBER)
    assert found.startswith("group education/x cannot be deleted by the account externe-notebooks: it needs")


def test_a_manager_is_kept_to_the_domain() -> None:
    said = Circumstances(accounts={("dila", ""): MANAGER}, observed=1)
    change = Change(Action.CREATE, Key("group", "", ("dila", "", "x")))
    (found,) = guard(KINDS, Plan(((change,),), ()), said)
    assert str(found) == (
        "group dila/x is out of scope: the account interne-education manages the domain education only. "
        "Run with the account of that domain, or take it out of this run."
    )


@pytest.mark.parametrize(("limit", "passes"), [(4, False), (5, True), (6, True), (-1, True), (0, False)])
def test_a_limit_below_what_is_used_is_refused(limit: int, passes: bool) -> None:
    change = Change(Action.UPDATE, QUOTA, before={"instances": 10}, after={"instances": limit})
    found = refusals(change, in_use={QUOTA: {"instances": 5}})
    assert (found == []) is passes
    if not passes:
        assert found[0] == (
            f"compute quota education/moodle in toulouse: instances cannot be {limit}: 5 are in use. "
            f"Free {5 - limit} first, or declare at least 5."
        )


def test_every_reason_is_told_at_once() -> None:
    found = refusals(
        Change(Action.UPDATE, QUOTA, before={"instances": 10}, after={"instances": 1}),
        *deletions(40),
        account=MANAGER,
        in_use={QUOTA: {"instances": 5}},
        accepted=(),
        sensitivities={PLACE: "public"},
    )
    assert len(found) == 4


def test_an_object_is_acted_on_by_the_account_of_its_tenant_or_else_of_its_domain() -> None:
    accounts = {PLACE: MEMBER, ("education", ""): CLOUD}
    assert account_of(accounts, NETWORK) is MEMBER
    assert account_of(accounts, Key("group", "", ("education", "", "x"))) is CLOUD
    assert account_of(accounts, Key("project", "", ("education", "other"))) is CLOUD
    assert account_of(accounts, Key("domain", "", ("education",))) is CLOUD


def test_a_field_may_need_an_account_of_a_further_reach_than_the_rest() -> None:
    class Shared(type(KINDS[0])):  # type: ignore[misc]
        name = "shared"
        privilege = Privilege.PROJECT
        privileges: ClassVar[Mapping[str, Privilege]] = {"shared": Privilege.CLOUD}

    key = Key("shared", "toulouse", (*PLACE, "front"))
    accounts = Circumstances(accounts={PLACE: MEMBER}, observed=1)
    said = {
        name: guard([Shared()], Plan(((Change(Action.UPDATE, key, after={name: True}),),), ()), accounts)
        for name in ("shared", "mtu")
    }
    assert said["mtu"] == []
    assert [problem.why for problem in said["shared"]] == [
        "it needs an administrator of the cloud, and this account is a member of one project"
    ]


def test_nothing_of_a_protected_tenant_is_pruned() -> None:
    (change,) = deletions(1)
    why = {PLACE: "its project is immutable"}
    assert refusals(change, pruned=frozenset({change.key}), protected=why) == [
        (
            "tenant education/moodle is protected: its project is immutable, and the plan prunes 1 of its objects, "
            "network education/moodle/0 in toulouse first. "
            "Delete them by name (state: absent), or lift the protection first."
        )
    ]
    assert refusals(change, protected=why) == []
    assert refusals(change, pruned=frozenset({change.key})) == []


def test_what_is_in_use_is_not_deleted() -> None:
    (change,) = deletions(1)
    users = [f"port {number}" for number in range(7)]
    assert refusals(change, used_by={change.key: users}) == [
        (
            "network education/moodle/0 in toulouse cannot be deleted: it is in use by port 0, port 1, port 2, port 3, "
            "port 4 and 2 more. Free it first, or keep it in the declaration."
        )
    ]
    assert refusals(change, used_by={change.key: []}) == []


def test_no_plan_passes_but_the_one_that_was_reviewed() -> None:
    (change,) = deletions(1)
    digest = Plan(((change,),), ()).digest
    assert refusals(change, expected=digest) == []
    (found,) = refusals(change, expected="0" * 64)
    assert found.startswith(
        f"the plan is not the one that was reviewed: its digest is {digest[:12]}…, and 000000000000…"
    )


def test_what_a_kind_has_against_a_change_is_told_once() -> None:
    objection = Problem("limit of education cannot be 3", "its projects have 4", "Lower those first.")
    assert refusals(objections=[objection, objection]) == [str(objection)]


def test_what_a_declaration_allows_by_name_reaches_the_change() -> None:
    key = Key("registered_limit", "", ("", "", "image", "", "images"))
    seen = Observation({key: [Observed(key, "1", {"default_limit": 5})]})
    wanted = [
        Wanted(key, {"default_limit": 6}, allows=("allow_zero",)),
        Wanted(key._replace(region="x"), allows=("a",)),
    ]
    changes = diff(KINDS, [*wanted, Wanted(key, absent=True, allows=("b",))], seen)
    assert [(change.action, change.allows) for change in changes] == [
        (Action.UPDATE, ("allow_zero",)),
        (Action.CREATE, ("a",)),
        (Action.DELETE, ("b",)),
    ]
