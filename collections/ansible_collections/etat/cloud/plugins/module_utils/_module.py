# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as a context manager: the only exit of every module, and the only place that knows check mode."""

from __future__ import annotations

import gc
import json
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._converge import Declaration, Run, Undeclared
from ._engine.model import EngineError, Outcome, Problem, State
from ._engine.plan import Plan
from ._kinds import KINDS
from ._progress import Progress
from ._sdk import SDK_ERROR

#: How many new objects make Python look for garbage, and how many such looks a wider one. Python's own numbers have a
#: large declaration walked through again and again, though nothing in it is ever garbage.
GARBAGE = (5000, 20, 100)
#: The parameters that hold what is declared.
DECLARED = ("identity", "regions", "domains", "tenants")
#: Those that are not sent back.
LARGE = (*DECLARED, "waivers")


class Work(Protocol):
    """What a module plans and then does, as far as its exit has to know."""

    @property
    def plan(self) -> Plan:
        """Return what is to be done."""

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """Return what became of it."""

    def prepare(self) -> None:
        """Read, plan and judge the plan; write nothing."""

    def unverified(self) -> list[str]:
        """Return what is not as it should be after all, in sentences."""

    def result(self) -> dict[str, Any]:
        """Return all of it as the module's result."""


class Repair(Work, Protocol):
    """Work of which the files that it needs to be undone are kept before its first change."""

    def converge(self, keep: Callable[[Mapping[str, Any]], None]) -> None:
        """Make the changes, after keep has the files by their names."""


