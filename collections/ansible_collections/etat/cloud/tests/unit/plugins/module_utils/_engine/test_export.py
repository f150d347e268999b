# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.etat.cloud.plugins.module_utils._engine.export import export
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Key, Observed
from ansible_collections.etat.cloud.plugins.module_utils._engine.observe import Observation
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

PLACE = ("education", "moodle")


def seen(*objects: Observed) -> Observation:
    found = Observation()
    for item in (Observed(Key("project", "", PLACE), "p-1", {"description": "Learning", "tags": []}), *objects):
        found.put(item)
    return found


def at(kind: str, *names: str) -> Key:
    return Key(kind, "toulouse", (*PLACE, *names))


def test_objects_stand_where_a_declaration_has_them() -> None:
    made = export(
        KINDS,
        seen(
            Observed(at("subnet", "front", "a"), "s-1", {"cidr": "192.0.2.0/24", "gateway_ip": "none"}),
            Observed(at("network", "front"), "n-1", {"mtu": 1450, "description": ""}),
            Observed(at("router", "edge"), "r-1", {"external_network": "public", "enable_snat": None}),
            Observed(at("router_interface", "edge", "front", "a"), "po-1"),
            Observed(at("compute_quota"), "p-1", {"cores": 4, "ram": None}),
            Observed(Key("domain", "", ("education",)), "d-1", {"description": "Ministry"}),
            Observed(Key("group", "", ("education", "", "people")), "g-1", {"description": ""}),
            Observed(Key("group_membership", "", ("education", "", "people", "alice")), "g-1/u-1"),
            Observed(Key("role_assignment", "", (*PLACE, "group", "people", "member")), "x"),
        ),
        [PLACE],
    )
    assert made.left_out == []
    assert made.domains == [
        {
            "name": "education",
            "description": "Ministry",
            "groups": [{"name": "people", "description": "", "members": ["alice"]}],
        }
    ]
    assert made.tenants == [
        {
            "name": "moodle",
            "domain": "education",
            "description": "Learning",
            "role_assignments": [{"role": "member", "group": "people"}],
            "sites": [
                {
                    "region": "toulouse",
                    "quotas": {"compute": {"cores": 4}},
                    "networks": [
                        {
                            "name": "front",
                            "mtu": 1450,
                            "description": "",
                            "subnets": [{"name": "a", "cidr": "192.0.2.0/24", "gateway_ip": "none"}],
                        }
                    ],
                    "routers": [
                        {
                            "name": "edge",
                            "external_network": "public",
                            "interfaces": [{"network": "front", "subnet": "a"}],
                        }
                    ],
                }
            ],
        }
    ]


def test_what_a_declaration_cannot_say_is_named_with_its_id() -> None:
    rule = (*("ingress", "IPv4", "tcp", "80"), "id", "sg-far")
    made = export(
        KINDS,
        seen(
            Observed(at("network", ""), "n-0"),
            Observed(at("network", "twice"), "n-1"),
            Observed(at("network", "twice"), "n-2"),
            Observed(at("subnet", "twice", "a"), "s-1", {"cidr": "192.0.2.0/24"}),
            Observed(at("security_group", "web"), "sg-1"),
            Observed(at("security_group_rule", "web", *rule), "rule-1"),
        ),
        [PLACE],
    )
    assert sorted(made.left_out) == [
        "network education/moodle in toulouse with the id n-0: a declaration has no words for it",
        "network education/moodle/twice in toulouse with the id n-1: 2 objects bear this name",
        "network education/moodle/twice in toulouse with the id n-2: 2 objects bear this name",
        (
            "security group rule education/moodle/web/ingress/IPv4/tcp/80/id/sg-far in toulouse with the id rule-1: "
            "a declaration has no words for it"
        ),
        "subnet education/moodle/twice/a in toulouse with the id s-1: a declaration has no words for it",
    ]
    (site,) = made.tenants[0]["sites"]
    assert site["security_groups"] == [{"name": "web"}]
    assert "networks" not in site


def test_rules_that_allow_the_same_are_said_once() -> None:
    rule = ("web", "ingress", "IPv6", "any", "any", "prefix", "2001:db8::/64")
    made = export(
        KINDS,
        seen(
            Observed(at("security_group", "web"), "sg-1"),
            Observed(at("security_group_rule", *rule), "rule-1"),
            Observed(at("security_group_rule", *rule), "rule-2"),
        ),
        [PLACE],
    )
    (site,) = made.tenants[0]["sites"]
    assert site["security_groups"][0]["rules"] == [
        {"direction": "ingress", "ethertype": "IPv6", "remote_ip_prefix": "2001:db8::/64"}
    ]
