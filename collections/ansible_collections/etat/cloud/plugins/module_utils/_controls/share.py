# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches shared file systems, and who writes to them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from .._audit.filtering import by_version, is_anybody, is_wide
from .._audit.fixes import changed
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
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View

FAMILY = "share"
IP, WRITE = "ip", "rw"
#: The ways in which a client shows who it is. An address shows nothing.
AUTHENTICATED = ("cephx", "cert", "user")
SENSITIVE = ("sensitive", "restricted")
#: The shortest prefixes that may write without showing who they are, by IP version: one network of clients.
NARROW = {4: 24, 6: 64}


def _shares(view: View) -> Iterable[Row]:
    return view.rows("shares")


def _is_hidden(rule: Row) -> bool:
    # Manila puts stars in the place of what whoever made the rule wants to keep for himself.
    return set(str(rule["access_to"])) == {"*"}


def _judge_world(view: View, share: Row) -> Verdict:
    rules = _ip_rules(view, share)
    prefixes = [str(rule["access_to"]) for rule in rules if not _is_hidden(rule)]
    open_to = _open_to(rules)
    if open_to:
        return failed(
            access_to=", ".join(sorted(open_to)),
            access_levels=", ".join(sorted({str(rule["access_level"]) for rule in rules})),
            protocol=str(share.get("share_proto") or ""),
        )
    return (
        not_evaluable(
            Text(
                "one of its rules does not show to whom it is", "l'une de ses règles ne montre pas à qui elle s'adresse"
            )
        )
        if len(prefixes) < len(rules)
        else PASSED
    )


def _ip_rules(view: View, share: Row) -> list[Row]:
    return [rule for rule in view.by("share_access_rules", "parent_id", share["id"]) if rule["access_type"] == IP]


def _open_to(rules: Iterable[Row]) -> list[str]:
    """Return the addresses that together are too many."""
    prefixes = [str(rule["access_to"]) for rule in rules if not _is_hidden(rule)]
    # Two halves of the Internet in two rules are the Internet.
    return [
        prefix for version, listed in by_version(prefixes).items() if _reaches(listed, version) for prefix in listed
    ]


def _deny(view: View, share: Row) -> tuple[Fix, ...]:
    rules = _ip_rules(view, share)
    open_to = _open_to(rules)
    path = f"/shares/{share['id']}/action"
    return tuple(
        Fix(
            service="shared-file-system",
            type="share_access_rule",
            id=rule["id"],
            name=f"{share.get('name') or share['id']} for {rule['access_to']}",
            before={name: rule[name] for name in ("access_type", "access_to", "access_level")},
            after={},
            calls=(Call("POST", path, {"deny_access": {"access_id": rule["id"]}}),),
            undo=(
                Call(
                    "POST",
                    path,
                    {"allow_access": {name: rule[name] for name in ("access_type", "access_to", "access_level")}},
                ),
            ),
        )
        for rule in rules
        if rule["access_to"] in open_to
    )


def _reaches(prefixes: Iterable[str], version: int) -> bool:
    return is_anybody(prefixes, version) or is_wide(prefixes, version)


def _judge_public(_view: View, share: Row) -> Verdict:
    return passed_or_failed(share["is_public"] is False)


def _hide(_view: View, share: Row) -> tuple[Fix, ...]:
    return (changed("shared-file-system", "share", share, "PUT", f"/shares/{share['id']}", "share", is_public=False),)


def _writers(view: View) -> Iterator[Row]:
    for rule in view.rows("share_access_rules"):
        if rule["access_level"] == WRITE:
            share = view.one("shares", rule["parent_id"]) or {}
            yield {**rule, "name": share.get("name") or "", "share": rule["parent_id"]}


def _judge_writer(view: View, rule: Row) -> Verdict:
    if rule["access_type"] in AUTHENTICATED:
        return PASSED
    if view.sensitivity not in SENSITIVE:
        if _is_hidden(rule):
            return not_evaluable(
                Text("the rule does not show to whom it is", "la règle ne montre pas à qui elle s'adresse")
            )
        network = ipaddress.ip_network(str(rule["access_to"]), strict=False)
        if network.prefixlen >= NARROW[network.version]:
            return PASSED
    return failed(share=rule["share"], access_type=rule["access_type"], access_to=str(rule["access_to"]))


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-SHR-001",
        family=FAMILY,
        title=Text("No share is open to the world", "Aucun partage n'est ouvert au monde"),
        criterion=Text(
            "The addresses that reach a share are together less than a 256th of the Internet, in IPv4 and in IPv6.",
            "Les adresses qui atteignent un partage font ensemble moins d'un 256e d'Internet, en IPv4 et en IPv6.",
        ),
        type="share",
        reads=("shares", "share_access_rules"),
        level=Level.SITE,
        severity=severities("high", "high", "critical"),
        references=references(anssi_hygiene="23", iso27001="8.3 8.20"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Deny the rule, and allow the networks of the clients.",
                "Retirer la règle et autoriser les réseaux des clients.",
            ),
            _deny,
        ),
        caution=Text(
            "Whether anybody gets as far as the share also depends on the network that it is on.",
            "L'accès effectif au partage dépend aussi du réseau qui le porte.",
        ),
        objects=_shares,
        judge=_judge_world,
    ),
    Control(
        id="ETAT-SHR-002",
        family=FAMILY,
        title=Text("No share shows to all projects", "Aucun partage n'est visible de tous les projets"),
        criterion=Text("The share has is_public=False.", "Le partage a is_public=False."),
        type="share",
        reads=("shares",),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(iso27001="8.3"),
        repair=Repair(Mode.SAFE, Text("Set is_public to false.", "Mettre is_public à faux."), _hide),
        caution=Text(
            "Others see that it is there and where; its access rules still hold.",
            "Les autres voient qu'il existe et où ; ses règles d'accès valent toujours.",
        ),
        objects=_shares,
        judge=_judge_public,
    ),
    Control(
        id="ETAT-SHR-003",
        family=FAMILY,
        title=Text("Few may write to a share", "Peu de clients écrivent sur un partage"),
        criterion=Text(
            "Whoever may write shows who he is (cephx, cert, user). Below sensitive, a /24 or a /64 may write as well.",
            "Qui peut écrire s'authentifie (cephx, cert, user). En dessous de sensible, un /24 ou un /64 suffit.",
        ),
        type="share_access_rule",
        reads=("shares", "share_access_rules"),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="9", iso27001="8.3"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Give read access where that is enough, and write access to fewer clients, which authenticate.",
                "Donner la lecture là où elle suffit, et l'écriture à moins de clients, authentifiés.",
            ),
        ),
        caution=Text(
            "NFS without Kerberos knows clients by their addresses alone.",
            "NFS sans Kerberos ne connaît les clients que par leurs adresses.",
        ),
        objects=_writers,
        judge=_judge_writer,
    ),
)
