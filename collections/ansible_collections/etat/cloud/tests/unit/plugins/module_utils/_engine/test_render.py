# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import difflib

from ansible_collections.etat.cloud.plugins.module_utils._engine import render
from ansible_collections.etat.cloud.plugins.module_utils._engine.guard import arrow
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Action, Change, Key, Observed
from ansible_collections.etat.cloud.plugins.module_utils._engine.plan import plan
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

PLACE = ("education", "moodle")
RULE = ("web", "ingress", "IPv4", "tcp", "443", "prefix", "any")
PLAN = plan(
    KINDS,
    [
        Change(Action.KEEP, Key("project", "", PLACE)),
        Change(Action.CREATE, Key("domain", "", ("dila",)), after={"description": "Line\nbreak | bar"}),
        Change(Action.CREATE, Key("group_membership", "", ("education", "", "operators", "alice.martin"))),
        Change(
            Action.UPDATE,
            Key("address_group", "toulouse", (*PLACE, "offices")),
            before={"addresses": ["192.0.2.0/24"], "description": ""},
            after={"addresses": [], "description": "Été"},
            id="ag-1",
        ),
        Change(
            Action.UPDATE,
            Key("router", "toulouse", (*PLACE, "edge")),
            before={"admin_state_up": False},
            after={"admin_state_up": True},
            id="ro-1",
        ),
        Change(Action.CREATE, Key("security_group_rule", "toulouse", (*PLACE, *RULE)), once={"description": "Web"}),
        Change(Action.DELETE, Key("router_interface", "paris", (*PLACE, "edge", "front", "front")), id="po-1"),
        Change(Action.DELETE, Key("role_assignment", "", (*PLACE, "group", "operators", "member")), id="x"),
        Change(Action.DELETE, Key("network", "paris", (*PLACE, "front")), before={"mtu": 1450}, id="n-1"),
    ],
)


def test_a_plan_reads_as_lines_by_tenant() -> None:
    assert render.text(KINDS, PLAN).splitlines() == [
        "3 to create, 2 to update, 3 to delete, 1 unchanged",
        "",
        "dila",
        "  + domain: description Line break | bar",
        "",
        "education",
        "  + group membership alice.martin in operators",
        "",
        "education / moodle",
        "  ~ address group offices [toulouse]: addresses 192.0.2.0/24 → none, description Été",
        "  ~ router edge [toulouse]: admin_state_up False → True",
        "  + security group rule web: ingress IPv4 tcp 443 from any [toulouse]",
        "  - router interface edge on front [paris]",
        "  - network front [paris]",
        "  - role assignment member for group operators",
    ]


def test_a_plan_with_nothing_to_do_is_one_line() -> None:
    assert render.text(KINDS, plan(KINDS, [])) == "0 to create, 0 to update, 0 to delete, 0 unchanged"


def test_a_plan_reads_as_tables_that_nothing_in_it_can_break() -> None:
    lines = render.markdown(KINDS, PLAN).splitlines()
    assert lines[:3] == [f"**{render.headline(PLAN)}**", "", f"Digest: `{PLAN.digest}`"]
    assert "| + | domain |  |  | description Line break \\| bar |" in lines
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 3 * 2 + len(PLAN.changes)
    assert {line.replace("\\|", "").count("|") for line in rows} == {6}


def test_the_difference_of_the_two_sides_is_the_plan() -> None:
    sides = render.sides(KINDS, PLAN)
    before, after = (sides[side].splitlines() for side in ("before", "after"))
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert changed == [
        "+ dila domain",
        '+   description: "Line\\nbreak | bar"',
        "+ education group membership alice.martin in operators",
        "-   admin_state_up: false",
        "+   admin_state_up: true",
        "- education/moodle [paris] router interface edge on front",
        "- education/moodle [paris] network front",
        "-   mtu: 1450",
        "- education/moodle role assignment member for group operators",
        '-   addresses: ["192.0.2.0/24"]',
        "+   addresses: []",
        '-   description: ""',
        '+   description: "Été"',
        "+ education/moodle [toulouse] security group rule web: ingress IPv4 tcp 443 from any",
        '+   description: "Web"',
    ]


def test_the_sides_say_where_they_are_from() -> None:
    sides = render.sides(KINDS, plan(KINDS, []))
    assert sides == {"before": "", "after": "", "before_header": "in the cloud", "after_header": "as declared"}


def test_an_arrow_stands_only_where_there_was_a_value() -> None:
    assert [arrow(before, 5) for before in (None, "", 0, False, 4)] == ["5", "5", "0 → 5", "False → 5", "4 → 5"]


def test_what_is_in_no_declaration_is_shown_beside_the_plan() -> None:
    mine = Observed(Key("network", "toulouse", (*PLACE, "old")), "n-7", managed=True)
    stranger = Observed(Key("security_group", "toulouse", ("dila", "journal", "try")), "sg-7")
    going = Observed(Key("network", "paris", (*PLACE, "front")), "n-1", managed=True)
    shown = render.text(KINDS, PLAN, [mine, stranger, going]).splitlines()
    assert shown[0].endswith("2 not declared")
    assert "  ? network old [toulouse]: not declared any more" in shown
    place = shown.index("dila / journal")
    assert shown[place + 1] == "  ? security group try [toulouse]: in no declaration, made by others (id sg-7)"
    assert sum("network front" in line for line in shown) == 1
