#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare openstack.cloud, this collection and the floor on the lab: the same tenants, whole processes, in turn.

Each round creates the tenants with each of the three, then runs each again with nothing to do. The product and the
floor alternate several times, so that a slow minute of the machine weighs on both; medians are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openstack

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache"
PEER_PACKAGE = "ansible==12.3.0"
# The openstack.cloud of that package looks for openstack.version, which later releases of the SDK do not import.
PEER_SDK = "openstacksdk==4.7.2"
WORKERS = 8
OBJECTS = 11
CREATION, NOTHING = "create", "nothing to do"
#: What is to be reached with few tenants, and with a hundred or more: start-up weighs less then.
FEW = {
    CREATION: {"openstack.cloud": (12.0, "at least"), "floor": (1.4, "at most")},
    NOTHING: {"openstack.cloud": (60.0, "at least"), "floor": (1.6, "at most")},
}
MANY = {
    CREATION: {"openstack.cloud": (15.0, "at least"), "floor": (1.25, "at most")},
    NOTHING: {"openstack.cloud": (150.0, "at least"), "floor": (1.25, "at most")},
}
#: Of one tenant among all of them, with nothing to do: the most that a whole playbook may take, in seconds.
ONE, ONE_LIMIT, STARTUP = "one tenant", 3.0, "start-up"


def tenant(name: str) -> dict[str, Any]:
    """Return one tenant of eleven objects, as the peer's playbook makes it."""
    return {
        "name": name,
        "domain": "Default",
        "description": "x",
        "groups": [{"name": f"{name}-ops"}],
        "role_assignments": [{"role": "member", "group": f"{name}-ops"}],
        "sites": [
            {
                "region": "toulouse",
                "quotas": {
                    "compute": {"instances": 20, "cores": 40, "ram": 81920},
                    "volume": {"volumes": 20, "gigabytes": 500},
                    "network": {"network": 5, "router": 2, "floatingip": 5, "security_group": 20},
                },
                "networks": [{"name": f"{name}-net", "subnets": [{"name": f"{name}-sub", "cidr": "10.10.0.0/24"}]}],
                "routers": [
                    {
                        "name": f"{name}-rtr",
                        "external_network": "public",
                        "interfaces": [{"network": f"{name}-net", "subnet": f"{name}-sub"}],
                    }
                ],
                "security_groups": [
                    {
                        "name": f"{name}-web",
                        "rules": [
                            {
                                "direction": "ingress",
                                "protocol": "tcp",
                                "ports": [22, 80, 443],
                                "remote_ip_prefix": "10.0.0.0/8",
                            }
                        ],
                    }
                ],
            }
        ],
    }


