# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role does, and says, with accounts that may less than the cloud's administrator."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lab
import play
import proxy
import pytest
import yaml

INTERIEUR, OUTREMER = "molecule-build-interieur", "molecule-build-outremer"


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Return a copy of the scenario's estate, to be changed at will."""
    folder = tmp_path / "estate"
    shutil.copytree(Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "estate", folder)
    return folder


def change(file: Path, *path: str, **values: Any) -> None:
    """Set values in a file of an estate, at a path of keys; a file that is not there begins empty."""
    read: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    inner = read
    for key in path:
        inner = inner.setdefault(key, {})
    inner.update(values)
    file.write_text(yaml.safe_dump(read, allow_unicode=True), encoding="utf-8")


def tenant_file(estate: Path, domain: str, name: str) -> Path:
    return estate / "tenants" / domain / f"{name}.yml"


def build(
    estate: Path, *arguments: str, folder: Path | None = None, environment: Mapping[str, str] | None = None, **options: Any
) -> play.Run:
    """Run the role on an estate, with its options by their names without the role's."""
    variables = {"tenant_build_estate": str(estate), "tenant_build_cloud": "interne"}
    variables |= {f"tenant_build_{name}": value for name, value in options.items()}
    task = {
        "name": "Build the tenants",
        "ansible.builtin.include_role": {"name": "etat.cloud.tenant_build"},
        "vars": variables,
    }
    return play.play(folder or estate.parent, [task], *arguments, environment=environment)


def changed(run: play.Run) -> bool:
    """Return whether any task of a run reports a change."""
    return " changed=0 " not in run.words


def assert_refused(run: play.Run, before: Mapping[str, Any], *words: str) -> None:
    """Check that a run failed, said these words in its own voice, and wrote nothing."""
    assert run.code != 0, run.output
    for said in words:
        assert said in run.words
    assert "Traceback" not in run.output
    assert lab.snapshot() == before


# --- the manager of a domain


@pytest.fixture
def workshop(estate: Path) -> Iterator[Path]:
    """Return an estate with one tenant more, and delete that tenant at last."""
    change(
        tenant_file(estate, INTERIEUR, "atelier"),
        **{"offer": "web", "sensitivity": "public", "size": "unlimited"},
        people={"operators": ["bruno.petit"]},
    )
    yield estate
    admin = lab.connect()
    found = [p for p in lab.Domains(admin, lab.prefix()).projects if p["name"] == "atelier"]
    lab.sweep_projects(admin, {project["id"] for project in found})
    for project in found:
        assert admin.identity.delete(f"/projects/{project['id']}").ok


def test_a_manager_builds_a_tenant_of_the_own_domain(workshop: Path) -> None:
    options = {"account": "build-manager", "tenants": [f"{INTERIEUR}/atelier"]}

    first = build(workshop, **options)
    second = build(workshop, **options)

    assert (first.code, changed(first)) == (0, True), first.output
    assert (second.code, changed(second)) == (0, False), second.output
    member = lab.log_in(INTERIEUR, "bruno.petit", project_name="atelier", project_domain_name=INTERIEUR)
    owner = member.current_project_id
    networks = member.network.get(f"/networks?project_id={owner}").json()["networks"]
    routers = member.network.get(f"/routers?project_id={owner}").json()["routers"]
    assert [network["name"] for network in networks] == ["molecule-build-front"]
    assert [router["name"] for router in routers] == ["edge"]


def test_a_manager_cannot_touch_another_domain(estate: Path) -> None:
    change(tenant_file(estate, OUTREMER, "portail"), description="taken")
    before = lab.snapshot()

    run = build(estate, account="build-manager", tenants=[f"{OUTREMER}/portail"])

    assert_refused(run, before, OUTREMER, "build-manager", INTERIEUR)


