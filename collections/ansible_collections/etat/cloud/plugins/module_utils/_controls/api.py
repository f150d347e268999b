# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the cloud itself is reached, what is traced, and how much this audit saw. Much of it only a person can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .._audit.model import (
    PASSED,
    Control,
    Level,
    Mode,
    Repair,
    Row,
    Text,
    Verdict,
    failed,
    manual,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View

FAMILY = "api"
SECURE = "https"


def _endpoints(view: View) -> Iterator[Row]:
    for service in view.all("catalogue"):
        for endpoint in service.get("endpoints") or ():
            region = endpoint.get("region_id") or endpoint.get("region") or ""
            if not region or region in view.regions:
                name = "/".join(part for part in (service["type"], region, endpoint["interface"]) if part)
                yield {**endpoint, "id": endpoint.get("id") or name, "name": name}


def _judge_scheme(_view: View, endpoint: Row) -> Verdict:
    scheme, _colon, rest = endpoint["url"].partition("://")
    # What follows the host may name a project.
    return passed_or_failed(scheme.lower() == SECURE, scheme=scheme, host=rest.partition("/")[0])


def _cloud(_view: View) -> Iterable[Row]:
    return ({"id": "cloud", "name": ""},)


def _project(view: View) -> Iterable[Row]:
    return (view.project,)


def _by_a_person(task: Text) -> Callable[[View, Row], Verdict]:
    """Return a judge that tells a person what to do."""
    return lambda _view, _row: manual(task)


def _refusals(view: View) -> Iterable[Row]:
    tenant = view.tenant.full_name if view.tenant else ""
    concerned = {"", tenant, *view.owners}
    found = [
        {
            "id": f"{source}/{region}".rstrip("/"),
            "name": source.replace("_", " "),
            "region": region,
            "why": refusal.why,
        }
        for source, region, owner, refusal in view.facts.refusals()
        if owner in concerned and not refusal.absent
    ]
    # Nothing refused is what is asked for.
    return found or (view.project,)


