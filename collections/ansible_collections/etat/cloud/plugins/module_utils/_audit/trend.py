# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the failures of a former run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model import Outcome, Severity

Place = tuple[str, str, str, str]


KINDS = ("new", "worse", "same", "better", "repaired", "exempt", "unknown")


def trend(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Compare the documents of two runs. Returns a list for each of KINDS.

    A failure is worse when its severity rose or an object fails that did not, and better when only fewer do. Repaired:
    it failed, and passes or has nothing to judge any more. Exempt: a waiver covers now what failed. Unknown: it failed,
    and could not be judged now or was not asked, which is no repair. Each entry has the control, where it is, its
    severity, and how many objects failed before and after.
    """
    old, new = _by_place(before), _by_place(after)
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for place in sorted({*old, *new}):
        kind = _kind(old.get(place), new.get(place))
        if kind:
            found[kind].append(_entry(place, old.get(place), new.get(place)))
    return found


def _by_place(document: Mapping[str, Any]) -> dict[Place, Mapping[str, Any]]:
    return {
        (result["control"], result["domain"], result["tenant"], result["site"]): result
        for result in document.get("results") or ()
    }


def _kind(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    if old is None or old["outcome"] != Outcome.FAIL:
        return "new" if new is not None and new["outcome"] == Outcome.FAIL else ""
    if new is None:
        return "unknown"
    settled = {Outcome.PASS: "repaired", Outcome.NOT_APPLICABLE: "repaired", Outcome.EXEMPT: "exempt"}
    if new["outcome"] != Outcome.FAIL:
        return settled.get(Outcome(new["outcome"]), "unknown")
    ranks = [Severity(result["severity"]).rank for result in (old, new)]
    ids = [{(finding["type"], finding["id"]) for finding in result["findings"]} for result in (old, new)]
    if ranks[1] > ranks[0] or ids[1] - ids[0]:
        return "worse"
    return "better" if ranks[1] < ranks[0] or ids[0] - ids[1] else "same"


def _entry(place: Place, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    control, domain, tenant, site = place
    current = new or old or {}
    return {
        "control": control,
        "domain": domain,
        "tenant": tenant,
        "site": site,
        "severity": current["severity"],
        "before": len(old["findings"]) if old else 0,
        "after": len(new["findings"]) if new else 0,
    }
