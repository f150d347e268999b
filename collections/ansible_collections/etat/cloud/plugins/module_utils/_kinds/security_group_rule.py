# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of security groups. A rule is nothing but what it allows, so all of it is its identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Kind, Level, Names, Observed, Place, Scope, Wanted
from .._options import STATE
from .._rules import ANY, ports_name, ports_of, prefix_name, protocol_name
from .security_group import DEFAULT, groups_with_rules

ETHERTYPES = ("IPv4", "IPv6")
DIRECTIONS = ("ingress", "egress")
#: The option that names each kind of other side.
_OTHER_SIDES = {
    "prefix": "remote_ip_prefix",
    "security_group": "remote_group",
    "address_group": "remote_address_group",
}


class SecurityGroupRule(Kind):
    """https://docs.openstack.org/api-ref/network/v2/#security-group-rules-security-group-rules

    The path of a rule: domain, project, group, direction, ethertype, protocol, ports, and of the other side
    the kind and the name.
    """

    name = "security_group_rule"
    service = "network"
    levels = (Level.SITE,)
    section = ("security_groups", "rules")
    heading = {"description": ["What the group allows; other rules are left alone unless the group prunes."]}
    options = {
        "direction": {
            "description": ["Whether the rule is about traffic that comes in or goes out."],
            "type": "str",
            "choices": list(DIRECTIONS),
            "required": True,
        },
        "ethertype": {
            "description": ["Version of IP."],
            "type": "str",
            "choices": list(ETHERTYPES),
            "default": "IPv4",
        },
        "protocol": {
            "description": ["Protocol, by name or number; any when not named."],
            "type": "str",
            "schema": {"type": ["string", "integer"], "pattern": "^[A-Za-z0-9-]+$", "minimum": 0, "maximum": 255},
        },
        "ports": {
            "description": [
                "Ports, each a number or a range such as V(8000-8010); one rule is made for each.",
                "For ICMP, a type, or a type and a code as in V(8:0).",
            ],
            "type": "list",
            "elements": "str",
            "schema": {"type": ["string", "integer"], "pattern": "^[0-9]{1,5}([-:][0-9]{1,5})?$", "maximum": 65535},
        },
        "remote_ip_prefix": {
            "description": ["Addresses of the other side, as a prefix; any when no other side is named."],
            "type": "str",
            "schema": {"format": "cidr"},
        },
        "remote_group": {
            "description": ["Name of the security group of the other side, in the same project."],
            "type": "str",
        },
        "remote_address_group": {
            "description": ["Name of the address group of the other side, in the same project."],
            "type": "str",
        },
        "description": {
            "description": ["Why the rule is there; given to new rules only, since Neutron cannot change it."],
            "type": "str",
        },
        **STATE,
    }
    needs = ("security_group", "address_group")
    parent = "security_group"
    same_if_exists = True

    def wanted(self, place: Place, item: Mapping[str, Any]) -> Iterator[Wanted]:
        ethertype = item.get("ethertype") or "IPv4"
        protocol = protocol_name(item.get("protocol"), ethertype)
        once = {"description": item["description"]} if item.get("description") else {}
        group = place.parents[-1]
        absent = place.absent(item)
        for ports in item.get("ports") or [None]:
            path = (
                *(place.domain, place.project, group["name"], item["direction"], ethertype, protocol),
                ports_name(*ports_of(ports, protocol), protocol),
                *_other_side(item),
            )
            yield Wanted(Key(self.name, place.region, path), once={} if absent else once, absent=absent)

    def label(self, key: Key) -> str:
        group, direction, ethertype, protocol, ports, side, other = key.path[2:]
        what = " ".join(part for part in (ethertype, protocol, ports) if part != ANY)
        way = "from" if direction == "ingress" else "to"
        who = other if side == "prefix" else f"{side.replace('_', ' ')} {other}"
        return f"{group}: {direction} {what} {way} {who}"

    def owner(self, key: Key) -> tuple[str, ...]:
        return key.path[:3]

    def around(self, key: Key) -> tuple[str, ...]:
        return key.path[2:3]

    def item(self, found: Observed) -> dict[str, Any] | None:
        direction, ethertype, protocol, ports, side, other = found.key.path[3:]
        if side == "id":
            return None
        said: dict[str, Any] = {"direction": direction, "ethertype": ethertype}
        if protocol != ANY:
            said["protocol"] = protocol
        if ports != ANY:
            said["ports"] = [ports]
        if (side, other) != ("prefix", ANY):
            said[_OTHER_SIDES[side]] = other
        return said

    def natural(self, found: Observed) -> bool:
        # Neutron puts them into each new group, and into the default one a rule that lets its own members in.
        group, direction, _ethertype, protocol, ports, side, other = found.key.path[2:]
        if (protocol, ports) != (ANY, ANY):
            return False
        return (direction == "egress" and (side, other) == ("prefix", ANY)) or (
            group == DEFAULT and direction == "ingress" and (side, other) == ("security_group", DEFAULT)
        )

    def listings(self, scope: Scope) -> Iterable[Get]:
        return groups_with_rules(scope)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for group in records:
            path = names.path("security_group", get.region, group["id"])
            for raw in group["security_group_rules"] if path else ():
                protocol = protocol_name(raw["protocol"], raw["ethertype"])
                rule = (
                    *(raw["direction"], raw["ethertype"], protocol),
                    ports_name(raw["port_range_min"], raw["port_range_max"], protocol),
                    *_seen_other_side(raw, path or (), get.region, names),
                )
                yield Observed(Key(self.name, get.region, (*(path or ()), *rule)), raw["id"])

    def references(self, key: Key, fields: Mapping[str, Any]) -> Mapping[str, Key]:
        group = {"group": Key("security_group", key.region, key.path[:3])}
        side, other = key.path[7:]
        if side in ("security_group", "address_group"):
            group["remote"] = Key(side, key.region, (*key.path[:2], other))
        return group

    def batch(self, change: Change) -> Key | None:
        return self.references(change.key, {})["group"]

    def create(self, api: Api, change: Change) -> str:
        return self.create_batch(api, [change])[0]

    def create_batch(self, api: Api, changes: list[Change]) -> list[str]:
        body = {"security_group_rules": [self._body(api, change) for change in changes]}
        return [rule["id"] for rule in api.post("/security-group-rules", body)["security_group_rules"]]

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"/security-group-rules/{change.id}")

    def _body(self, api: Api, change: Change) -> dict[str, Any]:
        direction, ethertype, protocol, ports, side, other = change.key.path[3:]
        refer = self.references(change.key, {})
        first, last = ports_of(None if ports == ANY else ports, protocol)
        remote = {
            "remote_ip_prefix": other if side == "prefix" and other != ANY else None,
            "remote_group_id": api.id(refer["remote"]) if side == "security_group" else None,
            "remote_address_group_id": api.id(refer["remote"]) if side == "address_group" else None,
        }
        return {
            "security_group_id": api.id(refer["group"]),
            "project_id": api.id(Key("project", "", change.key.path[:2])),
            "direction": direction,
            "ethertype": ethertype,
            "protocol": None if protocol == ANY else protocol,
            "port_range_min": first,
            "port_range_max": last,
            **{name: value for name, value in remote.items() if value is not None},
            **change.once,
        }


def _other_side(item: Mapping[str, Any]) -> tuple[str, str]:
    if item.get("remote_group"):
        return "security_group", item["remote_group"]
    if item.get("remote_address_group"):
        return "address_group", item["remote_address_group"]
    return "prefix", prefix_name(item.get("remote_ip_prefix"))


def _seen_other_side(raw: Mapping[str, Any], group: tuple[str, ...], region: str, names: Names) -> tuple[str, str]:
    for kind, field in (("security_group", "remote_group_id"), ("address_group", "remote_address_group_id")):
        id = raw.get(field)
        if id:
            path = names.path(kind, region, id)
            # A group of another project can only be told by its id.
            return (kind, path[2]) if path and path[:2] == group[:2] else ("id", id)
    return "prefix", prefix_name(raw["remote_ip_prefix"])
