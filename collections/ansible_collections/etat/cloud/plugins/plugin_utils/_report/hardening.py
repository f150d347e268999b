# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hardening in words: what was repaired, what is left for whom and why, and how the run is undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...module_utils._audit.model import Control, Text
from ...module_utils._audit.repair import Why
from .characters import visible
from .text import joined, wrapped
from .words import Tongue

#: How many objects of one control the play shows; the file has all of them.
MOST = 5


@dataclass(frozen=True, slots=True)
class Hardening:
    """What module posture returned, ready to be told. controls: by id. record: the files that the run wrote."""

    cloud: str
    at: datetime
    undoing: bool
    digest: str
    repairs: Sequence[Mapping[str, Any]]
    left: Sequence[Mapping[str, Any]]
    record: Mapping[str, str]
    controls: Mapping[str, Control]

    @property
    def made(self) -> bool:
        """Whether anything was tried, beside the plan."""
        return any(repair["state"] != "planned" for repair in self.repairs)


def hardening_of(result: Mapping[str, Any], cloud: str, controls: Mapping[str, Control]) -> Hardening:
    """Return what module posture found and did.

    Raises KeyError, TypeError or ValueError when it is not what that module returns.
    """
    return Hardening(
        cloud=cloud,
        at=datetime.fromisoformat(result["at"]),
        undoing=bool(result["undoing"]),
        digest=str(result["digest"]),
        repairs=list(result["repairs"]),
        left=list(result["left"]),
        record=dict(result["record"]),
        controls=controls,
    )


def hardening(told: Hardening, tongue: Tongue, most: int = 0) -> str:
    """Return the report in one language. most: how many objects it names of what is left for one reason; 0 for all."""
    lines = [
        *wrapped(tongue.say("undoing.title" if told.undoing else "hardening.title", told.cloud)),
        tongue.moment(told.at),
        "",
        *_counts(told, tongue),
        *_repairs(told, tongue),
        *_left(told, tongue, most),
        *_record(told, tongue),
    ]
    return joined(lines)


def _counts(told: Hardening, tongue: Tongue) -> Iterator[str]:
    count = tongue.count("objects", len(told.repairs))
    what = "undoing" if told.undoing else "hardening"
    if told.made:
        done = sum(repair["state"] == "done" for repair in told.repairs)
        yield tongue.say(f"{what}.done", tongue.number(done), count)
    else:
        yield tongue.say(f"{what}.planned", count)
    yield tongue.say("left", tongue.count("findings", len(told.left)))


def _repairs(told: Hardening, tongue: Tongue) -> Iterator[str]:
    if not told.repairs:
        return
    yield ""
    yield tongue.say("undoing.changes" if told.undoing else "hardening.changes")
    for repair in told.repairs:
        what = f"{_kind(repair)} {visible(repair['name'] or repair['id'])} ({', '.join(repair['controls'])})"
        does, state = tongue.say(f"action.{repair['action']}"), tongue.say(f"state.{repair['state']}")
        yield f"  {_place(repair, tongue)}{tongue.say('colon')}{does} {what} [{state}]"
        if repair["reason"]:
            yield from wrapped(str(repair["reason"]), "    ")
        if repair["lasting"]:
            yield from wrapped(tongue.say("lasting", tongue.text(Text(**repair["lasting"]))), "    ")


def _left(told: Hardening, tongue: Tongue, most: int) -> Iterator[str]:
    for why in Why:
        own = [left for left in told.left if left["why"] == why]
        if not own:
            continue
        yield ""
        yield tongue.say("why.counted", tongue.say(f"why.{why}"), tongue.number(len(own)))
        grouped: defaultdict[tuple[str, Text], list[Mapping[str, Any]]] = defaultdict(list)
        for left in own:
            grouped[left["control"], Text(**left["reason"])].append(left)
        for (id, reason), found in grouped.items():
            known = told.controls.get(id)
            title = f"{id} {tongue.text(known.title) if known else ''}".rstrip()
            yield from wrapped(f"{title}{tongue.say('colon')}{tongue.text(reason)}", "  ")
            if why in (Why.BY_HAND, Why.REFUSED):
                how = tongue.text(Text(**found[0]["by_hand"]))
                yield from wrapped(f"{tongue.say('repair')}{tongue.say('colon')}{how}", "    ")
            shown = found[: most or None]
            yield from (
                f"    {_place(one, tongue)}{tongue.say('colon')}{visible(one['name'] or one['id'])}" for one in shown
            )
            if len(found) > len(shown):
                yield f"    {tongue.count('other_objects', len(found) - len(shown))}"


def _record(told: Hardening, tongue: Tongue) -> Iterator[str]:
    yield ""
    yield tongue.say("digest", told.digest)
    if "export" in told.record:
        yield tongue.say("record.export", told.record["export"])
    if "undo" in told.record:
        yield tongue.say("record.undo", told.record["undo"])
        yield tongue.say("undo", f"ansible-playbook etat.cloud.harden -e tenant_harden_undo={told.record['undo']}")


def _kind(repair: Mapping[str, Any]) -> str:
    return str(repair["type"]).replace("_", " ")


def _place(of: Mapping[str, Any], tongue: Tongue) -> str:
    place = "/".join(filter(None, (of["domain"], of["tenant"]))) or tongue.say("the_cloud")
    return visible(place + (f" [{of['region']}]" if of["region"] else ""))
