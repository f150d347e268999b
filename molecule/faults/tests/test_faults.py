# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever breaks, a run ends with an exit code, one message that helps, what had been done, and no traceback."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lab
import play
import proxy
import pytest
import yaml

DOMAIN = "molecule-faults-budget"


@pytest.fixture
def accounts(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Return a function that writes a clouds.yaml in which the entry broken differs; it returns the environment."""

    def write(**auth: str) -> dict[str, str]:
        clouds = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))["clouds"]
        entry = clouds[lab.ADMIN]
        lab.write_secret(tmp_path / "clouds.yaml", {"clouds": {"broken": {**entry, "auth": {**entry["auth"], **auth}}}})
        return {"OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")}

    return write


def closed_port() -> int:
    """Return a port on loopback where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def auth_url() -> str:
    clouds = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))["clouds"]
    return str(clouds[lab.ADMIN]["auth"]["auth_url"])


def network_url() -> str:
    url = urlsplit(lab.connect().network.get_endpoint())
    return f"{url.scheme}://{url.netloc}"


@contextmanager
def between(fault: Callable[[str, str], proxy.Fault | None]) -> Iterator[tuple[str, proxy.Proxy]]:
    """Put proxies before Keystone, whose catalogue then names the other one, and before Neutron, which fails.

    Yields the address of Keystone, and the proxy before Neutron.
    """
    with ExitStack() as stack:
        neutron = stack.enter_context(proxy.Proxy(network_url(), fault))
        # Else its answers lead around the proxy.
        neutron.rewrite = {network_url(): neutron.address}
        keystone = stack.enter_context(proxy.Proxy(auth_url(), rewrite={network_url(): neutron.address}))
        yield f"{keystone.address}/v3", neutron


def site(*networks: str, region: str = lab.REGION, **more: Any) -> dict[str, Any]:
    return {"region": region, "networks": [{"name": f"molecule-faults-{name}"} for name in networks], **more}


def build(folder: Path, environment: dict[str, str], *sites: dict[str, Any], cloud: str = "broken") -> play.Run:
    tenant = {"name": "paie", "domain": DOMAIN, "sites": list(sites)}
    return play.play(folder, [play.tenant(cloud=cloud, tenants=[tenant])], environment=environment)


def assert_failed(run: play.Run, *words: str) -> None:
    """Check that a run failed with one message that holds these words, and nothing for programmers."""
    assert run.code == 2, run.output
    assert run.output.count("fatal: [") == 1, run.output
    for said in words:
        assert said in run.words, f"not said: {said}\n{run.output}"
    for inner in ("Traceback", "keystoneauth1", "urllib3", "HTTPConnectionPool", "Max retries"):
        assert inner not in run.output, run.output


def names() -> set[str]:
    """Return the names of the tenant's networks."""
    admin = lab.connect()
    owner = lab.Domains(admin, lab.prefix()).project(DOMAIN, "paie")
    return {network["name"] for network in admin.network.get(f"/networks?project_id={owner}").json()["networks"]}


# --- no way in


