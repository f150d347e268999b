# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A map of the networks of a cloud: as JSON for programs, and as CSV for people, with one line for each object."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .document import ReportError
from .table import inert
from .words import Tongue

VERSION = 1
#: What a line says, in this order; the heading is in the language of the reader.
COLUMNS = (
    *("ministry", "tenant", "site", "sensitivity", "kind", "name", "addresses", "belongs_to", "leads_to", "details"),
    "id",
)


def as_json(given: Mapping[str, Any], cloud: str) -> str:
    """Return a map that module posture_info returned, under the name of the cloud.

    Raises ReportError for anything else.
    """
    # In ASCII, as the document, since names may be anything.
    return json.dumps({**_read(given), "cloud": cloud}, indent=2) + "\n"


def as_table(given: Mapping[str, Any], ministries: Mapping[tuple[str, str], str], tongue: Tongue) -> str:
    """Return the map for a spreadsheet. ministries: by domain and tenant, where the estate names another one.

    Raises ReportError for what is no map.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([tongue.say(f"map.{column}") for column in COLUMNS])
    for site in _read(given)["sites"]:
        for row in _rows(site, tongue):
            common = {
                "ministry": ministries.get((site["domain"], site["tenant"]), site["domain"]),
                "tenant": site["tenant"],
                "site": site["site"],
                "sensitivity": tongue.say(f"sensitivity.{site['sensitivity']}"),
            }
            writer.writerow([inert({**common, **row}.get(column, "")) for column in COLUMNS])
    return "\ufeff" + out.getvalue()


def _read(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if given.get("version") != VERSION or not isinstance(given.get("sites"), Sequence):
        raise ReportError(
            "there is no cartography; expected is what etat.cloud.posture_info returns with cartography=true"
        )
    return given


def _rows(site: Mapping[str, Any], tongue: Tongue) -> Iterator[dict[str, str]]:
    for found in site["objects"]:
        yield {
            "kind": tongue.say(f"map.kind.{found['kind']}"),
            "name": found["name"],
            "id": found["id"],
            "addresses": ", ".join(found["addresses"]),
            "belongs_to": ", ".join(_called(thing) for thing in found["belongs_to"]),
            "leads_to": ", ".join(_called(thing) for thing in found["leads_to"]),
            "details": ", ".join(found["details"]),
        }
    # What is not on the map has its line, too: an empty one must not look like an empty site.
    for unseen in site["unseen"]:
        why = unseen["why_fr"] if tongue.language == "fr" else unseen["why"]
        yield {"kind": tongue.say("map.unseen"), "name": unseen["source"], "details": why}


def _called(thing: Mapping[str, str]) -> str:
    return thing["name"] or thing["id"]
