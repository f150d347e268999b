# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may write into zones, who may take them over, and whether names lead to what is still the tenant's."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from .._audit.fixes import deleted
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
    manual,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View

FAMILY = "dns"
SECONDARY = "SECONDARY"
ADDRESSES, ALIAS, POINTER, AUTHORITIES = ("A", "AAAA"), "CNAME", "PTR", "CAA"
#: The ends of the names of zones that lead from addresses to names.
REVERSE = {".in-addr.arpa.": 4, ".ip6.arpa.": 6}
#: The status of a request to transfer a zone that can still be accepted, and the most days that it may be.
ACTIVE, TRANSFER_DAYS = "ACTIVE", 1
#: What makes a recordset, by the names that Designate takes.
RECORDSET = ("name", "type", "ttl", "records", "description")
#: What tells whose an address is.
HOLDERS = ("floating_ips", "ports", "subnets", "networks")

Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"
Prefix: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"


def _zones(view: View) -> Iterable[Row]:
    return view.rows("zones")


# --- DNS-001, DNS-002


def _shares(view: View) -> Iterator[Row]:
    for zone in view.rows("zones"):
        for share in view.by("zone_shares", "parent_id", zone["id"]):
            yield {**share, "name": zone["name"]}


def _judge_share(view: View, share: Row) -> Verdict:
    target = share["target_project_id"]
    foreign = view.foreign(target)
    if foreign is None:
        return not_evaluable(
            Text(
                "the project that a zone is shared with was not seen",
                "le projet avec lequel une zone est partagée n'a pas été vu",
            )
        )
    return passed_or_failed(not foreign, target_project=target, target_domain=view.domain_of(target) or "unknown")


def _unshare(_view: View, share: Row) -> tuple[Fix, ...]:
    path, target = f"/zones/{share['parent_id']}/shares", share["target_project_id"]
    back = Call("POST", path, {"target_project_id": target}, same_if_exists=True)
    return (deleted("dns", "zone_share", share, f"{path}/{share['id']}", {"target_project": target}, back),)


def _transfers(view: View) -> Iterator[Row]:
    # A project is also shown what others offer it, without a word on whose zone it is.
    own = {zone["id"]: zone["name"] for zone in view.rows("zones")}
    for request in view.all("zone_transfer_requests"):
        if request.get("zone_id") in own:
            yield {**request, "name": own[request["zone_id"]]}


def _judge_transfer(view: View, request: Row) -> Verdict:
    if request["status"] != ACTIVE:
        return not_applicable(Text("it was accepted", "il a été accepté"))
    days = view.age(request.get("created_at"))
    target = request["target_project_id"]
    if days is None and target:
        return not_evaluable(
            Text(
                "since when a zone is offered is not told",
                "la date à laquelle une zone a été proposée n'est pas indiquée",
            )
        )
    return passed_or_failed(
        bool(target) and days is not None and days <= TRANSFER_DAYS,
        target_project=target or "any",
        days="unknown" if days is None else days,
    )


def _withdraw(_view: View, request: Row) -> tuple[Fix, ...]:
    lasting = Text(
        "its key is shown to nobody; the owner offers the zone again",
        "sa clé n'est montrée à personne ; le propriétaire propose la zone de nouveau",
    )
    path, target = f"/zones/tasks/transfer_requests/{request['id']}", request["target_project_id"] or "any"
    return (deleted("dns", "zone_transfer_request", request, path, {"target_project": target}, None, lasting),)


# --- DNS-003, DNS-006


def _leading(view: View) -> Iterable[Row]:
    return [row for row in view.rows("recordsets") if row["type"] in (*ADDRESSES, ALIAS)]


def _pointers(view: View) -> Iterable[Row]:
    return [row for row in view.rows("recordsets") if row["type"] == POINTER]


def _judge_leading(view: View, row: Row) -> Verdict:
    if row["type"] == ALIAS:
        return _judge_alias(view, row)
    return _judge_addresses(view, [ipaddress.ip_address(record) for record in row["records"]], row)


def _judge_pointer(view: View, row: Row) -> Verdict:
    address = _pointed(row["name"])
    if address is None:
        return not_evaluable(Text("its name is that of no address", "son nom n'est celui d'aucune adresse"))
    return _judge_addresses(view, [address], row)