def test_a_wrong_password(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    run = build(tmp_path, accounts(password="wrong-and-planted"), site("front"))

    assert_failed(
        run,
        "cloud broken gives no token: the cloud refuses the user or the password (401).",
        "Check the entry broken of clouds.yaml.",
    )
    assert "wrong-and-planted" not in run.output


def test_an_unknown_entry(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    run = build(tmp_path, accounts(), site("front"), cloud="nowhere")

    assert_failed(run, "cloud nowhere is not known", "Add the entry nowhere to clouds.yaml")


def test_a_keystone_that_is_not_there(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{closed_port()}"

    run = build(tmp_path, accounts(auth_url=f"{address}/v3"), site("front"))

    assert_failed(
        run,
        f"cloud broken gives no token: no answer from {address} (connection refused).",
        "Check that the service runs and that this host reaches it, then run again.",
    )


def test_a_keystone_that_fails(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    def fault(method: str, path: str) -> proxy.Fault | None:
        return proxy.Fault(500) if method == "POST" else None

    with proxy.Proxy(auth_url(), fault) as keystone:
        run = build(tmp_path, accounts(auth_url=f"{keystone.address}/v3"), site("front"))

    assert_failed(run, "cloud broken gives no token: the service failed (500", "[request req-planted]", "Run again")


# --- a service or a region that cannot be read


def test_a_region_without_endpoints(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    run = build(tmp_path, accounts(), site("front", region="nulle-part"))

    assert_failed(
        run,
        "Nothing was changed.",
        "cloud broken: network cannot be read in nulle-part: the service catalogue has no endpoint for it.",
        "The catalogue has these regions:",
        lab.REGION,
    )


def test_what_could_be_done_elsewhere_is_done_and_said(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    run = build(tmp_path, accounts(), site("front", "elsewhere"), site("front", region="nulle-part"))

    assert_failed(run, "1 of 1 changes were made.", "network cannot be read in nulle-part")
    assert "molecule-faults-elsewhere" in names()


def test_a_service_that_is_not_there(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{closed_port()}"
    before = lab.snapshot()

    with proxy.Proxy(auth_url(), rewrite={network_url(): address}) as keystone:
        run = build(tmp_path, accounts(auth_url=f"{keystone.address}/v3"), site("front", "never"))

    assert_failed(
        run,
        "Nothing was changed.",
        f"cloud broken: network cannot be read in toulouse: no answer from {address} (connection refused).",
        "Check that the service runs and that this host reaches it, then run again.",
    )
    assert lab.snapshot() == before


def test_a_service_that_fails_to_answer_a_listing(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    before = lab.snapshot()

    with between(lambda method, path: proxy.Fault(500) if "/networks" in path else None) as (keystone, _):
        run = build(tmp_path, accounts(auth_url=keystone), site("front", "never"))

    assert_failed(
        run,
        "Nothing was changed.",
        "network cannot be read in toulouse: the service failed (500: planted failure) [request req-planted].",
        "Run again; if it persists, give the request id to the cloud's operators.",
    )
    assert lab.snapshot() == before


def test_a_busy_service_is_asked_again(accounts: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    busy = ["once"]

    def fault(method: str, path: str) -> proxy.Fault | None:
        return proxy.Fault(503) if "/networks" in path and busy and busy.pop() else None

    with between(fault) as (keystone, neutron):
        run = build(tmp_path, accounts(auth_url=keystone), site("front"))

    assert (run.code, busy) == (0, []), run.output
    assert sum("/networks" in path for _, path in neutron.seen) >= 2


# --- a break half-way


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        pytest.param(proxy.Fault(500), "the service failed (500: planted failure) [request req-planted]", id="500"),
        pytest.param(proxy.HANG_UP, "no answer", id="hang up"),
    ],
)
def test_what_was_done_before_a_break_is_said_and_a_second_run_finishes(
    fault: proxy.Fault, why: str, accounts: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    made = f"{'lost' if fault.status else 'cut'}-1"
    wanted = site(made)
    wanted["security_groups"] = [{"name": f"{made}-web", "rules": [{"direction": "ingress", "protocol": "tcp"}]}]

    def fail(method: str, path: str) -> proxy.Fault | None:
        return fault if method == "POST" and path.endswith("/security-groups") else None

    with between(fail) as (keystone, _):
        run = build(tmp_path, accounts(auth_url=keystone), wanted)

    assert f"molecule-faults-{made}" in names()
    assert_failed(
        run,
        "1 of 3 changes were made.",
        f"security group {DOMAIN}/paie/{made}-web in toulouse could not be created: {why}",
        "Changes skipped because they need one of those: 1.",
    )

    again = build(tmp_path, accounts(), wanted)
    assert (again.code, again.result["plan"]["counts"]["create"]) == (0, 2), again.output


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(proxy.Fault(502, forward=True), id="answer lost behind a proxy"),
        pytest.param(proxy.Fault(hang_up=True, forward=True), id="answer lost with the connection"),
        pytest.param(proxy.Fault(truncate=True, forward=True), id="answer cut off"),
        pytest.param(proxy.Fault(429, retry_after=1), id="too many requests"),
    ],
)
def test_a_lost_answer_makes_nothing_twice(
    fault: proxy.Fault, request: pytest.FixtureRequest, accounts: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    name = f"once-{len(request.node.name)}"
    lost: list[str] = []

    def lose_once(method: str, path: str) -> proxy.Fault | None:
        if method == "POST" and path.endswith("/networks") and not lost:
            lost.append(path)
            return fault
        return None

    with between(lose_once) as (keystone, _):
        run = build(tmp_path, accounts(auth_url=keystone), site(name))

    assert (run.code, len(lost)) == (0, 1), run.output
    admin = lab.connect()
    found = admin.network.get(f"/networks?name=molecule-faults-{name}").json()["networks"]
    assert len(found) == 1


def test_while_one_run_writes_another_is_told_who_and_until_when(
    accounts: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    admin = lab.connect()
    owner = lab.Domains(admin, lab.prefix()).project(DOMAIN, "paie")
    until = int(time.time()) + 60
    tag = f"etat.cloud-lease:0f0f0f0f:{until}:camille at bastion"
    lab.accept(admin.identity.put(f"/projects/{owner}/tags/{tag}"))
    before = lab.snapshot()

    run = build(tmp_path, accounts(), site("front", "never"))

    assert_failed(
        run,
        f"tenant {DOMAIN}/paie is being changed by another run: camille at bastion holds it until",
        "Wait for that run; if it was killed, run again after that time.",
    )
    assert lab.snapshot() == before
    # One that has ended keeps nobody waiting, and goes.
    lab.accept(admin.identity.delete(f"/projects/{owner}/tags/{tag}"))
    ended = f"etat.cloud-lease:0f0f0f0f:{until - 120}:camille at bastion"
    lab.accept(admin.identity.put(f"/projects/{owner}/tags/{ended}"))
    again = build(tmp_path, accounts(), site("front", "after"))
    assert again.code == 0, again.output
    tags = admin.identity.get(f"/projects/{owner}").json()["project"]["tags"]
    assert not [tag for tag in tags if "lease" in tag]
