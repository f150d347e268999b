# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the data of a tenant lie, and what the cloud that holds them is recognized as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import IN_USE, View

FAMILY = "residency"
SOURCES = (*IN_USE, "images")


def _everywhere(view: View) -> Iterator[Row]:
    """Yield what the project has in each region; why is what could not be read where it should have nothing."""
    sites = view.tenant.sites if view.tenant else ()
    for region in view.regions:
        for source in SOURCES:
            what = source.removesuffix("s")
            refusal = view.refusal(source, region)
            if refusal and not refusal.absent and region not in sites:
                yield {"id": f"{source}/{region}", "why": refusal.of(source, region)}
            for row in view.rows(source, region):
                name = row.get("name") or row.get("floating_ip_address") or ""
                yield {"id": row["id"], "name": name, "what": what, "region": region, "row": row, "source": source}


def _judge_region(view: View, found: Row) -> Verdict:
    sites = view.tenant.sites if view.tenant else ()
    if not sites:
        return not_evaluable(Text("no region is declared", "aucune région n'est déclarée"))
    if "why" in found:
        return not_evaluable(found["why"])
    # Regions may share a service, which then shows the same in each of them.
    source, row = found["source"], found["row"]
    if found["region"] in sites or any(view.one(source, row["id"], site) == row for site in sites):
        return PASSED
    return failed(kind=found["what"], region=found["region"], declared=", ".join(sites))


# --- the places of a site

#: What servers are called that Nova keeps on no host: not yet, never, or not any more.
WITHOUT_HOST = ("BUILD", "ERROR", "SHELVED_OFFLOADED")
#: What images are called that hold nothing yet.
WITHOUT_DATA = ("queued", "uploading")


def _allowed(view: View, places: str) -> Sequence[str]:
    """Return the names that the estate allows on this site; none where it does not say any."""
    return (view.tenant.residency if view.tenant else {}).get(view.region, {}).get(places, ())


def _judge_places(view: View, found: Iterable[str], places: str, undeclared: Text, **evidence: str) -> Verdict:
    """Judge the places in which something is against those that are allowed."""
    allowed = _allowed(view, places)
    if not allowed:
        return not_evaluable(undeclared)
    strange = [name for name in found if name not in allowed]
    return passed_or_failed(not strange, **evidence, found=", ".join(strange), allowed=", ".join(allowed))


def _copies(view: View) -> Iterator[Row]:
    for source in ("backups", "snapshots"):
        for row in view.rows(source):
            yield {**row, "what": source.removesuffix("s")}


def _judge_copy(view: View, copy: Row) -> Verdict:
    # A snapshot is kept by what keeps its volume; Cinder gives it no zone of its own.
    holder = copy if copy["what"] == "backup" else view.one("volumes", copy["volume_id"])
    if holder is None:
        return not_evaluable(Text("its volume was not seen", "son volume n'a pas été vu"))
    zone = holder["availability_zone"]
    if not zone:
        return not_evaluable(Text("Cinder does not say its zone", "Cinder ne dit pas sa zone"))
    undeclared = Text(
        f"no zone for backups is declared for {view.region}",
        f"aucune zone de sauvegarde n'est déclarée pour {view.region}",
    )
    return _judge_places(view, (zone,), "backup_zones", undeclared, kind=copy["what"])


def _images(view: View) -> Iterable[Row]:
    return view.rows("images")


def _judge_stores(view: View, image: Row) -> Verdict:
    # An import names the stores to which it is still writing.
    fields = ("stores", "os_glance_importing_to_stores")
    said = ",".join(str(image.get(name) or "") for name in fields).split(",")
    stores = list(dict.fromkeys(name.strip() for name in said if name.strip()))
    if not stores and image.get("status") in WITHOUT_DATA:
        return not_applicable(Text("it holds nothing yet", "elle ne contient encore rien"))
    if not stores:
        return not_evaluable(
            Text("Glance does not say in which store it is", "Glance ne dit pas dans quel magasin elle se trouve")
        )
    undeclared = Text(
        f"no image store is declared for {view.region}", f"aucun magasin d'images n'est déclaré pour {view.region}"
    )
    return _judge_places(view, stores, "image_stores", undeclared)


def _servers(view: View) -> Iterable[Row]:
    return view.rows("servers")


def _judge_zone(view: View, server: Row) -> Verdict:
    zone = server["OS-EXT-AZ:availability_zone"]
    # Everybody is shown this field, and only administrators the name of the host.
    if server.get("status") in WITHOUT_HOST and not server["hostId"]:
        # It may bear the zone that was asked for, and runs in none.
        return not_applicable(Text("it is on no host", "il n'est sur aucun hôte"))
    if not zone:
        return not_evaluable(Text("Nova does not say its zone", "Nova ne dit pas sa zone"))
    undeclared = Text(
        f"no availability zone is declared for {view.region}",
        f"aucune zone de disponibilité n'est déclarée pour {view.region}",
    )
    return _judge_places(view, (zone,), "availability_zones", undeclared)


# --- the cloud


def _project(view: View) -> Iterable[Row]:
    return (view.project,)