def _forget(_view: View, row: Row) -> tuple[Fix, ...]:
    path = f"/zones/{row['zone_id']}/recordsets"
    made = {name: row[name] for name in RECORDSET if row.get(name) not in (None, "")}
    before = {name: made[name] for name in ("type", "records")}
    # Designate gives it a new id.
    back = Call("POST", path, made, same_if_exists=True)
    return (deleted("dns", "recordset", row, f"{path}/{row['id']}", before, back),)


def _judge_addresses(view: View, addresses: Sequence[Address], row: Row) -> Verdict:
    own = _own_addresses(view)
    others = [address for address in addresses if str(address) not in own and not _within(_prefixes(view), address)]
    lost = [address for address in others if _within(_common(view), address)]
    if lost:
        return failed(type=row["type"], addresses=", ".join(map(str, lost)))
    if others and not _all_seen(view):
        return not_evaluable(
            Text("not all addresses of the cloud were seen", "certaines adresses du cloud n'ont pas été vues")
        )
    return not_applicable(Text("it leads out of the cloud", "il mène hors du cloud")) if others else PASSED


def _judge_alias(view: View, row: Row) -> Verdict:
    gone = []
    for target in row["records"]:
        labels = target.split(".")
        above = [".".join(labels[index:]) for index in range(len(labels))]
        if not any(
            zone["project_id"] == view.project["id"] for name in above for zone in view.by("zones", "name", name)
        ):
            return not_applicable(
                Text("it leads to a name outside the tenant's zones", "il mène à un nom hors des zones de l'espace")
            )
        wildcards = [f"*.{name}" for name in above[1:]]
        if not any(view.by("recordsets", "name", name) for name in (target, *wildcards)):
            gone.append(target)
    return passed_or_failed(not gone, type=row["type"], names=", ".join(gone))


def _pointed(name: str) -> Address | None:
    """Return the address that the name of a PTR record stands for, or None where it stands for none."""
    for end, version in REVERSE.items():
        parts = name.removesuffix(end).split(".")[::-1]
        if name.endswith(end):
            text = ".".join(parts)
            if version == 6:
                digits = "".join(parts)
                text = ":".join(digits[index : index + 4] for index in range(0, len(digits), 4))
            try:
                return ipaddress.ip_address(text)
            except ValueError:
                return None
    return None


def _own_addresses(view: View) -> frozenset[str]:
    """Return the addresses that the project has in any region, on its ports and as floating IPs."""
    return view.facts.once(("own addresses", view.owners), lambda: frozenset(_held(view)))


def _held(view: View) -> Iterator[str]:
    for region in view.regions:
        yield from (row["floating_ip_address"] for row in view.rows("floating_ips", region))
        for port in view.rows("ports", region):
            yield from (str(ipaddress.ip_address(fixed["ip_address"])) for fixed in port.get("fixed_ips") or ())


def _prefixes(view: View) -> Sequence[Prefix]:
    """Return the prefixes of the project's own subnets, whose addresses nobody else can have."""
    return view.facts.once(
        ("own prefixes of all regions", view.owners),
        lambda: [ipaddress.ip_network(row["cidr"]) for region in view.regions for row in view.rows("subnets", region)],
    )


def _common(view: View) -> Sequence[Prefix]:
    """Return the prefixes of external and shared networks, whose addresses go from one project to the next."""
    return view.facts.once(("common prefixes", view.regions), lambda: list(_common_prefixes(view)))


def _common_networks(view: View) -> Iterator[tuple[str, Row]]:
    for region in view.regions:
        for network in view.all("networks", region):
            if network.get("router:external") or network.get("shared"):
                yield region, network


def _common_prefixes(view: View) -> Iterator[Prefix]:
    for region, network in _common_networks(view):
        for subnet in view.by("subnets", "network_id", network["id"], region):
            yield ipaddress.ip_network(subnet["cidr"])


def _all_seen(view: View) -> bool:
    """Return whether every subnet of external and shared networks was seen, in every region."""
    return view.facts.once(("common subnets were seen", view.owners), lambda: _seen(view))


