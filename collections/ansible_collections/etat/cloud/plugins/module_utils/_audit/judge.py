# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From facts to results. Here, and nowhere else, a refusal becomes not evaluable and a waiver becomes exempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .facts import Facts
from .model import (
    SENSITIVITIES,
    UNSAID,
    Cartography,
    Control,
    Finding,
    Level,
    Outcome,
    Qualification,
    Refusal,
    Result,
    Row,
    Severity,
    Tenant,
    Text,
    Verdict,
    Waiver,
    joined,
    not_evaluable,
)
from .secrets import masked
from .sources import SOURCES
from .view import IN_USE, View
from .waiver import concerns, covering, covers, waived

#: What a result is, of the verdicts on its objects: the first one of these that any of them has.
PRECEDENCE = (Outcome.FAIL, Outcome.NOT_EVALUABLE, Outcome.MANUAL, Outcome.PASS, Outcome.NOT_APPLICABLE)
NOTHING_THERE = Text("there is nothing of the kind", "il n'y a rien de ce type")
NOT_ASKED = {
    name: Text(f"it is not asked of {name} data", f"ne se pose pas pour des données {french}")
    for name, french in zip(SENSITIVITIES, ("publiques", "internes", "sensibles", "Diffusion Restreinte"), strict=True)
}


@dataclass(frozen=True, slots=True)
class Subjects:
    """What is judged: tenants, domains by name, and, of services, which regions; and what the estate says of all.

    roles: those that may be given. qualification: that of the cloud. cartographies: those of it that are known.
    """

    tenants: tuple[Tenant, ...]
    domains: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    qualification: Qualification | None = None
    cartographies: tuple[Cartography, ...] = ()


def judge(
    controls: Sequence[Control], facts: Facts, subjects: Subjects, waivers: Sequence[Waiver], today: date
) -> list[Result]:
    """Return what every control says of every subject of its level, in the order of the controls."""
    asked = _asked(controls, facts, subjects, waivers, today)
    return [waived(judged(control, view), view.waivers, today) for control, view in asked]


@dataclass(frozen=True, slots=True)
class Failure:
    """One object that fails, with all that a repair wants to know. waiver: the one that covers it."""

    control: Control
    view: View
    row: Row
    finding: Finding
    waiver: Waiver | None = None


def failures(
    controls: Sequence[Control], facts: Facts, subjects: Subjects, waivers: Sequence[Waiver], today: date
) -> Iterator[Failure]:
    """Yield every object that fails, in the order of the controls; waived ones with their waivers."""
    for control, view in _asked(controls, facts, subjects, waivers, today):
        result = judged(control, view)
        if result.outcome is not Outcome.FAIL:
            continue
        spared = covering(view.waivers, result, today)
        for row in control.objects(view):
            verdict = _verdict(control, view, row)
            if verdict.outcome is Outcome.FAIL:
                found = _finding(control, row, verdict)
                yield Failure(control, view, row, found, next((one for one in spared if covers(one, found)), None))


def _asked(
    controls: Sequence[Control], facts: Facts, subjects: Subjects, waivers: Sequence[Waiver], today: date
) -> Iterator[tuple[Control, View]]:
    """Yield every control with every subject of its level."""
    views = {level: list(views_of(level, facts, subjects, waivers, today)) for level in Level}
    return ((control, view) for control in controls for view in views[control.level])


def judged(control: Control, view: View) -> Result:
    """Return what a control says of one subject, waivers aside."""
    tenant = view.tenant
    result = Result(
        control=control.id,
        level=control.level,
        domain=tenant.domain if tenant else view.domain_name,
        tenant=tenant.name if tenant else "",
        site=view.region if control.level is Level.SITE else "",
        outcome=Outcome.NOT_APPLICABLE,
        severity=control.severity.get(view.sensitivity, Severity.INFO),
    )
    if view.sensitivity not in control.severity:
        return replace(result, reason=NOT_ASKED[view.sensitivity])
    refused = unread(control, view)
    if refused:
        return replace(result, outcome=Outcome.NOT_EVALUABLE, reason=refused)
    try:
        objects = list(control.objects(view))
    except KeyError as error:
        return replace(result, outcome=Outcome.NOT_EVALUABLE, reason=_lacking(error))
    verdicts = [(row, _verdict(control, view, row)) for row in objects]
    if not verdicts:
        return replace(result, reason=NOTHING_THERE)
    return _summed(result, control, verdicts)


def _verdict(control: Control, view: View, row: Row) -> Verdict:
    # Clouds differ in what they tell. One record that lacks a field must not cost all that the others say.
    try:
        return control.judge(view, row)
    except KeyError as error:
        return not_evaluable(_lacking(error))


def _lacking(error: KeyError) -> Text:
    field = error.args[0]
    return Text(f"a record does not say its {field}", f"un enregistrement n'indique pas {field}")


