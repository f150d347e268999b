# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From objects that fail to what mends them, and to what is left for people and why; pure.

Whatever a control proposes, some things are never done by a program; they are named here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from .judge import Failure
from .model import Call, Control, Fix, Mode, Outcome, Row, Text, Waiver
from .sources import SOURCES
from .view import View

#: The only things that are ever deleted: what lets something through, or says something. Never what holds data, and
#: never who or what a person would have to make again: users, keys, credentials.
DELETABLE: Mapping[str, str] = {
    "network": r"/security-group-rules/[^/]+|/rbac-policies/[^/]+|/floatingips/[^/]+/port_forwardings/[^/]+"
    r"|/(networks|ports|routers|subnets|floatingips|security-groups)/[^/]+/tags/[^/]+",
    "identity": r"/projects/[^/]+/tags/[^/]+|/groups/[^/]+/users/[^/]+"
    r"|/(projects|domains)/[^/]+/(users|groups)/[^/]+/roles/[^/]+"
    r"|/OS-INHERIT/(projects|domains)/[^/]+/(users|groups)/[^/]+/roles/[^/]+/inherited_to_projects",
    "image": r"/images/[^/]+/(members|tags)/[^/]+",
    "compute": r"/servers/[^/]+/metadata/[^/]+",
    "block-storage": r"/(volumes|snapshots)/[^/]+/metadata/[^/]+|/volume-transfers/[^/]+",
    "dns": r"/zones/tasks/transfer_requests/[^/]+|/zones/[^/]+/(shares|recordsets)/[^/]+",
    "key-manager": r"/(secrets|containers)/[^/]+/acl",
}
#: The services that show and change what a project has to tokens of that project alone.
OWN_TOKEN = frozenset(source.service for source in SOURCES.values() if source.own_token)
DEFAULT = "default"
METHODS = ("POST", "PUT", "PATCH", "DELETE")


#: What mends an object that fails.
Mend = Callable[[View, Row], tuple[Fix, ...]]
#: Fixes by the object that they are about, each with what asks for it.
Made = defaultdict[tuple[str, ...], list[tuple[Failure, Fix]]]
#: A finding by its control, domain, tenant, region, and the id of its object.
Found = tuple[str, str, str, str, str]


class Why(StrEnum):
    """Why an object that fails is left as it is."""

    GUARDED = "guarded"
    BY_HAND = "by_hand"
    WAIVED = "waived"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Left:
    """One object that fails and that is left as it is."""

    control: Control
    domain: str
    tenant: str
    region: str
    type: str
    id: str
    name: str
    why: Why
    reason: Text


@dataclass(frozen=True, slots=True)
class Remedy:
    """All that mends one object, whichever controls ask for it.

    service, region: where it is written. domain, tenant: the names of whose object it is; no tenant for what belongs to
    a domain. project: the id of the tenant's project. findings: those that are gone once it is made.
    record: the object as it was.
    """

    service: str
    region: str
    domain: str
    tenant: str
    project: str
    type: str
    id: str
    name: str
    controls: tuple[str, ...]
    before: Row
    after: Row
    calls: tuple[Call, ...]
    undo: tuple[Call, ...]
    lasting: Text | None = None
    findings: frozenset[Found] = frozenset()
    record: Row = field(default_factory=dict)

    @property
    def own_token(self) -> bool:
        """Whether it takes a token of the project."""
        return self.service in OWN_TOKEN

    def undone(self) -> Remedy:
        """Return what brings back how the object was."""
        return replace(self, before=self.after, after=self.before, calls=self.undo, undo=self.calls)


@dataclass(slots=True)
class Proposals:
    """What mends, and what is left."""

    remedies: list[Remedy] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def propose(failures: Iterable[Failure], allowed: Collection[str]) -> Proposals:
    """Return what mends objects that fail, one remedy for each, and what is left. allowed: ids of guarded controls."""
    made = Proposals()
    fixes: Made = defaultdict(list)
    for failure in failures:
        left = _left(failure, allowed)
        found: tuple[Fix, ...] = ()
        if left is None and failure.control.repair.fix:
            found = _following(failure, failure.control.repair.fix, fixes)
            left = _unfixed(failure, found)
        if left:
            made.left.append(left)
            continue
        for fix in found:
            fixes[_place(failure, fix)].append((failure, fix))
    made.remedies = [_remedy(listed, region) for (_service, region, *_names), listed in fixes.items()]
    return made


def _place(failure: Failure, fix: Fix) -> tuple[str, ...]:
    """Return what names the object of a fix: containers of objects have the same names in several projects."""
    return fix.service, _region(failure, fix), failure.view.project.get("id", ""), fix.type, fix.id