class Bench:
    """The three competitors and what they took."""

    def __init__(self, tenants: int, peer_tenants: int, rounds: int) -> None:
        self.tenants, self.peer_tenants, self.rounds = tenants, peer_tenants, rounds
        self.seconds: dict[tuple[str, str], list[float]] = {}

    def run(self) -> dict[str, Any]:
        """Run everything and return the results."""
        self.clean()
        try:
            # The peer is two orders of magnitude slower: it runs once, in the middle of the others.
            for number in range(self.rounds):
                self._round(number)
                if number == self.rounds // 2 and self.peer_tenants:
                    self.time("openstack.cloud", CREATION, self._peer(CREATION))
                    self.time("openstack.cloud", NOTHING, self._peer(NOTHING))
                    self._adopt()
                    self.clean()
        finally:
            self.clean()
        return self._results()

    def _round(self, number: int) -> None:
        for name, command in (("floor", self._floor), ("this collection", self._product)):
            self.time(name, CREATION, command(CREATION, number))
        for _ in range(3):
            for name, command in (("floor", self._floor), ("this collection", self._product)):
                self.time(name, NOTHING, command(NOTHING, number))
            self.time("this collection", ONE, self._product(ONE, number))
            self.time("ansible-playbook", STARTUP, ["ansible-playbook", "-i", "localhost,", str(HERE / "startup.yml")])
        self.clean()

    def _adopt(self) -> None:
        """Check that building from an export of the peer's tenants plans nothing; not timed."""
        tenants = [{"name": f"peer-{number}", "domain": "Default"} for number in range(1, self.peer_tenants + 1)]
        extra = json.dumps({"adopt_tenants": tenants})
        command = ["ansible-playbook", "-i", "localhost,", str(HERE / "adopt.yml"), "-e", extra]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"taking over the peer's tenants failed:\n{done.stdout[-3000:]}")
        print(f"  {'this collection':16} took over {self.peer_tenants} tenants of openstack.cloud, and plans nothing")

    def time(self, name: str, work: str, command: list[str]) -> None:
        """Run one command and keep its whole time in seconds, per tenant where the peer has fewer of them."""
        start = time.monotonic()
        # The peer runs with Ansible's defaults: this repository's settings are for this repository.
        peer = name == "openstack.cloud"
        environment = {key: value for key, value in os.environ.items() if not (peer and key.startswith("ANSIBLE_"))}
        folder = tempfile.gettempdir() if peer else None
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - start
        if done.returncode:
            raise SystemExit(f"{name}, {work}, failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        self._prove(name, work, done.stdout)
        self.seconds.setdefault((name, work), []).append(seconds)
        print(f"  {name:16} {work:14} {seconds:8.2f} s", flush=True)

    def _prove(self, name: str, work: str, output: str) -> None:
        """Check that a run did the work that its name says: a benchmark of nothing proves nothing."""
        if name in ("floor", "ansible-playbook"):
            return
        changed = int(re.search(r"changed=(\d+)", output).group(1))  # type: ignore[union-attr]
        if (work == CREATION) != (changed > 0):
            raise SystemExit(f"{name}: '{work}' ended with changed={changed}:\n{output[-3000:]}")

    def _floor(self, work: str, number: int) -> list[str]:
        action = "create" if work == CREATION else "read"
        return [sys.executable, str(HERE / "floor.py"), action, f"floor{number}", str(self.tenants), str(WORKERS)]

    def _product(self, work: str, number: int) -> list[str]:
        count = 1 if work == ONE else self.tenants
        names = [f"product{number}-{index}" for index in range(1, count + 1)]
        declaration = Path(tempfile.gettempdir()) / f"etat-cloud-bench-{os.getpid()}.json"
        declaration.write_text(json.dumps({"tenants": [tenant(name) for name in names]}), encoding="utf-8")
        variables = [f"declaration={declaration}", f"workers={WORKERS}"]
        command = ["ansible-playbook", "-i", "localhost,", str(HERE / "product.yml")]
        return command + [word for variable in variables for word in ("-e", variable)]

    def _peer(self, work: str) -> list[str]:
        venv = CACHE / "bench-peer"
        if not (venv / "bin" / "ansible-playbook").exists():
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            requirements = [PEER_PACKAGE, PEER_SDK]
            subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", *requirements], check=True)
        variables = [f"tenants={self.peer_tenants}", "prefix=peer"]
        command = [str(venv / "bin" / "ansible-playbook"), "-i", "localhost,", str(HERE / "peer.yml")]
        return command + [word for variable in variables for word in ("-e", variable)]

    def clean(self) -> None:
        """Delete what any of the three made; not timed."""
        cloud = openstack.connect(cloud="interne", region_name="toulouse")
        ours = re.compile(r"^(peer|floor\d+|product\d+)-\d+(-|$)")
        with ThreadPoolExecutor(WORKERS) as pool:

            def each(path: str, kind: str, delete: Any, service: Any = cloud.network) -> None:
                found = [one for one in service.get(path).json()[kind] if ours.match(one["name"])]
                list(pool.map(delete, found))

            def drop_router(router: dict[str, Any]) -> None:
                ports = cloud.network.get(f"/ports?device_id={router['id']}").json()["ports"]
                for port in ports:
                    if port["device_owner"] == "network:router_interface":
                        path = f"/routers/{router['id']}/remove_router_interface"
                        cloud.network.put(path, json={"port_id": port["id"]})
                cloud.network.delete(f"/routers/{router['id']}")

            def drop_project(project: dict[str, Any]) -> None:
                # The default group goes with its project's last trace in Neutron.
                path = f"/security-groups?project_id={project['id']}"
                for group in cloud.network.get(path).json()["security_groups"]:
                    cloud.network.delete(f"/security-groups/{group['id']}")
                cloud.network.delete(f"/quotas/{project['id']}")
                cloud.compute.delete(f"/os-quota-sets/{project['id']}")
                cloud.block_storage.delete(f"/os-quota-sets/{project['id']}")
                cloud.identity.delete(f"/projects/{project['id']}")

            each("/routers", "routers", drop_router)
            each("/networks", "networks", lambda one: cloud.network.delete(f"/networks/{one['id']}"))
            each("/projects", "projects", drop_project, cloud.identity)
            each("/groups", "groups", lambda one: cloud.identity.delete(f"/groups/{one['id']}"), cloud.identity)

    def _results(self) -> dict[str, Any]:
        def per_tenant(name: str, work: str) -> float | None:
            taken = self.seconds.get((name, work))
            count = self.peer_tenants if name == "openstack.cloud" else self.tenants
            return statistics.median(taken) / count if taken else None

        rows = []
        for work, targets in (MANY if self.tenants >= 100 else FEW).items():
            own = per_tenant("this collection", work)
            for name, (target, bound) in targets.items():
                other = per_tenant(name, work)
                if own is None or other is None:
                    continue
                ratio = other / own if bound == "at least" else own / other
                met = ratio >= target if bound == "at least" else ratio <= target
                rows.append(
                    {
                        "work": work,
                        "against": name,
                        "seconds_per_tenant": round(own, 3),
                        "seconds_per_tenant_there": round(other, 3),
                        "ratio": round(ratio, 2),
                        "target": target,
                        "bound": bound,
                        "met": met,
                    }
                )
        return {
            "tenants": self.tenants,
            "peer_tenants": self.peer_tenants,
            "objects_per_tenant": OBJECTS,
            "workers": WORKERS,
            "peer": PEER_PACKAGE,
            "seconds": {f"{name}: {work}": taken for (name, work), taken in self.seconds.items()},
            "ratios": rows,
            "one_tenant_seconds": round(statistics.median(self.seconds["this collection", ONE]), 2),
            "one_tenant_limit": ONE_LIMIT,
            "ansible_playbook_alone_seconds": round(statistics.median(self.seconds["ansible-playbook", STARTUP]), 2),
        }


def table(results: dict[str, Any]) -> str:
    """Return the results as people read them, in 80 columns."""
    lines = [
        f"{results['tenants']} tenants of {OBJECTS} objects, {results['workers']} threads, medians",
        f"(openstack.cloud of {results['peer']}: {results['peer_tenants']} tenants), whole processes",
        "",
        f"{'work':14} {'against':16} {'s/tenant':>9} {'there':>9} {'ratio':>8}  target",
    ]
    for row in results["ratios"]:
        times = f"{row['seconds_per_tenant']:9.3f} {row['seconds_per_tenant_there']:9.3f} {row['ratio']:7.2f}x"
        verdict = f"{row['bound']} {row['target']}x {'met' if row['met'] else 'MISSED'}"
        lines.append(f"{row['work']:14} {row['against']:16} {times}  {verdict}")
    one, limit = results["one_tenant_seconds"], results["one_tenant_limit"]
    lines += [
        "",
        f"one tenant of them, nothing to do: {one} s (at most {limit} s {'met' if one <= limit else 'MISSED'}),",
        f"of which ansible-playbook alone takes {results['ansible_playbook_alone_seconds']} s",
    ]
    if results["peer_tenants"] != results["tenants"]:
        lines.append(
            f"openstack.cloud ran {results['peer_tenants']} tenants; its time for more is worked out from those"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenants", type=int, default=20, help="tenants of the product and the floor")
    parser.add_argument("--peer-tenants", type=int, help="tenants of openstack.cloud; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the product and the floor")
    parser.add_argument("--json", type=Path, default=CACHE / "bench.json", help="where the results go")
    chosen = parser.parse_args()
    peer_tenants = chosen.tenants if chosen.peer_tenants is None else chosen.peer_tenants
    results = Bench(chosen.tenants, peer_tenants, chosen.rounds).run()
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\n{table(results)}\n\nAs JSON: {chosen.json}")
    sys.exit(not all(row["met"] for row in results["ratios"]))


if __name__ == "__main__":
    main()
