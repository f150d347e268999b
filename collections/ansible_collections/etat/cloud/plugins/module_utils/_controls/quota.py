# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a tenant may take, whether that is what was agreed on, and what there is to take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .._audit.model import (
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
from .._audit.view import View

FAMILY = "quota"
SENSITIVE = ("sensitive", "restricted")
FLOATING_IPS = "floatingip"
#: The listing of each service's limits, by the names that module tenant has for the services.
SERVICES = {
    "compute": "compute_quotas",
    "volume": "volume_quotas",
    "network": "network_quotas",
    "load_balancer": "load_balancer_quotas",
    "key_manager": "key_manager_quotas",
    "dns": "dns_quotas",
    "shared_file_system": "share_quotas",
}
#: The services that tell what is used, with the one to which their limits are written, by which path and wrapper.
WRITTEN = {
    "compute": ("compute", "/os-quota-sets", "quota_set"),
    "volume": ("block-storage", "/os-quota-sets", "quota_set"),
    "network": ("network", "/quotas", "quota"),
    "shared_file_system": ("shared-file-system", "/quota-sets", "quota_set"),
}
WITH_USAGE = tuple(WRITTEN)
#: The limits that bound what a project takes. Those of one volume type, or of the size of one volume, lie within them,
#: and are unlimited in every new cloud.
BOUNDS: Mapping[str, tuple[str, ...]] = {
    "compute": ("instances", "cores", "ram"),
    "volume": ("volumes", "gigabytes", "snapshots", "backups", "backup_gigabytes"),
    "network": (
        *("network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule"),
        "rbac_policy",
    ),
    "load_balancer": ("load_balancer", "listener", "pool", "member", "health_monitor", "l7policy", "l7rule"),
    "key_manager": ("secrets", "orders", "containers", "consumers"),
    "dns": ("zones", "zone_recordsets", "zone_records", "recordset_records"),
    "shared_file_system": ("shares", "gigabytes", "snapshots", "snapshot_gigabytes", "share_networks"),
}
#: The share of a limit, in percent, from which it is nearly reached, and the least limit of which that says anything.
NEARLY, COUNTABLE = 85, 10
#: What compute quotas limit, and the resources of hosts that they are taken from.
CAPACITY = {"cores": ("VCPU", "PCPU"), "ram": ("MEMORY_MB",)}
#: How often a host may promise the same resource for sensitive data.
MOST_PROMISES = {"VCPU": 4.0, "MEMORY_MB": 1.0}
HOST = "OS-EXT-SRV-ATTR:hypervisor_hostname"
SET_IT = Text(
    "Set the declared limit, but never below what is used.",
    "Poser la limite déclarée, sans descendre sous ce qui est utilisé.",
)


def _limit(row: Row, name: str) -> int | None:
    """Return a limit, which some services tell together with what is used; None where they do not tell it."""
    found = row.get(name)
    limit = found.get("limit") if isinstance(found, Mapping) else found
    return limit if isinstance(limit, int) else None


def _used(row: Row, name: str) -> int:
    return sum(int(row[name].get(part) or 0) for part in ("in_use", "used", "reserved"))


def _services(view: View, names: Iterable[str]) -> Iterator[Row]:
    """Yield the limits of the project for each service that the site has; why, and none, where they were not read."""
    for name in names:
        refusal = view.refusal(SERVICES[name])
        if refusal and refusal.absent:
            continue
        rows = () if refusal else view.rows(SERVICES[name])
        why = refusal.of(SERVICES[name]) if refusal else _unseen(name)
        yield {"id": name, "name": name, "limits": rows[0] if rows else None, "why": why}


def _unseen(service: str) -> Text:
    return Text(f"the limits of {service} were not seen", f"les limites du service {service} n'ont pas été vues")


def _all_services(view: View) -> Iterable[Row]:
    return _services(view, SERVICES)


def _limited(view: View, service: str, limits: Row, wanted: Mapping[str, int]) -> tuple[Fix, ...]:
    """Return limits of the project that become what is wanted; nothing where that is less than is used, or not told."""
    if service not in WRITTEN or any(not isinstance(limits[name], Mapping) for name in wanted):
        return ()
    if any(0 <= limit < _used(limits, name) for name, limit in wanted.items()):
        return ()
    to, path, wrapper = WRITTEN[service]
    before = {name: _limit(limits, name) for name in wanted}
    place = f"{path}/{view.project['id']}"
    return (
        Fix(
            service=to,
            type="quota",
            id=view.project["id"],
            name=service,
            before=before,
            after=dict(wanted),
            calls=(Call("PUT", place, {wrapper: dict(wanted)}),),
            undo=(Call("PUT", place, {wrapper: before}),),
        ),
    )