def _following(failure: Failure, mend: Mend, made: Made) -> tuple[Fix, ...]:
    """Return the fixes of a failure as they are after those that earlier controls ask for.

    Several controls may take something out of the same field, such as an access list: the later one takes it out of
    what the earlier ones leave. Where these leave nothing of it, theirs are its fixes as well.
    """
    found = mend(failure.view, failure.row)
    before = [earlier for fix in found for _failure, earlier in made.get(_place(failure, fix), ())]
    said = {name: value for fix in found for name, value in fix.after.items()}
    left = {name: value for fix in before for name, value in fix.after.items() if name in said and value != said[name]}
    if not left:
        return found
    row = {**failure.row, **left}
    again = mend(failure.view, row)
    gone = failure.control.judge(failure.view, row).outcome is not Outcome.FAIL
    return tuple(before) if gone and not again else again


def _region(failure: Failure, fix: Fix) -> str:
    return "" if fix.service == "identity" else fix.region or failure.view.region


def _left(failure: Failure, allowed: Collection[str]) -> Left | None:
    control, waiver = failure.control, failure.waiver
    if waiver:
        return _said(failure, Why.WAIVED, _waived(waiver))
    if control.repair.mode is Mode.NONE or control.repair.fix is None:
        return _said(failure, Why.BY_HAND, Text("people repair it", "c'est à des personnes de corriger"))
    if control.repair.mode is Mode.GUARDED and control.id not in allowed:
        how = Text(f"it is repaired when {control.id} is allowed", f"corrigé quand {control.id} est autorisé")
        return _said(failure, Why.GUARDED, how)
    return None


def _waived(waiver: Waiver) -> Text:
    return Text(f"waiver {waiver.id} until {waiver.until}", f"dérogation {waiver.id} jusqu'au {waiver.until}")


def _unfixed(failure: Failure, fixes: Sequence[Fix]) -> Left | None:
    """Return why what a control proposes is not done, or None when it is."""
    if not fixes:
        how = Text("what it takes is not known to the program", "le programme ne sait pas ce qu'il y faut")
        return _said(failure, Why.BY_HAND, how)
    reasons = [reason for fix in fixes if (reason := refusal(failure, fix))]
    return _said(failure, Why.REFUSED, reasons[0]) if reasons else None


def _said(failure: Failure, why: Why, reason: Text) -> Left:
    view, found = failure.view, failure.finding
    return Left(
        control=failure.control,
        domain=view.tenant.domain if view.tenant else view.domain.get("name", ""),
        tenant=view.tenant.name if view.tenant else "",
        region=view.region,
        type=found.type,
        id=found.id,
        name=found.name,
        why=why,
        reason=reason,
    )


# --- what is never done


def refusal(failure: Failure, fix: Fix) -> Text | None:
    """Return why a fix is never made by a program, or None when it may be."""
    view = failure.view
    owner = failure.row.get("project_id")
    if not view.domain or (view.tenant and not view.project):
        return Text("it belongs to no tenant and no domain of the estate", "il n'est à aucun espace ni domaine déclaré")
    if view.project and owner and owner != view.project["id"]:
        return Text("it belongs to another project", "il appartient à un autre projet")
    for call in (*fix.calls, *fix.undo):
        if call.method == "DELETE" and not may_delete(fix.service, call.path):
            what = fix.type.replace("_", " ")
            return Text(f"{what} is nothing that a program deletes", f"un programme ne supprime pas de {what}")
    if fix.type == "security_group_rule" and not fix.after and view.sensitivity in ("public", "internal"):
        rule = fix.undo[0].body["security_group_rule"] if fix.undo else {}
        group = view.one("security_groups", rule.get("security_group_id")) or {}
        if group.get("name") == DEFAULT and rule.get("remote_group_id") == group.get("id"):
            return Text(
                "the default group's rules for its own members are kept for public and internal data",
                "les règles du groupe par défaut pour ses propres membres restent, pour des données publiques et "
                "internes",
            )
    return None


def may_delete(service: str, path: str) -> bool:
    """Return whether a program may ever delete what a path stands for."""
    return bool(re.fullmatch(DELETABLE.get(service, "(?!)"), path))


# --- all that mends one object


def _remedy(listed: Sequence[tuple[Failure, Fix]], region: str) -> Remedy:
    """Return the fixes of one object as one remedy, what seals the object last; what is deleted is not changed too."""
    going = [(failure, fix) for failure, fix in listed if not fix.after]
    ordered = sorted(going or listed, key=lambda pair: pair[1].seals)
    failure, fix = ordered[0]
    view = failure.view
    fixes = [fix for _failure, fix in ordered]
    return Remedy(
        service=fix.service,
        region=region,
        domain=view.domain["name"],
        tenant=view.tenant.name if view.tenant else "",
        project=view.project.get("id", ""),
        type=fix.type,
        id=fix.id,
        name=fix.name,
        controls=tuple(dict.fromkeys(failure.control.id for failure, _fix in listed)),
        before={name: value for fix in reversed(fixes) for name, value in fix.before.items()},
        after={name: value for fix in fixes for name, value in fix.after.items()},
        calls=_joined(call for fix in fixes for call in fix.calls),
        undo=_joined(call for fix in reversed(fixes) for call in fix.undo),
        lasting=_together(fix.lasting for fix in fixes if fix.lasting),
        findings=frozenset(found_of(failure) for failure, _fix in listed),
        record=failure.row,
    )


