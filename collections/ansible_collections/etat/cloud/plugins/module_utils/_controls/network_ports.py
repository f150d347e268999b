# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ports of servers may send and get, what leads to them from outside, and which groups filter them."""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from .._audit.filtering import LAST_PORT, Opening, Rule, by_version, outside, ports_text, ranges
from .._audit.fixes import changed, deleted, deleted_policy
from .._audit.model import (
    PASSED,
    Call,
    Control,
    Fix,
    Level,
    Mode,
    Repair,
    Row,
    Text,
    Verdict,
    failed,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import SERVERS, UNFILTERED, Exposure, View, forwarded
from .._rules import ANY
from .network_rules import ADMINISTRATION, DATA, DEFAULT, EXPOSURE, UNSEEN_GROUP, exposed_ports, unknown

FAMILY = "network_ports"
#: The ports of each protocol by which machines are administered or data are read.
GUARDED = {protocol: (*ADMINISTRATION[protocol], *DATA[protocol]) for protocol in ("tcp", "udp")}
#: The most neighbouring addresses that a port may take besides its own: those of a /28.
MOST_ADDRESSES = 16
#: The most days that a group is unused, and that an address leads nowhere.
UNUSED_DAYS, UNASSOCIATED_DAYS = 90, 30
#: Options by which a machine gets its first program, its names, its routes or its proxy, by IP version and number.
#: https://www.iana.org/assignments/bootp-dhcp-parameters/
OPTIONS: Mapping[int, Mapping[str, str]] = {
    4: {
        "3": "router",
        "6": "dns-server",
        "33": "static-route",
        "66": "tftp-server",
        "67": "bootfile-name",
        "121": "classless-static-route",
        "150": "tftp-server-address",
        "209": "config-file",
        "210": "path-prefix",
        "249": "ms-classless-static-route",
        "252": "wpad",
    },
    6: {"23": "dns-server", "59": "bootfile-url", "60": "bootfile-param"},
}
#: The same under other names.
ALIASES = {
    "server-ip-address": "tftp-server-address",
    "server-ip": "tftp-server-address",
    "tftp-server-name": "tftp-server",
    "dns-servers": "dns-server",
    "domain-name-servers": "dns-server",
    "routers": "router",
    "bootfile": "bootfile-name",
    "classless-static-routes": "classless-static-route",
}
#: An address of either version.
Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"
NO_DATE = Text("it does not say since when it is as it is", "la date de son dernier changement n'est pas indiquée")
NO_NETWORK = Text("the network of the port was not seen", "le réseau du port n'a pas été vu")
NARROW = Text(
    "Narrow the rules that let anybody in, or take the way from outside away.",
    "Restreindre les règles ouvertes à tous, ou retirer l'accès depuis l'extérieur.",
)
RELEASE = Text(
    "Put a load balancer or a proxy before the server, dissociate and release the address, and set the quota for "
    "floating IPs to 0.",
    "Placer un répartiteur ou un mandataire devant le serveur, dissocier et libérer l'adresse, et mettre à 0 le quota "
    "d'adresses IP flottantes.",
)


# --- whose ports


def _server_ports(view: View) -> Iterable[Row]:
    """Return the ports by which servers of the tenant send and get."""
    return [port for port in view.rows("ports") if port.get("device_owner", "").startswith(SERVERS)]


def own_ports(view: View) -> Iterable[Row]:
    """Return the ports of servers, and those that none has yet; those of services are kept by the services."""
    return [port for port in view.rows("ports") if port.get("device_owner", "").startswith(SERVERS) or _spare(port)]


def _spare(port: Row) -> bool:
    return not port.get("device_owner")


def _groups_of(port: Row) -> frozenset[str]:
    return frozenset(port.get("security_groups") or ())


# --- NET-009, NET-010, NET-012


def _judge_default_used(view: View, port: Row) -> Verdict:
    groups = [view.one("security_groups", id) for id in sorted(_groups_of(port))]
    used = [group["id"] for group in groups if group and group["name"] == DEFAULT]
    if used:
        return failed(group=", ".join(used), device=port.get("device_id", ""))
    return not_evaluable(UNSEEN_GROUP) if None in groups else PASSED


def _groups(view: View) -> Iterable[Row]:
    return view.rows("security_groups")


def _judge_lateral(view: View, group: Row) -> Verdict:
    ports = view.bearing(group["id"])
    together = {id for port in ports for id in _groups_of(port)} | {group["id"]}
    addresses = [ipaddress.ip_address(fixed["ip_address"]) for port in ports for fixed in port.get("fixed_ips") or ()]
    rules = view.rules_of(frozenset((group["id"],)), "ingress")
    lateral = [rule for rule in rules if rule.remote_group in together or _lets_in(rule, addresses)]
    if lateral:
        return failed(
            rules=", ".join(rule.id for rule in lateral),
            opens="; ".join(f"{rule.protocol} {rule.ports} from {rule.source}" for rule in lateral),
            used_by_ports=len(ports),
        )
    return (
        not_evaluable(
            Text(
                "an address group that its rules name was not seen",
                "un groupe d'adresses que ses règles nomment n'a pas été vu",
            )
        )
        if _any_unknown(rules)
        else PASSED
    )


def _any_unknown(rules: Iterable[Rule]) -> bool:
    return any(rule.unknown for rule in rules)


def _lets_in(rule: Rule, addresses: Iterable[Address]) -> bool:
    """Return whether a rule names addresses; what lets in all who are around is not about neighbours."""
    spans = ranges(rule.prefixes)
    return any(
        first <= int(address) <= last and not outside(str(address))(rule.prefixes, rule.version)
        for address in addresses
        if address.version == rule.version
        for first, last in spans
    )


def _trusting_groups(view: View) -> Iterator[Row]:
    """Yield the groups that let in the members of others."""
    for group in view.rows("security_groups"):
        if any(rule.remote_group not in ("", group["id"]) for rule in _ingress(view, group["id"])):
            yield group


def _ingress(view: View, group_id: str) -> Sequence[Rule]:
    return view.rules_of(frozenset((group_id,)), "ingress")


def _judge_trust(view: View, group: Row) -> Verdict:
    rules = [rule for rule in _ingress(view, group["id"]) if rule.remote_group not in ("", group["id"])]
    foreign = [rule for rule in rules if _of_another_domain(view, rule)]
    guarded = [rule for rule in rules if _guarded_by(rule)]
    exposed = [rule for rule in guarded if _open_ports(view, rule.remote_group)]
    if foreign or exposed:
        ports = sorted({id for rule in exposed for id in _open_ports(view, rule.remote_group)})
        return failed(
            rules=", ".join(dict.fromkeys(rule.id for rule in (*foreign, *exposed))),
            of_another_domain=", ".join(rule.remote_group for rule in foreign),
            exposed_groups=", ".join(dict.fromkeys(rule.remote_group for rule in exposed)),
            exposed_ports=", ".join(ports),
        )
    unseen = [rule for rule in rules if _unseen_members(view, rule)]
    return (
        not_evaluable(
            Text(
                "a group that its rules name, or the ports that bear it, were not seen",
                "un groupe que ses règles nomment, ou les ports qui le portent, n'ont pas été vus",
            )
        )
        if unseen
        else PASSED
    )


def _of_another_domain(view: View, rule: Rule) -> bool:
    remote = view.one("security_groups", rule.remote_group)
    return bool(remote and view.foreign(remote["project_id"]))


def _unseen_members(view: View, rule: Rule) -> bool:
    remote = view.one("security_groups", rule.remote_group)
    return remote is None or view.foreign(remote["project_id"]) is None or not view.saw("ports", remote["project_id"])


def _guarded_by(rule: Rule) -> bool:
    return any(
        rule.covers(protocol) and rule.first <= high and low <= rule.last
        for protocol, listed in GUARDED.items()
        for low, high in listed
    )


def _open_ports(view: View, group_id: str) -> Sequence[str]:
    """Return the ports bearing a group that somebody outside reaches, whatever they offer."""
    key: Hashable = ("open_ports", view.region, group_id)
    return view.facts.once(key, lambda: [port["id"] for port in view.bearing(group_id) if _is_open(view, port)])


def _is_open(view: View, port: Row) -> bool:
    if not view.is_filtered(port):
        return bool(view.exposures(port))
    return any(
        _meets(exposure, opening)
        for exposure in view.exposures(port)
        for opening in view.openings(_groups_of(port), reaches=outside(exposure.address))
    )


def _meets(exposure: Exposure, opening: Opening) -> bool:
    return (
        _version(exposure) == opening.version
        and exposure.protocol in (ANY, opening.protocol)
        and exposure.first <= opening.last
        and opening.first <= exposure.last
    )


# --- NET-015, NET-017


def _shares(view: View) -> Iterator[Row]:
    """Yield who may use the groups of the tenant, whoever decided it."""
    for group in view.rows("security_groups"):
        for policy in view.by("rbac_policies", "object_id", group["id"]):
            yield {**policy, "name": group["name"]}


def _judge_share(view: View, policy: Row) -> Verdict:
    target = policy["target_tenant"]
    foreign = target == "*" or view.foreign(target)
    if foreign is None:
        return not_evaluable(
            Text(
                "the project that it is shared with was not seen", "le projet avec lequel il est partagé n'a pas été vu"
            )
        )
    return passed_or_failed(not foreign, group=policy["object_id"], shared_with=target)


def _unshare(_view: View, policy: Row) -> tuple[Fix, ...]:
    return (deleted_policy(policy, f"security group {policy['name']}"),)


def _named_groups(view: View) -> Iterable[Row]:
    # Neutron makes the default group, and lets nobody delete it.
    return [group for group in view.rows("security_groups") if group["name"] != DEFAULT]


def _judge_unused(view: View, group: Row) -> Verdict:
    used, named = bool(view.bearing(group["id"])), group["id"] in _remote_groups(view)
    # A group without ingress rules may be there to be named by others: who bears it is known to them.
    same = [] if named else [id for id in _alike(view).get(_content(view, group), ()) if id != group["id"]]
    if same:
        return failed(same_rules_as=", ".join(same), used=used)
    if used or named:
        return PASSED
    if group.get("shared") or view.by("rbac_policies", "object_id", group["id"]):
        return not_evaluable(
            Text(
                "it is shared, and whether others use it was not seen",
                "il est partagé, et son usage par d'autres n'a pas été vu",
            )
        )
    days = view.age(group.get("updated_at") or group.get("created_at"))
    if days is None:
        return not_evaluable(NO_DATE)
    return passed_or_failed(days <= UNUSED_DAYS, used=False, unchanged_days=days)


def _remote_groups(view: View) -> frozenset[str]:
    """Return the groups that rules of other groups name."""

    def named() -> frozenset[str]:
        groups = [group["id"] for group in view.all("security_groups")]
        return frozenset(rule.remote_group for id in groups for rule in view.rules(id) if rule.remote_group != id)

    return view.facts.once(("remote_groups", view.region), named)


def _content(view: View, group: Row) -> frozenset[tuple[object, ...]]:
    """Return what a group lets through, however it is written; nothing where it lets nobody in."""
    rules = view.rules(group["id"])
    if not any(rule.direction == "ingress" for rule in rules):
        return frozenset()
    return frozenset(
        (
            rule.direction,
            rule.version,
            rule.protocol,
            rule.ports,
            "itself" if rule.remote_group == group["id"] else rule.source,
        )
        for rule in rules
    )


def _alike(view: View) -> Mapping[frozenset[tuple[object, ...]], Sequence[str]]:
    """Return the named groups of the tenant by what they let through, but those that let nobody in."""

    def alike() -> Mapping[frozenset[tuple[object, ...]], Sequence[str]]:
        found: dict[frozenset[tuple[object, ...]], list[str]] = {}
        for group in _named_groups(view):
            found.setdefault(_content(view, group), []).append(group["id"])
        return {content: ids for content, ids in found.items() if content}

    return view.facts.once(("alike", view.region, view.owners), alike)


# --- NET-020, NET-021, NET-022, NET-023, NET-024, NET-025, NET-026


def _networks(view: View) -> Iterable[Row]:
    return view.rows("networks")


def _judge_network_security(_view: View, network: Row) -> Verdict:
    return passed_or_failed(bool(network["port_security_enabled"]))


def _secure_network(_view: View, network: Row) -> tuple[Fix, ...]:
    path = f"/networks/{network['id']}"
    return (changed("network", "network", network, "PUT", path, "network", port_security_enabled=True),)


def _judge_port_security(_view: View, port: Row) -> Verdict:
    return passed_or_failed(
        bool(port["port_security_enabled"]), network=port["network_id"], device=port.get("device_id", "")
    )


def _judge_grouped(_view: View, port: Row) -> Verdict:
    if not port["port_security_enabled"]:
        return not_applicable(
            Text(
                "its port security is off, and no group could filter it",
                "sa sécurité de port est coupée, et aucun groupe ne pourrait le filtrer",
            )
        )
    return passed_or_failed(bool(port["security_groups"]), network=port["network_id"], device=port.get("device_id", ""))


def _judge_pairs(view: View, port: Row) -> Verdict:
    wide = _wide_pairs(view, port)
    return passed_or_failed(not wide, pairs=", ".join(wide), device=port.get("device_id", ""))


def _wide_pairs(view: View, port: Row) -> list[str]:
    listed = by_version(pair["ip_address"] for pair in port["allowed_address_pairs"] or ())
    # Several small ones may be neighbours, or all of the subnet together.
    return [
        prefix
        for version, pairs in listed.items()
        if any(last - first >= MOST_ADDRESSES for first, last in ranges(pairs)) or _cover(view, port, pairs, version)
        for prefix in pairs
    ]


def _reset_pairs(view: View, port: Row) -> tuple[Fix, ...]:
    wide = _wide_pairs(view, port)
    kept = [pair for pair in port["allowed_address_pairs"] if pair["ip_address"] not in wide]
    return (changed("network", "port", port, "PUT", f"/ports/{port['id']}", "port", allowed_address_pairs=kept),)


def _cover(view: View, port: Row, prefixes: Sequence[str], version: int) -> bool:
    """Return whether addresses are all those that machines may have in a subnet of a port."""
    subnets = [view.one("subnets", fixed.get("subnet_id")) for fixed in port.get("fixed_ips") or ()]
    spans = [ranges([subnet["cidr"]])[0] for subnet in subnets if subnet and subnet["ip_version"] == version]
    # The first address is that of the network, the second mostly that of its router, and the last one reaches all.
    return any(first <= low + 2 and high - 1 <= last for low, high in spans for first, last in ranges(prefixes))


def _judge_hardware(_view: View, port: Row) -> Verdict:
    kind = port["binding:vnic_type"]
    return passed_or_failed(kind not in UNFILTERED, vnic_type=kind, network=port["network_id"])


def _tagging(view: View) -> Iterator[Row]:
    yield from view.rows("networks")
    yield from view.rows("trunks")


def _judge_tagging(_view: View, row: Row) -> Verdict:
    if "sub_ports" in row:
        return passed_or_failed(not row["sub_ports"], kind="trunk", sub_ports=len(row["sub_ports"]))
    # A cloud without these extensions has no such fields.
    on = [name for name in ("vlan_transparent", "vlan_qinq") if row.get(name)]
    return passed_or_failed(not on, kind="network", lets_through=", ".join(on))


def _judge_options(view: View, port: Row) -> Verdict:
    if port.get("device_owner", "").startswith("baremetal:"):
        return not_applicable(
            Text("Ironic starts the machine by these options", "Ironic démarre la machine par ces options")
        )
    found = [f"{_option(option)}={option.get('opt_value')}" for option in _hijacking(view, port)]
    return passed_or_failed(not found, options="; ".join(found), device=port.get("device_id", ""))


def _hijacking(view: View, port: Row) -> list[Row]:
    """Return the DHCP options of a port that are among the listed ones."""
    subnets = [view.one("subnets", fixed.get("subnet_id")) for fixed in port.get("fixed_ips") or ()]
    resolvers = {address for subnet in subnets if subnet for address in subnet.get("dns_nameservers") or ()}
    found = []
    for option in port["extra_dhcp_opts"] or ():
        name = _option(option)
        values = {value.strip(" []") for value in str(option.get("opt_value") or "").split(",")}
        # To say once more what the subnet says changes nothing.
        if name and not (name == "dns-server" and values <= resolvers):
            found.append(option)
    return found


def _clear_options(view: View, port: Row) -> tuple[Fix, ...]:
    path = f"/ports/{port['id']}"
    before = _hijacking(view, port)
    # Neutron takes away an option without a value, and leaves those alone that are not named.
    after = [{**option, "opt_value": None} for option in before]
    return (
        Fix(
            service="network",
            type="port",
            id=port["id"],
            name=str(port.get("name") or ""),
            before={"extra_dhcp_opts": "; ".join(f"{row['opt_name']}={row.get('opt_value')}" for row in before)},
            after={"extra_dhcp_opts": ""},
            calls=(Call("PUT", path, {"port": {"extra_dhcp_opts": after}}),),
            undo=(Call("PUT", path, {"port": {"extra_dhcp_opts": before}}),),
        ),
    )


def _option(option: Row) -> str:
    """Return which of the listed options this one is, in whatever way it is written, or an empty text."""
    numbers = OPTIONS[6 if option.get("ip_version") == 6 else 4]
    name = str(option["opt_name"]).lower().rpartition(",")[2].rpartition(":")[2].strip()
    name = numbers.get(name, ALIASES.get(name, name))
    return name if name in numbers.values() else ""


# --- NET-030, NET-031, NET-032, NET-033, NET-034


def _floating_ips(view: View) -> Iterable[Row]:
    return [{**ip, "name": ip["floating_ip_address"]} for ip in view.rows("floating_ips")]


def _floating_ips_or_none(view: View) -> Iterable[Row]:
    # To have none is what is asked for.
    return _floating_ips(view) or (view.project,)


def _judge_floating_ip(_view: View, row: Row) -> Verdict:
    if "floating_ip_address" not in row:
        return PASSED
    return failed(port=row.get("port_id") or "", network=row.get("floating_network_id") or "")


def _judge_association(view: View, ip: Row) -> Verdict:
    if ip["port_id"] or view.by("port_forwardings", "parent_id", ip["id"]):
        return PASSED
    days = view.age(ip.get("updated_at") or ip.get("created_at"))
    if days is None:
        return not_evaluable(NO_DATE)
    return passed_or_failed(days <= UNASSOCIATED_DAYS, unassociated_days=days)


def _judge_reachable(view: View, port: Row) -> Verdict:
    exposures = view.exposures(port)
    shown = reached(view, port, exposures)
    if shown:
        return failed(
            ports=", ".join(shown),
            filtered=view.is_filtered(port),
            addresses=", ".join(sorted({exposure.address for exposure in exposures})),
            ways=", ".join(sorted({exposure.way for exposure in exposures})),
            device=port.get("device_id", ""),
        )
    reason = unknown(view, _groups_of(port))
    return not_evaluable(reason) if reason else PASSED


def reached(view: View, port: Row, exposures: Iterable[Exposure]) -> list[str]:
    """Return the ports of administration and of data that all who are outside reach, by some ways, as text."""
    groups = _groups_of(port)
    found = (
        text
        for exposure in exposures
        for opening in (
            view.openings(groups, reaches=outside(exposure.address)) if view.is_filtered(port) else _all(exposure)
        )
        for text in _guarded(exposure, opening)
    )
    return list(dict.fromkeys(found))


def _all(exposure: Exposure) -> Iterator[Opening]:
    """Yield what is open where nothing is filtered."""
    for protocol in GUARDED:
        yield Opening(_version(exposure), protocol, 0, LAST_PORT, ())


def _version(exposure: Exposure) -> int:
    return 6 if ":" in exposure.address else 4


def _guarded(exposure: Exposure, opening: Opening) -> Iterator[str]:
    """Yield the ports of administration and of data to which a way from outside leads through what is open."""
    if _meets(exposure, opening):
        for low, high in GUARDED.get(opening.protocol, ()):
            first, last = max(exposure.first, opening.first, low), min(exposure.last, opening.last, high)
            if first <= last:
                yield f"{opening.protocol} {ports_text(opening.protocol, first, last)}"


def _forwardings(view: View) -> Iterable[Row]:
    return view.rows("port_forwardings")


def _delete_forwarding(_view: View, forwarding: Row) -> tuple[Fix, ...]:
    path = f"/floatingips/{forwarding['parent_id']}/port_forwardings"
    # Neutron tells one port twice, and takes it once.
    ranged = {name: forwarding.get(name) for name in ("internal_port_range", "external_port_range")}
    ports = {name: forwarding.get(name) for name in ("internal_port", "external_port")}
    made = {name: forwarding.get(name) for name in ("internal_port_id", "internal_ip_address", "protocol")}
    made |= {"description": forwarding.get("description") or ""} | (ports if all(ports.values()) else ranged)
    back = Call("POST", path, {"port_forwarding": made}, same_if_exists=True)
    return (deleted("network", "port_forwarding", forwarding, f"{path}/{forwarding['id']}", made, back),)


def _judge_forwarding(view: View, forwarding: Row) -> Verdict:
    protocol = str(forwarding["protocol"]).lower()
    shown = [
        f"{side} {ports_text(protocol, first, last)}"
        for side in ("external", "internal")
        for first, last in [forwarded(forwarding, side)]
        if any(first <= high and low <= last for low, high in ADMINISTRATION.get(protocol, ()))
    ]
    ip = view.one("floating_ips", forwarding["parent_id"]) or {}
    return passed_or_failed(
        not shown,
        ports=", ".join(shown),
        protocol=protocol,
        address=ip.get("floating_ip_address", ""),
        port=forwarding.get("internal_port_id") or "",
    )


def _judge_placed(view: View, port: Row) -> Verdict:
    network = view.one("networks", port["network_id"])
    if network is None:
        return not_evaluable(NO_NETWORK)
    return passed_or_failed(
        not network["router:external"],
        network=network["name"],
        addresses=", ".join(fixed["ip_address"] for fixed in port.get("fixed_ips") or ()),
        device=port.get("device_id", ""),
    )


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-NET-009",
        family=FAMILY,
        title=Text("Servers do not bear the default group", "Les serveurs ne portent pas le groupe par défaut"),
        criterion=Text(
            "No port of a server bears the group named default.",
            "Aucun port de serveur ne porte le groupe nommé default.",
        ),
        type="port",
        reads=("ports", "security_groups"),
        level=Level.SITE,
        severity=severities("-", "low", "medium"),
        references=references(anssi_hygiene="19", iso27001="8.9"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Give the server a group that names its service.",
                "Donner au serveur un groupe propre à son service.",
            ),
        ),
        caution=Text(
            "Where the estate declares rules for the default group, and nothing else, it may be meant.",
            "Lorsque les fichiers déclarés donnent des règles au groupe par défaut, et rien d'autre, cela peut être "
            "voulu.",
        ),
        objects=_server_ports,
        judge=_judge_default_used,
    ),
    Control(
        id="ETAT-NET-010",
        family=FAMILY,
        title=Text("Neighbours do not reach each other", "Les machines voisines ne communiquent pas entre elles"),
        criterion=Text(
            "No rule of a group lets in its own members: by naming the group, one that they bear as well, or their "
            "addresses. What is open to all who are around does not count here.",
            "Aucune règle d'un groupe n'admet ses propres membres : en nommant le groupe, un autre qu'ils portent "
            "aussi, ou leurs adresses. Ce qui est ouvert à tout l'entourage n'est pas compté ici.",
        ),
        type="security_group",
        reads=("security_groups", "ports", "address_groups"),
        level=Level.SITE,
        severity=severities("-", "-", "-", "medium"),
        references=references(anssi_dr="R34", anssi_hygiene="19", iso27001="8.22"),
        repair=Repair(
            Mode.NONE,
            Text("Delete these rules, but in clusters.", "Supprimer ces règles, sauf dans les grappes de serveurs."),
        ),
        caution=Text(
            "Members of a cluster have to speak to each other: they need a waiver.",
            "Les membres d'une grappe de serveurs doivent communiquer : ils demandent une dérogation.",
        ),
        objects=_groups,
        judge=_judge_lateral,
    ),
    Control(
        id="ETAT-NET-012",
        family=FAMILY,
        title=Text(
            "Who is exposed does not reach administration and data",
            "Qui est exposé n'atteint ni l'administration ni les données",
        ),
        criterion=Text(
            "No group opens ports of administration or of data to the members of a group one of whose ports anybody "
            "outside reaches, nor anything to a group of another domain.",
            "Aucun groupe n'ouvre de port d'administration ou de données aux membres d'un groupe dont un port est "
            "joignable de l'extérieur par tous, ni quoi que ce soit à un groupe d'un autre domaine.",
        ),
        type="security_group",
        reads=("security_groups", *(name for name in EXPOSURE if name != "security_groups")),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_hygiene="19 23", iso27001="8.22", nis2="21.2.e"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Put a tier of applications between what the public reaches and the data.",
                "Placer un étage applicatif entre ce que le public atteint et les données.",
            ),
        ),
        objects=_trusting_groups,
        judge=_judge_trust,
    ),
    Control(
        id="ETAT-NET-015",
        family=FAMILY,
        title=Text("Groups stay in the domain", "Les groupes restent dans le domaine"),
        criterion=Text(
            "A security group is shared with projects of the same domain only.",
            "Un groupe de sécurité n'est partagé qu'avec des projets du même domaine.",
        ),
        type="rbac_policy",
        reads=("security_groups", "rbac_policies"),
        level=Level.SITE,
        severity=severities("medium", "medium", "high"),
        references=references(anssi_hygiene="19", iso27001="8.22"),
        repair=Repair(Mode.GUARDED, Text("Delete the RBAC policy.", "Supprimer la politique RBAC."), _unshare),
        objects=_shares,
        judge=_judge_share,
    ),
    Control(
        id="ETAT-NET-017",
        family=FAMILY,
        title=Text("No group is unused or there twice", "Aucun groupe n'est inutilisé ni en double"),
        criterion=Text(
            "Each group but the default one is on a port or named by a rule, or changed in the last 90 days; no other "
            "group lets in the same.",
            "Chaque groupe, hors celui par défaut, est sur un port ou nommé par une règle, ou a changé depuis "
            "90 jours ; aucun autre groupe n'admet la même chose.",
        ),
        type="security_group",
        reads=("security_groups", "ports", "rbac_policies", "address_groups"),
        level=Level.SITE,
        severity=severities("low", "low", "low"),
        references=references(anssi_hygiene="4", iso27001="8.9"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Delete the group that nobody uses; of two alike, keep one.",
                "Supprimer le groupe inutilisé ; de deux groupes identiques, en garder un.",
            ),
        ),
        caution=Text(
            "A group that the estate declares for servers to come may wait for longer.",
            "Un groupe déclaré pour des serveurs à venir peut attendre plus longtemps.",
        ),
        objects=_named_groups,
        judge=_judge_unused,
    ),
    Control(
        id="ETAT-NET-020",
        family=FAMILY,
        title=Text("Networks protect their ports", "Les réseaux protègent leurs ports"),
        criterion=Text(
            "A network of the tenant has port security on.",
            "La sécurité des ports est active sur un réseau de l'espace.",
        ),
        type="network",
        reads=("networks",),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(pssie="RES-COUCHBAS", iso27001="8.20", nis2="21.2.e"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Turn port security on; ports that are there keep what they have.",
                "Activer la sécurité des ports ; les ports existants gardent la leur.",
            ),
            _secure_network,
        ),
        caution=Text(
            "Networks of virtual routers and firewalls may need it off: they need a waiver.",
            "Les réseaux de routeurs ou pare-feu virtuels peuvent exiger son absence, avec dérogation.",
        ),
        objects=_networks,
        judge=_judge_network_security,
    ),
    Control(
        id="ETAT-NET-021",
        family=FAMILY,
        title=Text("Ports of servers are protected", "Les ports des serveurs sont protégés"),
        criterion=Text(
            "Port security is on for each port of a server, and for each one that no server has yet.",
            "La sécurité est active sur chaque port de serveur, et sur chaque port encore libre.",
        ),
        type="port",
        reads=("ports",),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(pssie="RES-COUCHBAS", iso27001="8.20", nis2="21.2.e"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Turn port security on, then give the port its groups.",
                "Activer la sécurité du port, puis lui donner ses groupes.",
            ),
        ),
        caution=Text(
            "A virtual router or firewall may need it off: it needs a waiver.",
            "Un routeur ou un pare-feu virtuel peut exiger son absence, avec dérogation.",
        ),
        objects=own_ports,
        judge=_judge_port_security,
    ),
    Control(
        id="ETAT-NET-022",
        family=FAMILY,
        title=Text("Ports of servers bear a group", "Les ports des serveurs portent un groupe"),
        criterion=Text(
            "Each port of a server with port security bears a security group.",
            "Chaque port de serveur dont la sécurité est active porte un groupe de sécurité.",
        ),
        type="port",
        reads=("ports",),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="19", iso27001="8.20"),
        repair=Repair(
            Mode.GUARDED,
            Text("Give the port the group of its service.", "Donner au port le groupe de son service."),
        ),
        objects=_server_ports,
        judge=_judge_grouped,
    ),
    Control(
        id="ETAT-NET-023",
        family=FAMILY,
        title=Text("Ports take few other addresses", "Les ports prennent peu d'autres adresses"),
        criterion=Text(
            "The addresses that a port may take besides its own hold no range of more than 16 neighbours, in one piece "
            "or in several, and are not all those of its subnet.",
            "Les adresses qu'un port peut prendre en plus des siennes ne forment aucune suite de plus de 16, d'un seul "
            "tenant ou en plusieurs morceaux, ni tout son sous-réseau.",
        ),
        type="port",
        reads=("ports", "subnets"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(pssie="RES-COUCHBAS", iso27001="8.20"),
        repair=Repair(
            Mode.GUARDED,
            Text("Name the shared addresses one by one.", "Nommer une à une les adresses partagées."),
            _reset_pairs,
        ),
        caution=Text(
            "Virtual routers and the nodes of some clusters carry whole networks: they need a waiver.",
            "Les routeurs virtuels et les nœuds de certaines grappes portent des réseaux entiers, avec dérogation.",
        ),
        objects=own_ports,
        judge=_judge_pairs,
    ),
    Control(
        id="ETAT-NET-024",
        family=FAMILY,
        title=Text("No port bypasses the filter", "Aucun port ne contourne le filtrage"),
        criterion=Text(
            "No port gives a server the hardware itself, such as SR-IOV, where security groups have no effect.",
            "Aucun port ne donne au serveur le matériel lui-même, comme SR-IOV, où les groupes de sécurité n'ont pas "
            "d'effet.",
        ),
        type="port",
        reads=("ports",),
        level=Level.SITE,
        severity=severities("-", "high", "critical"),
        references=references(anssi_hygiene="19", iso27001="8.20 8.22"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Use an ordinary port, or filter on the network equipment and write it into a waiver.",
                "Employer un port ordinaire, ou filtrer sur l'équipement réseau et l'écrire dans une dérogation.",
            ),
        ),
        caution=Text(
            "Some network cards filter with the switch's rules; the API does not tell.",
            "Certaines cartes réseau filtrent avec les règles du commutateur ; l'API ne le dit pas.",
        ),
        objects=own_ports,
        judge=_judge_hardware,
    ),
    Control(
        id="ETAT-NET-025",
        family=FAMILY,
        title=Text("VLAN tags of servers are approved", "Les étiquettes VLAN des serveurs sont approuvées"),
        criterion=Text(
            "No network lets VLAN tags of servers through, and no trunk has sub-ports.",
            "Aucun réseau ne laisse passer les étiquettes VLAN des serveurs, et aucun trunk n'a de sous-port.",
        ),
        type="resource",
        reads=("networks", "trunks"),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="19", iso27001="8.22"),
        repair=Repair(
            Mode.NONE,
            Text("Give the server one port for each network.", "Donner au serveur un port par réseau."),
        ),
        caution=Text(
            "Network functions and nodes of containers may need them: they need a waiver.",
            "Des fonctions réseau et des nœuds de conteneurs peuvent les exiger, avec dérogation.",
        ),
        objects=_tagging,
        judge=_judge_tagging,
    ),
    Control(
        id="ETAT-NET-026",
        family=FAMILY,
        title=Text("DHCP options hijack nothing", "Les options DHCP ne détournent rien"),
        criterion=Text(
            "No DHCP option of a port names a boot file, a TFTP server, a route, a proxy, or a resolver other than "
            "those of its subnet.",
            "Aucune option DHCP d'un port ne donne de fichier d'amorçage, de serveur TFTP, de route, de mandataire, ni "
            "de résolveur autre que ceux de son sous-réseau.",
        ),
        type="port",
        reads=("ports", "subnets"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(pssie="RES-COUCHBAS", iso27001="8.20"),
        repair=Repair(Mode.SAFE, Text("Clear these options.", "Effacer ces options."), _clear_options),
        objects=own_ports,
        judge=_judge_options,
    ),
    Control(
        id="ETAT-NET-030",
        family=FAMILY,
        title=Text("Sensitive tenants have no floating IP", "Les espaces sensibles n'ont pas d'IP flottante"),
        criterion=Text(
            "A tenant with sensitive data has no floating IP, associated or not.",
            "Un espace aux données sensibles n'a aucune adresse IP flottante, associée ou non.",
        ),
        type="floating_ip",
        reads=("floating_ips",),
        level=Level.SITE,
        severity=severities("-", "-", "critical"),
        references=references(pssie="RES-INTERCO ARCHI-PASS", anssi_dr="R22", anssi_hygiene="23", iso27001="8.22"),
        repair=Repair(Mode.GUARDED, RELEASE),
        caution=Text(
            "The address may lie on a network of the State, and not on the Internet: the API does not tell.",
            "L'adresse peut être sur un réseau de l'État, et non sur Internet : l'API ne le dit pas.",
        ),
        objects=_floating_ips_or_none,
        judge=_judge_floating_ip,
    ),
    Control(
        id="ETAT-NET-031",
        family=FAMILY,
        title=Text("Floating IPs lead somewhere", "Les IP flottantes mènent quelque part"),
        criterion=Text(
            "A floating IP has a port or forwards ports, or changed in the last 30 days.",
            "Une adresse IP flottante a un port ou redirige des ports, ou a changé depuis 30 jours.",
        ),
        type="floating_ip",
        reads=("floating_ips", "port_forwardings"),
        level=Level.SITE,
        severity=severities("low", "low", "low"),
        references=references(iso27001="5.9 5.11", anssi_hygiene="4"),
        repair=Repair(
            Mode.SAFE,
            Text(
                "Release the address, after the DNS records that name it.",
                "Libérer l'adresse, après les enregistrements DNS qui la nomment.",
            ),
        ),
        objects=_floating_ips,
        judge=_judge_association,
    ),
    Control(
        id="ETAT-NET-032",
        family=FAMILY,
        title=Text(
            "Nobody outside reaches administration and data",
            "Nul n'atteint de l'extérieur l'administration ni les données",
        ),
        criterion=Text(
            "No port to which a way leads from outside, by a floating IP, a forwarding, an external network or IPv6, "
            "opens ports of administration or of data to all who are there, by all its groups together.",
            "Aucun port joignable de l'extérieur, par une IP flottante, une redirection, un réseau externe ou IPv6, "
            "n'ouvre de port d'administration ou de données à tout cet extérieur, tous ses groupes réunis.",
        ),
        type="port",
        reads=EXPOSURE,
        level=Level.SITE,
        severity=severities("high", "critical", "critical"),
        references=references(
            pssie="EXP-SEC-FLUXADMIN", anssi_hygiene="23 27", iso27001="8.20", nis2="21.2.e", secnumcloud="13.2"
        ),
        repair=Repair(Mode.NONE, NARROW),
        caution=Text(
            "Of an external network with private addresses, who may use all of that block counts as all.",
            "Pour un réseau externe à adresses privées, qui peut employer tout ce bloc compte comme tous.",
        ),
        objects=exposed_ports,
        judge=_judge_reachable,
    ),
    Control(
        id="ETAT-NET-033",
        family=FAMILY,
        title=Text("No administration port is forwarded", "Aucun port d'administration n'est redirigé"),
        criterion=Text(
            "No floating IP forwards to a port of administration, whatever its number outside, nor from one.",
            "Aucune adresse IP flottante ne redirige vers un port d'administration, quel que soit son numéro "
            "extérieur, ni depuis un tel port.",
        ),
        type="port_forwarding",
        reads=("port_forwardings", "floating_ips"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(anssi_hygiene="23 27", anssi_admin="R16 R17", iso27001="8.20"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Delete the forwarding; administer through a bastion or a VPN.",
                "Supprimer la redirection ; administrer par un rebond ou un VPN.",
            ),
            _delete_forwarding,
        ),
        objects=_forwardings,
        judge=_judge_forwarding,
    ),
    Control(
        id="ETAT-NET-034",
        family=FAMILY,
        title=Text("No server is on an external network", "Aucun serveur n'est sur un réseau externe"),
        criterion=Text(
            "No port of a server is on a network that leads outside.",
            "Aucun port de serveur n'est sur un réseau qui mène à l'extérieur.",
        ),
        type="port",
        reads=("ports", "networks"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(pssie="RES-INTERCO", anssi_hygiene="23", iso27001="8.22"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Move the server to a network of the tenant, behind a router; to take a floating IP away is not "
                "enough.",
                "Déplacer le serveur sur un réseau de l'espace, derrière un routeur ; retirer une adresse IP flottante "
                "ne suffit pas.",
            ),
        ),
        objects=_server_ports,
        judge=_judge_placed,
    ),
)