def _seen(view: View) -> bool:
    refusals = [view.facts.refusal(name, region, view.owners) for name in HOLDERS for region in view.regions]
    if any(refusal and not refusal.absent for refusal in refusals):
        return False
    return all(
        view.one("subnets", id, region)
        for region, network in _common_networks(view)
        for id in network.get("subnets") or ()
    )


def _within(prefixes: Iterable[Prefix], address: Address) -> bool:
    return any(address in prefix for prefix in prefixes)


# --- DNS-004, DNS-005


def _secondary(view: View) -> Iterable[Row]:
    return [row for row in view.rows("zones") if row.get("type") == SECONDARY]


def _judge_masters(_view: View, zone: Row) -> Verdict:
    name, masters = zone["name"], ", ".join(zone.get("masters") or ())
    return manual(
        Text(
            f"look whether {name} is to come from {masters or 'no master at all'}",
            f"vérifier que {name} doit venir de {masters}" if masters else f"vérifier que {name} doit être sans maître",
        )
    )


def _judge_authorities(view: View, zone: Row) -> Verdict:
    if zone["name"].endswith(tuple(REVERSE)):
        return not_applicable(Text("it leads from addresses to names", "elle mène d'adresses à des noms"))
    wildcards = sorted(row["name"] for row in _sets(view, zone) if row["name"].startswith("*."))
    # Those who sign certificates look for CAA records at the name itself, and then at each one above it.
    above = _above(view, zone["name"])
    authorities = any(
        row["type"] == AUTHORITIES and row["name"] == up["name"] for up in above for row in _sets(view, up)
    )
    return passed_or_failed(authorities and not wildcards, wildcards=", ".join(wildcards), has_caa=authorities)


def _sets(view: View, zone: Row) -> Sequence[Row]:
    return view.by("recordsets", "zone_id", zone["id"])


