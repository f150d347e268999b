# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a control sees: the facts of one subject, and what several controls want to know of them."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from .._rules import ANY
from .facts import Facts
from .filtering import LAST_PORT, Opening, Reaches, Rule, any_rules, is_anybody, is_public, openings, rule_of
from .model import SENSITIVITIES, Cartography, Level, Qualification, Refusal, Row, Tenant, Waiver
from .sources import SOURCES

#: The sources whose records show that a tenant uses a region.
IN_USE = (
    *("servers", "volumes", "snapshots", "backups", "networks", "routers", "floating_ips", "load_balancers", "shares"),
    *("zones", "secrets", "object_containers"),
)
#: What the owner of a port begins with that Neutron keeps for itself, and never filters.
NEUTRON = "network:"
#: What the owner of a port begins with where a server sends and gets by it; a trunk gives one port several networks.
SERVERS = ("compute:", "baremetal:", "trunk:")
#: The kinds of interfaces that give a machine the hardware itself, past what filters.
#: https://docs.openstack.org/neutron/latest/admin/config-sriov.html
UNFILTERED = (
    *("direct", "direct-physical", "macvtap", "smart-nic", "remote-managed", "accelerator-direct"),
    *("accelerator-direct-physical", "baremetal"),
)
#: What the port of a router in a network of a tenant is called; the others for distributed and redundant routers.
ROUTER_INTERFACES = (
    *("network:router_interface", "network:router_interface_distributed", "network:ha_router_replicated_interface"),
)


@dataclass(frozen=True, slots=True)
class Exposure:
    """One way from outside to a port.

    way: floating_ip, external_network, ipv6, ndp_proxy or port_forwarding.
    protocol, first and last port: of a forwarding, what it leads to on the inner side; otherwise everything.
    """

    way: str
    address: str
    protocol: str = ANY
    first: int = 0
    last: int = LAST_PORT


