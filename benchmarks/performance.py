#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure runs with nothing to do on recorded clouds of many sizes, and write docs/performance.md with its plots.

Each run is a whole ansible-playbook with every process that it starts. The cloud runs beside it, in a process that is
not counted, and takes 5 ms for each answer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.release import __version__ as ansible_version
from plot import plot
from process_tree import Taken, take

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
COLLECTION = HERE.parent / "collections/ansible_collections/etat/cloud"
SERVER = COLLECTION / "tests/unit/plugins/module_utils/recorded_cloud.py"
SIZES = (30, 100, 300, 1000, 3000)
OBJECTS = 22
DELAY = 5
#: How a process of the run is called, by a part of its command line.
NAMES = {"/bin/sh": "shell", "ansible-playbook": "ansible-playbook", "python": "module"}
WAYS = {"declaration": "from one declaration", "estate": "from an estate's files"}


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run took: seconds, of the clock and of the processors, and bytes."""

    tenants: int
    way: str
    seconds: float
    processor: float
    memory: int
    module_seconds: float
    module_memory: int
    calls: int


@contextmanager
def cloud(tenants: int) -> Iterator[Path]:
    """Serve a recorded cloud and yield the folder with its clouds.yaml, declaration and estate."""
    with tempfile.TemporaryDirectory(prefix="etat-cloud-performance-") as name:
        folder = Path(name)
        command = [sys.executable, str(SERVER), "serve", name, "--tenants", str(tenants), "--delay", str(DELAY)]
        with subprocess.Popen(command) as process:
            try:
                while not (folder / "address").exists():
                    if process.poll() is not None:
                        raise SystemExit(f"the recorded cloud of {tenants} tenants did not start")
                    time.sleep(0.1)
                yield folder
            finally:
                process.terminate()


def run(folder: Path, way: str) -> Taken:
    """Run the playbook once and check that it had nothing to do."""
    source = folder / ("declaration.json" if way == "declaration" else "estate")
    environment = {**os.environ, "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml")}
    command = ["ansible-playbook", "-i", "localhost,", str(HERE / "performance.yml"), "-e", f"{way}={source}"]
    taken = take(command, environment, NAMES)
    if not re.search(r"changed=0 .*failed=0 ", taken.output) or "nothing changed" not in taken.output:
        raise SystemExit(f"the run had something to do:\n{taken.output[-3000:]}")
    return taken


def measure(sizes: Sequence[int], repeat: int) -> Iterator[Figure]:
    """Yield a figure for each size and way: that of the run with the median processor time."""
    for tenants in sizes:
        with cloud(tenants) as folder:
            for way in WAYS:
                runs = sorted((run(folder, way) for _again in range(repeat)), key=lambda taken: taken.processor)
                taken = runs[len(runs) // 2]
                module = max((one for one in taken.processes if one.name == "module"), key=lambda one: one.seconds)
                calls = int(re.search(r"(\d+) calls", taken.output).group(1))  # type: ignore[union-attr]
                yield Figure(
                    tenants=tenants,
                    way=way,
                    seconds=round(statistics.median(one.seconds for one in runs), 2),
                    processor=round(taken.processor, 2),
                    memory=taken.memory,
                    module_seconds=round(module.seconds, 2),
                    module_memory=module.memory,
                    calls=calls,
                )


def page(figures: Sequence[Figure]) -> str:
    """Return docs/performance.md."""
    rows = [
        f"| {one.tenants} | {one.tenants * OBJECTS} | {WAYS[one.way]} | {one.calls} | {one.seconds:.1f} |"
        f" {one.processor:.1f} | {one.memory / 1e6:.0f} | {one.module_seconds:.1f} | {one.module_memory / 1e6:.0f} |"
        for one in sorted(figures, key=lambda one: (one.way, one.tenants))
    ]
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return TEMPLATE.format(
        rows="\n".join(rows),
        load=os.getloadavg()[2],
        day=datetime.now(UTC).date(),
        machine=f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, ansible-core {ansible_version}",
        ratios="\n".join(ratios(figures)),
        delay=DELAY,
        objects=OBJECTS,
    )


def ratios(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield what ten times the tenants cost, in sentences."""
    known = {(one.way, one.tenants): one for one in figures}
    for way, said in WAYS.items():
        for small, large in ((100, 1000), (300, 3000)):
            if (way, small) in known and (way, large) in known:
                few, many = known[way, small], known[way, large]
                yield (
                    f"- {said}, {large} tenants take {many.seconds / few.seconds:.1f} times the time of {small}, and "
                    f"{many.processor / few.processor:.1f} times the processor time"
                )


