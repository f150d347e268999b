# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows how far a run is, what it plans, and at the end what it made and what that cost."""

from __future__ import annotations

DOCUMENTATION = r"""
name: report
type: aggregate
short_description: Shows progress, plans and a summary of what was done on each cloud
version_added: 0.1.0
description:
  - While a task of this collection runs, one line says how far it is. On a terminal that line is redrawn in place;
    elsewhere a plain line is printed every ten seconds. A change that fails is printed at once.
  - After a task, its plan is shown when something changes or when the task runs in check mode.
  - After the playbook, a summary per host says, for each ministry and site, what was created, updated, deleted and
    left as it was, then how many calls and seconds each task took, and which changes failed and why.
  - Tasks with C(no_log) are neither followed nor shown.
  - Progress is known for tasks that run on the controller, that is with the connection V(local), and without C(become).
author:
  - The etat.cloud contributors (@etat-cloud)
requirements:
  - Enable it in C(ansible.cfg) with C(callbacks_enabled = etat.cloud.report).
options:
  plan_lines:
    description:
      - How many lines of a plan are shown per task and host.
      - With C(-v), a plan is shown whole.
    type: int
    default: 40
    env:
      - name: ETAT_CLOUD_REPORT_PLAN_LINES
    ini:
      - section: callback_report
        key: plan_lines
"""

import atexit
import json
import os
import shutil
import sys
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible_collections.etat.cloud.plugins.module_utils._progress import VARIABLE

if TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.inventory.host import Host
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task

#: How often the files are read, and how often a line is printed where there is no terminal, in seconds.
TICK = 0.2
PLAIN_INTERVAL = 10.0

ACTIONS = ("create", "update", "delete", "keep")
#: A line, and which of Ansible's settings COLOR_... gives its colour; None for no colour.
Line = tuple[str, str | None]