@dataclass(frozen=True)
class View:
    """The facts of one subject: the cloud, a domain, a tenant, or a tenant's site. See the classes of model for levels.

    domain and project: records of Keystone; empty where the level has none, or where it was not seen.
    """

    facts: Facts
    level: Level
    today: date
    tenant: Tenant | None = None
    region: str = ""
    domain: Row = field(default_factory=dict)
    project: Row = field(default_factory=dict)
    #: That of a domain that is judged as such, seen or not.
    domain_name: str = ""
    tenants: tuple[Tenant, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    #: The regions that a control of the cloud, of a domain or of a tenant looks at, if it looks at services.
    regions: tuple[str, ...] = ()
    #: The names of the roles that may be given; none when nobody said.
    roles: frozenset[str] = frozenset()
    #: That of the cloud; None when nobody recorded one.
    qualification: Qualification | None = None
    #: Those of the cloud that are known.
    cartographies: tuple[Cartography, ...] = ()

    # --- the records

    @property
    def owners(self) -> tuple[str, ...]:
        """The ids of the subject, from its own to the one around it; none for the cloud."""
        return tuple(row["id"] for row in (self.project, self.domain) if row)

    @property
    def sensitivity(self) -> str:
        """That of the tenant; of a domain and of the cloud, the highest of their tenants."""
        if self.tenant:
            return self.tenant.sensitivity
        found = [tenant.sensitivity for tenant in self.tenants]
        return max(found, key=SENSITIVITIES.index, default=SENSITIVITIES[0])

    def rows(self, source: str, region: str | None = None) -> Sequence[Row]:
        """Return the subject's own records: of its project, of its domain, or all of them for the cloud.

        region: of a service; that of the site when not said.
        """
        where = self._region(source, region)
        if self.project:
            return self.facts.by(source, where, "project_id", self.project["id"])
        if self.domain:
            return self.facts.by(source, where, "domain_id", self.domain["id"])
        return self.facts.rows(source, where)

    def all(self, source: str, region: str | None = None) -> Sequence[Row]:
        """Return all records that were seen, whoever owns them."""
        return self.facts.rows(source, self._region(source, region))

    def by(self, source: str, name: str, value: object, region: str | None = None) -> Sequence[Row]:
        """Return all records with a value in a field, whoever owns them: those of a parent by parent_id, say."""
        return self.facts.by(source, self._region(source, region), name, value)

    def one(self, source: str, id: str | None, region: str | None = None) -> Row | None:
        """Return the record with this id, or None when it was not seen.

        Whoever owns it; of several, which only names that serve as ids can be, the subject's own.
        """
        found = self.by(source, "id", id, region) if id else ()
        own = self.project.get("id")
        return next((row for row in found if own and row.get("project_id") == own), found[0] if found else None)

    def refusal(self, source: str, region: str | None = None) -> Refusal | None:
        """Return why the subject's own records of a source are not known, or None when they are."""
        return self.facts.refusal(source, self._region(source, region), self.owners)

    def complete(self, source: str) -> bool:
        """Return whether all records of the cloud were seen, and not only those of some projects or domains."""
        return self.facts.refusal(source, self._region(source, None), ()) is None

    def _region(self, source: str, region: str | None) -> str:
        if not SOURCES[source].regional:
            return ""
        return self.region if region is None else region

    # --- people and projects

    def domain_of(self, project_id: str) -> str:
        """Return the id of the domain of a project, or an empty text when the project was not seen."""
        project = self.one("projects", project_id)
        return str(project["domain_id"]) if project else ""

    def foreign(self, project_id: str) -> bool | None:
        """Return whether a project lies outside the subject's domain; None when nobody can tell.

        One that was not seen lies outside, where all projects of the domain were.
        """
        domain = self.domain_of(project_id)
        if domain:
            return bool(domain != self.domain["id"])
        return True if self.facts.refusal("projects", "", (self.domain["id"],)) is None else None

    def saw(self, source: str, project_id: str) -> bool:
        """Return whether the records of a project, be it the subject's or another one, were read."""
        return self.facts.refusal(source, self._region(source, None), (project_id,)) is None

    # --- time

    def age(self, moment: str | None) -> int | None:
        """Return the days since a moment as OpenStack writes it, negative for what is to come; None without one."""
        found = day(moment)
        return (self.today - found).days if found else None

    # --- networks

    def rules(self, group_id: str) -> tuple[Rule, ...]:
        """Return the rules of a security group in normal form, whoever owns it; none where it was not seen."""
        return self.facts.once(("rules", self.region, group_id), lambda: self._rules(group_id))

    def _rules(self, group_id: str) -> tuple[Rule, ...]:
        rows = any_rules(self.one("security_groups", group_id) or {"id": group_id})
        return tuple(rule_of(row, lambda id: self.one("address_groups", id)) for row in rows)

    @cached_property
    def filtered(self) -> Sequence[frozenset[str]]:
        """What filters together: each security group of the subject alone, and the groups of each of its ports."""
        alone = [frozenset((group["id"],)) for group in self.rows("security_groups")]
        together = [frozenset(port.get("security_groups") or ()) for port in self.rows("ports")]
        return list(dict.fromkeys(groups for groups in (*alone, *together) if groups))

    def bearing(self, group_id: str) -> Sequence[Row]:
        """Return the ports that bear a security group, whoever owns them."""
        return self.facts.once(("bearing", self.region), self._bearing).get(group_id, ())

    def _bearing(self) -> Mapping[str, Sequence[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for port in self.all("ports"):
            for id in port.get("security_groups") or ():
                found[id].append(port)
        return dict(found)

    def rules_of(self, groups: frozenset[str], direction: str) -> list[Rule]:
        """Return the rules of some security groups in one direction."""
        return [rule for id in sorted(groups) for rule in self.rules(id) if rule.direction == direction]

    def openings(
        self, groups: frozenset[str], direction: str = "ingress", reaches: Reaches = is_anybody
    ) -> tuple[Opening, ...]:
        """Return what some security groups together open to anybody, or to whom else reaches says."""
        key = ("openings", self.region, direction, groups, reaches)
        return self.facts.once(key, lambda: openings(self.rules_of(groups, direction), reaches))

    def opened_by(self, rule: Rule, reaches: Reaches = is_anybody) -> tuple[Opening, ...]:
        """Return what a rule of the subject opens to anybody, alone or together with others on some port."""
        key = ("opened", self.region, self.owners, rule.direction, reaches)
        return self.facts.once(key, lambda: self._opened(rule.direction, reaches)).get(rule.id, ())

    def _opened(self, direction: str, reaches: Reaches) -> Mapping[str, tuple[Opening, ...]]:
        found: dict[str, dict[Opening, None]] = {}
        for groups in self.filtered:
            for opening in self.openings(groups, direction, reaches):
                for rule in opening.rules:
                    found.setdefault(rule.id, {})[opening] = None
        return {id: tuple(listed) for id, listed in found.items()}

    def is_filtered(self, port: Row) -> bool:
        """Return whether security groups filter what a port sends and gets."""
        return bool(port.get("port_security_enabled", True)) and port.get("binding:vnic_type") not in UNFILTERED

    def exposures(self, port: Row) -> tuple[Exposure, ...]:
        """Return the ways from outside to a port, whatever its security groups say.

        An address counts as outside for where it lies, on an external network, and not for its number: those of the
        State are often private. What leads to an address that servers pass on to each other leads to each of them.
        """
        key = ("exposures", self.region, port["id"])
        return self.facts.once(key, lambda: (*self._exposures(port), *self._passed_on(port)))

    def _exposures(self, port: Row) -> Iterator[Exposure]:
        for ip in self._by_port("floating_ips", port):
            yield Exposure("floating_ip", ip["floating_ip_address"])
        for forwarding in self.by("port_forwardings", "internal_port_id", port["id"]):
            parent = self.one("floating_ips", forwarding["parent_id"])
            address = parent["floating_ip_address"] if parent else ""
            protocol = str(forwarding.get("protocol") or ANY).lower()
            yield Exposure("port_forwarding", address, protocol, *forwarded(forwarding, "internal"))
        for proxy in self._by_port("ndp_proxies", port):
            yield Exposure("ndp_proxy", proxy["ip_address"])
        network = self.one("networks", port["network_id"]) or {}
        for fixed in port.get("fixed_ips") or ():
            address = fixed["ip_address"]
            if network.get("router:external"):
                yield Exposure("external_network", address)
            elif ":" in address and is_public(address) and self.routed(fixed.get("subnet_id", "")):
                yield Exposure("ipv6", address)

    def _passed_on(self, port: Row) -> Iterator[Exposure]:
        """Yield the ways to the addresses that a port may take over from ports without a machine."""
        pairs = [pair["ip_address"] for pair in port.get("allowed_address_pairs") or ()]
        if not pairs:
            return
        for other, address in self.facts.once(("spare", self.region), self._spare).get(port["network_id"], ()):
            if any(contains(pair, address) for pair in pairs):
                yield from self._exposures(other)

    def _spare(self) -> Mapping[str, Sequence[tuple[Row, str]]]:
        """Return the ports without a machine by their network, each with its address."""
        found: defaultdict[str, list[tuple[Row, str]]] = defaultdict(list)
        for port in self.by("ports", "device_id", ""):
            for fixed in port.get("fixed_ips") or ():
                found[port["network_id"]].append((port, fixed["ip_address"]))
        return dict(found)

    def _by_port(self, source: str, port: Row) -> Sequence[Row]:
        return self.by(source, "port_id", port["id"])

    def routed(self, subnet_id: str) -> bool:
        """Return whether a router leads from a subnet to an external network; one that was not seen may."""
        return subnet_id in self.facts.once(("routed", self.region), self._routed_subnets)

    def _routed_subnets(self) -> frozenset[str]:
        inner = {router["id"] for router in self.all("routers") if not router.get("external_gateway_info")}
        return frozenset(
            fixed["subnet_id"]
            for port in self.all("ports")
            if port.get("device_owner") in ROUTER_INTERFACES and port.get("device_id") not in inner
            for fixed in port.get("fixed_ips") or ()
        )


def forwarded(forwarding: Row, side: str) -> tuple[int, int]:
    """Return the first and the last port of a forwarding: all of them where it names none.

    side: internal or external.
    """
    # One port may be said in both ways; several are a range, and then the other field is empty.
    said = forwarding.get(f"{side}_port_range") or forwarding.get(f"{side}_port") or ""
    first, _colon, last = str(said).partition(":")
    return (int(first), int(last or first)) if first else (0, LAST_PORT)


def day(moment: Any) -> date | None:
    """Return the day of a moment as OpenStack writes it, in UTC, or None where it says none."""
    try:
        return date.fromisoformat(str(moment)[:10]) if moment else None
    except ValueError:
        return None


def labels(row: Row) -> Mapping[str, str]:
    """Return what tags of the form name:value or name=value say, and what metadata say; names in lower case."""
    found: dict[str, str] = {}
    for tag in row.get("tags") or ():
        name, sign, value = tag.partition(":" if ":" in tag else "=")
        if sign:
            found[name.strip().lower()] = value.strip()
    metadata = row.get("metadata")
    for name, value in metadata.items() if isinstance(metadata, Mapping) else ():
        found.setdefault(name.lower(), str(value))
    return found


def tag_values(row: Row, name: str) -> list[str]:
    """Return every value that tags give to a name; a record should have one, and may have several."""
    parts = (tag.partition(":" if ":" in tag else "=") for tag in row.get("tags") or ())
    return [value.strip() for found, sign, value in parts if sign and found.strip().lower() == name]


def contains(prefix: str, address: str) -> bool:
    """Return whether an address, or a whole prefix, lies in a prefix."""
    outer, inner = ipaddress.ip_network(prefix, strict=False), ipaddress.ip_network(address, strict=False)
    return (
        outer.version == inner.version
        and int(outer.network_address) <= int(inner.network_address)
        and (int(inner.broadcast_address) <= int(outer.broadcast_address))
    )
