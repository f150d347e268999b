# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud's template of rules: what Neutron puts into each new security group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope, Wanted
from .._options import STATE
from .._rules import ANY, ports_name, ports_of, prefix_name, protocol_name
from .security_group_rule import SecurityGroupRule

#: What Neutron calls the group that gets the rule.
PARENT = "PARENT"
#: Which groups get a rule, by the two fields of Neutron: those named default, and the others.
USES = {(True, True): "all groups", (True, False): "default groups", (False, True): "other groups"}
_SAME = ("direction", "ethertype", "protocol", "ports", "remote_ip_prefix")


class DefaultSecurityGroupRule(Kind):
    """https://docs.openstack.org/api-ref/network/v2/#security-group-default-rules-security-group-default-rules

    Neutron changes none, and has the same rule for default groups and for others side by side, so all of it is its
    identity. The path: two empty names, then direction, ethertype, protocol, ports, the other side, and its groups.
    """

    name = "default_security_group_rule"
    service = "network"
    levels = (Level.REGION,)
    section = ("default_security_group_rules",)
    heading = {
        "description": [
            "Rules that Neutron puts into new security groups of this region; others are left alone.",
            "Groups that are there already stay as they are.",
        ]
    }
    options = {
        **{name: SecurityGroupRule.options[name] for name in _SAME},
        "remote_group": {
            "description": ["V(PARENT) for the members of the new group itself."],
            "type": "str",
            "choices": [PARENT],
        },
        "description": SecurityGroupRule.options["description"],
        "used_in_default_sg": {
            "description": ["Whether the group named default of a new project gets the rule."],
            "type": "bool",
            "default": False,
        },
        "used_in_non_default_sg": {
            "description": ["Whether every other new group gets the rule."],
            "type": "bool",
            "default": True,
        },
        **STATE,
    }
    privilege = Privilege.CLOUD
    same_if_exists = True

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        ethertype = item.get("ethertype") or "IPv4"
        protocol = protocol_name(item.get("protocol"), ethertype)
        once = {"description": item["description"]} if item.get("description") else {}
        if item.get("remote_group") and item.get("remote_ip_prefix"):
            raise ValueError("remote_group and remote_ip_prefix are both named; allowed: one of them")
        uses = USES.get((bool(item.get("used_in_default_sg")), item.get("used_in_non_default_sg") is not False))
        if uses is None:
            raise ValueError("the rule is for no group; allowed: used_in_default_sg, used_in_non_default_sg, or both")
        other = item.get("remote_group") or prefix_name(item.get("remote_ip_prefix"))
        absent = place.absent(item)
        for ports in item.get("ports") or [None]:
            range = ports_name(*ports_of(ports, protocol), protocol)
            path = ("", "", item["direction"], ethertype, protocol, range, other, uses)
            yield Wanted(Key(self.name, place.region, path), once={} if absent else once, absent=absent)

    def label(self, key: Key) -> str:
        direction, ethertype, protocol, ports, other, uses = key.path[2:]
        what = " ".join(part for part in (ethertype, protocol, ports) if part != ANY)
        return f"{uses}: {direction} {what} {'from' if direction == 'ingress' else 'to'} {other}"

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any] | None:
        direction, ethertype, protocol, ports, other, uses = found.key.path[2:]
        if uses not in USES.values():
            return None
        default, others = next(flags for flags, words in USES.items() if words == uses)
        said: dict[str, Any] = {"direction": direction, "ethertype": ethertype}
        if protocol != ANY:
            said["protocol"] = protocol
        if ports != ANY:
            said["ports"] = [ports]
        if other != ANY:
            said["remote_group" if other == PARENT else "remote_ip_prefix"] = other
        return {**said, "used_in_default_sg": default, "used_in_non_default_sg": others}

    def natural(self, found: Observed) -> bool:
        # A new cloud has these.
        direction, _ethertype, protocol, ports, other, uses = found.key.path[2:]
        if (protocol, ports) != (ANY, ANY):
            return False
        return (direction, other, uses) in (("egress", ANY, "all groups"), ("ingress", PARENT, "default groups"))

    def listings(self, scope: Scope) -> Iterable[Get]:
        return scope.common("network", "/default-security-group-rules", "default_security_group_rules")

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            protocol = protocol_name(raw["protocol"], raw["ethertype"])
            uses = USES.get((raw["used_in_default_sg"], raw["used_in_non_default_sg"]), "no groups")
            path = (
                *("", "", raw["direction"], raw["ethertype"], protocol),
                ports_name(raw["port_range_min"], raw["port_range_max"], protocol),
                raw["remote_group_id"] or raw["remote_address_group_id"] or prefix_name(raw["remote_ip_prefix"]),
                uses,
            )
            yield Observed(Key(self.name, get.region, path), raw["id"])

    def create(self, api: Api, change: Change) -> str:
        direction, ethertype, protocol, ports, other, uses = change.key.path[2:]
        first, last = ports_of(None if ports == ANY else ports, protocol)
        default, others = next(flags for flags, words in USES.items() if words == uses)
        body = {
            "direction": direction,
            "ethertype": ethertype,
            "protocol": None if protocol == ANY else protocol,
            "port_range_min": first,
            "port_range_max": last,
            **({} if other == ANY else {"remote_group_id" if other == PARENT else "remote_ip_prefix": other}),
            "used_in_default_sg": default,
            "used_in_non_default_sg": others,
            **change.once,
        }
        path, key = "/default-security-group-rules", "default_security_group_rule"
        made: str = api.post(path, {key: body})[key]["id"]
        return made

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"/default-security-group-rules/{change.id}")