def unread(control: Control, view: View) -> Text | None:
    """Return why a subject cannot be judged for want of facts, or None when it can.

    What the cloud does not have at all counts as empty, but for the objects themselves.
    """
    if control.level in (Level.TENANT, Level.SITE) and not view.project:
        name = view.tenant.full_name if view.tenant else ""
        lost = Text(f"the project {name} was not found", f"le projet {name} n'a pas été trouvé")
        return _because(lost, view.facts.refusal("projects", "", (name,)))
    if control.level is Level.DOMAIN and not view.domain:
        lost = Text("the domain was not found", "le domaine n'a pas été trouvé")
        return _because(lost, view.facts.refusal("domains", "", ("",)))
    for index, name in enumerate(control.reads):
        for region in _regions(name, view):
            refusal = view.facts.refusal(name, region, view.owners)
            if refusal and not (refusal.absent and index):
                return refusal.of(name, region)
    return None


def _because(said: Text, refusal: Refusal | None) -> Text:
    return Text(f"{said.en}: {refusal.why.en}", f"{said.fr} : {refusal.why.fr}") if refusal else said


def _regions(source: str, view: View) -> Sequence[str]:
    if not SOURCES[source].regional:
        return ("",)
    return (view.region,) if view.region else view.regions


def _summed(result: Result, control: Control, verdicts: Sequence[tuple[Row, Verdict]]) -> Result:
    counted = Counter(verdict.outcome for _row, verdict in verdicts)
    outcome = next(outcome for outcome in PRECEDENCE if counted[outcome])
    return replace(
        result,
        outcome=outcome,
        judged=counted[Outcome.PASS] + counted[Outcome.FAIL],
        reason=_reason(outcome, verdicts),
        findings=tuple(_finding(control, row, verdict) for row, verdict in verdicts if verdict.outcome is Outcome.FAIL),
    )


def _finding(control: Control, row: Row, verdict: Verdict) -> Finding:
    # People write passwords into descriptions and names, too.
    evidence = {name: masked(said) if isinstance(said, str) else said for name, said in verdict.evidence.items()}
    return Finding(control.type, str(row["id"]), masked(str(row.get("name") or "")), evidence)


def _reason(outcome: Outcome, verdicts: Sequence[tuple[Row, Verdict]]) -> Text:
    """Return why objects were not judged, each reason once with how many it concerns."""
    if outcome is Outcome.PASS:
        return UNSAID
    untold = (Outcome.NOT_EVALUABLE, Outcome.MANUAL) if outcome is Outcome.FAIL else (outcome,)
    reasons = Counter(verdict.reason for _row, verdict in verdicts if verdict.outcome in untold)
    return joined(reason if count == 1 else _of_many(reason, count) for reason, count in reasons.items())


def _of_many(reason: Text, count: int) -> Text:
    return Text(f"{reason.en} ({count} objects)", f"{reason.fr} ({count} objets)")


# --- subjects


def views_of(level: Level, facts: Facts, subjects: Subjects, waivers: Sequence[Waiver], today: date) -> Iterator[View]:
    """Yield the view of every subject of a level."""
    common: dict[str, Any] = {
        "facts": facts,
        "level": level,
        "today": today,
        "roles": subjects.roles,
        "qualification": subjects.qualification,
        "cartographies": subjects.cartographies,
    }
    regions = subjects.regions
    if level is Level.CLOUD:
        own = tuple(waiver for waiver in waivers if concerns(waiver, "", ""))
        yield View(**common, tenants=subjects.tenants, regions=regions, waivers=own)
        return
    domains = {row["name"]: row for row in facts.rows("domains", "")}
    if level is Level.DOMAIN:
        for name in subjects.domains:
            yield View(
                **common,
                domain=domains.get(name, {}),
                domain_name=name,
                tenants=tuple(tenant for tenant in subjects.tenants if tenant.domain == name),
                regions=regions,
                waivers=tuple(waiver for waiver in waivers if concerns(waiver, name, "")),
            )
        return
    projects = {(row["domain_id"], row["name"]): row for row in facts.rows("projects", "")}
    for tenant in subjects.tenants:
        domain = domains.get(tenant.domain, {})
        view = View(
            **common,
            tenant=tenant,
            domain=domain,
            project=projects.get((domain.get("id"), tenant.name), {}),
            tenants=(tenant,),
            regions=regions,
            waivers=tuple(waiver for waiver in waivers if concerns(waiver, tenant.domain, tenant.name)),
        )
        if level is Level.TENANT:
            yield view
            continue
        for region in sites_of(view):
            yield replace(view, region=region)


def sites_of(view: View) -> Iterable[str]:
    """Return the regions in which a tenant is judged: those that are declared, and others in which it has anything."""
    declared = view.tenant.sites if view.tenant else ()
    others = (
        region
        for region in view.regions
        if region not in declared and view.project and any(view.rows(source, region) for source in IN_USE)
    )
    return [*declared, *others]


# --- numbers


def summary(results: Iterable[Result]) -> Mapping[str, Mapping[str, int]]:
    """Return how many results came out how, and how bad the failures are."""
    listed = list(results)
    outcomes = Counter(result.outcome.value for result in listed)
    bad = Counter(result.severity.value for result in listed if result.outcome is Outcome.FAIL)
    return {
        "outcomes": {outcome.value: outcomes[outcome.value] for outcome in Outcome},
        "severities": {severity.value: bad[severity.value] for severity in Severity},
    }
