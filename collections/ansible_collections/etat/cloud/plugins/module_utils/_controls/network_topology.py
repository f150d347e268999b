# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How networks are joined to each other, to those of others and to the outside, and who watches what passes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from .._audit.filtering import (
    LAST_PORT,
    Rule,
    by_version,
    is_anybody,
    is_public,
    is_wide,
    openings,
    public_share,
)
from .._audit.fixes import changed, deleted_policy
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
    joined,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import NEUTRON, ROUTER_INTERFACES, View, contains, tag_values
from .._rules import protocol_name
from .network_ports import NO_NETWORK, own_ports, reached
from .network_rules import EXPOSURE, unknown

FAMILY = "network_topology"
SENSITIVITY = "sensitivity"
SENSITIVE = ("sensitive", "restricted")
SHARED, EXTERNAL = "access_as_shared", "access_as_external"
EVERYBODY = "*"
#: Where a server asks who it is, and for its first secrets.
METADATA = ("169.254.169.254", "fe80::a9fe:a9fe")
#: The kinds of networks that lead into the data centre's own equipment.
PHYSICAL = ("flat", "vlan")
#: What IKE and ESP use safely: AES, SHA-2, and groups of at least 2048 bits, or of curves of at least 256 bits.
#: https://www.rfc-editor.org/rfc/rfc8247
AES = "aes-"
HASHES = ("sha256", "sha384", "sha512")
GROUPS = tuple(f"group{number}" for number in (14, 15, 16, 17, 18, 19, 20, 21, 28, 29, 30, 31))
ENCRYPTING = ("esp", "ah-esp")
#: What stands for a peer that may be anybody.
ANY_PEER = ("", "0.0.0.0", "::", "%any", "any")  # noqa: S104
#: The events of a packet log that show what was refused.
REFUSED = ("ALL", "DROP")
DEFAULT_ROUTE, METADATA_ROUTE = Text("default", "par défaut"), Text("metadata", "métadonnées")
OTHERS_ROUTE = Text("another project", "autre projet")
NO_POLICIES = Text("who shares the network, and with whom, was not seen", "les partages du réseau n'ont pas été vus")
UNSHARE = Text("Delete the RBAC policy.", "Supprimer la politique RBAC.")


# --- NET-035, NET-036, NET-037, NET-038, NET-039


def _routers(view: View) -> Iterable[Row]:
    return view.rows("routers")


def _gateways(router: Row) -> Sequence[Row]:
    """Return the gateways of a router: several where Neutron gives it more than one."""
    return router.get("external_gateways") or [router["external_gateway_info"] or {}]


def _judge_gateway(_view: View, router: Row) -> Verdict:
    networks = [gateway["network_id"] for gateway in _gateways(router) if gateway]
    return passed_or_failed(not networks, external_networks=", ".join(networks))


def _judge_translation(_view: View, router: Row) -> Verdict:
    gateways = [gateway for gateway in _gateways(router) if gateway]
    if not gateways:
        return not_applicable(Text("it has no gateway", "il n'a pas de passerelle"))
    on = [gateway["network_id"] for gateway in gateways if gateway["enable_snat"]]
    return passed_or_failed(not on, external_networks=", ".join(on))


def _clear_gateway(view: View, router: Row) -> tuple[Fix, ...]:
    # Neutron refuses while floating IPs lead through the router.
    return () if view.by("floating_ips", "router_id", router["id"]) else _other_gateway(router, {})


def _stop_translation(_view: View, router: Row) -> tuple[Fix, ...]:
    gateway = router.get("external_gateway_info") or {}
    return _other_gateway(router, {**gateway, "enable_snat": False})


def _other_gateway(router: Row, after: Row) -> tuple[Fix, ...]:
    """Return another gateway; nothing where there are several, which are changed one by one."""
    before = router.get("external_gateway_info")
    if len(_gateways(router)) != 1 or not before:
        return ()
    path = f"/routers/{router['id']}"
    fix = changed("network", "router", router, "PUT", path, "router", external_gateway_info=dict(after))
    return (replace(fix, before={"external_gateway_info": before}),)


def _routing(view: View) -> Iterator[Row]:
    yield from view.rows("routers")
    yield from view.rows("subnets")


def _judge_routes(view: View, row: Row) -> Verdict:
    of_router = "routes" in row
    routes = row["routes" if of_router else "host_routes"] or ()
    networks = _interfaces(view, row) if of_router else [row["network_id"]]
    whole = {
        destination
        for version, listed in by_version(route["destination"] for route in routes).items()
        if is_anybody(listed, version) or is_wide(listed, version)
        for destination in listed
        if public_share(frozenset((destination,)), version) > 0
    }
    bad = []
    for route in routes:
        destination, next_hop = route["destination"], route["nexthop"]
        holder = _holder(view, networks, next_hop)
        ours = bool(holder and _is_ours(view, holder))
        if destination in whole:
            why = None if _is_the_way_out(row, next_hop, ours) else DEFAULT_ROUTE
        elif any(contains(destination, address) for address in METADATA):
            why = None if _is_neutron(holder) else METADATA_ROUTE
        else:
            why = OTHERS_ROUTE if holder and not ours else None
        if why:
            route_text = f"{destination} via {next_hop}"
            bad.append(Text(f"{route_text} ({why.en})", f"{route_text} ({why.fr})"))
    return passed_or_failed(not bad, kind="router" if of_router else "subnet", routes=joined(bad))


