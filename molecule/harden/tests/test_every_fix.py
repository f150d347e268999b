# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fix that the lab can hold: each weakness of planted/ is mended by the services and brought back, in this order.

The last test shows which fixes were tried on real services, here and in test_harden, and why the others were not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import lab
import pytest
import yaml
from ansible_collections.etat.cloud.plugins.module_utils._audit.model import Mode
from ansible_collections.etat.cloud.plugins.module_utils._controls import CONTROLS
from hardening import harden, keep, kept, plain

ESTATE = Path(__file__).parents[1] / "every"
DOMAIN, TENANT = "molecule-harden-justice", "vault"
FIXED = {control.id: control for control in CONTROLS if control.repair.fix}
ALLOWED = sorted(id for id, control in FIXED.items() if control.repair.mode is Mode.GUARDED)
#: Those that test_harden tries.
ELSEWHERE = ("ETAT-CMP-019", "ETAT-CMP-020", "ETAT-IMG-001", "ETAT-IMG-005")
#: What the lab cannot hold.
UNTRIED = {
    "ETAT-LB-002": "the lab's load balancers take no certificate",
    "ETAT-LB-003": "the lab's load balancers take no certificate",
    "ETAT-LB-005": "the lab's load balancers have no port to which a floating IP could lead",
    "ETAT-LB-006": "the lab's load balancers take no certificate",
    "ETAT-OBJ-008": "the lab's object store copies nothing elsewhere",
    "ETAT-SHR-001": "the lab has no storage for shares",
    "ETAT-SHR-002": "the lab has no storage for shares",
    "ETAT-VOL-012": "a transfer fails from its second day on",
}
#: The headers of containers that nothing brings back, or that Swift writes itself.
LASTING = ("x-container-meta-temp-url-key", "x-account-meta-temp-url-key-2", "x-versions-enabled")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the records, and of what goes from one test to the next."""
    return tmp_path_factory.mktemp("every")


def planted() -> list[dict[str, Any]]:
    """Return what is planted, each weakness with its control."""
    said = yaml.safe_load((lab.folder() / "planted.yml").read_text(encoding="utf-8"))
    listed: list[dict[str, Any]] = said["entries"]
    return listed


def held() -> Any:
    """Return all that the tenant, its domain and its people have, without the ids of what may be made again."""
    seen = [[name if value is True else name.split()[0], value] for name, value in lab.snapshot().items()]
    # As it is kept in a file.
    return json.loads(json.dumps(plain([*seen, *map(list, _further())])))


def _further() -> Iterator[Any]:
    """Yield what the snapshot does not have, since only an owner or a parent shows it."""
    admin, member = lab.connect(), lab.connect(TENANT)
    project = lab.Domains(admin, lab.prefix()).project(DOMAIN, TENANT)
    for image in admin.image.images(owner=project, visibility="all"):
        yield "image", lab.accept(admin.image.get(f"/images/{image.id}")).json()
        if image.visibility == "shared":
            yield "members", lab.accept(admin.image.get(f"/images/{image.id}/members")).json()["members"]
    for ip in lab.listing(admin.network, f"/floatingips?project_id={project}", "floatingips"):
        path = f"/floatingips/{ip['id']}/port_forwardings"
        yield "forwardings", lab.listing(admin.network, path, "port_forwardings")
    for service, path in (("object-store", ""), ("key-manager", "/secrets"), ("dns", "/recordsets")):
        if not lab.has(admin, service):
            continue
        proxy = getattr(member, service.replace("-", "_"))
        if service == "object-store":
            yield from _headers(proxy)
        elif service == "key-manager":
            for secret in lab.accept(proxy.get(path)).json()["secrets"]:
                acl = lab.accept(proxy.get(f"{path}/{secret['secret_ref'].rpartition('/')[2]}/acl")).json()["read"]
                yield "acl", acl["users"], acl["project-access"]
        else:
            for record in lab.accept(proxy.get(path)).json()["recordsets"]:
                if record["type"] not in ("SOA", "NS"):
                    yield "record", {name: record[name] for name in ("name", "type", "ttl", "records", "description")}


def _headers(store: Any) -> Iterator[Any]:
    names = [one["name"] for one in lab.accept(store.get("/?format=json")).json()]
    for path in ("/", *(f"/{quote(name)}" for name in names)):
        headers = {name.lower(): value for name, value in lab.accept(store.head(path)).headers.items()}
        own = ("x-container-", "x-account-meta-", "x-versions-")
        said = {name: value for name, value in headers.items() if name.startswith(own) and name not in LASTING}
        yield path, {name: value for name, value in said.items() if not name.endswith(("-used", "-count"))}


def test_check_mode_plans_to_mend_all_that_is_planted(folder: Path) -> None:
    keep(folder, "before", held())
    run = harden(folder, ESTATE, "--check", allow=ALLOWED, max_changes=200)
    assert run.code == 0, run.output
    wanted = {one["control"] for one in planted()}
    assert wanted <= {id for one in run.result["repairs"] for id in one["controls"]}


def test_the_services_take_every_fix_and_the_controls_find_nothing_left(folder: Path) -> None:
    run = harden(folder, ESTATE, allow=ALLOWED, max_changes=200)
    failed = [(one["key"], one["controls"], one["reason"]) for one in run.result["outcomes"] if one["state"] != "done"]
    assert failed == []
    assert run.code == 0, run.output
    keep(folder, "undo", run.result["record"]["undo"])
    keep(folder, "tried", sorted({id for one in run.result["outcomes"] for id in one["controls"]}))


def test_a_second_run_has_nothing_to_do(folder: Path) -> None:
    again = harden(folder, ESTATE, allow=ALLOWED, max_changes=200)
    assert (again.code, again.result["changed"], again.result["plan"]["changes"]) == (0, False, []), again.output


def test_the_undo_plan_brings_back_exactly_what_was_there(folder: Path) -> None:
    run = harden(folder, ESTATE, undo=kept(folder, "undo"), max_changes=200)
    assert run.code == 0, run.output
    assert held() == kept(folder, "before")


def test_every_fix_was_tried_but_those_that_the_lab_cannot_hold(folder: Path) -> None:
    tried = {*kept(folder, "tried"), *ELSEWHERE}
    for id in sorted(FIXED):
        print(id, FIXED[id].repair.mode.value, "tried" if id in tried else UNTRIED.get(id, "not tried"))  # noqa: T201
    print(f"{len(tried)} of {len(FIXED)} fixes were tried on real services")  # noqa: T201
    assert FIXED.keys() - tried == UNTRIED.keys()
