# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the data of a tenant lie."""

from __future__ import annotations

from collections.abc import Iterator

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
    not_evaluable,
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
)
