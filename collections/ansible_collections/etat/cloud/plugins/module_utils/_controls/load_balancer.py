# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How load balancers take connections, from whom, and where they lead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from .._audit.filtering import by_version, is_anybody
from .._audit.fixes import changed
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
    manual,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import Exposure, View
from .._rules import ANY

FAMILY = "load_balancer"
HTTP, TERMINATED, PROMETHEUS = "HTTP", "TERMINATED_HTTPS", "PROMETHEUS"
#: Protocols of listeners whose TLS, if any, ends behind the load balancer.
PASSED_ON = ("HTTPS", "TCP")
#: Protocols of pools whose connections a load balancer makes itself, and may encrypt.
ENCRYPTABLE = ("HTTP", "PROXY", "PROXYV2")
GOOD_VERSIONS, LAST_VERSION = frozenset(("TLSv1.2", "TLSv1.3")), frozenset(("TLSv1.3",))
#: Names of suites of OpenSSL with a key for each session and authenticated encryption: those of TLS 1.3, single ones of
#: TLS 1.2, and sets of the latter. https://docs.openssl.org/3.0/man1/openssl-ciphers/
GOOD_CIPHERS = re.compile(
    r"TLS_(?:AES|CHACHA20)\w+"
    r"|(?:ECDHE|DHE)-(?:(?:RSA|ECDSA|PSK)-)?(?:\w+-)*(?:GCM-\w+|CCM8?|CHACHA20-POLY1305)"
    r"|(?:ECDHE|EECDH|DHE|EDH)\+(?:a?(?:RSA|ECDSA)\+)?(?:AESGCM|AESCCM|AESCCM8|CHACHA20)"
)
#: What only takes suites away, or puts them in an order.
NO_CIPHERS = re.compile(r"[!+-].*|@.*|")
#: Seconds of a year.
YEAR = 365 * 24 * 60 * 60
#: Ports of services for the public.
PUBLIC_PORTS = (80, 443)
MEMBERS = 2
#: What tells the ways from outside to a port.
TOPOLOGY = ("ports", "networks", "floating_ips", "port_forwardings", "routers")
#: What tells whom security groups let in.
FILTERS = ("security_groups", "address_groups")
#: How a rule says that it takes every path.
EVERY_PATH = {
    "STARTS_WITH": ("/",),
    "CONTAINS": ("/",),
    "REGEX": ("/", "^/", ".*", "^.*", "^.*$", "/.*", "^/.*", "^/.*$"),
}
UNSEEN_PORT = Text("the port of its address was not seen", "le port de son adresse n'a pas été vu")
UNSEEN_GROUP = Text(
    "a security group of its address, or an address group in it, was not seen",
    "un groupe de sécurité de son adresse, ou un groupe d'adresses qu'il nomme, n'a pas été vu",
)


def _balancers(view: View) -> Iterable[Row]:
    return view.rows("load_balancers")


def _listeners(*protocols: str) -> Callable[[View], Iterable[Row]]:
    """Return what yields the listeners of some protocols; all but those for metrics when none is said."""

    def listeners(view: View) -> Iterator[Row]:
        for row in view.rows("listeners"):
            if row["protocol"] in protocols or not (protocols or row["protocol"] == PROMETHEUS):
                yield row

    return listeners


def _enabled(judge: Callable[[View, Row], Verdict]) -> Callable[[View, Row], Verdict]:
    """Return a judge that leaves out the listeners that take no connections."""

    def judge_enabled(view: View, listener: Row) -> Verdict:
        return (
            judge(view, listener)
            if listener["admin_state_up"]
            else not_applicable(Text("it is disabled", "il est désactivé"))
        )

    return judge_enabled


def _ports_of(balancer: Row) -> list[str]:
    """Return the ids of the ports of a load balancer's addresses."""
    return [balancer["vip_port_id"], *(vip["port_id"] for vip in balancer.get("additional_vips") or ())]


def _exposures(view: View, balancer: Row) -> Sequence[Exposure] | None:
    """Return the ways from outside to a load balancer, or None when a port of its addresses was not seen."""
    ports = [view.one("ports", id) for id in _ports_of(balancer)]
    found = [exposure for port in ports if port for exposure in view.exposures(port)]
    return found if found or all(ports) else None


