# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a host unfit for a lab is said in one sentence, before anything is done."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._lab import host, model


def declaration(*services: str) -> list[dict[str, object]]:
    region = {
        "name": "toulouse",
        "external_network": "203.0.113.0/24",
        "availability_zones": ["az-1", "az-2"],
        "volume_types": ["standard", "fast"],
        "services": list(services),
    }
    return [
        {
            "name": "interne",
            "provider": False,
            "regions": [region],
            "domains": [],
            "projects": [],
            "flavors": [],
            "images": [],
        }
    ]


@pytest.fixture
def lab() -> model.Lab:
    return model.lab("unit-test", declaration())


@pytest.mark.parametrize(
    ("name", "version", "fits"),
    [
        ("debian", "12", True),
        ("ubuntu", "24.04", True),
        ("debian", "11", False),
        ("ubuntu", "22.04", False),
        ("fedora", "42", False),
    ],
)
def test_only_the_distributions_that_were_tried_are_taken(name: str, version: str, fits: bool) -> None:
    text = f'PRETTY_NAME="Some {name}"\nID={name}\nVERSION_ID="{version}"\n'
    if fits:
        host.check_distribution(text)
        return
    with pytest.raises(model.LabError, match=f'runs on Debian 12 and Ubuntu 24.04; this is "Some {name}"'):
        host.check_distribution(text)


def test_another_user_than_root_is_told_to_use_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(model.LabError, match=r"needs root.*sudo"):
        host.check_user()


@pytest.mark.parametrize(("version", "fits"), [("3 10", False), ("3 11", True), ("3 13", True), ("3 14", False)])
def test_a_python_that_openstack_does_not_support_is_refused(tmp_path: Path, version: str, fits: bool) -> None:
    folder = Path("/var/tmp") / f"etat-lab-{tmp_path.name}-{os.getpid()}"  # noqa: S108 - every user can enter it
    folder.mkdir(mode=0o755)
    interpreter = folder / "python"
    interpreter.write_text(f"#!/bin/sh\necho {version}\n")
    interpreter.chmod(0o755)
    try:
        if fits:
            host.check_python(str(interpreter))
            return
        with pytest.raises(model.LabError, match=f"is Python {version.replace(' ', '.')}, .* needs 3.11 to 3.13"):
            host.check_python(str(interpreter))
    finally:
        interpreter.unlink()
        folder.rmdir()


def test_a_python_that_only_its_owner_can_run_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    interpreter = closed / "python"
    interpreter.write_text("#!/bin/sh\necho 3 12\n")
    interpreter.chmod(0o755)
    with pytest.raises(model.LabError, match=r"only its owner may enter .*/usr/bin/python3"):
        host.check_python(str(interpreter))


def test_a_full_disk_is_said_with_both_numbers(lab: model.Lab) -> None:
    with pytest.raises(model.LabError, match=r"has 1\.0 GiB free, and the lab unit-test needs 2\.5 GiB"):
        host.check_disk(lab, free=host.GIB)
    host.check_disk(lab, free=3 * host.GIB)


@pytest.mark.parametrize(("services", "refused"), [(["object-store"], True), (["dns"], False), ([], False)])
def test_an_object_store_needs_a_file_system_with_extended_attributes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, services: list[str], refused: bool
) -> None:
    def unsupported(*_arguments: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(model, "FOLDERS", tmp_path)
    monkeypatch.setattr(os, "setxattr", unsupported)
    lab = model.lab("unit-test", declaration(*services))
    if refused:
        with pytest.raises(model.LabError, match=rf"{tmp_path} has no extended attributes .*declare no object-store"):
            host.check_attributes(lab)
        monkeypatch.undo()
    host.check_attributes(lab)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_said_with_its_holder(lab: model.Lab) -> None:
    program = model.Program("keystone-interne", "interne", (), Path("/"), listens=((lab.shared, 5000),))
    with socket.socket() as holder:
        holder.bind((lab.shared, 5000))
        holder.listen()
        with pytest.raises(model.LabError, match=rf"needs {lab.shared}:5000, which process {os.getpid()} \(.*\) holds"):
            host.check_ports(lab, (program,))
    host.check_ports(lab, (program,))


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    missing = host.missing_packages(("no-such-package-1",))
    assert missing == ["no-such-package-1"]
    host.check_packages(missing, install=True)
    with pytest.raises(model.LabError, match=r"apt-get install no-such-package-1"):
        host.check_packages(missing, install=False)
