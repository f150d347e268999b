# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dated exceptions: what they cover, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from .model import Finding, Outcome, Result, Text, Waiver, joined


def waiver_of(given: Mapping[str, Any]) -> Waiver:
    """Return a waiver from what the estate, or a module's option, says of it.

    Raises ValueError when its last day is no date.
    """
    return Waiver(
        id=given["id"],
        control=given["control"],
        owner=given["owner"],
        reason=given["reason"],
        until=date.fromisoformat(given["until"]),
        domains=frozenset(given.get("domains") or ()),
        tenants=frozenset(f"{tenant['domain']}/{tenant['name']}" for tenant in given.get("tenants") or ()),
        objects=frozenset(given.get("objects") or ()),
    )


def concerns(waiver: Waiver, domain: str, tenant: str) -> bool:
    """Return whether a waiver is about a tenant, a domain as such or, without either, the cloud as such."""
    if tenant:
        return f"{domain}/{tenant}" in waiver.tenants
    return domain in waiver.domains if domain else not (waiver.domains or waiver.tenants)


def holds(waiver: Waiver, today: date) -> bool:
    """Return whether a waiver counts on a day; on its last day it does."""
    return today <= waiver.until


def covering(waivers: Iterable[Waiver], result: Result, today: date) -> list[Waiver]:
    """Return the waivers that count for a result on a day."""
    return [
        waiver
        for waiver in waivers
        if waiver.control == result.control and concerns(waiver, result.domain, result.tenant) and holds(waiver, today)
    ]


def waived(result: Result, waivers: Iterable[Waiver], today: date) -> Result:
    """Return a failure as what waivers leave of it; exempt where nothing is left."""
    if result.outcome is not Outcome.FAIL:
        return result
    used, left = _left(result.findings, covering(waivers, result, today))
    if not used:
        return result
    if left:
        return replace(result, findings=left, reason=joined((result.reason, _spared(result, left, used))))
    # The one that ends first is the one to look after.
    first = min(used, key=lambda waiver: (waiver.until, waiver.id))
    return replace(result, outcome=Outcome.EXEMPT, waiver=first, reason=_until(first))


def _until(waiver: Waiver) -> Text:
    until, owner, reason = waiver.until, waiver.owner, waiver.reason
    return Text(f"until {until} by {owner}: {reason}", f"jusqu'au {until}, par {owner} : {reason}")


def _spared(result: Result, left: Sequence[Finding], used: Iterable[Waiver]) -> Text:
    count, ids = len(result.findings) - len(left), ", ".join(waiver.id for waiver in used)
    return Text(f"{count} more are exempt ({ids})", f"{count} de plus sous dérogation ({ids})")


def _left(findings: Sequence[Finding], waivers: Sequence[Waiver]) -> tuple[list[Waiver], tuple[Finding, ...]]:
    """Return which waivers cover some finding, and the findings that none covers."""
    used: dict[str, Waiver] = {}
    left = []
    for finding in findings:
        found = next((waiver for waiver in waivers if covers(waiver, finding)), None)
        if found:
            used[found.id] = found
        else:
            left.append(finding)
    return list(used.values()), tuple(left)


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Return whether a waiver is about an object."""
    return not waiver.objects or finding.id in waiver.objects or bool(finding.name and finding.name in waiver.objects)
