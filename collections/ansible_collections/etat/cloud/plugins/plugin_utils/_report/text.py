# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit on a terminal: short, 80 columns wide, and ending with what to do next."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...module_utils._audit.model import Outcome, Severity
from .characters import visible
from .document import SEVERITIES
from .report import Report
from .summary import Summary
from .words import Tongue

WIDTH = 80
#: How many lines a table has at most; the page has all of them.
MOST = 10


def text(report: Report, tongue: Tongue) -> str:
    """Return the text."""
    summary = Summary(report, tongue)
    lines = [
        *_heading(summary),
        *_trend(summary),
        *_table(
            summary,
            tongue.say("worst"),
            [(summary.called(subject), severities) for subject, severities in summary.failing_tenants],
            "other_tenants",
        ),
        *_table(
            summary,
            tongue.say("by_control"),
            [(f"{row.control} {row.title}", row.severities) for row in summary.failing_controls],
            "other_controls",
        ),
        *_next(summary),
    ]
    return joined(lines)


def joined(lines: Iterable[str]) -> str:
    """Return the lines of a text. Terminals and their users break them at plain spaces, and search for those."""
    return "\n".join(line.replace("\u202f", " ").replace("\u00a0", " ").rstrip() for line in lines) + "\n"


def _heading(summary: Summary) -> Iterator[str]:
    account = summary.account
    yield from wrapped(summary.say("title", summary.document.cloud))
    yield summary.moment
    roles = ", ".join(account.roles) or summary.say("none")
    yield from wrapped(summary.say("by", account.name, roles, account.scope))
    if others := len(summary.run.accounts) - 1:
        yield summary.count("other_accounts", others)
    yield from wrapped(summary.scope)
    yield ""
    yield from wrapped(summary.verdict)


def _trend(summary: Summary) -> Iterator[str]:
    if summary.trend is None:
        return
    trend = summary.trend
    counts = [
        summary.count("new", len(trend.new)),
        summary.count("worse", len(trend.worse)),
        summary.count("repaired", len(trend.repaired)),
        *([summary.count("unknown", len(trend.unknown))] if trend.unknown else []),
        summary.count("same", trend.same),
    ]
    yield from wrapped(summary.say("trend.counts", summary.tongue.moment(trend.since), summary.tongue.listing(counts)))


def _table(
    summary: Summary, heading: str, rows: Sequence[tuple[str, Mapping[Severity, int]]], others: str
) -> Iterator[str]:
    if not rows:
        return
    shown = [severity for severity in SEVERITIES if any(severities[severity] for _name, severities in rows)]
    widths = {severity: len(summary.tongue.severity(severity)) + 2 for severity in shown}
    first = WIDTH - sum(widths.values())
    yield ""
    yield _cut(heading, first) + "".join(
        f"{summary.tongue.severity(severity):>{widths[severity]}}" for severity in shown
    )
    for name, severities in rows[:MOST]:
        counts = {severity: summary.tongue.number(severities[severity]) for severity in shown if severities[severity]}
        yield _cut(f"  {name}", first) + "".join(
            f"{counts.get(severity, '.'):>{widths[severity]}}" for severity in shown
        )
    if len(rows) > MOST:
        yield f"  {summary.count(others, len(rows) - MOST)}"


def _next(summary: Summary) -> Iterator[str]:
    say = summary.say
    steps = []
    for row in summary.failing_controls[:1]:
        control = summary.report.controls.get(row.control)
        how = summary.tongue.text(control.repair.text) if control else ""
        steps.append(say("next.fail", row.control, summary.counted(row.severities), how or row.title))
    # What a cloud does not have, no account sees.
    roles = Counter(row.role for row in summary.unseen if row.role)
    if roles:
        said = [
            f"{summary.tongue.role(role)} ({summary.count('readings', count)})" for role, count in sorted(roles.items())
        ]
        steps.append(say("next.blind", summary.tongue.listing(said)))
    if by_hand := sorted({result.control for result in summary.document.ended(Outcome.MANUAL)}):
        steps.append(say("next.manual", ", ".join(by_hand)))
    yield ""
    yield say("next")
    for number, step in enumerate(steps or [say("next.nothing")], 1):
        yield from wrapped(step, f"  {number}. ")


def wrapped(text: str, first: str = "") -> list[str]:
    """Return a sentence in lines of the width of a terminal."""
    return textwrap.wrap(
        visible(text).replace("\u202f", " "), WIDTH, initial_indent=first, subsequent_indent=" " * len(first)
    )


def _cut(text: str, width: int) -> str:
    """Return a text in exactly this width; what does not fit shows as an ellipsis."""
    shown = visible(text)
    return f"{shown[: width - 2]}… " if len(shown) > width - 1 else f"{shown:<{width}}"