def _exposed(view: View, listener: Row) -> bool | None:
    """Return whether something leads from outside to a listener; None where that was not seen."""
    balancers = [view.one("load_balancers", balancer["id"]) for balancer in listener["loadbalancers"]]
    found = [_exposures(view, balancer) if balancer else None for balancer in balancers]
    return True if any(found) else None if None in found else False


# --- LB-001


def _judge_plain(view: View, listener: Row) -> Verdict:
    if _redirects(view, listener):
        return PASSED
    exposed = _exposed(view, listener)
    if view.sensitivity == "public" and not exposed:
        return not_evaluable(UNSEEN_PORT) if exposed is None else PASSED
    return failed(port=listener["protocol_port"], exposed="unknown" if exposed is None else exposed)


def _redirects(view: View, listener: Row) -> bool:
    """Return whether a listener answers nothing but that one has to come back with HTTPS."""
    # Octavia leaves out policies without rules.
    policies = [row for row in view.by("l7_policies", "listener_id", listener["id"]) if row["admin_state_up"]]
    active = [row for row in policies if row["rules"]]
    if not active or not all(row["action"] == "REJECT" or _to_https(row) for row in active):
        return False
    return not listener.get("default_pool_id") or any(_takes_all(view, row) for row in active)


def _to_https(policy: Row) -> bool:
    target = policy.get("redirect_url") or policy.get("redirect_prefix") or ""
    return policy["action"] in ("REDIRECT_TO_URL", "REDIRECT_PREFIX") and target.lower().startswith("https://")


def _takes_all(view: View, policy: Row) -> bool:
    rules = [row for row in view.by("l7_rules", "parent_id", policy["id"]) if row["admin_state_up"]]
    return bool(rules) and all(
        rule["type"] == "PATH" and not rule["invert"] and rule["value"] in EVERY_PATH.get(rule["compare_type"], ())
        for rule in rules
    )


# --- LB-002, LB-003


def _judge_versions(_view: View, listener: Row) -> Verdict:
    versions = listener["tls_versions"]
    if not versions:
        return not_evaluable(
            Text(
                "it names no versions of TLS, so that those of its provider count",
                "il ne nomme aucune version de TLS : celles de son fournisseur s'appliquent",
            )
        )
    return passed_or_failed(set(versions) <= GOOD_VERSIONS, tls_versions=", ".join(sorted(versions)))


def _drop_old_versions(_view: View, listener: Row) -> tuple[Fix, ...]:
    good = sorted(GOOD_VERSIONS & set(listener["tls_versions"])) or sorted(GOOD_VERSIONS)
    return (_changed_listener(listener, tls_versions=good),)


def _changed_listener(listener: Row, **after: Any) -> Fix:
    return changed(
        "load-balancer", "listener", listener, "PUT", f"/lbaas/listeners/{listener['id']}", "listener", **after
    )


def _drop_weak_ciphers(_view: View, listener: Row) -> tuple[Fix, ...]:
    good = [name for name in re.split("[:, ]", listener["tls_ciphers"]) if name and _is_good(name)]
    # Without any, nobody would be served.
    left = [name for name in good if not NO_CIPHERS.fullmatch(name)]
    return (_changed_listener(listener, tls_ciphers=":".join(good)),) if left else ()


def _judge_ciphers(_view: View, listener: Row) -> Verdict:
    # The suites of TLS 1.3 are good, all of them, and named elsewhere.
    if set(listener.get("tls_versions") or ()) == LAST_VERSION:
        return PASSED
    if not listener["tls_ciphers"]:
        return not_evaluable(
            Text(
                "it names no cipher suites, so that those of its provider count",
                "il ne nomme aucune suite cryptographique : celles de son fournisseur s'appliquent",
            )
        )
    weak = [name for name in re.split("[:, ]", listener["tls_ciphers"]) if not _is_good(name)]
    return passed_or_failed(not weak, weak=", ".join(weak))


def _is_good(cipher: str) -> bool:
    return bool(NO_CIPHERS.fullmatch(cipher) or GOOD_CIPHERS.fullmatch(cipher))


# --- LB-004, LB-005, LB-006, LB-007, LB-009, LB-012