@dataclass(slots=True)
class Watched:
    """The progress of one task on one host, as read from its file."""

    path: Path
    since: float
    facts: Mapping[str, Any] = field(default_factory=dict)
    offset: int = 0

    def news(self) -> Iterator[Mapping[str, Any]]:
        """Yield what was written since the last time; a line that is not complete yet waits."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            unread = file.read()
        whole = unread[: unread.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.splitlines():
            self.facts = json.loads(line)
            yield self.facts


@dataclass(frozen=True, slots=True)
class Converged:
    """What one task did on one host."""

    play: str
    task: str
    check: bool
    failed: bool
    result: Mapping[str, Any]

    @property
    def changes(self) -> bool:
        """Whether something was changed or, in check mode, would be."""
        counts = self.planned()
        return any(counts[action] for action in ACTIONS[:3])

    def planned(self) -> Counter[str]:
        """Return how many objects the plan creates, updates, deletes and keeps."""
        return Counter((self.result.get("plan") or {}).get("counts") or {})

    def undone(self) -> list[Mapping[str, Any]]:
        """Return the changes that failed or were skipped."""
        return [outcome for outcome in self.result.get("outcomes") or () if outcome["state"] != "done"]

    def known(self) -> bool:
        """Return whether the result tells what became of each planned change.

        After a failure, it holds only the changes that were not made. They are all of those if the run got so far as to
        verify, or if nothing was made at all.
        """
        counts, undone = self.planned(), len(self.undone())
        return (
            not self.failed
            or "verify" in (self.result["stats"].get("seconds") or {})
            or undone == sum(counts[action] for action in ACTIONS[:3])
        )

    def made(self) -> Counter[str]:
        """Return how many objects were created, updated, deleted and left as they were."""
        counts = self.planned()
        counts.subtract(Counter(outcome["action"] for outcome in self.undone()))
        return counts

    def per_ministry(self) -> dict[tuple[str, str], tuple[set[str], Counter[str]]]:
        """Return, by domain and region, the projects and what became of their objects."""
        found: dict[tuple[str, str], tuple[set[str], Counter[str]]] = {}
        for row in self.result["stats"].get("tenants") or ():
            projects, counts = found.setdefault((row["domain"], row["region"]), (set(), Counter()))
            projects.update({row["project"]} - {""})
            counts.update({action: row.get(action, 0) for action in ACTIONS})
        for outcome in self.undone():
            place = (outcome["path"][0], outcome["region"])
            if place in found:
                found[place][1][outcome["action"]] -= 1
        return found


class CallbackModule(CallbackBase):
    """Follows the progress of tasks and reports their results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "etat.cloud.report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._play = ""
        self._converged: dict[str, list[Converged]] = {}
        self._watched: dict[str, Watched] = {}
        self._folder: Path | None = None
        self._files = 0
        self._inherited = os.environ.get(VARIABLE)
        self._terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._drawn = ""
        self._next_plain = 0.0
        self._done = Event()
        self._thread: Thread | None = None

    # --- what Ansible tells

    def v2_playbook_on_play_start(self, play: Play) -> None:
        self._play = str(play.name)
        if not self._folder:
            self._start()

    def v2_runner_on_start(self, host: Host, task: Task) -> None:
        # The process that runs the task is forked right after this call, and inherits the variable.
        if not self._folder:
            return
        with self._display._lock:
            self._watched.pop(host.name, None)
            if task.no_log:
                os.environ.pop(VARIABLE, None)
                return
            self._files += 1
            path = self._folder / str(self._files)
            os.environ[VARIABLE] = str(path)
            self._watched[host.name] = Watched(path, time.monotonic())
            self._next_plain = max(self._next_plain, time.monotonic() + PLAIN_INTERVAL)

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        self._ended(result, failed=False)

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        self._ended(result, failed=True)

    def v2_runner_on_skipped(self, result: CallbackTaskResult) -> None:
        self._forget(result.host.name)

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        self._forget(result.host.name)

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        self._stop()
        for host, converged in self._converged.items():
            self._display.banner(f"TENANTS [{host}]")
            self._show(summary(converged, self._width()))

    # --- results

    def _ended(self, result: CallbackTaskResult, failed: bool) -> None:
        host = result.host.name
        self._forget(host)
        # A loop's results stand one by one below the task's own.
        for found in (result.result, *(result.result.get("results") or ())):
            if not (isinstance(found, Mapping) and isinstance(found.get("stats"), Mapping)):
                continue
            # What only reads has no plan when it ends well.
            if "calls" not in found["stats"] or ("plan" not in found and not failed):
                continue
            converged = Converged(
                play=self._play,
                task=result.task_name,
                check=bool(result.task.check_mode),
                failed=failed if found is result.result else bool(found.get("failed")),
                result=found,
            )
            self._converged.setdefault(host, []).append(converged)
            # In diff mode, Ansible has just shown every field.
            whole = self._display.verbosity > 0
            limit = 1 if result.task.diff else sys.maxsize if whole else self.get_option("plan_lines")
            self._show(
                plan_lines(host, converged, limit, shutil.get_terminal_size().columns if self._terminal else None)
            )

    def _show(self, lines: Sequence[Line]) -> None:
        for text, color in lines:
            self._display.display(text, color=getattr(constants, f"COLOR_{color}") if color else None)

    def _width(self) -> int:
        return min(max(self._display.columns or 0, 79), 100)

    # --- progress

    def _start(self) -> None:
        # Beside Ansible's own temporary files, which only this user may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="progress-", dir=constants.DEFAULT_LOCAL_TMP))
        atexit.register(self._stop)
        if self._terminal:
            # The callback that prints is told of an event before this one, so the line goes when something is printed.
            self._display.display = self._display_above  # type: ignore[method-assign]
        self._thread = Thread(target=self._follow, name="etat.cloud.report", daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        """End what was started; a second call does nothing."""
        if not self._folder:
            return
        atexit.unregister(self._stop)
        self._done.set()
        if self._thread:
            self._thread.join()
        with self._display._lock:
            self._erase()
            self._display.__dict__.pop("display", None)
        if self._inherited is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = self._inherited
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    def _follow(self) -> None:
        while not self._done.wait(TICK):
            # Ansible forks its workers under the same lock, so that none is born while this thread holds another.
            with self._display._lock:
                for host, watched in self._watched.items():
                    for facts in watched.news():
                        if facts.get("failed"):
                            self._show([(f"failed: [{host}] {printable(facts['failed'])}", "ERROR")])
                self._tell(status(self._watched, time.monotonic()))

    def _tell(self, text: str) -> None:
        if self._terminal:
            self._draw(text)
        elif text and time.monotonic() >= self._next_plain:
            self._next_plain = time.monotonic() + PLAIN_INTERVAL
            self._display.display(text)

    def _forget(self, host: str) -> None:
        with self._display._lock:
            self._watched.pop(host, None)
            self._erase()

    def _draw(self, text: str) -> None:
        text = cut(text, shutil.get_terminal_size().columns - 1)
        if text != self._drawn:
            sys.stdout.write(f"\r\x1b[K{text}")
            sys.stdout.flush()
            self._drawn = text

    def _erase(self) -> None:
        if self._drawn:
            self._draw("")

    def _display_above(self, *args: Any, **kwargs: Any) -> None:
        """Print as Ansible does, in place of the line, which is drawn again by the next tick."""
        # Workers inherit this method. What they print comes here again, in this process.
        with self._display._lock:
            if self._drawn and self._display._final_q is None:
                self._erase()
            type(self._display).display(self._display, *args, **kwargs)


# --- texts


def status(watched: Mapping[str, Watched], now: float) -> str:
    """Return where the tasks are, in one line; empty when none of them said anything."""
    telling = {host: task for host, task in watched.items() if task.facts}
    if not telling:
        return ""
    seconds = f"{now - min(task.since for task in telling.values()):.0f} s"
    if len(telling) == 1:
        host, task = next(iter(telling.items()))
        facts = task.facts
        wave = f"wave {facts['wave']}" if facts.get("wave") else ""
        parts = [f"{host}: {_count(facts)}".rstrip(": "), wave, facts.get("site") or "", seconds, facts["text"]]
        return printable(", ".join(part for part in parts if part))
    places = [
        f"{host}: " + (" ".join(filter(None, (_count(task.facts), task.facts.get("site")))) or task.facts["text"])
        for host, task in telling.items()
    ]
    return printable(", ".join([seconds, *places]))


def _count(facts: Mapping[str, Any]) -> str:
    return f"{facts['done']} of {facts['total']}" if facts.get("total") else ""


def plan_lines(host: str, converged: Converged, limit: int, width: int | None = None) -> list[Line]:
    """Return the plan of a task on a host, wrapped to a width; nothing when there is none to show."""
    plan = converged.result.get("plan") or {}
    if not plan.get("text") or not (converged.changes or converged.check):
        return []
    head, *body = plan["text"].splitlines()
    lines: list[Line] = [(f"{host}: {head}", "CHANGED" if converged.changes else "OK")]
    colors = {"+": "DIFF_ADD", "-": "DIFF_REMOVE", "~": "CHANGED"}
    for line in body[: limit - 1]:
        color = colors.get(line.strip()[:1])
        if width and line:
            indent = " " * (len(line) - len(line.lstrip()) + 2)
            lines += _wrapped(indent, line.strip(), width, color, hanging=4)
        else:
            lines.append((f"  {line}".rstrip(), color))
    if len(body) >= limit > 1:
        lines.append((f"  … and {len(body) - limit + 1} more lines, see -v", None))
    return lines


def summary(converged: Sequence[Converged], width: int) -> list[Line]:
    """Return what the tasks did on one host."""
    lines: list[Line] = []
    tasks = Counter(run.task for run in converged)
    # When nothing changed at all, the last task still says what is there.
    shown = [run for run in converged if run.changes and run.known()] or [
        run for run in converged if run.planned() and run.known()
    ][-1:]
    for number, run in enumerate(converged, 1):
        # The same role in two plays has tasks of the same name.
        name = run.play if tasks[run.task] > 1 else run.task
        lines.append((f"{number}. {name}" + (" (check mode)" if run.check else ""), None))
        if run in shown and run.result["stats"].get("tenants"):
            lines += _table(run)
        lines += _outcome(run, width)
        lines += _undone(run, width)
        lines.append(("", None))
    return lines[:-1]


def _table(run: Converged) -> list[Line]:
    verbs = ACTIONS[:3] if run.check else ("created", "updated", "deleted")
    rows = run.per_ministry()
    ministry = min(max([len("the cloud"), *(len(domain) for domain, region in rows)]), 22)
    site = min(max([len("identity"), *(len(region) for domain, region in rows)]), 10)
    columns = "".join(f"{title:>8}" for title in ("tenants", *verbs))
    head = f"   {'ministry':<{ministry}}  {'site':<{site}}{columns}{'unchanged':>10}"
    lines: list[Line] = [(head, "HIGHLIGHT"), ("   " + "─" * (len(head) - 3), None)]
    above = None
    for (domain, region), (projects, counts) in sorted(rows.items()):
        cells = "".join(f"{count or '·':>8}" for count in (len(projects), *(counts[action] for action in ACTIONS[:3])))
        # What belongs to no domain is the whole cloud's, such as its volume types.
        shown = "" if domain == above else cut(domain or "the cloud", ministry)
        place = cut(region or "identity", site)
        color = "CHANGED" if any(counts[action] for action in ACTIONS[:3]) else "OK"
        lines.append((f"   {shown:<{ministry}}  {place:<{site}}{cells}{counts['keep'] or '·':>10}", color))
        above = domain
    return lines


def _outcome(run: Converged, width: int) -> list[Line]:
    stats = run.result["stats"]
    seconds = stats.get("seconds") or {}
    cost = f"{sum(stats['calls'].values())} calls, {sum(seconds.values()):.1f} s"
    counts = run.made()
    if not run.planned():
        said, color = "failed before there was a plan", "ERROR"
    elif not run.known():
        said, color = "failed while changes were made; see its message", "ERROR"
    elif not run.changes:
        nothing = "nothing to change" if run.check else "nothing changed"
        said, color = f"{nothing}, {counts['keep']} as declared", "OK"
    else:
        verbs = [f"to {action}" for action in ACTIONS[:3]] if run.check else ["created", "updated", "deleted"]
        parts = [f"{counts[action]} {verb}" for action, verb in zip(ACTIONS[:3], verbs, strict=True) if counts[action]]
        said, color = ", ".join([*parts, f"{counts['keep']} unchanged"]), "CHANGED"
    if run.failed and run.planned():
        color = "ERROR"
    return [
        (f"   {said}; {cost}", color),
        *_listed("calls", {name: f"{count}" for name, count in stats["calls"].items()}, width),
        *_listed("seconds", {name: f"{spent:.1f}" for name, spent in seconds.items() if spent >= 0.05}, width),
    ]


def _listed(title: str, figures: Mapping[str, str], width: int) -> list[Line]:
    # Spaces that do not break keep a figure beside its name.
    text = ", ".join(f"{name}\N{NO-BREAK SPACE}{figure}" for name, figure in figures.items())
    return [(line.replace("\N{NO-BREAK SPACE}", " "), color) for line, color in _wrapped(f"   {title:<9}", text, width)]


def _undone(run: Converged, width: int) -> list[Line]:
    lines: list[Line] = []
    skipped: dict[str, list[str]] = {}
    for outcome in run.undone():
        where = f" in {outcome['region']}" if outcome["region"] else ""
        name = "/".join(part for part in outcome["path"] if part)
        change = f"{outcome['action']} {outcome['kind'].replace('_', ' ')} {name}{where}"
        if outcome["state"] == "failed":
            lines += _wrapped("   failed   ", printable(f"{change}: {outcome['reason']}"), width, "ERROR")
        else:
            skipped.setdefault(outcome["reason"], []).append(change)
    for reason, changes in skipped.items():
        more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
        lines += _wrapped("   skipped  ", printable(f"{changes[0]}{more}: {reason}"), width, "SKIP")
    return lines


def _wrapped(title: str, text: str, width: int, color: str | None = None, hanging: int = 0) -> list[Line]:
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=title,
        subsequent_indent=" " * (len(title) + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [(line, color) for line in lines]


def cut(text: str, width: int) -> str:
    """Return a text that is not longer than a width."""
    return text if len(text) <= width else text[: width - 1] + "…"


def printable(text: str) -> str:
    """Return a text in one line, without what a terminal would obey: names in a cloud may hold anything."""
    return "".join(character if character.isprintable() else " " for character in text)