def _is_the_way_out(row: Row, next_hop: str, ours: bool) -> bool:
    """Return whether a default route is what leads out: by the subnet's gateway, or by what is ours without any."""
    if "routes" in row:
        return ours and not any(_gateways(row))
    return next_hop == row["gateway_ip"] or (ours and not row["gateway_ip"])


def _interfaces(view: View, router: Row) -> list[str]:
    """Return the networks that a router joins."""
    ports = view.by("ports", "device_id", router["id"])
    return sorted({port["network_id"] for port in ports if port.get("device_owner") in ROUTER_INTERFACES})


def _holder(view: View, networks: Iterable[str], address: str) -> Row | None:
    """Return the port with an address in one of some networks, or None when nobody is known to have it."""

    def holders() -> Mapping[tuple[str, str], Row]:
        return {
            (port["network_id"], fixed["ip_address"]): port
            for port in view.all("ports")
            for fixed in port.get("fixed_ips") or ()
        }

    known = view.facts.once(("holders", view.region), holders)
    return next((known[network, address] for network in networks if (network, address) in known), None)


def _is_ours(view: View, port: Row) -> bool:
    return port["project_id"] == view.project["id"] or _is_neutron(port)


def _is_neutron(port: Row | None) -> bool:
    return bool(port and port.get("device_owner", "").startswith(NEUTRON))


def _judge_joined(view: View, router: Row) -> Verdict:
    ids = _interfaces(view, router)
    if not ids:
        return not_applicable(Text("it joins no network", "il ne relie aucun réseau"))
    networks = [view.one("networks", id) for id in ids]
    said = [(network["name"], _sensitivity(view, network)) for network in networks if network]
    known = {value for _name, value in said}
    if len(known - {""}) > 1:
        return failed(networks=", ".join(f"{name}: {value}" for name, value in said))
    if None in networks or "" in known:
        return not_evaluable(
            Text(
                "a network that it joins, or how sensitive it is, was not seen",
                "un réseau qu'il relie, ou sa sensibilité, n'a pas été vu",
            )
        )
    return PASSED


def _sensitivity(view: View, network: Row) -> str:
    """Return how sensitive a network is: by its own tags, or as its owner is; empty where nobody says it."""
    said = tag_values(network, SENSITIVITY)
    if said:
        return ", ".join(sorted(said))
    return view.sensitivity if network["project_id"] == view.project["id"] else _of_project(view, network["project_id"])


def _of_project(view: View, id: str) -> str:
    return ", ".join(sorted(tag_values(view.one("projects", id) or {}, SENSITIVITY)))


def _public_subnets(view: View) -> Iterator[Row]:
    for subnet in view.rows("subnets"):
        if subnet["ip_version"] == 6 and is_public(subnet["cidr"].partition("/")[0]) and view.routed(subnet["id"]):
            yield subnet


def _judge_public_subnet(view: View, subnet: Row) -> Verdict:
    ports = _on_subnets(view).get(subnet["id"], ())
    shown = {
        port["id"]: reached(view, port, (found for found in view.exposures(port) if found.way == "ipv6"))
        for port in ports
    }
    if any(shown.values()):
        return failed(
            ports=", ".join(id for id, texts in shown.items() if texts),
            shown=", ".join(dict.fromkeys(text for texts in shown.values() for text in texts)),
        )
    reasons = (unknown(view, frozenset(port.get("security_groups") or ())) for port in ports)
    reason = next(filter(None, reasons), None)
    return not_evaluable(reason) if reason else PASSED