def _is_narrow(view: View, listener: Row) -> bool | None:
    """Return whether a listener says who may connect, and that is not everybody; None where that was not seen."""
    balancers = [view.one("load_balancers", balancer["id"]) or {} for balancer in listener["loadbalancers"]]
    groups = frozenset(id for balancer in balancers for id in balancer.get("vip_sg_ids") or ())
    if groups:
        # They filter in the place of the list.
        return _filtered(view, groups, listener["protocol_port"])
    named = listener["allowed_cidrs"] or ()
    return bool(named) and not any(is_anybody(prefixes, version) for version, prefixes in by_version(named).items())


def _filtered(view: View, groups: frozenset[str], port: int) -> bool | None:
    if any(
        opening.protocol in (ANY, "tcp") and opening.first <= port <= opening.last for opening in view.openings(groups)
    ):
        return False
    unseen = any(view.one("security_groups", id) is None for id in groups)
    return None if unseen or any(rule.unknown for rule in view.rules_of(groups, "ingress")) else True


def _judge_sources(view: View, listener: Row) -> Verdict:
    narrow = _is_narrow(view, listener)
    if narrow is not False:
        return PASSED if narrow else not_evaluable(UNSEEN_GROUP)
    public = listener["protocol_port"] in PUBLIC_PORTS
    exposed = _exposed(view, listener) if public else False
    if exposed:
        return not_applicable(Text("it serves the public", "il sert le public"))
    if exposed is None:
        return not_evaluable(UNSEEN_PORT)
    return failed(
        protocol=listener["protocol"],
        port=listener["protocol_port"],
        allowed_cidrs=", ".join(listener["allowed_cidrs"] or ()) or "any",
    )


def _judge_metrics(view: View, listener: Row) -> Verdict:
    narrow = _is_narrow(view, listener)
    if narrow is None:
        return not_evaluable(UNSEEN_GROUP)
    return passed_or_failed(
        narrow,
        port=listener["protocol_port"],
        allowed_cidrs=", ".join(listener["allowed_cidrs"] or ()) or "any",
    )


def _judge_public(view: View, balancer: Row) -> Verdict:
    exposures = _exposures(view, balancer)
    if exposures is None:
        return not_evaluable(UNSEEN_PORT)
    return passed_or_failed(
        not exposures,
        addresses=", ".join(sorted({exposure.address for exposure in exposures})),
        ways=", ".join(sorted({exposure.way for exposure in exposures})),
    )


def _disassociate(view: View, balancer: Row) -> tuple[Fix, ...]:
    ips = [ip for id in _ports_of(balancer) for ip in view.by("floating_ips", "port_id", id)]
    ways = {exposure.address for exposure in _exposures(view, balancer) or ()}
    if ways != {ip["floating_ip_address"] for ip in ips}:
        # Something else leads there too.
        return ()
    if any(ip["project_id"] != view.project["id"] for ip in ips):
        return ()
    return tuple(
        changed(
            *("network", "floating_ip", {**ip, "name": ip["floating_ip_address"]}),
            *("PUT", f"/floatingips/{ip['id']}", "floatingip"),
            port_id=None,
            fixed_ip_address=None,
        )
        for ip in ips
    )


def _judge_hsts(view: View, listener: Row) -> Verdict:
    exposed = _exposed(view, listener)
    if not exposed:
        return (
            not_evaluable(UNSEEN_PORT)
            if exposed is None
            else not_applicable(Text("nothing leads to it from outside", "rien n'y mène de l'extérieur"))
        )
    age = listener["hsts_max_age"] or 0
    subdomains = bool(listener["hsts_include_subdomains"])
    return passed_or_failed(age >= YEAR and subdomains, hsts_max_age=age, hsts_include_subdomains=subdomains)


def _send_hsts(_view: View, listener: Row) -> tuple[Fix, ...]:
    fix = _changed_listener(listener, hsts_max_age=YEAR, hsts_include_subdomains=True)
    lasting = Text(
        "browsers that saw it keep to HTTPS for a year", "les navigateurs qui l'ont vu s'en tiennent un an à HTTPS"
    )
    return (replace(fix, lasting=lasting),)


