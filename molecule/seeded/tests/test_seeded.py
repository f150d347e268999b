# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many small disasters: whatever happens to a run, nothing is doubled or lost unsaid, and the next run converges.

Each disaster is made from a number, its seed: a tenant, and what befalls the run that builds it. The run is the module
in a process of its own, between it and the lab are proxies. What came of it is judged by a second look without them.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lab
import proxy
import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._converge import Declaration, Run
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import EngineError, Key
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS
from ansible_collections.etat.cloud.plugins.module_utils._progress import Progress

DOMAIN = "molecule-seeded-archives"
#: A region that only the proxies' catalogue has, and where nobody answers.
DEAD = "paris"
#: Seconds: for one answer, for one call with all its tries, for one lease, and for one run.
TIMEOUT, PATIENCE, LEASE, BOUND = 2.0, 6.0, 8, 120.0
AT_ONCE = 4
#: Seconds by which the cloud's clock may be wrong.
SKEWS = [-7200.0, -90.0, 90.0, 7200.0]

#: Runs the module as Ansible does, with less patience than an operator's run has.
RUNNER = f"""
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.etat.cloud.plugins.module_utils._sdk import cloud, session
from ansible_collections.etat.cloud.plugins.modules import tenant
session.PAUSE, session.PATIENCE, cloud.LOOK_AFTER = 0.1, {PATIENCE}, (0.3, 0.7)
with patch_module_args(json.load(sys.stdin)):
    tenant.main()
"""


def seeds() -> list[int]:
    """Return the seeds to run: those that ETAT_SEEDS names, or as many as it says; 40 when it says nothing."""
    said = os.environ.get("ETAT_SEEDS", "40")
    return [int(seed) for seed in said.split(",")] if "," in said else list(range(int(said)))


def declaration(seed: int, *regions: str) -> dict[str, Any]:
    """Return a tenant with a little of everything, as the module takes it."""
    network = f"10.{seed % 200}"
    site = {
        "quotas": {"network": {"network": 7}},
        "networks": [
            {"name": "front", "subnets": [{"name": "front", "cidr": f"{network}.1.0/24"}]},
            {"name": "back", "subnets": [{"name": "back", "cidr": f"{network}.2.0/24", "gateway_ip": "none"}]},
        ],
        "routers": [{"name": "edge", "external_network": "public", "interfaces": [{"network": "front"}]}],
        "address_groups": [{"name": "offices", "addresses": ["192.0.2.0/24"]}],
        "security_groups": [
            {
                "name": "web",
                "rules": [
                    {"direction": "ingress", "protocol": "tcp", "ports": ["80", "443"]},
                    {"direction": "ingress", "protocol": "tcp", "ports": ["22"], "remote_address_group": "offices"},
                ],
            },
            {"name": "inner", "prune_rules": True, "rules": [{"direction": "egress", "protocol": "tcp"}]},
        ],
    }
    tenant = {
        "name": f"seed-{seed}",
        "domain": DOMAIN,
        "description": "Made and broken",
        "tags": [f"seed:{seed}"],
        "groups": [{"name": f"seed-{seed}-people"}],
        "role_assignments": [{"role": "reader", "group": f"seed-{seed}-people"}],
        "sites": [{"region": region, **site} for region in regions],
    }
    return {"tenants": [tenant]}


@dataclass
class Ended:
    """How a run of the module ended: its code (negative when it was killed), its result, and its time in seconds."""

    code: int
    result: dict[str, Any]
    seconds: float

    @property
    def message(self) -> str:
        return str(self.result.get("msg", ""))


@dataclass
class Disaster:
    """What befalls a run.

    fault: how a request fails; it is asked for each. kill_at: the write at which the run is killed. twice: two runs at
    once. meddle: an operator deletes an object once the run writes. dead: one region does not answer. skew: seconds by
    which the cloud's clock is wrong.
    """

    name: str
    fault: Callable[[str, str], proxy.Fault | None] = lambda method, path: None
    kill_at: int = 0
    twice: bool = False
    meddle: bool = False
    dead: bool = False
    skew: float = 0.0
    writes: int = field(default=0)


def faults(chance: random.Random, share: float) -> Callable[[str, str], proxy.Fault | None]:
    """Return what makes a share of all requests fail, in every way that there is."""
    kinds = [
        proxy.Fault(429, retry_after=1),
        proxy.Fault(500),
        proxy.Fault(502),
        proxy.Fault(503),
        proxy.Fault(504),
        proxy.Fault(502, forward=True),
        proxy.Fault(504, forward=True),
        proxy.HANG_UP,
        proxy.Fault(hang_up=True, forward=True),
        proxy.Fault(truncate=True, forward=True),
        proxy.Fault(delay=0.5, forward=True),
        proxy.Fault(delay=TIMEOUT * 1.5, forward=True),
        proxy.Fault(401),
    ]
    # Some disasters have one cause only, which then comes again and again.
    kinds = chance.choice([kinds, [chance.choice(kinds)]])
    return lambda method, path: chance.choice(kinds) if chance.random() < share else None