def _unlimited(service: Row) -> list[str]:
    """Return what a service does not limit, of what bounds the project."""
    limits = {name: _limit(service["limits"], name) for name in BOUNDS[service["id"]]}
    return sorted(name for name, limit in limits.items() if limit is not None and limit < 0)


def _limit_all(view: View, service: Row) -> tuple[Fix, ...]:
    declared, names = _declared(view).get(service["id"], {}), _unlimited(service)
    if any(declared.get(name, -1) < 0 for name in names):
        # Nobody agreed on a limit.
        return ()
    return _limited(view, service["id"], service["limits"], {name: declared[name] for name in names})


def _judge_unlimited(_view: View, service: Row) -> Verdict:
    if service["limits"] is None:
        return not_evaluable(service["why"])
    unlimited = _unlimited(service)
    if unlimited:
        return failed(unlimited=", ".join(unlimited))
    limits = {name: _limit(service["limits"], name) for name in BOUNDS[service["id"]]}
    if all(limit is None for limit in limits.values()):
        return not_evaluable(service["why"])
    return passed_or_failed(True)


def _declared(view: View) -> Mapping[str, Mapping[str, int]]:
    return view.tenant.quotas.get(view.region, {}) if view.tenant else {}


def _declared_services(view: View) -> Iterable[Row]:
    declared = _declared(view)
    found = {row["id"]: row for row in _services(view, SERVICES)}
    absent = {"limits": None, "why": Text("the cloud does not have the service", "le cloud n'a pas ce service")}
    return [found.get(name, {**absent, "id": name, "name": name}) for name in declared]


def _deviating(view: View, service: Row) -> dict[str, int]:
    """Return the limits that are not as declared, as they are declared."""
    # Every service knows any number below zero as no limit.
    return {
        name: declared
        for name, declared in _declared(view)[service["id"]].items()
        if (limit := _limit(service["limits"], name)) is not None and max(limit, -1) != max(declared, -1)
    }


def _limit_as_declared(view: View, service: Row) -> tuple[Fix, ...]:
    return _limited(view, service["id"], service["limits"], _deviating(view, service))


def _judge_declared(view: View, service: Row) -> Verdict:
    if service["limits"] is None:
        return not_evaluable(service["why"])
    limits = {name: _limit(service["limits"], name) for name in _declared(view)[service["id"]]}
    wrong = [f"{name}: {limits[name]} ({declared})" for name, declared in _deviating(view, service).items()]
    if wrong:
        return failed(limits=", ".join(wrong))
    untold = [name for name, limit in limits.items() if limit is None]
    names = ", ".join(untold)
    why = Text(f"the service does not tell {names}", f"le service n'indique pas {names}")
    return not_evaluable(why) if untold else passed_or_failed(True)


def _network_limits(view: View) -> Iterable[Row]:
    return [{**row, "name": "network"} for row in view.rows("network_quotas")]


def _agreed_floating_ips(view: View) -> int:
    return 0 if view.sensitivity in SENSITIVE else _declared(view).get("network", {}).get(FLOATING_IPS, 0)


def _limit_floating_ips(view: View, row: Row) -> tuple[Fix, ...]:
    agreed = _agreed_floating_ips(view)
    if _declared(view).get("network", {}).get(FLOATING_IPS, agreed) != agreed:
        # The estate declares what it must not: people mend that first.
        return ()
    return _limited(view, "network", row, {FLOATING_IPS: agreed})


def _judge_floating_ips(view: View, row: Row) -> Verdict:
    limit = _limit(row, FLOATING_IPS)
    if limit is None:
        return not_evaluable(
            Text("the limit of floating IPs is not told", "la limite d'IP flottantes n'est pas indiquée")
        )
    agreed = _agreed_floating_ips(view)
    good = limit == 0 or agreed < 0 or 0 <= limit <= agreed
    return passed_or_failed(good, floatingip=limit, agreed=agreed)


def _services_with_usage(view: View) -> Iterable[Row]:
    return _services(view, WITH_USAGE)


def _judge_usage(_view: View, service: Row) -> Verdict:
    limits = service["limits"]
    if limits is None:
        return not_evaluable(service["why"])
    counted = [name for name in BOUNDS[service["id"]] if (_limit(limits, name) or 0) >= COUNTABLE]
    if not all(isinstance(limits[name], Mapping) for name in counted):
        id = service["id"]
        return not_evaluable(Text(f"what is used of {id} is not told", f"l'usage du service {id} n'est pas indiqué"))
    if not counted:
        return not_applicable(
            Text(
                "it has no limit that a share says anything of",
                "il n'a aucune limite pour laquelle une proportion ait un sens",
            )
        )
    near = [name for name in counted if _used(limits, name) * 100 >= NEARLY * limits[name]["limit"]]
    return passed_or_failed(
        not near, nearly_reached=", ".join(f"{name}: {_used(limits, name)}/{limits[name]['limit']}" for name in near)
    )