def _on_subnets(view: View) -> Mapping[str, Sequence[Row]]:
    """Return the tenant's ports by their subnet."""

    def ports() -> Mapping[str, Sequence[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for port in own_ports(view):
            for id in dict.fromkeys(fixed.get("subnet_id", "") for fixed in port.get("fixed_ips") or ()):
                found[id].append(port)
        return dict(found)

    return view.facts.once(("on_subnets", view.region, view.owners), ports)


# --- NET-040, NET-041, NET-042, NET-043


def _networks(view: View) -> Iterable[Row]:
    return view.rows("networks")


def _policies(view: View, id: str, action: str) -> list[Row]:
    return [row for row in view.by("rbac_policies", "object_id", id) if row["action"] == action]


def _judge_private(view: View, network: Row) -> Verdict:
    policies = _policies(view, network["id"], SHARED)
    to_all = [policy["id"] for policy in policies if policy["target_tenant"] == EVERYBODY]
    # Neutron calls a network shared as well when it is so with the project that asks alone.
    shared = bool(network.get("shared")) and not policies
    return passed_or_failed(not to_all and not shared, policies=", ".join(to_all))


def _judge_not_external(view: View, network: Row) -> Verdict:
    policies = _policies(view, network["id"], EXTERNAL)
    return passed_or_failed(
        not policies and not network["router:external"],
        policies=", ".join(policy["id"] for policy in policies),
        targets=", ".join(policy["target_tenant"] for policy in policies),
    )


def _unshare(action: str, *targets: str) -> Callable[[View, Row], tuple[Fix, ...]]:
    """Return what deletes the policies of one action by which a network is shared, or those with some targets."""

    def fix(view: View, network: Row) -> tuple[Fix, ...]:
        policies = [
            row for row in _policies(view, network["id"], action) if not targets or row["target_tenant"] in targets
        ]
        if any(policy["project_id"] != network["project_id"] for policy in policies):
            # Who shares what is not his is an administrator, and known to people.
            return ()
        return tuple(deleted_policy(policy, f"network {network['name']}") for policy in policies)

    return fix


def _delete_share(_view: View, policy: Row) -> tuple[Fix, ...]:
    return (deleted_policy(policy, f"{policy['object_type'].replace('_', ' ')} {policy['object_id']}"),)


def _shares(view: View) -> Iterable[Row]:
    """Return who may use what the tenant has; groups, external networks and what is for all are other controls'."""
    of_networks = [row for network in view.rows("networks") for row in _policies(view, network["id"], SHARED)]
    found = {row["id"]: row for row in (*view.rows("rbac_policies"), *of_networks)}
    return [
        row
        for row in found.values()
        if row["action"] == SHARED
        and row["object_type"] != "security_group"
        and not (row["object_type"] == "network" and row["target_tenant"] == EVERYBODY)
    ]


def _judge_share(view: View, policy: Row) -> Verdict:
    target = policy["target_tenant"]
    evidence = {"kind": policy["object_type"], "object": policy["object_id"], "shared_with": target}
    if target == view.project["id"]:
        return PASSED
    if target == EVERYBODY or view.foreign(target):
        return failed(**evidence)
    if view.foreign(target) is None:
        return not_evaluable(
            Text("the project that it is shared with was not seen", "le projet bénéficiaire du partage n'a pas été vu")
        )
    sensitivity = _of_project(view, target)
    if not sensitivity:
        return not_evaluable(
            Text(
                "the project that it is shared with does not say how sensitive it is",
                "le projet bénéficiaire du partage ne dit pas sa sensibilité",
            )
        )
    return passed_or_failed(sensitivity == view.sensitivity, sensitivity=sensitivity, **evidence)


def _joining_ports(view: View) -> Iterator[Row]:
    """Yield the ports of servers and of routers of the tenant that are on no external network."""
    interfaces = [port for port in view.rows("ports") if port.get("device_owner") in ROUTER_INTERFACES]
    for port in (*own_ports(view), *interfaces):
        if not (view.one("networks", port["network_id"]) or {}).get("router:external"):
            yield port


def _judge_home(view: View, port: Row) -> Verdict:
    network = view.one("networks", port["network_id"])
    if network is None:
        return not_evaluable(NO_NETWORK)
    owner = network["project_id"]
    if owner == view.project["id"] or view.foreign(owner) is False:
        return PASSED
    policies = _policies(view, network["id"], SHARED)
    # By default only an administrator may share something with everybody.
    if any(policy["target_tenant"] == EVERYBODY for policy in policies):
        return PASSED
    if view.foreign(owner) is None or (network.get("shared") and not view.saw("rbac_policies", owner)):
        return not_evaluable(NO_POLICIES)
    return failed(network=network["name"], owner=owner, device=port.get("device_id", ""))


# --- NET-044, NET-045, NET-046


def _judge_physical(_view: View, network: Row) -> Verdict:
    # A network of several segments tells all that only of each of them.
    segments = network.get("segments") or (network,)
    physical = [segment for segment in segments if segment["provider:network_type"] in PHYSICAL]
    return passed_or_failed(
        not physical,
        types=", ".join(segment["provider:network_type"] for segment in physical),
        physical_networks=", ".join(segment.get("provider:physical_network") or "" for segment in physical),
    )


def _subnets(view: View) -> Iterable[Row]:
    return view.rows("subnets")


def _judge_resolvers(_view: View, subnet: Row) -> Verdict:
    public = [address for address in subnet["dns_nameservers"] or () if is_public(address)]
    return passed_or_failed(not public, resolvers=", ".join(public))


def _keep_private_resolvers(_view: View, subnet: Row) -> tuple[Fix, ...]:
    private = [address for address in subnet["dns_nameservers"] if not is_public(address)]
    # Machines without any would find nothing; which one they are to ask is for people to say.
    path = f"/subnets/{subnet['id']}"
    fix = changed("network", "subnet", subnet, "PUT", path, "subnet", dns_nameservers=private)
    return (fix,) if private else ()


def _taps(view: View) -> Iterable[Row]:
    """Return what copies packets, of the tenant, or of others on its ports. To have none is what is asked for."""
    found = {
        row["id"]: {**row, "kind": source.removesuffix("s")}
        for source in ("tap_services", "tap_flows", "tap_mirrors")
        for row in view.rows(source)
    }
    for port in view.rows("ports"):
        for source, field in (("tap_flows", "source_port"), ("tap_mirrors", "port_id")):
            for row in view.by(source, field, port["id"]):
                found[row["id"]] = {**row, "kind": source.removesuffix("s")}
    return list(found.values()) or (view.project,)


def _judge_tap(_view: View, row: Row) -> Verdict:
    if "kind" not in row:
        return PASSED
    return failed(
        kind=row["kind"],
        port=row.get("source_port") or row.get("port_id") or "",
        owner=row["project_id"],
        sent_to=row.get("remote_ip") or row.get("tap_service_id") or "",
    )


# --- NET-047, NET-048


def _vpn_policies(view: View) -> Iterator[Row]:
    for source, field in (("vpn_ike_policies", "ikepolicy_id"), ("vpn_ipsec_policies", "ipsecpolicy_id")):
        for row in view.rows(source):
            yield {**row, "connections": len(view.by("vpn_connections", field, row["id"]))}


def _judge_vpn_policy(_view: View, policy: Row) -> Verdict:
    good = {
        "encryption_algorithm": policy["encryption_algorithm"].startswith(AES),
        "auth_algorithm": policy["auth_algorithm"] in HASHES,
        "pfs": policy["pfs"] in GROUPS,
    }
    of_ipsec = "transform_protocol" in policy
    if of_ipsec:
        good["transform_protocol"] = policy["transform_protocol"] in ENCRYPTING
    else:
        good["ike_version"] = policy["ike_version"] == "v2"
    weak = [name for name, is_good in good.items() if not is_good]
    return passed_or_failed(
        not weak,
        kind="ipsec" if of_ipsec else "ike",
        weak=", ".join(f"{name}={policy[name]}" for name in weak),
        used_by_connections=policy["connections"],
    )


def _connections(view: View) -> Iterable[Row]:
    return view.rows("vpn_connections")


def _judge_connection(view: View, connection: Row) -> Verdict:
    wrong = []
    if not (connection.get("description") or "").strip():
        wrong.append(Text("not described", "pas de description"))
    if connection["peer_address"] in ANY_PEER or connection["peer_id"] in ANY_PEER:
        wrong.append(Text("any peer", "tout pair"))
    group = view.one("vpn_endpoint_groups", connection.get("peer_ep_group_id"))
    prefixes = (group or {}).get("endpoints") or connection.get("peer_cidrs") or ()
    if any(is_anybody(found, version) or is_wide(found, version) for version, found in by_version(prefixes).items()):
        wrong.append(Text("a large part of the Internet behind it", "une grande partie d'Internet derrière lui"))
    if view.sensitivity in SENSITIVE and connection["auth_mode"] == "psk":
        wrong.append(Text("a pre-shared key", "une clé partagée"))
    if wrong:
        return failed(peer=connection["peer_address"], wrong=joined(wrong, ", "), networks=", ".join(prefixes))
    if connection.get("peer_ep_group_id") and group is None:
        return not_evaluable(
            Text(
                "the endpoint group of its peer was not seen",
                "le groupe de points de terminaison de son pair n'a pas été vu",
            )
        )
    return PASSED


# --- NET-049


def _firewall_policies(view: View) -> Iterable[Row]:
    return view.rows("firewall_policies")


def _judge_firewall(view: View, policy: Row) -> Verdict:
    rules = [view.one("firewall_rules", id) for id in policy["firewall_rules"] or ()]
    allowing = [rule for row in rules if row for rule in _allowed(row, policy["id"])]
    whole = [opening for opening in openings(allowing) if opening.whole]
    if whole or not policy["audited"]:
        return failed(
            audited=bool(policy["audited"]),
            rules=", ".join(dict.fromkeys(rule.id for opening in whole for rule in opening.rules)),
        )
    return (
        not_evaluable(Text("a rule of the policy was not seen", "une règle de la politique n'a pas été vue"))
        if None in rules
        else PASSED
    )


def _allowed(row: Row, policy: str) -> Iterator[Rule]:
    """Yield a rule of a firewall in normal form where it lets something through to all destinations."""
    version = int(row["ip_version"])
    everywhere = "0.0.0.0/0" if version == 4 else "::/0"
    if not row["enabled"] or row["action"] != "allow":
        return
    if not is_anybody((row["destination_ip_address"] or everywhere,), version):
        return
    first, _colon, last = str(row["destination_port"] or f"0:{LAST_PORT}").partition(":")
    yield Rule(
        id=row["id"],
        group=policy,
        direction="ingress",
        version=version,
        protocol=protocol_name(row["protocol"], f"IPv{version}"),
        first=int(first),
        last=int(last or first),
        prefixes=(row["source_ip_address"] or everywhere,),
        remote_group="",
        unknown=False,
        description="",
    )


# --- NET-050, NET-051


def _groups(view: View) -> Iterable[Row]:
    return view.rows("security_groups")


def _judge_logged(view: View, group: Row) -> Verdict:
    ports = view.bearing(group["id"])
    if not ports:
        return not_applicable(Text("no port bears it", "aucun port ne le porte"))
    if any(not log.get("resource_id") and not log.get("target_id") for log in filter(_tells, view.rows("packet_logs"))):
        return PASSED
    if any(not log.get("target_id") for log in filter(_tells, view.by("packet_logs", "resource_id", group["id"]))):
        return PASSED
    silent = [port["id"] for port in ports if not _is_logged(view, group, port)]
    return passed_or_failed(not silent, ports_without_log=len(silent))


def _tells(log: Row) -> bool:
    return bool(log["enabled"]) and log["event"] in REFUSED and log["resource_type"] == "security_group"


def _is_logged(view: View, group: Row, port: Row) -> bool:
    logs = filter(_tells, view.by("packet_logs", "target_id", port["id"]))
    return any(log.get("resource_id") in (None, "", group["id"]) for log in logs)


def _interconnections(view: View) -> Iterator[Row]:
    yield from view.rows("trunks")
    vpns = {row["id"]: row for row in view.rows("bgp_vpns")}
    for source in ("networks", "routers"):
        for row in view.rows(source):
            vpns.update((vpn["id"], vpn) for vpn in _joined_by(view, source).get(row["id"], ()))
    yield from vpns.values()


def _joined_by(view: View, source: str) -> Mapping[str, Sequence[Row]]:
    """Return the BGP VPNs by the networks, or the routers, that they join."""

    def vpns() -> Mapping[str, Sequence[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for vpn in view.all("bgp_vpns"):
            for id in vpn.get(source) or ():
                found[id].append(vpn)
        return dict(found)

    return view.facts.once(("joined_by", view.region, source), vpns)


def _judge_interconnection(view: View, row: Row) -> Verdict:
    if "sub_ports" not in row:
        joined = [*(row.get("networks") or ()), *(row.get("routers") or ())]
        return passed_or_failed(not joined, kind="bgp_vpn", owner=row["project_id"], joins=", ".join(joined))
    ports = [view.one("ports", id) for id in (row["port_id"], *(sub["port_id"] for sub in row["sub_ports"] or ()))]
    networks = [view.one("networks", port["network_id"]) if port else None for port in ports]
    external = [network["name"] for network in networks if network and network.get("router:external")]
    if external:
        return failed(kind="trunk", owner=row["project_id"], joins=", ".join(external))
    return (
        not_evaluable(
            Text("a port of the trunk, or its network, was not seen", "un port du trunk, ou son réseau, n'a pas été vu")
        )
        if None in networks
        else PASSED
    )


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-NET-035",
        family=FAMILY,
        title=Text("Sensitive networks lead nowhere outside", "Les réseaux sensibles ne mènent pas à l'extérieur"),
        criterion=Text(
            "No router of a tenant with sensitive data has a gateway to an external network.",
            "Aucun routeur d'un espace aux données sensibles n'a de passerelle vers un réseau externe.",
        ),
        type="router",
        reads=("routers", "floating_ips"),
        level=Level.SITE,
        severity=severities("-", "-", "critical"),
        references=references(pssie="RES-INTERCO", anssi_dr="R10 R11", anssi_hygiene="22", iso27001="8.22"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Bring what has to go out to a gateway of the State, then clear the router's gateway.",
                "Faire passer ce qui doit sortir par une passerelle de l'État, puis retirer celle du routeur.",
            ),
            _clear_gateway,
        ),
        caution=Text(
            "An external network may be one of the State, with its own filters: the API does not tell.",
            "Un réseau externe peut être un réseau de l'État, filtré par ailleurs : l'API ne le dit pas.",
        ),
        objects=_routers,
        judge=_judge_gateway,
    ),
    Control(
        id="ETAT-NET-036",
        family=FAMILY,
        title=Text("Sensitive networks are not translated", "Les réseaux sensibles ne sont pas traduits"),
        criterion=Text(
            "No router of a tenant with sensitive data translates addresses, by which every machine behind it goes "
            "out.",
            "Aucun routeur d'un espace aux données sensibles ne traduit les adresses, ce qui laisse sortir toute "
            "machine placée derrière lui.",
        ),
        type="router",
        reads=("routers",),
        level=Level.SITE,
        severity=severities("-", "-", "medium"),
        references=references(anssi_hygiene="22", iso27001="8.20"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Turn source NAT off once the proxies are reached otherwise.",
                "Désactiver la traduction d'adresses source lorsque les mandataires sont joignables autrement.",
            ),
            _stop_translation,
        ),
        caution=Text(
            "Where the catalogue's blueprint has a gateway for updates, it needs a waiver.",
            "Lorsque le plan du catalogue prévoit une passerelle pour les mises à jour, il faut une dérogation.",
        ),
        objects=_routers,
        judge=_judge_translation,
    ),
    Control(
        id="ETAT-NET-037",
        family=FAMILY,
        title=Text("No route hijacks", "Aucune route ne détourne"),
        criterion=Text(
            "No static route of a router or a subnet, alone or with others, takes the place of the default route, "
            "leads to the metadata service by a machine, or leads to a port of another project.",
            "Aucune route statique d'un routeur ou d'un sous-réseau, seule ou avec d'autres, ne remplace la route par "
            "défaut, ne mène au service de métadonnées par une machine, ni à un port d'un autre projet.",
        ),
        type="resource",
        reads=("routers", "subnets", "ports"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(pssie="RES-ROUTDYN", iso27001="8.20"),
        repair=Repair(Mode.NONE, Text("Remove the route.", "Retirer la route.")),
        caution=Text(
            "A firewall in a virtual machine may take all traffic by such a route: it needs a waiver.",
            "Un pare-feu virtuel peut prendre tout le trafic par une telle route, avec dérogation.",
        ),
        objects=_routing,
        judge=_judge_routes,
    ),
    Control(
        id="ETAT-NET-038",
        family=FAMILY,
        title=Text("Routers join equals", "Les routeurs joignent des égaux"),
        criterion=Text(
            "The networks that a router joins are of one sensitivity: that of their tags, or of their tenants.",
            "Les réseaux qu'un routeur joint sont d'une même sensibilité : celle de leurs étiquettes, ou de leurs "
            "espaces.",
        ),
        type="router",
        reads=("routers", "ports", "networks"),
        level=Level.SITE,
        severity=severities("-", "high", "critical"),
        references=references(
            pssie="RES-CLOIS", anssi_dr="R5 R32", anssi_hygiene="19", iso27001="8.22", secnumcloud="13.2"
        ),
        repair=Repair(
            Mode.NONE,
            Text(
                "Take the interface away, and let the two exchange through a gateway that filters.",
                "Retirer l'interface, et faire passer les échanges par une passerelle filtrante.",
            ),
        ),
        objects=_routers,
        judge=_judge_joined,
    ),
    Control(
        id="ETAT-NET-039",
        family=FAMILY,
        title=Text("Public IPv6 is filtered", "L'IPv6 publique est filtrée"),
        criterion=Text(
            "On no public IPv6 subnet behind a router to the outside does a port of the tenant open ports of "
            "administration or of data to all.",
            "Sur aucun sous-réseau IPv6 public relié à l'extérieur par un routeur, un port de l'espace n'ouvre à tous "
            "de port d'administration ou de données.",
        ),
        type="subnet",
        reads=("subnets", *EXPOSURE),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(anssi_hygiene="19 23", iso27001="8.20"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Narrow the IPv6 rules; there is no address translation that hides these machines.",
                "Restreindre les règles IPv6 ; aucune traduction d'adresses ne cache ces machines.",
            ),
        ),
        objects=_public_subnets,
        judge=_judge_public_subnet,
    ),
    Control(
        id="ETAT-NET-040",
        family=FAMILY,
        title=Text("Networks are not for all", "Les réseaux ne sont pas ouverts à tous"),
        criterion=Text(
            "No network of the tenant is shared with all projects.",
            "Aucun réseau de l'espace n'est partagé avec tous les projets.",
        ),
        type="network",
        reads=("networks", "rbac_policies"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(anssi_hygiene="19", iso27001="8.22", secnumcloud="9.7"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Share the network with those who need it, then delete the policy for all.",
                "Partager le réseau avec ceux qui en ont besoin, puis supprimer la politique ouverte à tous.",
            ),
            _unshare(SHARED, EVERYBODY),
        ),
        objects=_networks,
        judge=_judge_private,
    ),
    Control(
        id="ETAT-NET-041",
        family=FAMILY,
        title=Text("What is shared stays among equals", "Ce qui est partagé reste entre égaux"),
        criterion=Text(
            "Networks, QoS policies, address groups, address scopes and subnet pools are shared with projects of the "
            "same domain and of the same sensitivity only.",
            "Réseaux, politiques de QoS, groupes d'adresses, portées d'adresses et réserves de sous-réseaux ne sont "
            "partagés qu'avec des projets du même domaine et de la même sensibilité.",
        ),
        type="rbac_policy",
        reads=("rbac_policies", "networks"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(iso27001="5.15 8.22", secnumcloud="9.7"),
        repair=Repair(Mode.GUARDED, UNSHARE, _delete_share),
        caution=Text(
            "Security groups and networks for all are judged by ETAT-NET-015 and ETAT-NET-040.",
            "Les groupes de sécurité et les réseaux ouverts à tous relèvent d'ETAT-NET-015 et d'ETAT-NET-040.",
        ),
        objects=_shares,
        judge=_judge_share,
    ),
    Control(
        id="ETAT-NET-042",
        family=FAMILY,
        title=Text("No tenant offers a way outside", "Aucun espace n'offre de sortie"),
        criterion=Text(
            "No network of the tenant is external, for all or for some.",
            "Aucun réseau de l'espace n'est externe, pour tous ou pour certains.",
        ),
        type="network",
        reads=("networks", "rbac_policies"),
        level=Level.SITE,
        severity=severities("high", "high", "critical"),
        references=references(pssie="RES-INTERCO", anssi_hygiene="22", iso27001="8.22"),
        repair=Repair(Mode.GUARDED, UNSHARE, _unshare(EXTERNAL)),
        objects=_networks,
        judge=_judge_not_external,
    ),
    Control(
        id="ETAT-NET-043",
        family=FAMILY,
        title=Text("Ports stay at home", "Les ports restent chez eux"),
        criterion=Text(
            "Ports of servers and of routers are on networks of their own domain, or on those that an administrator "
            "offers to all.",
            "Les ports des serveurs et des routeurs sont sur des réseaux de leur domaine, ou sur ceux qu'un "
            "administrateur offre à tous.",
        ),
        type="port",
        reads=("ports", "networks", "rbac_policies"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_hygiene="25", anssi_dr="R9", iso27001="8.22"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Move the server to a network of the tenant, or have the interconnection approved.",
                "Déplacer le serveur sur un réseau de l'espace, ou faire approuver l'interconnexion.",
            ),
        ),
        caution=Text(
            "External networks are judged by ETAT-NET-034.",
            "Les réseaux externes relèvent d'ETAT-NET-034.",
        ),
        objects=_joining_ports,
        judge=_judge_home,
    ),
    Control(
        id="ETAT-NET-044",
        family=FAMILY,
        title=Text("No network leads into the data centre", "Aucun réseau ne mène au centre de données"),
        criterion=Text(
            "No network of the tenant is flat or a VLAN of a physical network.",
            "Aucun réseau de l'espace n'est à plat ni un VLAN d'un réseau physique.",
        ),
        type="network",
        reads=("networks",),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="19", iso27001="8.22"),
        repair=Repair(
            Mode.NONE,
            Text("Have the physical network approved.", "Faire approuver le réseau physique."),
        ),
        caution=Text(
            "Some clouds make each network of a tenant a VLAN. Only an administrator sees what a network is.",
            "Certains clouds font de chaque réseau d'un espace un VLAN. Seul un administrateur voit ce qu'il en est.",
        ),
        objects=_networks,
        judge=_judge_physical,
    ),
    Control(
        id="ETAT-NET-045",
        family=FAMILY,
        title=Text("Resolvers are not those of the Internet", "Les résolveurs ne sont pas ceux d'Internet"),
        criterion=Text(
            "No subnet of the tenant names a resolver with a public address.",
            "Aucun sous-réseau de l'espace ne nomme de résolveur à adresse publique.",
        ),
        type="subnet",
        reads=("subnets",),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(pssie="EXP-CI-DNS", anssi_hygiene="21", iso27001="8.20"),
        repair=Repair(
            Mode.SAFE,
            Text("Name the resolvers of the State.", "Nommer les résolveurs de l'État."),
            _keep_private_resolvers,
        ),
        caution=Text(
            "A resolver of the State may have a public address: it needs a waiver.",
            "Un résolveur de l'État peut avoir une adresse publique, avec dérogation.",
        ),
        objects=_subnets,
        judge=_judge_resolvers,
    ),
    Control(
        id="ETAT-NET-046",
        family=FAMILY,
        title=Text("Nobody copies packets", "Personne ne copie les paquets"),
        criterion=Text(
            "The tenant has no tap service, flow or mirror, and nobody has one on its ports.",
            "L'espace n'a ni service, ni flux, ni miroir de copie, et personne n'en a sur ses ports.",
        ),
        type="resource",
        reads=("tap_services", "tap_flows", "tap_mirrors", "ports"),
        level=Level.SITE,
        severity=severities("high", "high", "critical"),
        references=references(iso27001="8.16 5.34", secnumcloud="13.3"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Ask who copies, and for what; remove it, or have it waived.",
                "Demander qui copie, et pourquoi ; supprimer la copie, ou la couvrir d'une dérogation.",
            ),
        ),
        caution=Text(
            "A security operations centre may listen: it needs a waiver.",
            "Un centre opérationnel de sécurité peut écouter, avec dérogation.",
        ),
        objects=_taps,
        judge=_judge_tap,
    ),
    Control(
        id="ETAT-NET-047",
        family=FAMILY,
        title=Text("VPNs are strong", "Les VPN sont robustes"),
        criterion=Text(
            "A policy of IKE or IPsec uses AES, SHA-2, a Diffie-Hellman group of at least 2048 bits or a curve of at "
            "least 256, IKEv2, and a protocol that encrypts.",
            "Une politique IKE ou IPsec emploie AES, SHA-2, un groupe Diffie-Hellman d'au moins 2048 bits ou une "
            "courbe d'au moins 256, IKEv2, et un protocole qui chiffre.",
        ),
        type="vpn_policy",
        reads=("vpn_ike_policies", "vpn_ipsec_policies", "vpn_connections"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(
            anssi_ipsec="R3 R8 R12 R14 R15 R16", anssi_hygiene="18", iso27001="8.24", secnumcloud="10.2"
        ),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Agree on a strong policy with the peer, then change both ends.",
                "Convenir d'une politique robuste avec l'autre partie, puis changer les deux côtés.",
            ),
        ),
        caution=Text(
            "Two ends agree on what both of them can: the API does not show what the peer chose.",
            "Les deux côtés s'accordent sur ce que chacun sait faire : l'API ne montre pas le choix de l'autre partie.",
        ),
        objects=_vpn_policies,
        judge=_judge_vpn_policy,
    ),
    Control(
        id="ETAT-NET-048",
        family=FAMILY,
        title=Text("VPN peers are known", "Les correspondants des VPN sont connus"),
        criterion=Text(
            "A connection has a description and one peer, with no large part of the Internet behind it; of sensitive "
            "data, the peers do not use a pre-shared key.",
            "Une connexion a une description et un seul correspondant, sans grande part d'Internet derrière lui ; pour "
            "des données sensibles, sans clé partagée.",
        ),
        type="vpn_connection",
        reads=("vpn_connections", "vpn_endpoint_groups"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_ipsec="R9", anssi_hygiene="25", iso27001="8.21"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Say in the description who the peer is; have a pre-shared key waived, with the day of its change.",
                "Dire dans la description qui est le correspondant ; couvrir une clé partagée d'une dérogation, avec "
                "la date de son changement.",
            ),
        ),
        caution=Text(
            "Neutron itself knows no certificates, only pre-shared keys; their strength is never read.",
            "Neutron lui-même ne connaît pas les certificats, seulement les clés partagées ; leur force n'est jamais "
            "lue.",
        ),
        objects=_connections,
        judge=_judge_connection,
    ),
    Control(
        id="ETAT-NET-049",
        family=FAMILY,
        title=Text("Firewall policies are audited", "Les politiques de pare-feu sont auditées"),
        criterion=Text(
            "A policy of the firewall service is marked as audited, and none of its rules, alone or with others, lets "
            "everything through from all to all.",
            "Une politique du service de pare-feu est marquée comme auditée, et aucune de ses règles, seule ou avec "
            "d'autres, ne laisse tout passer de tous vers tous.",
        ),
        type="firewall_policy",
        reads=("firewall_policies", "firewall_rules"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_hygiene="22", iso27001="8.20"),
        repair=Repair(
            Mode.NONE,
            Text("Review the rules, then mark the policy.", "Revoir les règles, puis marquer la politique."),
        ),
        caution=Text(
            "Rules that refuse before an open one are not counted in its favour.",
            "Les règles de refus placées avant une règle ouverte ne sont pas comptées en sa faveur.",
        ),
        objects=_firewall_policies,
        judge=_judge_firewall,
    ),
    Control(
        id="ETAT-NET-050",
        family=FAMILY,
        title=Text("What is refused is logged", "Les refus sont journalisés"),
        criterion=Text(
            "A packet log tells what each security group in use refuses: of the whole project, of the group, or of "
            "each port that bears it.",
            "Un journal de paquets retient ce que refuse chaque groupe de sécurité employé : pour tout le projet, pour "
            "le groupe, ou pour chaque port qui le porte.",
        ),
        type="security_group",
        reads=("packet_logs", "security_groups", "ports"),
        level=Level.SITE,
        severity=severities("-", "low", "high"),
        references=references(pssie="EXP-JOUR-SUR", anssi_logging="R2", anssi_hygiene="36", iso27001="8.15"),
        repair=Repair(
            Mode.SAFE,
            Text("Create a log for the project's groups.", "Créer un journal pour les groupes du projet."),
        ),
        caution=Text(
            "Network equipment beyond the cloud may log the same.",
            "Des équipements réseau hors du cloud peuvent journaliser la même chose.",
        ),
        objects=_groups,
        judge=_judge_logged,
    ),
    Control(
        id="ETAT-NET-051",
        family=FAMILY,
        title=Text("Interconnections are known", "Les interconnexions sont connues"),
        criterion=Text(
            "No BGP VPN joins a network or router of the tenant, and no trunk leads to an external network.",
            "Aucun VPN BGP ne joint de réseau ni de routeur de l'espace, et aucun trunk ne mène à un réseau externe.",
        ),
        type="resource",
        reads=("trunks", "bgp_vpns", "ports", "networks", "routers"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_hygiene="25", iso27001="8.22"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Have the interconnection approved and waived, or take it away.",
                "Faire approuver l'interconnexion et la couvrir d'une dérogation, ou la retirer.",
            ),
        ),
        caution=Text(
            "Gateways between layers 2 are not read.",
            "Les passerelles de niveau 2 ne sont pas lues.",
        ),
        objects=_interconnections,
        judge=_judge_interconnection,
    ),
)