def _judge_refusal(_view: View, row: Row) -> Verdict:
    return failed(listing=row["name"], region=row["region"], why=row["why"]) if "why" in row else PASSED


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-API-001",
        family=FAMILY,
        title=Text("The cloud is reached by HTTPS only", "Le cloud n'est atteint qu'en HTTPS"),
        criterion=Text(
            "Every address of a service in the catalogue begins with https, whatever its interface.",
            "Chaque adresse de service du catalogue commence par https, quelle que soit son interface.",
        ),
        type="endpoint",
        reads=("catalogue",),
        level=Level.CLOUD,
        severity=severities("high", "critical", "critical"),
        references=references(
            pssie="EXP-CI-PROTFIC",
            anssi_hygiene="21",
            anssi_tls="R1",
            iso27001="8.20 8.24",
            nis2="21.2.h",
            secnumcloud="9.6 10.2",
        ),
        repair=Repair(
            Mode.NONE,
            Text(
                "Have the operator of the cloud end TLS on every address.",
                "Demander à l'opérateur TLS à chaque adresse.",
            ),
        ),
        caution=Text(
            "Internal and admin addresses may be on a network that nobody else reaches.",
            "Les adresses internal et admin peuvent être sur un réseau que personne d'autre n'atteint.",
        ),
        objects=_endpoints,
        judge=_judge_scheme,
    ),
    Control(
        id="ETAT-API-002",
        family=FAMILY,
        title=Text("The cloud's TLS is probed", "Le TLS du cloud est éprouvé"),
        criterion=Text(
            "A person probes every address of the catalogue: TLS 1.2 at least, a whole chain signed by SHA-2, more "
            "than 30 days left.",
            "Une personne éprouve chaque adresse du catalogue : TLS 1.2 au moins, chaîne complète signée en SHA-2, "
            "plus de 30 jours restants.",
        ),
        type="cloud",
        reads=("catalogue",),
        level=Level.CLOUD,
        severity=severities("medium", "high", "high"),
        references=references(anssi_tls="R3 R4 R24 R25 R26 R34", iso27001="8.24", secnumcloud="10.2"),
        repair=Repair(Mode.NONE, Text("Have the operator correct it.", "Demander la correction à l'opérateur.")),
        objects=_cloud,
        judge=_by_a_person(
            Text(
                "probe the TLS of the catalogue's addresses: versions, chain, signature, end",
                "éprouver le TLS des adresses du catalogue : versions, chaîne, signature, fin de validité",
            )
        ),
    ),
    Control(
        id="ETAT-API-003",
        family=FAMILY,
        title=Text(
            "Tenants do not reach the administration of the cloud",
            "Les espaces n'atteignent pas l'administration du cloud",
        ),
        criterion=Text(
            "A person tries from a server of a tenant: no address of the interface admin, of a database or of a "
            "message queue answers.",
            "Une personne essaie depuis un serveur d'un espace : aucune adresse de l'interface admin, de base de "
            "données ou de file de messages ne répond.",
        ),
        type="cloud",
        reads=("catalogue",),
        level=Level.CLOUD,
        severity=severities("medium", "high", "critical"),
        references=references(
            pssie="EXP-SEC-FLUXADMIN", anssi_hygiene="28", iso27001="8.20 8.22", secnumcloud="9.6 13.2"
        ),
        repair=Repair(Mode.NONE, Text("Have the operator close them.", "Demander leur fermeture à l'opérateur.")),
        objects=_cloud,
        judge=_by_a_person(
            Text(
                "try the addresses of the interface admin from a server of a tenant",
                "essayer les adresses de l'interface admin depuis un serveur d'un espace",
            )
        ),
    ),
    Control(
        id="ETAT-API-004",
        family=FAMILY,
        title=Text("The cloud's services are patched", "Les services du cloud sont corrigés"),
        criterion=Text(
            "The operator attests which advisories of OpenStack (OSSA, OSSN) are corrected, the last ones on Keystone "
            "(OSSA-2026-015) among them.",
            "L'opérateur atteste quels avis d'OpenStack (OSSA, OSSN) sont corrigés, dont les derniers sur Keystone "
            "(OSSA-2026-015).",
        ),
        type="cloud",
        reads=("catalogue",),
        level=Level.CLOUD,
        severity=severities("high", "critical", "critical"),
        references=references(
            pssie="EXP-POL-COR", anssi_hygiene="34", anssi_dr="R65", iso27001="8.8", nis2="21.2.e", secnumcloud="12.11"
        ),
        repair=Repair(
            Mode.NONE,
            Text("Have the operator correct the services.", "Demander la correction des services à l'opérateur."),
        ),
        objects=_cloud,
        judge=_by_a_person(
            Text(
                "ask the operator for its list of corrected advisories; the API shows no patch level",
                "demander à l'opérateur sa liste d'avis corrigés ; l'API ne montre aucun niveau de correctif",
            )
        ),
    ),
    Control(
        id="ETAT-LOG-001",
        family=FAMILY,
        title=Text("What is done in the project is traced", "Ce qui est fait dans le projet est tracé"),
        criterion=Text(
            "A person sees events of the project from the last day where the cloud's audit events are collected.",
            "Une personne voit des évènements du projet de moins d'un jour là où les traces du cloud sont collectées.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("low", "medium", "high"),
        references=references(
            pssie="EXP-POL-JOUR EXP-JOUR-SUR",
            anssi_hygiene="36",
            anssi_dr="R67",
            anssi_logging="R9",
            iso27001="8.15 8.16",
            secnumcloud="12.6",
        ),
        repair=Repair(
            Mode.NONE,
            Text("Have the project's events collected.", "Faire collecter les évènements du projet."),
        ),
        objects=_project,
        judge=_by_a_person(
            Text(
                "look for events of the project from the last day; no API of OpenStack shows them",
                "chercher des événements du projet de la veille ; aucune API d'OpenStack ne les montre",
            )
        ),
    ),
    Control(
        id="ETAT-LOG-002",
        family=FAMILY,
        title=Text("Traces are kept for long enough", "Les traces sont conservées assez longtemps"),
        criterion=Text(
            "A person sees that the oldest event kept is twelve months old, where the project is old enough.",
            "Une personne constate que le plus ancien évènement conservé a douze mois, si le projet est assez ancien.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("low", "medium", "high"),
        references=references(
            pssie="EXP-CONS-JOUR", anssi_hygiene="36", anssi_dr="R68", iso27001="8.15", secnumcloud="12.6"
        ),
        repair=Repair(
            Mode.NONE, Text("Have the traces kept for twelve months.", "Faire conserver les traces douze mois.")
        ),
        objects=_project,
        judge=_by_a_person(
            Text(
                "look for the oldest event of the project that is kept; no API of OpenStack shows it",
                "chercher le plus ancien événement conservé du projet ; aucune API d'OpenStack ne le montre",
            )
        ),
    ),
    Control(
        id="ETAT-LOG-003",
        family=FAMILY,
        title=Text("The tenant is as it is declared", "L'espace est conforme à sa déclaration"),
        criterion=Text(
            "A person sees that a plan for the tenant, made from the estate, holds no change.",
            "Une personne constate qu'un plan de l'espace, établi d'après les fichiers déclarés, ne contient aucun "
            "changement.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("low", "medium", "high"),
        references=references(pssie="EXP-CONFIG", anssi_hygiene="16", iso27001="8.9 8.32", secnumcloud="12.2"),
        repair=Repair(
            Mode.SAFE, Text("Apply the plan, once it is understood.", "Appliquer le plan, une fois compris.")
        ),
        objects=_project,
        judge=_by_a_person(
            Text(
                "run the playbook etat.cloud.drift for the tenant; its plan has to be empty",
                "exécuter le playbook etat.cloud.drift pour l'espace ; son plan doit être vide",
            )
        ),
    ),
    Control(
        id="ETAT-LOG-004",
        family=FAMILY,
        title=Text("The audit saw all that it asked for", "L'audit a vu tout ce qu'il a demandé"),
        criterion=Text(
            "No listing that this audit asked for was refused to its account, for the tenant or for all.",
            "Aucune liste demandée par cet audit n'a été refusée à son compte, pour l'espace ou pour tous.",
        ),
        type="listing",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("medium", "medium", "high"),
        references=references(pssie="CONTR-SSI", anssi_hygiene="38", iso27001="5.28 5.35 8.34", secnumcloud="18.4"),
        repair=Repair(
            Mode.SAFE,
            Text(
                "Run the audit with an account that has the role it names for each listing.",
                "Exécuter l'audit avec un compte ayant le rôle qu'il indique pour chaque liste.",
            ),
        ),
        caution=Text(
            "It is about the audit's own account. Only the listings of the chosen controls are asked for.",
            "Il porte sur le compte de l'audit. Seules les listes des contrôles choisis sont demandées.",
        ),
        objects=_refusals,
        judge=_judge_refusal,
    ),
)
