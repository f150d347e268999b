# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers for a tenant, what its data are, and when it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from .._audit.fixes import changed, labelled, tagged
from .._audit.model import (
    PASSED,
    SENSITIVITIES,
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
from .._audit.view import View, day, labels, tag_values
from .._audit.waiver import holds

FAMILY = "governance"
SENSITIVITY, OWNER, CONTACT, ENVIRONMENT = "sensitivity", "owner", "contact", "environment"
#: Tags that say when a tenant ends, or when somebody looks at it again.
ENDS = ("end_date", "review_date")
#: The most days ahead that an end or a review may lie: two years.
HORIZON = 731
#: The most days that a cartography may be old: twelve months.
YEAR = 366
#: What each resource says of itself.
MANDATORY = (SENSITIVITY, OWNER, ENVIRONMENT)
PRODUCTION = "production"
#: What is left in a project that is closed, and what costs or is reachable.
LIVE = {
    "servers": "server",
    "volumes": "volume",
    "floating_ips": "floating IP",
    "load_balancers": "load balancer",
    "shares": "share",
}
TAGGED = ("servers", "volumes", "networks", "images")
TAG_IT = Text("Write the tags from the estate.", "Écrire les étiquettes d'après les fichiers déclarés.")

RENEW_IT = Text(
    "Repair what it covers, or have it renewed by its owner.",
    "Réparer ce qu'elle couvre, ou la faire renouveler par son responsable.",
)


def _project(view: View) -> Iterable[Row]:
    return (view.project,)


def _judge_sensitivity(view: View, project: Row) -> Verdict:
    said = tag_values(project, SENSITIVITY)
    good = len(said) == 1 and said[0] in SENSITIVITIES and said[0] == view.sensitivity
    return passed_or_failed(good, tags=", ".join(said), declared=view.sensitivity)


def _say_sensitivity(view: View, project: Row) -> tuple[Fix, ...]:
    return (_tagged_project(project, {SENSITIVITY: view.sensitivity}),)


def _tagged_project(project: Row, wanted: Mapping[str, str]) -> Fix:
    return tagged("identity", "project", project, f"/projects/{project['id']}", wanted)


def _declared(view: View, name: str) -> str:
    """Return what the estate says of a tenant in a tag; empty where it does not say it once."""
    said = tag_values({"tags": view.tenant.tags if view.tenant else ()}, name)
    return said[0] if len(said) == 1 else ""


def _judge_contacts(_view: View, project: Row) -> Verdict:
    missing = [name for name in (OWNER, CONTACT) if not any(tag_values(project, name))]
    return passed_or_failed(not missing, missing=", ".join(missing))


def _say_contacts(view: View, project: Row) -> tuple[Fix, ...]:
    wanted = {name: _declared(view, name) for name in (OWNER, CONTACT) if not any(tag_values(project, name))}
    return (_tagged_project(project, wanted),) if all(wanted.values()) else ()


def _judge_end(view: View, project: Row) -> Verdict:
    said = [value for name in ENDS for value in tag_values(project, name)]
    dates = [found for found in map(day, said) if found]
    if not dates:
        return failed(tags=", ".join(said))
    days = [(found - view.today).days for found in dates]
    # The earlier of an end and a review is the one that somebody has to be ready for.
    return passed_or_failed(0 <= min(days) <= HORIZON, tags=", ".join(said), days_left=min(days))


def _left_in_project(view: View) -> Iterable[Row]:
    if view.project["enabled"]:
        return ()
    left = [
        {**row, "what": what, "name": row.get("name") or row.get("floating_ip_address") or ""}
        for source, what in LIVE.items()
        for row in view.rows(source)
    ]
    # An empty one is what is asked for.
    return left or (view.project,)


def _judge_left(_view: View, row: Row) -> Verdict:
    return failed(kind=row["what"], status=row.get("status", "")) if "what" in row else PASSED


def _domain(view: View) -> Iterable[Row]:
    return (view.domain,)


def _judge_disabled_domain(view: View, domain: Row) -> Verdict:
    if domain["enabled"]:
        return not_applicable(Text("the domain is enabled", "le domaine est actif"))
    projects = [row for row in view.by("projects", "domain_id", domain["id"]) if row["enabled"]]
    users = [row for row in view.rows("users") if row["enabled"]]
    return passed_or_failed(not projects and not users, enabled_projects=len(projects), enabled_users=len(users))


def _owned(view: View) -> Iterator[Row]:
    for region in view.regions:
        for source, what in LIVE.items():
            for row in view.all(source, region):
                if row["project_id"]:
                    name = row.get("name") or row.get("floating_ip_address") or ""
                    yield {**row, "what": what, "region": region, "name": name}


def _judge_owned(view: View, row: Row) -> Verdict:
    there = view.one("projects", row["project_id"]) is not None
    return passed_or_failed(there, kind=row["what"], region=row["region"], project=row["project_id"])


def _judge_immutable(_view: View, project: Row) -> Verdict:
    return passed_or_failed((project.get("options") or {}).get("immutable") is True)


def _make_immutable(_view: View, project: Row) -> tuple[Fix, ...]:
    before = (project.get("options") or {}).get("immutable")
    path = f"/projects/{project['id']}"
    fix = changed("identity", "project", project, "PATCH", path, "project", options={"immutable": True})
    back = Call("PATCH", path, {"project": {"options": {"immutable": before}}})
    return (replace(fix, before={"immutable": bool(before)}, after={"immutable": True}, undo=(back,), seals=True),)


def _judge_parent(view: View, project: Row) -> Verdict:
    parent_id = project.get("parent_id")
    if not parent_id or parent_id == project["domain_id"]:
        return not_applicable(Text("its parent is the domain", "son parent est le domaine"))
    parent = view.one("projects", parent_id)
    if parent is None:
        return not_evaluable(Text("its parent was not seen", "son parent n'a pas été vu"))
    said = [value for value in tag_values(parent, SENSITIVITY) if value in SENSITIVITIES]
    if not said:
        return not_evaluable(Text("its parent says no sensitivity", "son parent ne dit pas sa sensibilité"))
    floor = max(said, key=SENSITIVITIES.index)
    enough = SENSITIVITIES.index(view.sensitivity) >= SENSITIVITIES.index(floor)
    return passed_or_failed(enough, parent=parent["name"], parent_sensitivity=floor, sensitivity=view.sensitivity)


def _tagged(view: View) -> Iterator[Row]:
    for source in TAGGED:
        for row in view.rows(source):
            yield {**row, "what": source.removesuffix("s")}


def _judge_labels(_view: View, row: Row) -> Verdict:
    said = labels(row)
    missing = [name for name in MANDATORY if not said.get(name)]
    return passed_or_failed(not missing, kind=row["what"], missing=", ".join(missing))


#: Where Nova and Cinder keep what servers and volumes say of themselves, and where Neutron and Glance do.
IN_METADATA = {"server": ("compute", "/servers"), "volume": ("block-storage", "/volumes")}
IN_TAGS = {"network": ("network", "/networks"), "image": ("image", "/images")}


def _label(view: View, row: Row) -> tuple[Fix, ...]:
    said = labels(row)
    known = {
        SENSITIVITY: view.sensitivity,
        OWNER: _declared(view, OWNER) or next(iter(tag_values(view.project, OWNER)), ""),
        ENVIRONMENT: _declared(view, ENVIRONMENT) or next(iter(tag_values(view.project, ENVIRONMENT)), ""),
    }
    wanted = {name: known[name] for name in MANDATORY if not said.get(name)}
    if not all(wanted.values()):
        return ()
    if row["what"] in IN_METADATA:
        service, path = IN_METADATA[row["what"]]
        return (labelled(service, row["what"], row, f"{path}/{row['id']}", wanted),)
    service, path = IN_TAGS[row["what"]]
    return (tagged(service, row["what"], row, f"{path}/{row['id']}", wanted),)


def _judge_environments(view: View, project: Row) -> Verdict:
    rows = [*view.rows("servers"), *view.rows("networks")]
    found = sorted({said for row in rows if (said := labels(row).get(ENVIRONMENT, "").lower())})
    if not found:
        return not_applicable(Text("nothing says its environment", "rien ne dit son environnement"))
    mixed = PRODUCTION in found and len(found) > 1
    return passed_or_failed(not mixed, project=project["name"], environments=", ".join(found))


def _waivers(view: View) -> Iterable[Row]:
    return [
        {"id": waiver.id, "name": waiver.control, "holds": holds(waiver, view.today), "waiver": waiver}
        for waiver in view.waivers
    ]


def _judge_waiver(view: View, row: Row) -> Verdict:
    waiver = row["waiver"]
    if row["holds"]:
        return PASSED
    days = (view.today - waiver.until).days
    return failed(control=waiver.control, owner=waiver.owner, until=waiver.until.isoformat(), days_over=days)


def _cartography(_view: View) -> Iterable[Row]:
    return ({"id": "cartography"},)


def _judge_cartography(view: View, _row: Row) -> Verdict:
    made = [one for one in view.cartographies if one.made <= view.today]
    if any(one.complete and (view.today - one.made).days <= YEAR for one in made):
        return PASSED
    last = max(made, key=lambda one: (one.complete, one.made), default=None)
    if last is None:
        return failed(known=0)
    days = (view.today - last.made).days
    return failed(known=len(made), made=last.made.isoformat(), days=days, complete=last.complete, where=last.reference)


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-GOV-001",
        family=FAMILY,
        title=Text("The project says how sensitive it is", "Le projet dit sa sensibilité"),
        criterion=Text(
            "The project has one tag sensitivity:NAME, and it is the declared sensitivity.",
            "Le projet a une étiquette sensitivity:NOM, et c'est la sensibilité déclarée.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("medium", "high", "critical"),
        references=references(
            pssie="GDB-QUALIF-SENSI",
            anssi_hygiene="4",
            anssi_dr="R1 R36",
            iso27001="5.12 5.13",
            nis2="21.2.i",
            secnumcloud="8.3",
        ),
        repair=Repair(Mode.SAFE, TAG_IT, _say_sensitivity),
        objects=_project,
        judge=_judge_sensitivity,
    ),
    Control(
        id="ETAT-GOV-002",
        family=FAMILY,
        title=Text("Somebody answers for the project", "Quelqu'un répond du projet"),
        criterion=Text(
            "The project has the tags owner:NAME and contact:ADDRESS.",
            "Le projet a les étiquettes owner:NOM et contact:ADRESSE.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("medium", "medium", "high"),
        references=references(pssie="GDB-INVENT", anssi_hygiene="39", iso27001="5.9", secnumcloud="8.1"),
        repair=Repair(Mode.SAFE, TAG_IT, _say_contacts),
        caution=Text(
            "That the person is still there is not checked.", "La présence effective de la personne n'est pas vérifiée."
        ),
        objects=_project,
        judge=_judge_contacts,
    ),
    Control(
        id="ETAT-GOV-003",
        family=FAMILY,
        title=Text("The project ends, or is looked at again", "Le projet a une fin ou une date de revue"),
        criterion=Text(
            "A tag end_date:DATE or review_date:DATE names a day that is not past and at most two years ahead.",
            "Une étiquette end_date:DATE ou review_date:DATE donne un jour non passé, à deux ans au plus.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="5.9 5.11", secnumcloud="19.4"),
        repair=Repair(
            Mode.NONE,
            Text("Agree on a date and declare it, or close the tenant.", "Convenir d'une date, ou fermer l'espace."),
        ),
        objects=_project,
        judge=_judge_end,
    ),
    Control(
        id="ETAT-GOV-004",
        family=FAMILY,
        title=Text("Nothing lives in a disabled project", "Rien ne vit dans un projet désactivé"),
        criterion=Text(
            "A disabled project has no server, volume, floating IP, load balancer or share.",
            "Un projet désactivé n'a ni serveur, ni volume, ni IP flottante, ni répartiteur, ni partage.",
        ),
        type="resource",
        reads=("projects", *LIVE),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="6", iso27001="5.11 8.10"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Stop the servers and release the addresses; keep the data until their owner decides.",
                "Arrêter les serveurs et libérer les adresses ; garder les données jusqu'à décision du responsable.",
            ),
        ),
        objects=_left_in_project,
        judge=_judge_left,
    ),
    Control(
        id="ETAT-GOV-005",
        family=FAMILY,
        title=Text("Nothing is enabled in a disabled domain", "Rien n'est actif dans un domaine désactivé"),
        criterion=Text(
            "A disabled domain has no enabled project and no enabled user.",
            "Un domaine désactivé n'a ni projet actif ni utilisateur actif.",
        ),
        type="domain",
        reads=("domains", "projects", "users"),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="6", iso27001="5.18"),
        repair=Repair(Mode.NONE, Text("Disable them, or enable the domain.", "Les désactiver, ou activer le domaine.")),
        objects=_domain,
        judge=_judge_disabled_domain,
    ),
    Control(
        id="ETAT-GOV-006",
        family=FAMILY,
        title=Text(
            "Every resource belongs to a project that exists", "Chaque ressource appartient à un projet existant"
        ),
        criterion=Text(
            "No server, volume, floating IP, load balancer or share bears the id of a deleted project.",
            "Aucun serveur, volume, IP flottante, répartiteur ou partage ne porte l'identifiant d'un projet supprimé.",
        ),
        type="resource",
        reads=("projects", *LIVE),
        level=Level.CLOUD,
        severity=severities("medium", "medium", "high"),
        references=references(pssie="GDB-INVENT", iso27001="5.9"),
        repair=Repair(
            Mode.NONE, Text("Find its owner, then delete or move it.", "Trouver son responsable, puis décider.")
        ),
        objects=_owned,
        judge=_judge_owned,
    ),
    Control(
        id="ETAT-GOV-007",
        family=FAMILY,
        title=Text(
            "A sensitive project cannot be deleted by mistake", "Un projet sensible ne peut être supprimé par erreur"
        ),
        criterion=Text("The project has the option immutable.", "Le projet a l'option immutable."),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("-", "-", "medium"),
        references=references(iso27001="8.32", secnumcloud="12.2"),
        repair=Repair(Mode.SAFE, Text("Set the option immutable.", "Poser l'option immutable."), _make_immutable),
        objects=_project,
        judge=_judge_immutable,
    ),
    Control(
        id="ETAT-GOV-008",
        family=FAMILY,
        title=Text("A project is as sensitive as its parent", "Un projet est aussi sensible que son parent"),
        criterion=Text(
            "The declared sensitivity is at least that of the parent project.",
            "La sensibilité déclarée est au moins celle du projet parent.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("medium", "medium", "high"),
        references=references(anssi_dr="R5-", iso27001="5.12"),
        repair=Repair(Mode.NONE, Text("Declare it as sensitive, or move it.", "La déclarer, ou déplacer le projet.")),
        caution=Text(
            "A parent may hold open data beside closed ones.", "Un parent peut porter des données ouvertes et fermées."
        ),
        objects=_project,
        judge=_judge_parent,
    ),
    Control(
        id="ETAT-GOV-009",
        family=FAMILY,
        title=Text("Every resource says what it is", "Chaque ressource dit ce qu'elle est"),
        criterion=Text(
            "Servers, volumes, networks and images say sensitivity, owner and environment, in tags or metadata.",
            "Serveurs, volumes, réseaux et images disent sensitivity, owner et environment (étiquettes, métadonnées).",
        ),
        type="resource",
        reads=("servers", "volumes", "networks", "images"),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(anssi_hygiene="4", iso27001="5.13", secnumcloud="8.4"),
        repair=Repair(Mode.SAFE, TAG_IT, _label),
        objects=_tagged,
        judge=_judge_labels,
    ),
    Control(
        id="ETAT-GOV-010",
        family=FAMILY,
        title=Text("Production is alone in its project", "La production est seule dans son projet"),
        criterion=Text(
            "Servers and networks of a project that say environment:production are with no others.",
            "Les serveurs et réseaux d'un projet qui disent environment:production sont sans autres.",
        ),
        type="project",
        reads=("projects", "servers", "networks"),
        level=Level.SITE,
        severity=severities("-", "medium", "high"),
        references=references(iso27001="8.31", secnumcloud="12.3"),
        repair=Repair(Mode.NONE, Text("Give tests a tenant of their own.", "Donner aux essais un espace à eux.")),
        objects=_project,
        judge=_judge_environments,
    ),
    Control(
        id="ETAT-GOV-011",
        family=FAMILY,
        title=Text("There is a recent map of the cloud", "Une cartographie récente du cloud existe"),
        criterion=Text(
            "A whole map of networks was made in the last twelve months, by a former audit, or as the estate declares.",
            "Une cartographie complète date de moins de douze mois, d'un audit passé ou telle que déclarée.",
        ),
        type="cartography",
        reads=("projects",),
        level=Level.CLOUD,
        severity=severities("low", "medium", "medium"),
        references=references(pssie="RES-CARTO GDB-CARTO:partial", anssi_hygiene="4:partial", secnumcloud="13.1"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Let the audit write one (format cartography), or declare the one that is kept elsewhere.",
                "La faire écrire par l'audit (format cartography), ou déclarer celle qui existe ailleurs.",
            ),
        ),
        caution=Text(
            "That of this audit counts in the next one. One that is declared is not opened.",
            "Celle de cet audit compte pour le suivant. Celle qui est déclarée n'est pas ouverte.",
        ),
        objects=_cartography,
        judge=_judge_cartography,
    ),
    Control(
        id="ETAT-GOV-012",
        family=FAMILY,
        title=Text("No exception has run out", "Aucune dérogation n'est échue"),
        criterion=Text(
            "Every waiver of the tenant names a day that is not past.",
            "Chaque dérogation de l'espace donne un jour non passé.",
        ),
        type="waiver",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("medium", "high", "high"),
        references=references(pssie="CONTR-SSI", iso27001="5.35"),
        repair=Repair(Mode.NONE, RENEW_IT),
        objects=_waivers,
        judge=_judge_waiver,
    ),
    Control(
        id="ETAT-GOV-013",
        family=FAMILY,
        title=Text("No exception of the cloud has run out", "Aucune dérogation du cloud n'est échue"),
        criterion=Text(
            "Every waiver of what belongs to the cloud itself names a day that is not past.",
            "Chaque dérogation portant sur le cloud lui-même donne un jour non passé.",
        ),
        type="waiver",
        reads=("projects",),
        level=Level.CLOUD,
        severity=severities("medium", "high", "high"),
        references=references(pssie="CONTR-SSI", iso27001="5.35"),
        repair=Repair(Mode.NONE, RENEW_IT),
        objects=_waivers,
        judge=_judge_waiver,
    ),
)