def test_a_manager_cannot_set_a_quota(estate: Path) -> None:
    change(tenant_file(estate, INTERIEUR, "portail"), size="large", description="would be written if anything were")
    before = lab.snapshot()

    run = build(estate, account="build-manager", tenants=[f"{INTERIEUR}/portail"])

    assert_refused(
        run,
        before,
        "compute quota molecule-build-interieur/portail in toulouse cannot be updated by the account build-manager",
        "instances: 4 → 10",
        "it needs an administrator of the cloud",
        "Have it set by the cloud's administrator, or leave it out of the declaration.",
    )


# --- the member of a project that a provider made


@pytest.fixture
def ready(estate: Path) -> Path:
    """Return an estate whose cloud gives ready projects, of which the tenant portail has one."""
    catalogue = estate / "catalogue.yml"
    account = {"project": "portail", "domain": INTERIEUR, "account": "build-member"}
    change(catalogue, "clouds", "interne", gives="projects", projects={f"{INTERIEUR}/portail": account})
    for domain, name in ((INTERIEUR, "statistiques"), (OUTREMER, "portail")):
        tenant_file(estate, domain, name).unlink()
    own = tenant_file(estate, INTERIEUR, "portail")
    own.write_text(yaml.safe_dump({"offer": "web", "sensitivity": "internal"}), encoding="utf-8")
    return estate


def test_a_member_builds_inside_the_ready_project(ready: Path) -> None:
    network = {"name": "molecule-build-lent", "subnets": [{"name": "lent", "cidr": "10.41.0.0/24"}]}
    rules = [{"direction": "ingress", "protocol": "tcp", "ports": [8080]}]
    overrides = {"networks": [network], "security_groups": [{"name": "lent", "rules": rules}]}
    change(
        tenant_file(ready, INTERIEUR, "portail"),
        # No more than the provider's limit, and the limit itself.
        overrides={**overrides, "quotas": {"compute": {"instances": 3}, "network": {"network": 4}}},
    )
    member = lab.connect("build-member")

    first = build(ready, account="build-member")
    second = build(ready, account="build-member")

    try:
        assert (first.code, changed(first)) == (0, True), first.output
        assert "the provider of cloud interne sets groups, role assignments, tags" in first.words
        assert (second.code, changed(second)) == (0, False), second.output
        owner = member.current_project_id
        names = {item["name"] for item in member.network.get(f"/networks?project_id={owner}").json()["networks"]}
        groups = {item["name"] for item in member.network.get("/security-groups").json()["security_groups"]}
        assert names == {"molecule-build-front", "molecule-build-lent"}
        assert groups == {"default", "web", "lent"}
        assert lab.quota(lab.connect(), "compute", owner)["instances"] == 4
    finally:
        gone = [{"name": item["name"], "state": "absent"} for item in (network, overrides["security_groups"][0])]
        change(
            tenant_file(ready, INTERIEUR, "portail"),
            overrides={"networks": [gone[0]], "security_groups": [gone[1]]},
        )
        build(ready, account="build-member")


@pytest.mark.parametrize(
    ("kind", "limit", "above", "given"),
    [("compute", "instances", 5, 4), ("volume", "gigabytes", 201, 200), ("network", "subnet", 5, 4)],
)
def test_a_quota_beyond_the_limit_of_the_provider_is_refused(
    ready: Path, kind: str, limit: str, above: int, given: int
) -> None:
    change(
        tenant_file(ready, INTERIEUR, "portail"),
        overrides={"quotas": {kind: {limit: above}}, "networks": [{"name": "molecule-build-never"}]},
    )
    before = lab.snapshot()

    run = build(ready, account="build-member")

    assert_refused(
        run,
        before,
        f"{kind} quota molecule-build-interieur/portail in toulouse cannot be updated by the account build-member",
        f"{limit}: {given} → {above}",
        "this account is a member of one project",
    )


def test_groups_in_a_ready_project_are_refused_by_the_estate(ready: Path) -> None:
    change(tenant_file(ready, INTERIEUR, "portail"), overrides={"groups": [{"name": "own"}]})
    before = lab.snapshot()

    run = build(ready, account="build-member")

    assert_refused(run, before, "overrides.groups: cloud interne gives ready projects, where this is its provider's")