def _judge_qualification(view: View, _project: Row) -> Verdict:
    asked = view.tenant.qualifications if view.tenant else ()
    found = view.qualification
    evidence = {"asked": " / ".join(asked)}
    if found:
        evidence |= {"kind": found.kind, "reference": found.reference, "valid_until": found.valid_until.isoformat()}
        if found.valid_until < view.today:
            return failed(**evidence, days_over=(view.today - found.valid_until).days)
    if not asked:
        return not_evaluable(
            Text(
                f"the estate does not say which qualification {view.sensitivity} data ask for",
                f"la qualification requise pour la sensibilité {view.sensitivity} n'est pas déclarée",
            )
        )
    return passed_or_failed(found is not None and found.kind in asked, **evidence)


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-RES-001",
        family=FAMILY,
        title=Text("Everything is in the declared regions", "Tout est dans les régions déclarées"),
        criterion=Text(
            "What the project has, in whatever region, is in one that the estate declares for it.",
            "Ce que le projet possède, où que ce soit, est dans une région déclarée pour lui.",
        ),
        type="resource",
        reads=("projects",),
        also_reads=SOURCES,
        level=Level.TENANT,
        severity=severities("medium", "high", "critical"),
        references=references(pssie="INT-REX-HB", iso27001="5.23", secnumcloud="19.2"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Move the data to a declared region and delete them there, or declare the region.",
                "Ramener les données dans une région déclarée et les supprimer ailleurs, ou déclarer la région.",
            ),
        ),
        caution=Text(
            "Where the disks of a region stand is known to its provider alone.",
            "Seul le fournisseur sait où se trouvent les disques d'une région.",
        ),
        objects=_everywhere,
        judge=_judge_region,
    ),
    Control(
        id="ETAT-RES-002",
        family=FAMILY,
        title=Text("Copies of volumes are in allowed zones", "Les copies de volumes sont dans des zones autorisées"),
        criterion=Text(
            "Each backup, and the volume of each snapshot, is in one of the backup_zones of the sensitivity.",
            "Chaque sauvegarde, et le volume de chaque instantané, est dans une des backup_zones de la sensibilité.",
        ),
        type="resource",
        reads=("snapshots", "volumes", "backups"),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(iso27001="5.23 8.13:partial", secnumcloud="12.5 19.2"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Make the copy anew in an allowed zone, and delete this one when that is done.",
                "Refaire la copie dans une zone autorisée, puis supprimer celle-ci.",
            ),
        ),
        caution=Text(
            "The zone is that of the service that writes the backup. Where that stores it, its provider knows.",
            "La zone est celle du service qui écrit la sauvegarde. Seul le fournisseur sait où il la range.",
        ),
        objects=_copies,
        judge=_judge_copy,
    ),
    Control(
        id="ETAT-RES-003",
        family=FAMILY,
        title=Text("Images are in allowed stores", "Les images sont dans des magasins autorisés"),
        criterion=Text(
            "Each store that holds an image of the project is one of the image_stores of the sensitivity.",
            "Chaque magasin qui contient une image du projet est un des image_stores de la sensibilité.",
        ),
        type="image",
        reads=("images",),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="5.23", secnumcloud="19.2"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Copy the image to an allowed store, then delete it from the other one.",
                "Copier l'image dans un magasin autorisé, puis la supprimer de l'autre.",
            ),
        ),
        caution=Text(
            "Copies in the caches of Glance and of Nova are not seen, and an image may hold nothing but public data.",
            "Les copies des caches de Glance et de Nova ne sont pas vues, et une image peut n'être que publique.",
        ),
        objects=_images,
        judge=_judge_stores,
    ),
    Control(
        id="ETAT-RES-004",
        family=FAMILY,
        title=Text("Servers run in allowed zones", "Les serveurs sont dans des zones autorisées"),
        criterion=Text(
            "Each server that is on a host is in one of the availability_zones of the sensitivity.",
            "Chaque serveur placé sur un hôte est dans une des availability_zones de la sensibilité.",
        ),
        type="server",
        reads=("servers",),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_dr="R5-", secnumcloud="19.2"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Have it moved by the cloud's operators, or build it anew in an allowed zone.",
                "Le faire déplacer par l'exploitant du cloud, ou le reconstruire dans une zone autorisée.",
            ),
        ),
        caution=Text(
            "A zone is a name for some hosts. Whether other tenants share them is not looked at.",
            "Une zone est un nom pour des hôtes. Leur partage avec d'autres espaces n'est pas regardé.",
        ),
        objects=_servers,
        judge=_judge_zone,
    ),
    Control(
        id="ETAT-RES-005",
        family=FAMILY,
        title=Text("The cloud is qualified for these data", "Le cloud est qualifié pour ces données"),
        criterion=Text(
            "The estate records a qualification of the cloud that has not run out and that the sensitivity accepts.",
            "Une qualification du cloud est déclarée, non échue, et acceptée pour la sensibilité.",
        ),
        type="project",
        reads=("projects",),
        level=Level.TENANT,
        severity=severities("-", "medium", "critical"),
        references=references(anssi_hygiene="42", iso27001="5.23"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Record the qualification in the catalogue, have it renewed, or move the tenant to another cloud.",
                "Déclarer la qualification au catalogue, la faire renouveler, ou changer l'espace de cloud.",
            ),
        ),
        caution=Text(
            "What is recorded is taken at its word: only ANSSI's list tells whether an offer is qualified today.",
            "La déclaration est crue sur parole : seule la liste de l'ANSSI dit si une offre est qualifiée ce jour.",
        ),
        objects=_project,
        judge=_judge_qualification,
    ),
)