def _above(view: View, name: str) -> Sequence[Row]:
    """Return a zone and those above it, as far as they were seen."""
    labels = name.split(".")
    return [zone for index in range(len(labels)) for zone in view.by("zones", "name", ".".join(labels[index:]))]


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-DNS-001",
        family=FAMILY,
        title=Text("A zone is shared within its domain only", "Une zone n'est partagée que dans son domaine"),
        criterion=Text(
            "Every project that a zone is shared with, and may thus write names into it, is of the tenant's domain.",
            "Chaque projet avec lequel une zone est partagée, et qui peut donc y écrire des noms, est du domaine de "
            "l'espace.",
        ),
        type="zone_share",
        reads=("zones", "zone_shares", "projects"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(pssie="EXP-CI-DNS EXP-RESTR-DROITS", anssi_hygiene="9", iso27001="5.15 8.3"),
        repair=Repair(Mode.GUARDED, Text("Delete the share.", "Supprimer le partage."), _unshare),
        caution=Text(
            "A zone may be common to ministries; a waiver says so.",
            "Une zone peut être commune à des ministères ; une dérogation le dit.",
        ),
        objects=_shares,
        judge=_judge_share,
    ),
    Control(
        id="ETAT-DNS-002",
        family=FAMILY,
        title=Text("No zone is on offer to anybody, or for long", "Aucune zone n'est offerte à tous, ni longtemps"),
        criterion=Text(
            f"An open transfer request names the project that may take the zone, and is at most {TRANSFER_DAYS} day "
            "old.",
            f"Une demande de transfert ouverte nomme le projet qui peut prendre la zone, et a au plus {TRANSFER_DAYS} "
            "jour.",
        ),
        type="zone_transfer_request",
        reads=("zones", "zone_transfer_requests"),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(pssie="EXP-CI-DNS", anssi_hygiene="9", iso27001="5.15 8.3", nis2="21.2.i"),
        repair=Repair(
            Mode.SAFE,
            Text(
                "Delete the request, and make one with a target when it is needed.",
                "Supprimer la demande, et en faire une avec un destinataire le moment venu.",
            ),
            _withdraw,
        ),
        objects=_transfers,
        judge=_judge_transfer,
    ),
    Control(
        id="ETAT-DNS-003",
        family=FAMILY,
        title=Text("No name leads to what is not the tenant's", "Aucun nom ne mène à ce qui n'est pas à l'espace"),
        criterion=Text(
            "An A or AAAA record names no address of an external or shared network that the project does not hold; a "
            "CNAME record into the tenant's zones names something that is there.",
            "Un enregistrement A ou AAAA ne nomme pas d'adresse d'un réseau externe ou partagé que le projet ne "
            "détient pas ; un CNAME vers les zones de l'espace nomme ce qui existe.",
        ),
        type="recordset",
        reads=("recordsets", "zones", *HOLDERS),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(pssie="EXP-CI-DNS", anssi_hygiene="4", iso27001="8.9 8.20"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Delete the record, or lead it to an address that the project holds.",
                "Supprimer l'enregistrement, ou le diriger vers une adresse que le projet détient.",
            ),
        ),
        caution=Text(
            "A name may lead to the address of another tenant that agrees. What leads out of the cloud is not looked "
            "at.",
            "Un nom peut mener à l'adresse d'un autre espace qui l'accepte. Ce qui mène hors du cloud n'est pas "
            "examiné.",
        ),
        objects=_leading,
        judge=_judge_leading,
    ),
    Control(
        id="ETAT-DNS-004",
        family=FAMILY,
        title=Text("Secondary zones come from known masters", "Les zones secondaires ont des maîtres connus"),
        criterion=Text(
            "A person knows the masters from which a secondary zone is copied.",
            "Une personne connaît les maîtres dont une zone secondaire est copiée.",
        ),
        type="zone",
        reads=("zones",),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(pssie="EXP-CI-DNS", iso27001="8.20 8.21"),
        repair=Repair(
            Mode.NONE, Text("Correct the masters, or delete the zone.", "Corriger les maîtres, ou supprimer.")
        ),
        objects=_secondary,
        judge=_judge_masters,
    ),
    Control(
        id="ETAT-DNS-005",
        family=FAMILY,
        title=Text(
            "A zone says who may sign certificates, and has no wildcard",
            "Une zone dit qui peut signer des certificats, sans joker",
        ),
        criterion=Text(
            "The zone, or one above it, has a CAA record at its own name, and no record set of the zone begins with *.",
            "La zone, ou une zone au-dessus, a un enregistrement CAA à son nom, et aucun jeu d'enregistrements de la "
            "zone ne commence par *.",
        ),
        type="zone",
        reads=("zones", "recordsets"),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(pssie="EXP-CI-DNS", iso27001="8.9 8.20"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Add a CAA record that names the authority, and a record for each name instead of a wildcard.",
                "Ajouter un enregistrement CAA nommant l'autorité, et un enregistrement par nom au lieu d'un joker.",
            ),
        ),
        caution=Text(
            "A zone that only machines inside can see needs no CAA record. Zones above that lie elsewhere are not "
            "seen.",
            "Une zone visible des seules machines internes n'a pas besoin de CAA. Les zones supérieures tenues "
            "ailleurs ne sont pas vues.",
        ),
        objects=_zones,
        judge=_judge_authorities,
    ),
    Control(
        id="ETAT-DNS-006",
        family=FAMILY,
        title=Text("No address that was given back has a name", "Aucune adresse rendue ne porte de nom"),
        criterion=Text(
            "A PTR record of the tenant stands for no address of an external or shared network that the project does "
            "not hold.",
            "Un enregistrement PTR de l'espace ne correspond pas à une adresse d'un réseau externe ou partagé que le "
            "projet ne détient pas.",
        ),
        type="recordset",
        reads=("recordsets", "zones", *HOLDERS),
        level=Level.SITE,
        severity=severities("low", "low", "low"),
        references=references(pssie="EXP-CI-DNS", iso27001="8.9"),
        repair=Repair(Mode.GUARDED, Text("Delete the record.", "Supprimer l'enregistrement."), _forget),
        caution=Text(
            "Those that Designate keeps for floating IPs in a zone of its own are not looked at.",
            "Ceux que Designate tient pour les IP flottantes dans une zone à lui ne sont pas examinés.",
        ),
        objects=_pointers,
        judge=_judge_pointer,
    ),
)