def _together(texts: Iterable[Text]) -> Text | None:
    """Return several statements as one, equal ones once; None where there is none."""
    listed = list(dict.fromkeys(texts))
    return Text("; ".join(text.en for text in listed), " ; ".join(text.fr for text in listed)) if listed else None


def found_of(failure: Failure) -> Found:
    """Return what names a finding, now and when it is looked for again."""
    view = failure.view
    tenant = view.tenant.name if view.tenant else ""
    return failure.control.id, view.domain.get("name", ""), tenant, view.region, failure.finding.id


def _joined(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Return calls, equal ones once, and what goes to one address in one: several controls may ask for the same.

    Of headers without a body, the last call has the last word: it was made of what the others leave.
    """
    found: list[Call] = []
    for call in calls:
        if call in found:
            continue
        said = next((one for one in found if call.body is None and replace(one, headers=call.headers) == call), None)
        if said and call.headers:
            headers = tuple(sorted({**dict(said.headers), **dict(call.headers)}.items()))
            found[found.index(said)] = replace(said, headers=headers)
            continue
        same = next((one for one in found if replace(one, body=None) == replace(call, body=None)), None)
        body = _one_body(same.body, call.body) if same and call.method in ("PUT", "PATCH") else None
        if same and body is not None:
            found[found.index(same)] = replace(same, body=body)
        else:
            found.append(call)
    return tuple(found)


def _one_body(one: Any, other: Any) -> Any:
    """Return what two bodies ask for together; None where they contradict each other."""
    if isinstance(one, list) and isinstance(other, list) and not _told_apart(one, other):
        return [*one, *(step for step in other if step not in one)]
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return None
    body = {**other, **one}
    for name in one.keys() & other.keys():
        if one[name] != other[name]:
            body[name] = _one_body(one[name], other[name])
            if body[name] is None:
                return None
    return body


def _told_apart(one: Sequence[Row], other: Sequence[Row]) -> bool:
    """Return whether two patches say different things of one field."""
    said = {step["path"]: step for step in one}
    return any(step["path"] in said and said[step["path"]] != step for step in other)


# --- files


def call_as_data(call: Call) -> dict[str, Any]:
    """Return a call as a file has it."""
    return {
        "method": call.method,
        "path": call.path,
        "body": call.body,
        "headers": dict(call.headers),
        "microversion": call.microversion,
        "same_if_exists": call.same_if_exists,
    }


def call_of(data: Mapping[str, Any]) -> Call:
    """Return a call out of a file.

    Raises ValueError when it is none that a program may make.
    """
    if data["method"] not in METHODS or not str(data["path"]).startswith("/"):
        raise ValueError(f"{data['method']} {data['path']} is no call that a repair makes")
    headers = tuple(sorted((str(name), str(value)) for name, value in data["headers"].items()))
    return Call(
        data["method"], data["path"], data["body"], headers, str(data["microversion"]), bool(data["same_if_exists"])
    )


#: The fields of a remedy that are texts in a file.
_TEXTS = ("service", "region", "domain", "tenant", "project", "type", "id", "name")


def text_as_data(text: Text | None) -> dict[str, str] | None:
    """Return a statement as a file or a result has it."""
    return {"en": text.en, "fr": text.fr} if text else None


def remedy_as_data(remedy: Remedy) -> dict[str, Any]:
    """Return a remedy as a file has it."""
    return {
        **{name: getattr(remedy, name) for name in _TEXTS},
        "lasting": text_as_data(remedy.lasting),
        "controls": list(remedy.controls),
        "before": dict(remedy.before),
        "after": dict(remedy.after),
        "calls": [call_as_data(call) for call in remedy.calls],
        "undo": [call_as_data(call) for call in remedy.undo],
    }


def remedy_of(data: Mapping[str, Any]) -> Remedy:
    """Return a remedy out of a file.

    Raises ValueError, KeyError or TypeError when it is none.
    """
    texts: dict[str, Any] = {name: str(data[name]) for name in _TEXTS}
    remedy = Remedy(
        **texts,
        lasting=Text(str(data["lasting"]["en"]), str(data["lasting"]["fr"])) if data["lasting"] else None,
        controls=tuple(data["controls"]),
        before=dict(data["before"]),
        after=dict(data["after"]),
        calls=tuple(map(call_of, data["calls"])),
        undo=tuple(map(call_of, data["undo"])),
    )
    for call in (*remedy.calls, *remedy.undo):
        if call.method == "DELETE" and not may_delete(remedy.service, call.path):
            raise ValueError(f"{call.method} {call.path} is nothing that a repair deletes")
    return remedy