def disaster(seed: int) -> Disaster:
    """Return the disaster of a seed."""
    chance = random.Random(seed)  # noqa: S311 - the same again for the same seed
    made = [
        lambda: Disaster("faults", fault=faults(chance, chance.choice([0.05, 0.15, 0.3]))),
        lambda: Disaster("killed", kill_at=chance.randint(1, 16)),
        lambda: Disaster("two at once", twice=True),
        lambda: Disaster("meddled with", meddle=True),
        lambda: Disaster("dead region", dead=True),
        lambda: Disaster("clock skew", skew=chance.choice(SKEWS)),
        # A clock that is wrong for the killed run and right for the next one ends the lease between them at once.
        lambda: Disaster("clock skew", skew=-7200.0, kill_at=6),
    ]
    return chance.choices(made, weights=[10, 4, 2, 2, 1, 1, 1])[0]()


# --- the run


@cache
def services() -> dict[str, str]:
    """Return where the lab's services answer, by what their addresses are called here."""
    admin = lab.connect()
    clouds = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))["clouds"]
    found = {"keystone": clouds[lab.ADMIN]["auth"]["auth_url"]}
    for name, service in (("neutron", admin.network),):
        found[name] = service.get_endpoint()
    return {name: f"http://{urlsplit(url).netloc}" for name, url in found.items()}


@contextmanager
def between(befalls: Disaster, folder: Path, wrote: Callable[[str], None]) -> Iterator[Path]:
    """Put proxies before the services, and yield the clouds.yaml that leads through them."""

    def fault(method: str, path: str) -> proxy.Fault | None:
        if method in ("POST", "PUT", "PATCH", "DELETE") and not path.endswith("/auth/tokens"):
            befalls.writes += 1
            wrote(path)
        return befalls.fault(method, path)

    with ExitStack() as stack:
        neutron = stack.enter_context(proxy.Proxy(services()["neutron"], fault, skew=befalls.skew))
        neutron.rewrite = {services()["neutron"]: neutron.address}
        keystone = stack.enter_context(proxy.Proxy(services()["keystone"], fault, skew=befalls.skew))
        keystone.rewrite = {services()["neutron"]: neutron.address, services()["keystone"]: keystone.address}
        if befalls.dead:
            keystone.rewrite |= dead_region()
        clouds = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))["clouds"]
        entry = clouds[lab.ADMIN]
        auth = {**entry["auth"], "auth_url": f"{keystone.address}/v3"}
        file = folder / "clouds.yaml"
        lab.write_secret(file, {"clouds": {lab.ADMIN: {**entry, "auth": auth, "api_timeout": TIMEOUT}}})
        yield file


def dead_region() -> dict[str, str]:
    """Return what adds to the catalogue's endpoints of Neutron one more, in a region where nobody listens."""
    admin = lab.connect()
    found = next(
        endpoint
        for service in admin.session.auth.get_access(admin.session).service_catalog.catalog
        if service["type"] == "network"
        for endpoint in service["endpoints"]
        if endpoint["interface"] == "public" and endpoint["region"] == lab.REGION
    )
    own = f'"id": {json.dumps(found["id"])}'
    place = f'"interface": "public", "region_id": "{DEAD}", "region": "{DEAD}"'
    return {own: f'"id": "dead", {place}, "url": "http://127.0.0.1:9"}}, {{{own}'}


