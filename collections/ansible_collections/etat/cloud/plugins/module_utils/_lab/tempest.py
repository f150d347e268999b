# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tempest on one region of a lab: its configuration, its run, and what its failures mean."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .configuration import Sections, ini
from .content import connect
from .jobs import Progress
from .model import Cloud, Lab, LabError, Region
from .secret import Secrets, write_private

SERVICES = ("identity", "network", "compute", "image", "volume")

SELECTIONS = {
    "api": rf"^tempest\.api\.({'|'.join(SERVICES)})\.",
    **{service: rf"^tempest\.api\.{service}\." for service in SERVICES},
    # Tempest's scenarios log in to their servers, and a server of the fake hypervisor runs nothing to log in to.
    "smoke": r"^tempest\.api\..*\[.*\bsmoke\b.*\]",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One test, or one class of tests whose preparation failed."""

    test: str
    status: str
    reason: str


def settings(cloud: Cloud, region: Region, secrets: Secrets, folder: Path) -> Sections:
    """What tempest must know of the region; what a fake hypervisor cannot do is switched off, as anyone would."""
    api = connect(cloud, secrets, region)
    image = next(i.id for i in api.image.images(name=cloud.images[0]))
    flavors = {flavor.name: flavor.id for flavor in api.compute.flavors()}
    extensions = sorted(extension.alias for extension in api.network.extensions())
    public = next(api.network.networks(name="public", is_router_external=True)).id
    return {
        "DEFAULT": {"log_file": folder / "tempest.log"},
        "auth": {
            "use_dynamic_credentials": True,
            "tempest_roles": "member",
            "admin_username": "admin",
            "admin_password": secrets.get("accounts", cloud.name, "Default", "admin"),
            "admin_project_name": "admin",
            "admin_domain_name": "Default",
            "admin_system": "all",
        },
        "identity": {"uri_v3": cloud.auth_url, "auth_version": "v3", "region": region.name},
        "identity-feature-enabled": {
            "trust": True,
            "project_tags": True,
            "application_credentials": True,
            "access_rules": True,
        },
        "enforce_scope": dict.fromkeys(("keystone", "nova", "neutron", "glance", "cinder", "placement"), True),
        "service_available": {
            "cinder": True,
            "glance": True,
            "neutron": True,
            "nova": True,
            "swift": False,
            "horizon": False,
        },
        "compute": {
            "image_ref": image,
            "image_ref_alt": image,
            "flavor_ref": flavors[cloud.flavors[0].name],
            "flavor_ref_alt": flavors[cloud.flavors[1].name],
            "build_timeout": 120,
            "build_interval": 1,
            "min_compute_nodes": len(region.computes),
            "min_microversion": "2.1",
            "max_microversion": "latest",
        },
        "compute-feature-enabled": {
            "resize": True,
            "cold_migration": True,
            "interface_attach": True,
            "vnc_console": False,
            "live_migration": False,
            "console_output": True,
        },
        "image-feature-enabled": {"import_image": True},
        "network": {"public_network_id": public, "floating_network_name": "public"},
        "network-feature-enabled": {"api_extensions": ",".join(extensions), "ipv6": True},
        "placement": {"max_microversion": "latest"},
        "validation": {"run_validation": False},
        "volume": {
            "catalog_type": "block-storage",
            "backend_names": ",".join(region.volume_types),
            "vendor_name": "etat.cloud",
            "storage_protocol": "local",
            "disk_format": "raw",
            "build_timeout": 120,
            "min_microversion": "3.0",
            "max_microversion": "latest",
        },
        "volume-feature-enabled": {
            "multi_backend": len(region.volume_types) > 1,
            # The lab does not run cinder-backup.
            "backup": False,
            "manage_volume": False,
            "manage_snapshot": False,
            "volume_revert": True,
            "extend_attached_volume": False,
        },
    }


def run(lab: Lab, region_name: str, selection: str, workers: int) -> list[Result]:
    """Run the tests, with a line of progress for each hundredth."""
    import subunit  # type: ignore[import-not-found]
    import testtools  # type: ignore[import-not-found]

    cloud, region = next(((c, r) for c, r in lab.regions if r.name == region_name), (None, None))
    if cloud is None or region is None:
        raise LabError(
            f"The lab {lab.name} has no region {region_name}: its regions are"
            f" {', '.join(region.name for cloud, region in lab.regions)}."
        )
    folder = lab.folder / "tempest"
    write_private(folder / "tempest.conf", ini(settings(cloud, region, Secrets(lab.folder / "passwords.yml"), folder)))
    found = next((folder / "venv/lib").glob("python*/site-packages/tempest"))
    write_private(
        folder / ".stestr.conf",
        f"[DEFAULT]\ntest_path={found}/test_discover\ntop_dir={found.parent}\ngroup_regex=([^\\.]*\\.)*\n",
    )
    environment = {
        **os.environ,
        "PATH": f"{folder}/venv/bin:/usr/bin:/bin",
        "TEMPEST_CONFIG_DIR": str(folder),
        "TEMPEST_CONFIG": "tempest.conf",
        "PYTHONWARNINGS": "ignore",
    }
    command = [str(folder / "venv/bin/stestr")]
    if not (folder / ".stestr").exists():
        subprocess.run([*command, "init"], cwd=folder, env=environment, capture_output=True, check=False)  # noqa: S603
    listed = subprocess.run(  # noqa: S603
        [*command, "list", SELECTIONS[selection]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        raise LabError(f"stestr cannot list the tests: {(listed.stderr or listed.stdout).strip()[-300:]}")
    total = len(listed.stdout.split())
    progress = Progress(lab.folder / "log/progress.log")
    results: list[Result] = []

    def note(test: dict[str, Any]) -> None:
        if test["status"] not in ("success", "fail", "skip", "uxsuccess", "xfail"):
            return
        details = "".join(
            content.as_text() for content in test["details"].values() if content.content_type.type == "text"
        )
        results.append(Result(test["id"].split("[")[0], test["status"], details))
        if len(results) % 20 == 0 or len(results) >= total:
            bad = sum(result.status == "fail" for result in results)
            progress.say(f"tempest on {region_name}: {bad} failed so far", min(len(results), total), total)

    with (
        (folder / "stestr.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603
            [*command, "run", "--subunit", "--concurrency", str(workers), SELECTIONS[selection]],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        stream = testtools.StreamToDict(note)
        stream.startTestRun()
        subunit.ByteStreamToStreamResult(process.stdout, non_subunit_name="output").run(stream)
        stream.stopTestRun()
    if not results:
        raise LabError(f"tempest ran no test: see {folder}/stestr.log.")
    return results


@dataclass(frozen=True, slots=True)
class Verdict:
    """A run compared with the failures that are known, both ways."""

    passed: int
    failed: tuple[Result, ...]
    skipped: int
    unknown: tuple[Result, ...]
    """They failed, and nobody said why they would."""
    mended: tuple[str, ...]
    """They are listed, ran, and passed: the list is out of date."""

    @property
    def share(self) -> float:
        """Passed of those that ran, in percent."""
        ran = self.passed + len(self.failed)
        return 100.0 * self.passed / ran if ran else 0.0


def judge(results: list[Result], known: dict[str, str]) -> Verdict:
    """Compare a run with the known failures: full names of tests, or of classes whose preparation fails."""
    failed = tuple(result for result in results if result.status in ("fail", "uxsuccess"))
    passed = {result.test for result in results if result.status in ("success", "xfail")}
    return Verdict(
        passed=len(passed),
        failed=failed,
        skipped=sum(result.status == "skip" for result in results),
        unknown=tuple(result for result in failed if result.test not in known),
        mended=tuple(sorted(name for name in known if name in passed)),
    )