def _judge_client(_view: View, listener: Row) -> Verdict:
    asked = listener["client_authentication"]
    if asked == "MANDATORY":
        return PASSED
    if asked == "OPTIONAL":
        return failed(client_authentication=asked)
    return manual(
        Text(
            "say whether the application itself knows its users well enough without client certificates",
            "dire si l'application identifie assez bien ses utilisateurs sans certificats clients",
        )
    )


def _judge_passed_on(_view: View, listener: Row) -> Verdict:
    port = listener["protocol_port"]
    return manual(
        Text(
            f"probe the TLS behind port {port}, which ends on the servers",
            f"éprouver le TLS derrière le port {port}, qui se termine sur les serveurs",
        )
    )


# --- LB-008, LB-010, LB-011


def _pools(view: View) -> Iterable[Row]:
    return view.rows("pools")


def _judge_encrypted(_view: View, pool: Row) -> Verdict:
    if pool["protocol"] not in ENCRYPTABLE:
        return not_applicable(Text("it passes on what it gets", "il transmet ce qu'il reçoit"))
    versions = pool.get("tls_versions") or ()
    good = pool["tls_enabled"] and pool.get("ca_tls_container_ref") and set(versions) <= GOOD_VERSIONS
    return passed_or_failed(
        bool(good),
        protocol=pool["protocol"],
        tls_enabled=bool(pool["tls_enabled"]),
        members_are_verified=bool(pool.get("ca_tls_container_ref")),
        tls_versions=", ".join(sorted(versions)),
    )


def _members(view: View) -> Iterator[Row]:
    for row in view.rows("pool_members"):
        yield {**row, "name": row.get("name") or row["address"]}


def _is_own(view: View, subnet: Row) -> bool:
    network = view.one("networks", subnet["network_id"]) or {}
    return view.project["id"] in (subnet["project_id"], network.get("project_id"))


def _own_prefixes(view: View) -> Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return view.facts.once(
        ("own prefixes", view.region, view.owners),
        lambda: [ipaddress.ip_network(row["cidr"]) for row in view.all("subnets") if _is_own(view, row)],
    )


def _judge_member(view: View, member: Row) -> Verdict:
    address = ipaddress.ip_address(member["address"])
    inside = any(address in prefix for prefix in _own_prefixes(view))
    evidence = {"address": member["address"], "port": member["protocol_port"], "pool": member["parent_id"]}
    if not member.get("subnet_id"):
        return passed_or_failed(inside, **evidence)
    subnet = view.one("subnets", member["subnet_id"])
    if subnet is None:
        return not_evaluable(
            Text(
                "the subnet that it is reached by was not seen", "le sous-réseau par lequel on l'atteint n'a pas été vu"
            )
        )
    return passed_or_failed(
        inside and _is_own(view, subnet), **evidence, subnet=subnet["id"], subnet_project=subnet["project_id"]
    )


def _judge_redundant(view: View, pool: Row) -> Verdict:
    members = view.by("pool_members", "parent_id", pool["id"])
    if not members:
        return not_applicable(Text("it has no member", "il n'a aucun membre"))
    # One of weight 0 is on its way out.
    ready = [row for row in members if row["admin_state_up"] and (row["weight"] or row.get("backup"))]
    # Octavia leaves the field out where there is none.
    watched = bool(pool.get("healthmonitor_id"))
    return passed_or_failed(watched and len(ready) >= MEMBERS, health_monitor=watched, members=len(ready))


NARROW = Text(
    "List in allowed_cidrs who needs the listener, once it is known who uses it.",
    "Inscrire dans allowed_cidrs qui a besoin du point d'écoute, une fois ses utilisateurs connus.",
)

CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-LB-001",
        family=FAMILY,
        title=Text("No listener serves plain HTTP", "Aucun point d'écoute ne sert en HTTP simple"),
        criterion=Text(
            "A listener of protocol HTTP only sends people to HTTPS: every active L7 policy does it or rejects, and "
            "one takes all paths where there is a default pool. Public data may be served plainly inside.",
            "Un point d'écoute de protocole HTTP ne fait que renvoyer vers HTTPS : chaque politique L7 active le fait "
            "ou rejette, et l'une prend tous les chemins s'il y a un groupe par défaut. Des données publiques peuvent "
            "être servies sans chiffrement à l'intérieur.",
        ),
        type="listener",
        reads=("listeners", "l7_policies", "l7_rules", "load_balancers", *TOPOLOGY),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(
            pssie="EXP-CI-PROTFIC",
            anssi_hygiene="18 21",
            anssi_tls="R1",
            iso27001="8.20 8.24",
            nis2="21.2.h",
            secnumcloud="10.2",
        ),
        repair=Repair(
            Mode.NONE,
            Text(
                "Serve the application by a listener of protocol TERMINATED_HTTPS, and redirect this one to it.",
                "Servir l'application par un point d'écoute TERMINATED_HTTPS, et y renvoyer celui-ci.",
            ),
        ),
        caution=Text(
            "The application behind may redirect by itself.",
            "L'application servie peut renvoyer d'elle-même vers HTTPS.",
        ),
        objects=_listeners(HTTP),
        judge=_enabled(_judge_plain),
    ),
    Control(
        id="ETAT-LB-002",
        family=FAMILY,
        title=Text("Listeners speak TLS 1.2 or 1.3", "Les points d'écoute parlent TLS 1.2 ou 1.3"),
        criterion=Text(
            "A listener that ends TLS names no version but TLSv1.2 and TLSv1.3.",
            "Un point d'écoute qui termine TLS ne nomme d'autre version que TLSv1.2 et TLSv1.3.",
        ),
        type="listener",
        reads=("listeners",),
        level=Level.SITE,
        severity=severities("high", "high", "critical"),
        references=references(
            pssie="EXP-CI-PROTFIC",
            anssi_hygiene="21",
            anssi_tls="R3 R4",
            iso27001="8.24",
            nis2="21.2.h",
            secnumcloud="10.2",
        ),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Set tls_versions to TLSv1.2 and TLSv1.3, after a look at which clients still need older ones.",
                "Fixer tls_versions à TLSv1.2 et TLSv1.3, après examen des clients qui en exigent de plus anciennes.",
            ),
            _drop_old_versions,
        ),
        objects=_listeners(TERMINATED),
        judge=_enabled(_judge_versions),
    ),
    Control(
        id="ETAT-LB-003",
        family=FAMILY,
        title=Text(
            "Listeners take strong cipher suites only", "Les points d'écoute n'acceptent que des suites robustes"
        ),
        criterion=Text(
            "Every cipher suite that a listener names has a key for each session (ECDHE or DHE) and authenticated "
            "encryption (GCM, CCM or ChaCha20-Poly1305).",
            "Chaque suite qu'un point d'écoute nomme a une clé par session (ECDHE ou DHE) et un chiffrement "
            "authentifié (GCM, CCM ou ChaCha20-Poly1305).",
        ),
        type="listener",
        reads=("listeners",),
        level=Level.SITE,
        severity=severities("medium", "medium", "high"),
        references=references(
            anssi_hygiene="21", anssi_tls="R6 R7 R9 R10", iso27001="8.24", nis2="21.2.h", secnumcloud="10.2"
        ),
        repair=Repair(
            Mode.GUARDED,
            Text("Take the weak suites out of tls_ciphers.", "Retirer les suites faibles de tls_ciphers."),
            _drop_weak_ciphers,
        ),
        caution=Text(
            "A word of OpenSSL that stands for many suites, such as HIGH, counts as weak.",
            "Un mot d'OpenSSL qui désigne plusieurs suites, tel que HIGH, compte comme faible.",
        ),
        objects=_listeners(TERMINATED),
        judge=_enabled(_judge_ciphers),
    ),
    Control(
        id="ETAT-LB-004",
        family=FAMILY,
        title=Text(
            "Listeners that are not for the public say for whom", "Les points d'écoute non publics disent pour qui"
        ),
        criterion=Text(
            "A listener that nothing leads to from outside, or on another port than 80 and 443, names in allowed_cidrs "
            "who may connect, or security groups of its address do, and that is not everybody.",
            "Un point d'écoute sans accès depuis l'extérieur, ou sur un autre port que 80 et 443, nomme dans "
            "allowed_cidrs, ou par des groupes de sécurité de son adresse, qui peut s'y connecter, et ce n'est pas "
            "tout le monde.",
        ),
        type="listener",
        reads=("listeners", "load_balancers", *TOPOLOGY, *FILTERS),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(
            pssie="RES-CLOIS", anssi_hygiene="19 23", anssi_dr="R32", iso27001="8.20 8.22", secnumcloud="13.2"
        ),
        repair=Repair(Mode.NONE, NARROW),
        caution=Text(
            "Some providers of load balancers know no allowed_cidrs; security groups filter there.",
            "Certains fournisseurs de répartiteurs ignorent allowed_cidrs ; des groupes de sécurité y filtrent.",
        ),
        objects=_listeners(),
        judge=_enabled(_judge_sources),
    ),
    Control(
        id="ETAT-LB-005",
        family=FAMILY,
        title=Text(
            "Nothing leads from outside to a sensitive load balancer",
            "Rien ne mène de l'extérieur à un répartiteur sensible",
        ),
        criterion=Text(
            "No address of the load balancer is a floating IP, on an external network, or forwarded.",
            "Aucune adresse du répartiteur n'est une IP flottante, sur un réseau externe ou redirigée.",
        ),
        type="load_balancer",
        reads=("load_balancers", *TOPOLOGY),
        level=Level.SITE,
        severity=severities("-", "medium", "critical"),
        references=references(
            pssie="RES-INTERCO", anssi_hygiene="23", anssi_dr="R10 R22", iso27001="8.20 8.22", secnumcloud="13.2"
        ),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Disassociate the floating IP, or move the address.", "Dissocier l'IP flottante, ou déplacer l'adresse."
            ),
            _disassociate,
        ),
        caution=Text(
            "An application of internal data may be meant for the outside: a waiver says so.",
            "Une application de données internes peut être destinée à l'extérieur : une dérogation le dit.",
        ),
        objects=_balancers,
        judge=_judge_public,
    ),
    Control(
        id="ETAT-LB-006",
        family=FAMILY,
        title=Text("Browsers stay with HTTPS", "Les navigateurs restent en HTTPS"),
        criterion=Text(
            f"A listener that ends TLS and is reachable from outside sends HSTS for at least {YEAR} seconds, with "
            "subdomains.",
            f"Un point d'écoute qui termine TLS et est accessible de l'extérieur envoie HSTS pour au moins {YEAR} "
            "secondes, sous-domaines compris.",
        ),
        type="listener",
        reads=("listeners", "load_balancers", *TOPOLOGY),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(anssi_hygiene="21", anssi_tls="R1", iso27001="8.26"),
        repair=Repair(
            Mode.GUARDED,
            Text("Set hsts_max_age and hsts_include_subdomains.", "Fixer hsts_max_age et hsts_include_subdomains."),
            _send_hsts,
        ),
        caution=Text("The application may send the header itself.", "L'application peut envoyer elle-même l'en-tête."),
        objects=_listeners(TERMINATED),
        judge=_enabled(_judge_hsts),
    ),
    Control(
        id="ETAT-LB-007",
        family=FAMILY,
        title=Text("Sensitive applications know who connects", "Les applications sensibles savent qui se connecte"),
        criterion=Text(
            "A listener that ends TLS demands a client certificate; where it asks for none, a person says why.",
            "Un point d'écoute qui termine TLS exige un certificat client ; s'il n'en demande pas, une personne dit "
            "pourquoi.",
        ),
        type="listener",
        reads=("listeners",),
        level=Level.SITE,
        severity=severities("-", "-", "medium"),
        references=references(anssi_dr="R21 R39", iso27001="8.5", nis2="21.2.j"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Set client_authentication to MANDATORY, once every user has a certificate.",
                "Fixer client_authentication à MANDATORY, une fois chaque utilisateur doté d'un certificat.",
            ),
        ),
        objects=_listeners(TERMINATED),
        judge=_enabled(_judge_client),
    ),
    Control(
        id="ETAT-LB-008",
        family=FAMILY,
        title=Text("Load balancers encrypt towards their members", "Les répartiteurs chiffrent vers leurs membres"),
        criterion=Text(
            "A pool of protocol HTTP or PROXY has TLS enabled, names who signs the members' certificates, and no "
            "version but TLSv1.2 and TLSv1.3.",
            "Un groupe de protocole HTTP ou PROXY a TLS activé, nomme qui signe les certificats des membres, et pas "
            "d'autre version que TLSv1.2 et TLSv1.3.",
        ),
        type="pool",
        reads=("pools",),
        level=Level.SITE,
        severity=severities("-", "low", "medium"),
        references=references(
            anssi_hygiene="21", anssi_tls="R1 R3", iso27001="8.24", nis2="21.2.h", secnumcloud="10.2"
        ),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Give the members certificates, then set tls_enabled and ca_tls_container_ref.",
                "Doter les membres de certificats, puis fixer tls_enabled et ca_tls_container_ref.",
            ),
        ),
        objects=_pools,
        judge=_judge_encrypted,
    ),
    Control(
        id="ETAT-LB-009",
        family=FAMILY,
        title=Text("TLS behind load balancers is probed", "Le TLS derrière les répartiteurs est éprouvé"),
        criterion=Text(
            "A person probes the TLS of servers to which a listener of protocol HTTPS or TCP passes connections on.",
            "Une personne éprouve le TLS des serveurs auxquels un point d'écoute HTTPS ou TCP transmet les connexions.",
        ),
        type="listener",
        reads=("listeners",),
        level=Level.SITE,
        severity=severities("info", "info", "info"),
        references=references(anssi_tls="R3 R4", iso27001="8.24"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Harden the servers, or end TLS on the listener.",
                "Durcir les serveurs, ou terminer TLS au répartiteur.",
            ),
        ),
        objects=_listeners(*PASSED_ON),
        judge=_enabled(_judge_passed_on),
    ),
    Control(
        id="ETAT-LB-010",
        family=FAMILY,
        title=Text("Members lie in the tenant's networks", "Les membres sont dans les réseaux de l'espace"),
        criterion=Text(
            "The address of a member lies in a subnet of the project, and so does the subnet that it is reached by.",
            "L'adresse d'un membre est dans un sous-réseau du projet, et le sous-réseau par lequel on l'atteint aussi.",
        ),
        type="member",
        reads=("pool_members", "subnets", "networks"),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(pssie="RES-CLOIS", anssi_hygiene="19", iso27001="8.20 8.22", secnumcloud="13.2"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Remove the member, or have a waiver for a service that is shared.",
                "Retirer le membre, ou obtenir une dérogation pour un service partagé.",
            ),
        ),
        caution=Text(
            "A member may be in a shared network, or in another site, on purpose.",
            "Un membre peut être dans un réseau partagé, ou sur un autre site, volontairement.",
        ),
        objects=_members,
        judge=_judge_member,
    ),
    Control(
        id="ETAT-LB-011",
        family=FAMILY,
        title=Text("A pool survives the loss of a member", "Un groupe survit à la perte d'un membre"),
        criterion=Text(
            f"A pool with members has a health monitor and at least {MEMBERS} members that take connections.",
            f"Un groupe qui a des membres a un contrôle de santé et au moins {MEMBERS} membres actifs.",
        ),
        type="pool",
        reads=("pools", "pool_members"),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.14", nis2="21.2.c", secnumcloud="17.6"),
        repair=Repair(
            Mode.NONE, Text("Add a member and a health monitor.", "Ajouter un membre et un contrôle de santé.")
        ),
        caution=Text(
            "Whether the load balancer itself is redundant is not looked at.",
            "La redondance du répartiteur lui-même n'est pas examinée.",
        ),
        objects=_pools,
        judge=_judge_redundant,
    ),
    Control(
        id="ETAT-LB-012",
        family=FAMILY,
        title=Text("Metrics are not for everybody", "Les mesures ne sont pas pour tous"),
        criterion=Text(
            "A listener of protocol PROMETHEUS names in allowed_cidrs who may connect, or security groups of its "
            "address do, and that is not everybody.",
            "Un point d'écoute PROMETHEUS nomme dans allowed_cidrs, ou par des groupes de sécurité de son adresse, qui "
            "peut s'y connecter, et ce n'est pas tout le monde.",
        ),
        type="listener",
        reads=("listeners", "load_balancers", *FILTERS),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="23", iso27001="8.16 8.20"),
        repair=Repair(Mode.NONE, NARROW),
        objects=_listeners(PROMETHEUS),
        judge=_enabled(_judge_metrics),
    ),
)