def start(declared: dict[str, Any], clouds: Path) -> subprocess.Popen[str]:
    """Start the module on a declaration."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        env={**os.environ, "OS_CLIENT_CONFIG_FILE": str(clouds), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps({"cloud": lab.ADMIN, "workers": 4, "lease": LEASE, **declared}))
    process.stdin.close()
    return process


def end(process: subprocess.Popen[str], begun: float) -> Ended:
    assert process.stdout
    output = process.stdout.read()
    code = process.wait(timeout=BOUND * 2)
    return Ended(code, json.loads(output) if output.strip() else {}, time.monotonic() - begun)


def run(declared: dict[str, Any], befalls: Disaster, folder: Path) -> list[Ended]:
    """Let a disaster befall the module; return how each of its runs ended."""
    processes: list[subprocess.Popen[str]] = []

    def wrote(path: str) -> None:
        if befalls.writes == befalls.kill_at:
            processes[0].send_signal(signal.SIGKILL)
        if befalls.meddle and path.endswith("/security-group-rules"):
            befalls.meddle = False
            meddle(declared)

    begun = time.monotonic()
    with between(befalls, folder, wrote) as clouds:
        processes += [start(declared, clouds) for _ in range(2 if befalls.twice else 1)]
        return [end(process, begun) for process in processes]


def meddle(declared: dict[str, Any]) -> None:
    """Delete what the run has made and still needs, as an operator might."""
    admin = lab.connect()
    owner = lab.Domains(admin, lab.prefix()).project(DOMAIN, declared["tenants"][0]["name"])
    for group in admin.network.get(f"/security-groups?project_id={owner}&name=inner").json()["security_groups"]:
        lab.accept(admin.network.delete(f"/security-groups/{group['id']}"), missing=True)


# --- the judgement


def look(declared: dict[str, Any]) -> Run:
    """Return a run that has looked and planned, without proxies."""
    found = Run(KINDS, Declaration(lab.ADMIN, declared, lease=LEASE), Progress())
    found.prepare()
    return found


def doubled(found: Run) -> list[Key]:
    """Return the names that stand for more than one object of the tenant."""
    tenant = found.declaration.tenants[0]
    place = (tenant["domain"], tenant["name"])
    return [key for key, objects in found.seen.objects.items() if len(objects) > 1 and key.tenant == place]


def unsaid(found: Run, ends: list[Ended]) -> list[Key]:
    """Return what is not as declared and of which no run said so."""
    if any(ended.code < 0 for ended in ends):
        # A run that was killed says nothing; the next one finds all of it.
        return []
    reported = {
        (outcome["kind"], outcome["region"], tuple(outcome["path"]))
        for ended in ends
        for outcome in ended.result.get("outcomes", ())
        if outcome["state"] != "done"
    }
    messages = "\n".join(ended.message for ended in ends)
    if "cannot be read" in messages or not any(ended.result.get("changed") for ended in ends):
        # Such a run says that it knows nothing of a region, or of anything.
        return [] if messages else [change.key for change in found.plan.changes]
    return [
        change.key
        for change in found.plan.changes
        if (change.key.kind, change.key.region, change.key.path) not in reported and str(change.key) not in messages
    ]


def judged(seed: int, folder: Path) -> list[str]:
    """Let the disaster of a seed happen; return what is wrong with what came of it."""
    befalls = disaster(seed)
    sites = [lab.REGION, DEAD] if befalls.dead else [lab.REGION]
    alive = declaration(seed, lab.REGION)
    try:
        ends = run(declaration(seed, *sites), befalls, folder)
        if befalls.skew and befalls.kill_at:
            # The lease would have kept the next run waiting for what the killed one had sent, and is over already.
            time.sleep(LEASE)
        return [f"{befalls.name}: {wrong}" for wrong in judge(alive, befalls, ends)]
    except (EngineError, ValueError) as error:
        return [f"{befalls.name}: {error}"]


def judge(alive: dict[str, Any], befalls: Disaster, ends: list[Ended]) -> Iterator[str]:
    found = look(alive)
    for ended in ends:
        if "Traceback" in json.dumps(ended.result) or (not ended.result and ended.code >= 0):
            yield f"a run broke: {ended.message}"
        if ended.seconds > BOUND:
            yield f"a run took {ended.seconds:.0f} s"
        if ended.code == 0 and not befalls.twice and found.plan.changes:
            yield f"a run said that all is well, and {found.plan.changes[0].key} differs"
    if befalls.dead and found.plan.changes:
        yield f"the dead region stopped the other one: {found.plan.changes[0].key}"
    yield from (f"{key} is there twice" for key in doubled(found))
    yield from (f"{key} differs and nobody said so" for key in unsaid(found, ends))
    if found.plan.changes:
        yield from mended(alive)


def mended(alive: dict[str, Any]) -> Iterator[str]:
    """Run again, without disasters; yield what is wrong after it."""
    until = time.monotonic() + LEASE * 2
    again = look(alive)
    while True:
        try:
            again.converge()
            break
        except EngineError as error:
            # The lease of a run that was killed ends by itself.
            if "is being changed by another run" not in str(error) or time.monotonic() > until:
                yield f"the next run is refused: {error}"
                return
            time.sleep(0.5)
    yield from (f"the next run left {change.key}" for change in (*again.left, *look(alive).plan.changes))


# --- the tests


@pytest.fixture(scope="session")
def wrongs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], list[str]]:
    """What gives the judgement on a seed; the disasters happen at the same time, as many as the lab bears."""
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(lab.accounts_file())
    services()
    pool = ThreadPoolExecutor(AT_ONCE)
    futures = {seed: pool.submit(judged, seed, tmp_path_factory.mktemp(f"seed-{seed}")) for seed in seeds()}
    return lambda seed: futures[seed].result(timeout=1800)


@pytest.mark.parametrize("seed", seeds())
def test_no_disaster_doubles_loses_or_hides_anything(seed: int, wrongs: Callable[[int], list[str]]) -> None:
    assert wrongs(seed) == []


def test_every_disaster_was_among_them() -> None:
    if len(seeds()) < 100:
        pytest.skip("so few seeds need not meet each of them")
    names = {disaster(seed).name for seed in seeds()}
    assert names == {"faults", "killed", "two at once", "meddled with", "dead region", "clock skew"}