# --- what there is


def _regions(view: View) -> Iterator[Row]:
    return ({"id": region, "name": region} for region in view.regions)


def _there_is(view: View, region: str) -> Mapping[str, int]:
    """Return what all hosts of a region promise together, by the name of the quota."""
    total = dict.fromkeys(CAPACITY, 0)
    for provider in view.all("resource_provider_inventories", region):
        for quota, resources in CAPACITY.items():
            for held in (provider[name] for name in resources if name in provider):
                total[quota] += int((held["total"] - held["reserved"]) * held["allocation_ratio"])
    return total


def _judge_domain(view: View, row: Row) -> Verdict:
    region = row["id"]
    projects = [project for project in view.by("projects", "domain_id", view.domain["id"]) if project["enabled"]]
    if not projects:
        return not_applicable(Text("no project of the domain is enabled", "aucun projet du domaine n'est actif"))
    there_is = _there_is(view, region)
    if not any(there_is.values()):
        return not_evaluable(
            Text(f"no capacity was seen in {region}", f"aucune capacité n'a été vue dans la région {region}")
        )
    seen = [found for project in projects if (found := view.one("compute_quotas", project["id"], region))]
    promised = {quota: [limit for found in seen if (limit := _limit(found, quota)) is not None] for quota in there_is}
    too_many = {
        quota: "unlimited" if min(limits) < 0 else sum(limits)
        for quota, limits in promised.items()
        if limits and (min(limits) < 0 or sum(limits) > there_is[quota])
    }
    if too_many:
        evidence = ", ".join(f"{quota}: {limit}/{there_is[quota]}" for quota, limit in too_many.items())
        return failed(quotas=evidence, projects=len(seen))
    unseen = len(projects) - len(seen)
    why = Text(
        f"the quotas of {unseen} projects were not seen", f"projets dont les quotas n'ont pas été vus : {unseen}"
    )
    return not_evaluable(why) if unseen else passed_or_failed(True)


def _hosts(view: View) -> Iterator[Row]:
    """Yield the hosts of the servers, each once."""
    names = {str(server[HOST]) for server in view.rows("servers") if server[HOST]}
    for name in sorted(names):
        found = view.by("resource_providers", "name", name)
        inventory = view.by("resource_provider_inventories", "parent_id", found[0]["id"]) if found else ()
        yield {"id": name, "name": name, "inventory": inventory[0] if inventory else None}


