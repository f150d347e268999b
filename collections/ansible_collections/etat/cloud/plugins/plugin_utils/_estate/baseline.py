# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline of a sensitivity: what each tenant of it is born with, and what of that a declaration takes back.

Everything here is pure. A baseline adds to what a site declares, by filling the fields that nobody named. What differs
from it is a weakness, which the check refuses unless a waiver of its control covers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.etat.cloud.plugins.module_utils._audit.filtering import Rule, openings, rule_of
from ansible_collections.etat.cloud.plugins.module_utils._kinds.router import NO_GATEWAY
from ansible_collections.etat.cloud.plugins.module_utils._rules import ports_of, protocol_name

from .mistakes import Path, said
from .site import DEFAULT_GROUP, objects
from .values import listing, mapping

#: The fields by which a tenant says what it is, each with the tag that its project bears.
FIELDS: Mapping[str, str] = {
    "owner": "owner",
    "security_contact": "contact",
    "review_date": "review_date",
    "environment": "environment",
}
#: The lists of a site of whose objects a baseline may say something, with the lists inside them.
LISTS: Mapping[str, Path] = {
    "networks": ("networks",),
    "subnets": ("networks", "subnets"),
    "routers": ("routers",),
    "security_groups": ("security_groups",),
}
#: Of what a tenant may weaken: the control that fails then, whose waiver allows it.
CONTROLS: Mapping[tuple[str, str], str] = {
    ("options", "immutable"): "ETAT-GOV-007",
    ("default_group", "ingress"): "ETAT-NET-008",
    ("egress", "open"): "ETAT-NET-011",
    ("security_groups", "stateful"): "ETAT-NET-014",
    ("image_members", "domain"): "ETAT-IMG-003",
    ("networks", "port_security_enabled"): "ETAT-NET-020",
    ("quotas", "floatingip"): "ETAT-QTA-003",
    ("routers", "external_network"): "ETAT-NET-035",
    ("users", "options"): "ETAT-IAM-001",
    ("volumes", "default"): "ETAT-VOL-002",
}
#: Fields of which one value takes nothing back, whatever a baseline says.
CLOSED: Mapping[tuple[str, str], Any] = {("routers", "external_network"): NO_GATEWAY}
APPLICATION_CREDENTIAL = "application_credential"


@dataclass(frozen=True, slots=True)
class Weakness:
    """What a site declares against its baseline.

    control: the one that fails then, where there is one. name: of the object that is declared so.
    """

    path: Path
    text: str
    control: str = ""
    name: str = ""


# --- what it adds


def completed(
    site: Mapping[str, Any], baseline: Mapping[str, Any], egress: Sequence[Mapping[str, Any]], labels: Sequence[str]
) -> dict[str, Any]:
    """Return a merged site with what a baseline adds to it.

    egress: the rules of the baseline's egress profile. labels: the tags that each object bears.
    """
    found = dict(site)
    if "egress" in baseline:
        found["security_groups"] = _with_egress(found.get("security_groups", []), egress)
    for name in ("networks", "routers", "security_groups"):
        if name in found:
            found[name] = [_filled(item, name, baseline, labels) for item in found[name]]
    if "volume_type" in baseline:
        found.setdefault("default_volume_type", {"name": baseline["volume_type"]})
    return found


def within(quotas: Mapping[str, Any], most: Mapping[str, Any]) -> dict[str, Any]:
    """Return the quotas of a size with the limits of a baseline: the lower of two, and its own where one is alone."""
    found = {service: dict(limits) for service, limits in quotas.items() if isinstance(limits, dict)}
    for service, limits in most.items():
        for name, limit in mapping(limits).items():
            here = found.setdefault(service, {})
            said = here.get(name, limit)
            if isinstance(limit, int):
                here[name] = said if isinstance(said, int) and 0 <= said <= limit else limit
    return found


