# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QoS policies with their rules. A rule is nothing apart from its policy, so each sort of rules is a field of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Get, Key, Names, Observed, Privilege
from .._options import STATE
from ._resource import DESCRIPTION, SHARED, NetworkResource, name_of

#: Of each sort of rules: the fields, with what Neutron takes where one is not named. It has one rule per direction.
RULES: Mapping[str, Mapping[str, Any]] = {
    "bandwidth_limit": {"direction": "egress", "max_kbps": None, "max_burst_kbps": 0},
    "dscp_marking": {"dscp_mark": None},
    "minimum_bandwidth": {"direction": "egress", "min_kbps": None},
}
FIELDS = tuple(f"{sort}_rules" for sort in RULES)

_DIRECTION = {
    "direction": {
        "description": ["Direction of the traffic, as the server sees it."],
        "type": "str",
        "choices": ["egress", "ingress"],
        "default": "egress",
    }
}


def _number(what: str, **more: Any) -> dict[str, Any]:
    return {
        "description": [what],
        "type": "int",
        **(more or {"required": True}),
        "schema": {"minimum": 0},
    }


def _rules(what: str, suboptions: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": [f"{what} All of them; an empty list takes them away."],
        "type": "list",
        "elements": "dict",
        "suboptions": dict(suboptions),
    }


class QosPolicy(NetworkResource):
    """https://docs.openstack.org/api-ref/network/v2/#quality-of-service"""

    name = "qos_policy"
    collection, plural, singular = "/qos/policies", "policies", "policy"
    section = ("qos_policies",)
    heading = {
        "description": [
            "QoS policies of the tenant in this region.",
            "They take an administrator of the cloud, since a tenant could lift its own limits.",
        ]
    }
    options = {
        **name_of("policy"),
        **DESCRIPTION,
        "bandwidth_limit_rules": _rules(
            "Largest bandwidths, one for each direction.",
            {
                **_DIRECTION,
                "max_kbps": _number("Kilobits per second."),
                "max_burst_kbps": _number("Size of a burst, in kilobits; the driver chooses when it is 0.", default=0),
            },
        ),
        "dscp_marking_rules": _rules(
            "The mark that packets get.",
            {
                "dscp_mark": {
                    "description": ["Value of the field DSCP."],
                    "type": "int",
                    "required": True,
                    "schema": {"minimum": 0, "maximum": 56},
                }
            },
        ),
        "minimum_bandwidth_rules": _rules(
            "Smallest bandwidths, one for each direction.",
            {**_DIRECTION, "min_kbps": _number("Kilobits per second.")},
        ),
        "is_default": {
            "description": ["Whether it is for new networks of the tenant that name no policy."],
            "type": "bool",
        },
        **SHARED,
        **STATE,
    }
    compared = ("description", *FIELDS, "is_default", "shared")
    needs = ("project",)
    privilege = Privilege.CLOUD
    asked = ("description", "rules", "is_default", "shared")

    def normal(self, name: str, value: Any) -> Any:
        if name not in FIELDS:
            return value
        fields = RULES[name.removesuffix("_rules")]
        rules = [
            {field: default if rule.get(field) is None else rule[field] for field, default in fields.items()}
            for rule in value
        ]
        if len({rule.get("direction") for rule in rules}) < len(rules):
            what = "for each direction" if "direction" in fields else "of this kind"
            raise ValueError(f"{name} holds {len(rules)} rules; allowed: one {what}")
        return sorted(rules, key=lambda rule: str(rule.get("direction")))

    def item(self, found: Observed) -> dict[str, Any]:
        return {name: value for name, value in super().item(found).items() if value not in (False, [])}

    def seen(self, raw: Mapping[str, Any], get: Get, names: Names) -> dict[str, Any]:
        rules = {
            f"{sort}_rules": self.normal(f"{sort}_rules", [rule for rule in raw["rules"] if rule["type"] == sort])
            for sort in RULES
        }
        return {**super().seen(raw, get, names), **rules}

    def known_as(self, key: Key, fields: Mapping[str, Any]) -> Sequence[Key]:
        return [Key("shared_qos_policy", key.region, key.path[2:])] if fields.get("shared") else ()

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        return {name: value for name, value in change.after.items() if name not in FIELDS}

    def create(self, api: Api, change: Change) -> str:
        id = super().create(api, change)
        self._set_rules(api, id, change.after, [])
        return id

    def update(self, api: Api, change: Change) -> None:
        path = f"{self.collection}/{change.id}"
        plain = self.body(api, change)
        if plain:
            api.put(path, {self.singular: plain})
        if any(name in change.after for name in FIELDS):
            self._set_rules(api, change.id, change.after, api.get(path)[self.singular]["rules"])

    def _set_rules(self, api: Api, id: str, wanted: Mapping[str, Any], there: Sequence[Mapping[str, Any]]) -> None:
        """Make the rules of a policy what is wanted of each sort that is named."""
        rest = {(sort, rule.get("direction")): rule for sort in RULES for rule in wanted.get(f"{sort}_rules", ())}
        kept = []
        for rule in there:
            sort, place = rule["type"], (rule["type"], rule.get("direction"))
            if f"{sort}_rules" not in wanted:
                continue
            differs = place not in rest or any(rest[place][field] != rule[field] for field in RULES[sort])
            # A minimum may never be above its limit: one that changes goes before, and comes again after it.
            if place not in rest or (differs and sort == "minimum_bandwidth"):
                api.delete(f"{self.collection}/{id}/{sort}_rules/{rule['id']}")
            elif differs:
                kept.append((sort, rule["id"], rest.pop(place)))
            else:
                rest.pop(place)
        for sort, rule_id, rule in kept:
            api.put(f"{self.collection}/{id}/{sort}_rules/{rule_id}", {f"{sort}_rule": rule})
        for (sort, _direction), rule in rest.items():
            api.post(f"{self.collection}/{id}/{sort}_rules", {f"{sort}_rule": rule})