TEMPLATE = """\
# Performance

`make performance` measures what a run with nothing to do costs, and writes this page and its plots. A run is a whole
`ansible-playbook` with `etat.cloud.tenant`, with every process that it starts. Reading is what every run does, twice
when it changes something; what a change costs depends on the cloud, and `make bench` compares that on the lab.

The cloud is recorded: a server, in a process that is not counted, answers as the lab answered, in pages of up to 1,000
records, each after {delay} ms. It holds an estate of tenants on two sites with {objects} objects each: a project with a
group, its member and role, and on each site quotas of three services, a network, a subnet, a router with an interface,
and a security group with a rule. `make testinfra` says when the lab answers otherwise than it did.

Measured on {day}: {machine}. The load average was
{load:.0f} at the end: where that is more than the cores, the clock counts the waiting for other work too.

| tenants | objects | declared | calls | seconds | processor s | memory MB | module s | module MB |
|--:|--:|---|--:|--:|--:|--:|--:|--:|
{rows}

*Seconds* are those of the clock, and *processor s* those that all processes worked, which other work on the machine
disturbs less. *Memory* is the most that all processes held at once, with what they share counted once; *module* is the
process that speaks with the cloud. Ten times the tenants:

{ratios}

![Time against tenants](performance-time.svg)

![Memory against tenants](performance-memory.svg)

## What is called

Lists are read whole beyond ten tenants, so their number does not grow with the objects, but for pages. Only quotas of
compute and volumes are asked for each project and region, because OpenStack has no list of them: 4 calls for a tenant
on two sites. `tests/unit/plugins/modules/test_tenant_at_scale.py` counts the calls, and checks that ten times the
tenants cost at most 10.5 times the time.

## Where the time of a small run goes

One tenant among twenty on the lab, with nothing to do, takes about 0.9 s, one process after the other:

| part | seconds |
|---|--:|
| `ansible-playbook` by itself, as for a play of one `debug` | 0.45 |
| the module's imports: openstack.config 0.13, Ansible's 0.06, the rest ours | 0.25 |
| its calls, of which three for versions and one for a token, and everything else | 0.2 |

Nothing that `ansible.cfg` can say changes the first. Of openstacksdk only `openstack.config` is imported, and not the
clients of all services (`_sdk/__init__.py`): half the modules, half the memory to begin with.

A module that would run on this machine with this Python anyway is started from where it lies (`plugin_utils/_here.py`).
Packed by Ansible it takes another 0.55 s of processor, because a hundred files are packed for each task and compiled
without bytecode. Where `become`, delegation, another interpreter, `environment` or `async` ask for it, it goes
Ansible's usual way.

## What to do for a large estate

- Let the tenants come from the lookup `etat.cloud.estate`, as role `tenant_build` does, or from a file by
  `lookup('ansible.builtin.file', …) | from_json`. Ansible marks each value of `vars_files` and `--extra-vars @file`
  with its line, and carries the marks from process to process: 3,000 tenants take half as much time again, and twice
  the memory.
- `workers` is worth raising where the cloud answers slowly: with 8, calls of 5 ms take about as long as the module
  needs to prepare them and to read their answers.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of tenants")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the median counts")
    parser.add_argument("--json", type=Path, default=HERE.parent / ".cache" / "performance.json")
    chosen = parser.parse_args()
    figures: list[Figure] = []
    for figure in measure(chosen.sizes, chosen.repeat):
        figures.append(figure)
        print(
            f"{figure.tenants:5} tenants {WAYS[figure.way]:24} {figure.seconds:7.1f} s {figure.processor:7.1f} s of "
            f"processor {figure.memory / 1e6:6.0f} MB {figure.calls} calls",
            flush=True,
        )
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
    write(figures)


def write(figures: Sequence[Figure]) -> None:
    """Write the page and the plots."""

    def lines(value: Any) -> dict[str, list[tuple[float, float]]]:
        return {
            said: [(one.tenants, value(one)) for one in sorted(figures, key=lambda one: one.tenants) if one.way == way]
            for way, said in WAYS.items()
        }

    (DOCS / "performance.md").write_text(page(figures), encoding="utf-8")
    seconds = {
        **{f"{said}, by the clock": line for said, line in lines(lambda one: one.seconds).items()},
        **{f"{said}, of processor": line for said, line in lines(lambda one: one.processor).items()},
    }
    time_plot = plot("Seconds of a run with nothing to do", "tenants", "seconds", seconds)
    memory_plot = plot("Most memory of all processes", "tenants", "MB", lines(lambda one: one.memory / 1e6))
    (DOCS / "performance-time.svg").write_text(time_plot, encoding="utf-8")
    (DOCS / "performance-memory.svg").write_text(memory_plot, encoding="utf-8")


if __name__ == "__main__":
    main()