def test_groups_in_a_ready_project_are_refused_by_the_module(tmp_path: Path) -> None:
    site = {"region": lab.REGION, "networks": [{"name": "molecule-build-never"}]}
    tenant = {"name": "portail", "domain": INTERIEUR, "groups": [{"name": "own"}], "sites": [site]}
    before = lab.snapshot()

    run = play.play(tmp_path, [play.tenant(cloud="build-member", tenants=[tenant])])

    assert_refused(run, before, "group molecule-build-interieur/own cannot be created by the account build-member")


def test_a_project_that_the_account_does_not_give_is_refused(tmp_path: Path) -> None:
    before = lab.snapshot()

    run = play.play(tmp_path, [play.tenant(cloud="build-member", tenants=[{"name": "portail", "domain": OUTREMER}])])

    assert_refused(run, before, "tenant molecule-build-outremer/portail is not what the account build-member gives")


# --- the reader of the whole system


def test_a_system_reader_hears_what_it_cannot_read(estate: Path) -> None:
    before = lab.snapshot()

    run = build(estate, "--check", account="interne-reader")

    assert_refused(
        run,
        before,
        "the sites of tenant molecule-build-interieur/portail cannot be read by the account interne-reader",
        "its token is scoped to the system",
    )


def test_a_system_reader_plans_identity(tmp_path: Path) -> None:
    tenant = {"name": "portail", "domain": INTERIEUR, "description": "another"}
    before = lab.snapshot()

    run = play.play(tmp_path, [play.tenant(cloud="interne-reader", tenants=[tenant])], "--check")

    assert run.code == 0, run.output
    changes = [(item["action"], item["path"], item["after"]) for item in run.result["plan"]["changes"]]
    assert changes == [("update", [INTERIEUR, "portail"], {"description": "another"})]
    assert lab.snapshot() == before


def test_a_system_reader_writes_nothing(tmp_path: Path) -> None:
    tenant = {"name": "portail", "domain": INTERIEUR, "description": "another"}
    before = lab.snapshot()

    run = play.play(tmp_path, [play.tenant(cloud="interne-reader", tenants=[tenant])])

    assert_refused(run, before, "403")


# --- a wrong estate


def test_a_wrong_estate_is_refused_with_everything_that_is_wrong(estate: Path) -> None:
    """Three files are wrong; everything is said at once, and no call reaches the cloud."""
    own = tenant_file(estate, INTERIEUR, "portail")
    change(own, offer="wbe", sensitivity="secret")
    change(tenant_file(estate, OUTREMER, "portail"), "overrides", "quotas", "compute", instances=-5)
    change(estate / "catalogue.yml", "blueprints", "plain", colour="blue")
    clouds = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))
    auth = clouds["clouds"]["interne"]["auth"]

    with proxy.Proxy(auth["auth_url"]) as keystone:
        auth["auth_url"] = f"{keystone.address}/v3"
        accounts = estate.parent / "clouds.yaml"
        lab.write_secret(accounts, clouds)
        wrong = build(estate, environment={"OS_CLIENT_CONFIG_FILE": str(accounts)})
        calls_of_the_wrong = list(keystone.seen)
        right = build(
            Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "estate",
            folder=estate.parent,
            environment={"OS_CLIENT_CONFIG_FILE": str(accounts)},
        )

    assert wrong.code != 0
    for said in (
        "The estate has 4 mistakes, and no cloud was called:",
        "tenants/molecule-build-interieur/portail.yml:3:8: offer: 'wbe' is not an offer",
        "sensitivity: 'secret'",
        "overrides.quotas.compute.instances: -5",
        "blueprints.plain.colour",
    ):
        assert said in wrong.words, said
    assert "Traceback" not in wrong.output
    assert calls_of_the_wrong == []
    # The same way leads to the cloud when the estate is right: calls would have been seen.
    assert (right.code, len(keystone.seen) > 0) == (0, True), right.output