def _with_egress(groups: Sequence[Mapping[str, Any]], egress: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return security groups that let out what they declare and no more, the default one what the profile says too.

    Neutron opens the way out in each new group, so a group holds what is declared alone.
    """
    others = [group if _absent(group) else {**group, "prune_rules": True} for group in groups if not _is_default(group)]
    declared = next((group for group in groups if _is_default(group)), {"name": DEFAULT_GROUP})
    of_profile = [_allowed(rule) for rule in egress]
    own = [rule for rule in declared.get("rules", ()) if _allowed(rule) not in of_profile]
    return [{**declared, "prune_rules": True, "rules": [*egress, *own]}, *others]


def _allowed(rule: Any) -> dict[str, Any]:
    """Return a rule without what it says of itself."""
    return {name: value for name, value in rule.items() if name != "description"}


def _filled(item: Mapping[str, Any], name: str, baseline: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    if _absent(item):
        return dict(item)
    said = mapping(baseline, "each", name)
    found = {**item, **{field: value for field, value in said.items() if field not in item}}
    if labels:
        found["tags"] = merge_tags(labels, item.get("tags", ()))
    if name == "networks" and "subnets" in item:
        found["subnets"] = [_filled(subnet, "subnets", baseline, labels) for subnet in item["subnets"]]
    return found


def merge_tags(labels: Sequence[str], own: Sequence[str]) -> list[str]:
    """Return tags with labels, each name of a label once."""
    named = {label.partition(":")[0] for label in labels}
    return [*labels, *(tag for tag in own if tag.partition(":")[0] not in named)]


def _absent(item: Mapping[str, Any]) -> bool:
    return item.get("state") == "absent"


def _is_default(group: Mapping[str, Any]) -> bool:
    return group.get("name") == DEFAULT_GROUP


# --- what takes it back


def weaknesses(
    site: Mapping[str, Any],
    baseline: Mapping[str, Any],
    egress: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
    domain: str,
) -> Iterator[Weakness]:
    """Yield what a merged site declares against a baseline. Values of a wrong type are for the schema to refuse."""
    for name, path in LISTS.items():
        for field, wanted in mapping(baseline, "each", name).items():
            for where, item in _items(site, path):
                closed = CLOSED.get((name, field), wanted)
                if field in item and item[field] not in (wanted, closed) and not _absent(item):
                    yield _weakness((*where, field), item, wanted, CONTROLS.get((name, field), ""))
        for where, item in _items(site, path) if labels else ():
            yield from _labels(where, item, labels)
    if "egress" in baseline:
        yield from _groups(site, egress)
    if baseline.get("images_in_domain"):
        yield from _images(site, domain)
    if "volume_type" in baseline:
        yield from _volume_type(site, baseline["volume_type"])


def _images(site: Mapping[str, Any], domain: str) -> Iterator[Weakness]:
    for index, item in objects(site, "image_members"):
        if item.get("domain") != domain and not _absent(item):
            yield _weakness(("image_members", index, "domain"), item, domain, CONTROLS["image_members", "domain"])


def _volume_type(site: Mapping[str, Any], name: Any) -> Iterator[Weakness]:
    said_here = mapping(site, "default_volume_type")
    for field, wanted in (("name", name), ("state", "present")):
        if said_here.get(field, wanted) != wanted:
            yield _weakness(("default_volume_type", field), said_here, wanted, CONTROLS["volumes", "default"])


def _items(site: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    first, *rest = path
    for index, item in objects(site, str(first)):
        here: Path = (first, index)
        if not rest:
            yield here, item
        for where, inner in _items(item, tuple(rest)) if rest else ():
            yield (*here, *where), inner


def _weakness(path: Path, item: Mapping[str, Any], wanted: Any, control: str = "") -> Weakness:
    value = item[str(path[-1])] if path[-1] in item else None
    text = f"{said(value)} differs from the baseline; allowed: {_shown(wanted)}"
    return Weakness(path, text, control, str(item.get("name", "")))


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else said(value).strip("'")


def _labels(where: Path, item: Mapping[str, Any], labels: Sequence[str]) -> Iterator[Weakness]:
    written = {label.partition(":")[0]: label for label in labels}
    for index, tag in enumerate(listing(item, "tags")):
        label = written.get(str(tag).partition(":")[0], tag)
        if label != tag:
            text = f"{said(tag)} differs from what the tenant says of itself; allowed: {label}"
            yield Weakness((*where, "tags", index), text, "", str(item.get("name", "")))


def _groups(site: Mapping[str, Any], egress: Sequence[Mapping[str, Any]]) -> Iterator[Weakness]:
    open_anyway = _ways_out(dict(enumerate(egress)), site)
    for index, group in objects(site, "security_groups"):
        path: Path = ("security_groups", index)
        if _absent(group):
            if _is_default(group):
                yield _weakness((*path, "state"), group, "present")
            continue
        if group.get("prune_rules") is False:
            yield _weakness((*path, "prune_rules"), group, True)
        rules = {place: rule for place, rule in objects(group, "rules") if not _absent(rule)}
        for place, rule in rules.items() if _is_default(group) else ():
            if rule.get("direction") == "ingress" and rule.get("remote_group") != DEFAULT_GROUP:
                text = "lets others into the default group; allowed: such a rule in another group"
                yield Weakness((*path, "rules", place), text, CONTROLS["default_group", "ingress"], DEFAULT_GROUP)
        for place in [] if open_anyway else _ways_out(rules, site):
            text = "lets everything out to anybody; allowed: the protocols, ports or addresses that are needed"
            where = (*path, "rules", place)
            yield Weakness(where, text, CONTROLS["egress", "open"], str(group.get("name", "")))


def _ways_out(rules: Mapping[int, Mapping[str, Any]], site: Mapping[str, Any]) -> list[int]:
    """Return the places of rules that let everything out to anybody, alone or together, as the audit judges it."""
    address_groups = {group.get("name"): group for _index, group in objects(site, "address_groups")}
    seen = [
        found
        for place, rule in rules.items()
        if rule.get("direction") == "egress"
        for found in _as_judged(place, rule, address_groups)
    ]
    return sorted({int(found.id) for opening in openings(seen) if opening.whole for found in opening.rules})


def _as_judged(place: int, rule: Mapping[str, Any], address_groups: Mapping[Any, Any]) -> list[Rule]:
    """Return a declared rule as the audit sees it, once for each of its ports; none where it makes no sense."""
    row = {
        "id": str(place),
        "direction": rule.get("direction"),
        "ethertype": rule.get("ethertype", "IPv4"),
        "protocol": rule.get("protocol"),
        "remote_ip_prefix": rule.get("remote_ip_prefix"),
        "remote_group_id": rule.get("remote_group"),
        "remote_address_group_id": rule.get("remote_address_group"),
    }
    try:
        protocol = protocol_name(rule.get("protocol"), row["ethertype"])
        ends = [ports_of(None if ports is None else str(ports), protocol) for ports in rule.get("ports") or [None]]
        return [
            rule_of({**row, "port_range_min": first, "port_range_max": last}, address_groups.get)
            for first, last in ends
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def excesses(quotas: Mapping[str, Any], most: Mapping[str, Any]) -> Iterator[Weakness]:
    """Yield the limits that a tenant asks for itself beyond those of its baseline; paths begin with the service."""
    for service, limits in most.items():
        for name, limit in mapping(limits).items():
            value = mapping(quotas, service).get(name)
            if isinstance(value, int) and isinstance(limit, int) and not 0 <= value <= limit:
                text = f"{value} is more than the baseline allows; allowed: {limit} or less"
                yield Weakness((service, name), text, CONTROLS.get(("quotas", name), ""), name)
