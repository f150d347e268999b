# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules of security groups let through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from .._audit.filtering import (
    WITH_PORTS,
    Interval,
    Opening,
    Rule,
    any_rules,
    by_version,
    is_anybody,
    is_wide,
    public_share,
)
from .._audit.fixes import deleted_rule
from .._audit.model import (
    PASSED,
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
from .._audit.view import NEUTRON, Exposure, View
from .._rules import ANY, ICMP

FAMILY = "network_rules"
RULES = ("security_groups", "ports", "address_groups")
#: What shows the ways from outside to a port, and what is open there.
EXPOSURE = (
    *("ports", "security_groups", "address_groups", "floating_ips", "networks", "routers", "port_forwardings"),
    "ndp_proxies",
)
DEFAULT = "default"
UNSEEN_GROUP = Text("a security group of the port was not seen", "un groupe de sécurité du port n'a pas été vu")
UNKNOWN_GROUP = Text(
    "the address group that it names was not seen", "le groupe d'adresses qu'elle nomme n'a pas été vu"
)

#: First and last ports, by protocol.
Ranges = Mapping[str, Sequence[Interval]]
#: Ports by which machines are administered: SSH, Telnet, RDP, VNC, WinRM, Docker, Kubernetes, etcd, Proxmox, IPMI.
ADMINISTRATION: Ranges = {
    "tcp": (
        *((22, 22), (23, 23), (2375, 2376), (2379, 2380), (3389, 3389), (5900, 5999), (5985, 5986), (6443, 6443)),
        *((8006, 8006), (10250, 10250)),
    ),
    "udp": ((623, 623), (3389, 3389)),
}
#: Ports by which data are read: SQL and other databases, caches, search engines, file shares, directories.
DATA: Ranges = {
    "tcp": (
        *((389, 389), (445, 445), (1433, 1433), (1521, 1521), (2049, 2049), (3306, 3306), (5432, 5432), (6379, 6379)),
        *((9200, 9200), (11211, 11211), (27017, 27017)),
    ),
    "udp": ((389, 389), (2049, 2049), (11211, 11211)),
}
#: What a service for the public may show without anybody's leave.
PUBLIC: Ranges = {"tcp": ((80, 80), (443, 443)), "udp": ((443, 443),)}
#: The most neighbouring ports of one rule that still name a service.
MOST_PORTS = 100
REMOVE = Text(
    "Narrow the rule's source to those who need it, or delete it.",
    "Restreindre la source de la règle à ceux qui en ont besoin, ou la supprimer.",
)


def _rules(direction: str) -> Callable[[View], Iterable[Row]]:
    """Return what yields the rules of one direction of the tenant's groups, named by their group."""

    def rules(view: View) -> Iterator[Row]:
        for group in view.rows("security_groups"):
            for row in any_rules(group):
                if row["direction"] == direction:
                    yield {**row, "name": group["name"]}

    return rules


def _groups(view: View) -> Iterable[Row]:
    return view.rows("security_groups")


def _rule(view: View, row: Row) -> Rule:
    return next(rule for rule in view.rules(row["security_group_id"]) if rule.id == row["id"])


def _evidence(view: View, rule: Rule, opened: Iterable[Opening]) -> dict[str, object]:
    """Return what shows that a rule opens something: how it is written, with which others, and on how many ports."""
    others = sorted({other.id for opening in opened for other in opening.rules} - {rule.id})
    used = sum(rule.group in (port.get("security_groups") or ()) for port in view.rows("ports"))
    return {
        "group": rule.group,
        "ethertype": f"IPv{rule.version}",
        "protocol": rule.protocol,
        "ports": rule.ports,
        "source": rule.source,
        "used_by_ports": used,
        **({"together_with": ", ".join(others)} if others else {}),
    }


def _opens(picks: Callable[[Opening], bool]) -> Callable[[View, Row], Verdict]:
    """Return a judge: it fails a rule that opens to anybody, alone or with others, what picks says."""

    def judge(view: View, row: Row) -> Verdict:
        rule = _rule(view, row)
        opened = [opening for opening in view.opened_by(rule) if picks(opening)]
        if opened:
            return failed(**_evidence(view, rule, opened))
        return not_evaluable(UNKNOWN_GROUP) if rule.unknown else PASSED

    return judge


def _delete(view: View, row: Row) -> tuple[Fix, ...]:
    return (deleted_rule(row, _rule(view, row), row["name"]),)


def _reaches(ranges: Ranges) -> Callable[[Opening], bool]:
    return lambda opening: any(
        opening.first <= high and low <= opening.last for low, high in ranges.get(opening.protocol, ())
    )


# --- NET-004


def exposed_ports(view: View) -> Iterable[Row]:
    """Yield the ports of a tenant to which a way leads from outside, but those that Neutron keeps for itself."""
    for port in view.rows("ports"):
        if not port.get("device_owner", "").startswith(NEUTRON) and view.exposures(port):
            yield port


def _judge_public_ports(view: View, port: Row) -> Verdict:
    exposures = view.exposures(port)
    evidence = {
        "addresses": ", ".join(sorted({exposure.address for exposure in exposures})),
        "ways": ", ".join(sorted({exposure.way for exposure in exposures})),
        "device": port.get("device_id", ""),
    }
    if not view.is_filtered(port):
        return failed(ports="any", filtered=False, **evidence)
    groups = frozenset(port.get("security_groups") or ())
    shown = [
        opening
        for opening in view.openings(groups)
        if not _approved(opening) and any(_leads(exposure, opening) for exposure in exposures)
    ]
    if shown:
        return failed(ports=", ".join(f"{opening.protocol} {opening.ports}" for opening in shown), **evidence)
    reason = unknown(view, groups)
    return not_evaluable(reason) if reason else PASSED


def unknown(view: View, groups: frozenset[str]) -> Text | None:
    """Return why it is not known what the security groups of a port let in, or None when it is."""
    if any(view.one("security_groups", id) is None for id in groups):
        return UNSEEN_GROUP
    return UNKNOWN_GROUP if any(rule.unknown for rule in view.rules_of(groups, "ingress")) else None


def _approved(opening: Opening) -> bool:
    # What tells a sender that a packet is too large has to come through.
    return opening.protocol in ICMP or _is_public(opening.protocol, opening.first, opening.last)


def _is_public(protocol: str, first: int, last: int) -> bool:
    return any(low <= first and last <= high for low, high in PUBLIC.get(protocol, ()))


def _leads(exposure: Exposure, opening: Opening) -> bool:
    """Return whether a way from outside leads to what is open, and to more of it than is approved."""
    if (6 if ":" in exposure.address else 4) != opening.version:
        return False
    first, last = max(exposure.first, opening.first), min(exposure.last, opening.last)
    return (
        exposure.protocol in (ANY, opening.protocol) and first <= last and not _is_public(opening.protocol, first, last)
    )


# --- NET-005, NET-006, NET-007


def _judge_wide(view: View, row: Row) -> Verdict:
    rule = _rule(view, row)
    wide = view.opened_by(rule, is_wide)
    if wide:
        together = (frozenset(prefix for found in opening.rules for prefix in found.prefixes) for opening in wide)
        share = max(public_share(prefixes, rule.version) for prefixes in together)
        return failed(**_evidence(view, rule, wide), share_of_public_addresses=round(share, 4))
    return not_evaluable(UNKNOWN_GROUP) if rule.unknown else PASSED


def _judge_range(view: View, row: Row) -> Verdict:
    rule = _rule(view, row)
    if rule.protocol not in (ANY, *WITH_PORTS):
        return not_applicable(Text("its protocol has no ports", "son protocole n'a pas de ports"))
    ports = rule.last - rule.first + 1
    one_host = bool(rule.prefixes) and all(prefix.endswith(("/32", "/128")) for prefix in rule.prefixes)
    if ports <= MOST_PORTS or one_host or rule.remote_group == rule.group:
        return PASSED
    return failed(**_evidence(view, rule, ()), number_of_ports=ports)


def _judge_ipv6(view: View, group: Row) -> Verdict:
    opened = view.openings(frozenset((group["id"],)))
    listed: dict[int, list[Opening]] = {4: [], 6: []}
    for opening in opened:
        if opening.protocol not in ICMP:
            listed[opening.version].append(opening)
    more = [
        opening
        for opening in listed[6]
        if not any(
            other.protocol == opening.protocol and other.first <= opening.first and opening.last <= other.last
            for other in listed[4]
        )
    ]
    return passed_or_failed(
        not more, ports=", ".join(f"{opening.protocol} {opening.ports}" for opening in more), ethertype="IPv6"
    )


# --- NET-008, NET-011, NET-013, NET-014, NET-016


def _default_groups(view: View) -> Iterable[Row]:
    return [group for group in view.rows("security_groups") if group["name"] == DEFAULT]


def _judge_default(view: View, group: Row) -> Verdict:
    others = [rule for rule in view.rules_of(frozenset((group["id"],)), "ingress") if rule.remote_group != group["id"]]
    return passed_or_failed(
        not others,
        rules=", ".join(rule.id for rule in others),
        opens="; ".join(f"{rule.protocol} {rule.ports} from {rule.source}" for rule in others),
    )


def _delete_added(view: View, group: Row) -> tuple[Fix, ...]:
    """Return the deletion of every rule that lets others in than the group's own members."""
    rows = {row["id"]: row for row in any_rules(group)}
    return tuple(
        deleted_rule(rows[rule.id], rule, group["name"])
        for rule in view.rules_of(frozenset((group["id"],)), "ingress")
        if rule.remote_group != group["id"]
    )


def _address_groups(view: View) -> Iterable[Row]:
    return view.rows("address_groups")


def _judge_address_group(view: View, group: Row) -> Verdict:
    wide = [
        prefix
        for version, prefixes in by_version(group.get("addresses") or ()).items()
        if is_anybody(prefixes, version) or is_wide(prefixes, version)
        for prefix in prefixes
    ]
    used = [
        rule["id"]
        for other in view.all("security_groups")
        for rule in any_rules(other)
        if rule.get("remote_address_group_id") == group["id"]
    ]
    return passed_or_failed(not wide, addresses=", ".join(wide), used_by_rules=len(used))


def _judge_stateful(_view: View, group: Row) -> Verdict:
    if "stateful" not in group:
        return not_evaluable(
            Text(
                "this Neutron does not tell whether a group is stateful",
                "ce Neutron ne dit pas si un groupe est à états",
            )
        )
    return passed_or_failed(bool(group["stateful"]), stateful=bool(group["stateful"]))


def _own_groups(view: View) -> Iterable[Row]:
    # Neutron describes the default group itself.
    return [group for group in view.rows("security_groups") if group["name"] != DEFAULT]


def _judge_described(view: View, group: Row) -> Verdict:
    described = bool((group.get("description") or "").strip())
    bare = [rule for rule in view.rules_of(frozenset((group["id"],)), "ingress") if not rule.description.strip()]
    # Of sensitive data each opening has to be accounted for.
    each = view.sensitivity in ("sensitive", "restricted")
    return passed_or_failed(
        described and not (each and bare),
        described=described,
        rules_without_description=", ".join(rule.id for rule in bare) if each else "",
    )


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-NET-001",
        family=FAMILY,
        title=Text("Nothing is open as a whole to anybody", "Rien n'est ouvert en totalité à tous"),
        criterion=Text(
            "No rule, alone or with others on a port, lets anybody reach every TCP or UDP port, over IPv4 or IPv6.",
            "Aucune règle, seule ou avec d'autres sur un port, ne laisse tous accéder à tous les ports TCP ou UDP, en "
            "IPv4 ou en IPv6.",
        ),
        type="security_group_rule",
        reads=RULES,
        level=Level.SITE,
        severity=severities("critical", "critical", "critical"),
        references=references(
            pssie="RES-ENTSOR", anssi_hygiene="19 23", iso27001="8.20 8.22", nis2="21.2.e", secnumcloud="13.2"
        ),
        repair=Repair(Mode.GUARDED, REMOVE, _delete),
        caution=Text(
            "A group that no port bears opens nothing yet; used_by_ports says how many do.",
            "Un groupe qu'aucun port ne porte n'ouvre encore rien ; used_by_ports dit combien le portent.",
        ),
        objects=_rules("ingress"),
        judge=_opens(lambda opening: opening.whole),
    ),
    Control(
        id="ETAT-NET-002",
        family=FAMILY,
        title=Text("No administration port is open to anybody", "Aucun port d'administration n'est ouvert à tous"),
        criterion=Text(
            "No rule, alone or with others on a port, lets anybody reach SSH, Telnet, RDP, VNC, WinRM, Docker, "
            "Kubernetes, etcd, Proxmox or IPMI.",
            "Aucune règle, seule ou avec d'autres sur un port, ne laisse tous accéder à SSH, Telnet, RDP, VNC, WinRM, "
            "Docker, Kubernetes, etcd, Proxmox ou IPMI.",
        ),
        type="security_group_rule",
        reads=RULES,
        level=Level.SITE,
        severity=severities("high", "critical", "critical"),
        references=references(
            pssie="EXP-SEC-FLUXADMIN",
            anssi_hygiene="27",
            anssi_admin="R16 R17 R18 R19",
            anssi_ssh="R25",
            iso27001="8.20",
            nis2="21.2.e",
        ),
        repair=Repair(Mode.GUARDED, REMOVE, _delete),
        objects=_rules("ingress"),
        judge=_opens(_reaches(ADMINISTRATION)),
    ),
    Control(
        id="ETAT-NET-003",
        family=FAMILY,
        title=Text("No database or file share is open to anybody", "Aucune base ni aucun partage n'est ouvert à tous"),
        criterion=Text(
            "No rule, alone or with others on a port, lets anybody reach the ports of databases, caches, search "
            "engines, file shares or directories.",
            "Aucune règle, seule ou avec d'autres sur un port, ne laisse tous accéder aux ports des bases de données, "
            "caches, moteurs de recherche, partages de fichiers ou annuaires.",
        ),
        type="security_group_rule",
        reads=RULES,
        level=Level.SITE,
        severity=severities("high", "critical", "critical"),
        references=references(anssi_hygiene="19", iso27001="8.22", nis2="21.2.e"),
        repair=Repair(Mode.GUARDED, REMOVE, _delete),
        objects=_rules("ingress"),
        judge=_opens(_reaches(DATA)),
    ),
    Control(
        id="ETAT-NET-004",
        family=FAMILY,
        title=Text("Only approved ports face the outside", "Seuls les ports approuvés sont visibles de l'extérieur"),
        criterion=Text(
            "What can be reached from outside, by a floating IP, an external network, public IPv6 or a forwarded port, "
            "opens nothing to anybody but TCP 80, TCP 443 and UDP 443.",
            "Ce qui est joignable de l'extérieur, par une IP flottante, un réseau externe, une IPv6 publique ou un "
            "port redirigé, n'ouvre à tous que TCP 80, TCP 443 et UDP 443.",
        ),
        type="port",
        reads=EXPOSURE,
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(anssi_hygiene="23", iso27001="8.20", nis2="21.2.e"),
        repair=Repair(Mode.NONE, REMOVE),
        caution=Text(
            "A service of another port, a mail relay for instance, needs a waiver. ICMP is left out.",
            "Un service sur un autre port, un relais de messagerie par exemple, veut une dérogation. ICMP est exclu.",
        ),
        objects=exposed_ports,
        judge=_judge_public_ports,
    ),
    Control(
        id="ETAT-NET-005",
        family=FAMILY,
        title=Text("No source is a large part of the Internet", "Aucune source n'est une grande part d'Internet"),
        criterion=Text(
            "No rule, alone or with others on a port, lets in a share of the public addresses as large as an IPv4 /8.",
            "Aucune règle, seule ou avec d'autres sur un port, n'admet une part des adresses publiques aussi grande "
            "qu'un /8 d'IPv4.",
        ),
        type="security_group_rule",
        reads=RULES,
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(pssie="RES-ENTSOR", anssi_hygiene="19", iso27001="8.20"),
        repair=Repair(Mode.GUARDED, REMOVE, _delete),
        caution=Text(
            "The addresses of a large operator or partner may be meant: they need a waiver.",
            "Les adresses d'un grand opérateur ou partenaire peuvent être voulues : elles demandent une dérogation.",
        ),
        objects=_rules("ingress"),
        judge=_judge_wide,
    ),
    Control(
        id="ETAT-NET-006",
        family=FAMILY,
        title=Text("Rules name services, and no wide ranges", "Les règles nomment des services, pas de larges plages"),
        criterion=Text(
            "No rule opens more than 100 ports, but from one host or from the members of its own group.",
            "Aucune règle n'ouvre plus de 100 ports, sauf depuis un seul hôte ou depuis les membres de son groupe.",
        ),
        type="security_group_rule",
        reads=RULES,
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="19", iso27001="8.20"),
        repair=Repair(Mode.NONE, Text("Name the ports that are used.", "Nommer les ports utilisés.")),
        caution=Text(
            "Passive FTP, RTP and some clusters need ranges.",
            "Le FTP passif, RTP et certaines grappes de serveurs ont besoin de plages.",
        ),
        objects=_rules("ingress"),
        judge=_judge_range,
    ),
    Control(
        id="ETAT-NET-007",
        family=FAMILY,
        title=Text("IPv6 opens no more than IPv4", "IPv6 n'ouvre pas plus qu'IPv4"),
        criterion=Text(
            "A group opens over IPv6 to anybody only what it opens over IPv4 too.",
            "Un groupe n'ouvre à tous en IPv6 que ce qu'il ouvre aussi en IPv4.",
        ),
        type="security_group",
        reads=RULES,
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="19", iso27001="8.20"),
        repair=Repair(Mode.NONE, REMOVE),
        caution=Text("A tenant may serve over IPv6 alone.", "Un espace peut ne servir qu'en IPv6."),
        objects=_groups,
        judge=_judge_ipv6,
    ),
    Control(
        id="ETAT-NET-008",
        family=FAMILY,
        title=Text("The default group lets only itself in", "Le groupe par défaut n'admet que lui-même"),
        criterion=Text(
            "The group named default has no ingress rule but those from its own members.",
            "Le groupe nommé default n'a de règle d'entrée que depuis ses propres membres.",
        ),
        type="security_group",
        reads=RULES,
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="19", iso27001="8.22", nis2="21.2.e"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Give servers a group of their own, then delete the added rules; the rules from its members stay.",
                "Donner aux serveurs un groupe à eux, puis supprimer les règles ajoutées ; celles depuis ses membres "
                "restent.",
            ),
            _delete_added,
        ),
        objects=_default_groups,
        judge=_judge_default,
    ),
    Control(
        id="ETAT-NET-011",
        family=FAMILY,
        title=Text("What goes out is filtered", "Les flux sortants sont filtrés"),
        criterion=Text(
            "No rule, alone or with others on a port, lets everything out to anybody.",
            "Aucune règle, seule ou avec d'autres sur un port, ne laisse tout sortir vers tous.",
        ),
        type="security_group_rule",
        reads=RULES,
        level=Level.SITE,
        severity=severities("-", "low", "high"),
        references=references(
            pssie="RES-ENTSOR", anssi_dr="R18", anssi_hygiene="22 27", iso27001="8.20 8.23", nis2="21.2.e"
        ),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Allow the proxy, DNS, NTP and what is known, then delete the open rules, in a maintenance window.",
                "Autoriser le mandataire, DNS, NTP et les flux connus, puis supprimer les règles ouvertes, pendant une "
                "plage de maintenance.",
            ),
        ),
        caution=Text(
            "Neutron puts open egress rules into each new group.",
            "Neutron met des règles de sortie ouvertes dans chaque nouveau groupe.",
        ),
        objects=_rules("egress"),
        judge=_opens(lambda opening: opening.whole),
    ),
    Control(
        id="ETAT-NET-013",
        family=FAMILY,
        title=Text("Address groups are no part of the Internet", "Les groupes d'adresses ne sont pas l'Internet"),
        criterion=Text(
            "The addresses of a group, together, are less than a /8 of IPv4 is of the public addresses.",
            "Les adresses d'un groupe, ensemble, sont moins qu'un /8 d'IPv4 dans les adresses publiques.",
        ),
        type="address_group",
        reads=("address_groups", "security_groups"),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="19", iso27001="8.20"),
        repair=Repair(Mode.NONE, Text("List the addresses that are meant.", "Lister les adresses voulues.")),
        caution=Text(
            "Rules with address groups had no effect in some versions of Neutron with OVN (OSSN-0095).",
            "Les règles à groupes d'adresses étaient sans effet dans des versions de Neutron avec OVN (OSSN-0095).",
        ),
        objects=_address_groups,
        judge=_judge_address_group,
    ),
    Control(
        id="ETAT-NET-014",
        family=FAMILY,
        title=Text("Groups are stateful", "Les groupes gardent l'état des connexions"),
        criterion=Text("A security group is stateful.", "Un groupe de sécurité garde l'état des connexions."),
        type="security_group",
        reads=("security_groups",),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="8.20"),
        repair=Repair(Mode.NONE, Text("Make the group stateful.", "Rendre le groupe à état.")),
        caution=Text(
            "Network functions with many connections may need stateless groups: they need a waiver.",
            "Des fonctions réseau à nombreuses connexions peuvent exiger des groupes sans état, avec dérogation.",
        ),
        objects=_groups,
        judge=_judge_stateful,
    ),
    Control(
        id="ETAT-NET-016",
        family=FAMILY,
        title=Text("Groups and rules say what they are for", "Groupes et règles disent à quoi ils servent"),
        criterion=Text(
            "Each group but the default one has a description; of sensitive data, each ingress rule has one too.",
            "Chaque groupe, hors celui par défaut, a une description ; pour des données sensibles, chaque règle "
            "d'entrée aussi.",
        ),
        type="security_group",
        reads=RULES,
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.9", anssi_hygiene="4"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Describe the group; Neutron takes the description of a rule only when it is made.",
                "Décrire le groupe ; Neutron n'accepte la description d'une règle qu'à sa création.",
            ),
        ),
        objects=_own_groups,
        judge=_judge_described,
    ),
)