class CloudModule:
    """Runs a module's work and ends the process with its result.

    Used as `with CloudModule(spec) as module:`; what is raised inside becomes the failure that the user reads.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        gc.set_threshold(*GARBAGE)
        self._ansible = AnsibleModule(argument_spec=dict(spec), supports_check_mode=True)  # type: ignore[no-untyped-call]
        if SDK_ERROR:
            missing: str = missing_required_lib("openstacksdk")  # type: ignore[no-untyped-call]
            self._ansible.fail_json(msg=missing, exception=SDK_ERROR)
        self.params: Mapping[str, Any] = self._ansible.params
        self._run: Work | None = None
        self._problems: list[str] = []
        #: Where the files are that a repair wrote.
        self._kept: dict[str, str] | None = None
        #: What a module that only reads has found.
        self._found: dict[str, Any] | None = None

    def __enter__(self) -> Self:
        return self

    def converge(self) -> None:
        """Bring the cloud to what the parameters declare; in check mode, say what that would take."""
        self._run = run = Run(KINDS, self._declaration(), Progress())
        run.prepare()
        self._problems = [str(problem) for problem in run.problems()]
        if self._ansible.check_mode:
            return
        record = run.result()["record"]
        if record:
            self._keep({"": record}, run.plan.digest)
        with self._telling(run):
            run.converge()

    def repair(self, run: Repair) -> None:
        """Do a repair; in check mode, say what that would take."""
        self._run, self._kept = run, {}
        run.prepare()
        if self._ansible.check_mode:
            return
        with self._telling(run):
            run.converge(lambda files: self._keep_privately(files, run.plan.digest))

    @contextmanager
    def _telling(self, run: Work) -> Iterator[None]:
        """Tell what went wrong, also when the run ends early."""
        try:
            yield
        finally:
            self._problems += [_unmade(outcome) for outcome in run.outcomes if outcome.state is State.FAILED]
            skipped = sum(outcome.state is State.SKIPPED for outcome in run.outcomes)
            if skipped:
                self._problems.append(f"Changes skipped because they need one of those: {skipped}.")
            self._problems += run.unverified()

    def export(self) -> None:
        """Show existing tenants as a declaration that would leave them as they are."""
        params = self.params
        regions = [{"region": region} for region in params["regions"]]
        run = Run(
            KINDS,
            Declaration(
                cloud=params["cloud"],
                declared={
                    "domains": [{"name": domain} for domain in params["domains"]],
                    "tenants": [{**tenant, "sites": regions} for tenant in params["tenants"]],
                },
                workers=params["workers"],
                undeclared=Undeclared.REPORT,
                complete=True,
                everywhere=not regions,
            ),
            Progress(),
        )
        run.look()
        exported = run.export()
        self.show(
            domains=exported.domains,
            tenants=exported.tenants,
            left_out=exported.left_out,
            unseen=run.blind_spots(),
            stats={name: run.result()["stats"][name] for name in ("calls", "seconds")},
        )

    def show(self, **found: Any) -> None:
        """End with what was found, and with nothing changed."""
        self._found = found

    def _keep(self, files: Mapping[str, Any], digest: str) -> dict[str, str]:
        """Write down what nobody knows afterwards, before it is changed, and return the paths.

        files: the contents, by what stands before the ending of their names.
        """
        folder = self.params["record"]
        written: dict[str, str] = {}
        for name, content in files.items() if folder else ():
            path = Path(folder) / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{digest[:12]}{name and '.'}{name}.json"
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2, ensure_ascii=False, default=str)
            written[name] = str(path)
        return written

    def _keep_privately(self, files: Mapping[str, Any], digest: str) -> None:
        """Write files into a folder of their own, which tells where a cloud is weak."""
        self._kept = self._keep(files, digest)
        Path(self.params["record"]).chmod(0o700)

    def _declaration(self) -> Declaration:
        params = self.params
        return Declaration(
            cloud=params["cloud"],
            declared={part: params[part] for part in DECLARED},
            accepts=None if params["accepts"] is None else tuple(params["accepts"]),
            workers=params["workers"],
            max_delete_share=params["max_delete_share"],
            undeclared=Undeclared(params["undeclared"]),
            complete=params["complete"],
            expect_digest=params["expect_digest"] or "",
            lease=params["lease"],
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        result: dict[str, Any] = {**self._run.result(), **self._files()} if self._run else {}
        if isinstance(error, EngineError) and result.get("outcomes"):
            self._problems += map(str, error.problems)
        elif isinstance(error, EngineError):
            # There is no plan to show: either none could be made, or it was refused.
            stats = {"stats": _short(result)["stats"]} if result else {}
            self._end(self._ansible.fail_json, changed=False, **stats, msg=_message(error.problems))
        elif isinstance(error, Exception):
            said = f"{type(error).__name__}: {error}"
            self._end(self._ansible.fail_json, **_short(result), msg=said, exception=traceback.format_exc())
        elif error is not None:
            return
        if self._found is not None:
            self._end(self._ansible.exit_json, changed=False, **self._found)
        if self._problems:
            self._end(self._ansible.fail_json, **_short(result), msg=self._reported(result))
        self._end(self._ansible.exit_json, **result)

    def _files(self) -> dict[str, Any]:
        return {} if self._kept is None else {"record": self._kept}

    def _end(self, end: Callable[..., NoReturn], **result: Any) -> NoReturn:
        # Ansible puts into a result what the module was given. Thousands of tenants would travel back through three
        # processes to be printed by nobody.
        given = {name: value for name, value in self.params.items() if name not in LARGE}
        end(**result, invocation={"module_args": given})

    def _reported(self, result: Mapping[str, Any]) -> str:
        """Return what went wrong, after what had been done."""
        done = sum(outcome["state"] == State.DONE for outcome in result["outcomes"])
        head = (
            f"{done} of {len(result['outcomes'])} changes were made." if result["outcomes"] else "Nothing was changed."
        )
        return "\n".join(dict.fromkeys([head, *self._problems]))


def _short(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result without what is as it should be, because Ansible prints all of a failure."""
    if not result:
        return {}
    outcomes = [outcome for outcome in result["outcomes"] if outcome["state"] != State.DONE]
    plan = {name: result["plan"][name] for name in ("summary", "counts")}
    stats = {name: result["stats"][name] for name in ("calls", "seconds")}
    return {**result, "plan": plan, "outcomes": outcomes, "stats": stats}


def _unmade(outcome: Outcome) -> str:
    return f"{outcome.change.key} could not be {outcome.change.action.value}d: {outcome.reason}"


def _message(problems: Sequence[Problem]) -> str:
    lines = [str(problem) for problem in problems]
    return lines[0] if len(lines) == 1 else "\n".join([f"{len(lines)} problems; nothing was written.", *lines])