def _judge_host(_view: View, host: Row) -> Verdict:
    if host["inventory"] is None:
        return not_evaluable(Text("what the host holds was not seen", "ce que l'hôte contient n'a pas été vu"))
    found = {
        name: float(host["inventory"][name]["allocation_ratio"]) for name in MOST_PROMISES if name in host["inventory"]
    }
    too_many = [f"{name}: {ratio:g}" for name, ratio in found.items() if ratio > MOST_PROMISES[name]]
    if too_many:
        return failed(allocation_ratios=", ".join(too_many))
    return (
        passed_or_failed(True)
        if found
        else not_evaluable(Text("what the host holds was not seen", "ce que l'hôte contient n'a pas été vu"))
    )


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-QTA-001",
        family=FAMILY,
        title=Text("Everything has a limit", "Tout a une limite"),
        criterion=Text(
            "No quota that bounds what the project takes of a service is -1.",
            "Aucun quota qui borne ce que le projet prend d'un service ne vaut -1.",
        ),
        type="quota",
        reads=("projects",),
        also_reads=tuple(SERVICES.values()),
        level=Level.SITE,
        severity=severities("medium", "medium", "high"),
        references=references(iso27001="8.6"),
        repair=Repair(Mode.GUARDED, SET_IT, _limit_all),
        caution=Text(
            "Quotas of one volume type, and of the size of one volume, may be unlimited within the others.",
            "Les quotas d'un type de volume, ou de taille d'un volume, peuvent être illimités parmi les autres.",
        ),
        objects=_all_services,
        judge=_judge_unlimited,
    ),
    Control(
        id="ETAT-QTA-002",
        family=FAMILY,
        title=Text("Quotas are those that were agreed on", "Les quotas sont ceux convenus"),
        criterion=Text(
            "Each quota that the estate declares for the site has the declared value.",
            "Chaque quota déclaré pour le site a la valeur déclarée.",
        ),
        type="quota",
        reads=("projects",),
        also_reads=tuple(SERVICES.values()),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="8.6"),
        repair=Repair(Mode.GUARDED, SET_IT, _limit_as_declared),
        caution=Text(
            "What nobody declared is not compared. The evidence has the declared value in brackets.",
            "Ce que personne n'a déclaré n'est pas comparé. La preuve donne la valeur déclarée entre parenthèses.",
        ),
        objects=_declared_services,
        judge=_judge_declared,
    ),
    Control(
        id="ETAT-QTA-003",
        family=FAMILY,
        title=Text("Nobody can take a floating IP unasked", "Nul ne prend une IP flottante sans accord"),
        criterion=Text(
            "The quota of floating IPs is zero; for internal data it may be what the estate declares.",
            "Le quota d'IP flottantes est nul ; pour des données internes, il peut être celui déclaré.",
        ),
        type="quota",
        reads=("network_quotas",),
        level=Level.SITE,
        severity=severities("-", "low", "high"),
        references=references(pssie="RES-INTERCO", iso27001="8.20"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Set the quota to zero, or to what is used until the addresses are given back.",
                "Mettre le quota à zéro, ou à l'utilisé tant que les adresses ne sont pas rendues.",
            ),
            _limit_floating_ips,
        ),
        caution=Text(
            "A sensitive service for the public takes a waiver.",
            "Un service sensible ouvert au public relève d'une dérogation.",
        ),
        objects=_network_limits,
        judge=_judge_floating_ips,
    ),
    Control(
        id="ETAT-QTA-004",
        family=FAMILY,
        title=Text("No quota is nearly reached", "Aucun quota n'est presque atteint"),
        criterion=Text(
            f"Less than {NEARLY} % of each quota of at least {COUNTABLE} is used or reserved.",
            f"Moins de {NEARLY} % de chaque quota d'au moins {COUNTABLE} est utilisé ou réservé.",
        ),
        type="quota",
        reads=("projects",),
        also_reads=tuple(SERVICES[name] for name in WITH_USAGE),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="8.6"),
        repair=Repair(
            Mode.NONE,
            Text("Free what is not needed, or agree on a larger size.", "Libérer l'inutile, ou convenir d'une taille."),
        ),
        caution=Text(
            "Load balancers, secrets and zones are not counted: their services do not tell what is used.",
            "Répartiteurs, secrets et zones ne sont pas comptés : leurs services ne disent pas l'utilisé.",
        ),
        objects=_services_with_usage,
        judge=_judge_usage,
    ),
    Control(
        id="ETAT-QTA-005",
        family=FAMILY,
        title=Text("The cloud holds what a domain was promised", "Le cloud tient ce qui est promis à un domaine"),
        criterion=Text(
            "The quotas of processors and memory of the domain's projects together fit into the hosts of the region.",
            "Les quotas de processeurs et de mémoire des projets du domaine tiennent ensemble dans la région.",
        ),
        type="region",
        reads=("projects", "compute_quotas", "resource_providers", "resource_provider_inventories"),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="8.6", secnumcloud="17.4"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Lower quotas that are not used, or add hosts.", "Baisser les quotas inutilisés, ou ajouter des hôtes."
            ),
        ),
        caution=Text(
            "Each domain is compared with the whole region: together they may still promise more.",
            "Chaque domaine est comparé à toute la région : ensemble ils peuvent promettre davantage.",
        ),
        objects=_regions,
        judge=_judge_domain,
    ),
    Control(
        id="ETAT-QTA-006",
        family=FAMILY,
        title=Text(
            "Hosts of sensitive data are not overbooked", "Les hôtes de données sensibles ne sont pas surchargés"
        ),
        criterion=Text(
            "The hosts of the servers promise each processor at most four times, and memory once.",
            "Les hôtes des serveurs promettent chaque processeur quatre fois au plus, et la mémoire une fois.",
        ),
        type="host",
        reads=("servers", "resource_providers", "resource_provider_inventories"),
        level=Level.SITE,
        severity=severities("-", "-", "medium"),
        references=references(anssi_dr="R6", iso27001="8.6"),
        repair=Repair(
            Mode.NONE,
            Text(
                "The provider lowers the ratio of the host, or moves the servers to other hosts.",
                "Le fournisseur baisse le ratio de l'hôte, ou déplace les serveurs.",
            ),
        ),
        objects=_hosts,
        judge=_judge_host,
    ),
)
