# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host can carry a lab: everything that can be known before anything is done."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from .model import FOLDERS, PACKAGES, Lab, LabError, Program
from .process import PROC, processes

DISTRIBUTIONS = {"debian": ("12",), "ubuntu": ("24.04",)}
PYTHONS = ((3, 11), (3, 13))

GIB = 1024**3
DISK_SHARED = 2 * GIB
"""The virtualenv, the database server and the logs."""
DISK_REGION = GIB // 2
"""The databases and images of one region."""


def check_user() -> None:
    """The lab installs packages and starts processes as another user."""
    if os.geteuid() != 0:
        raise LabError(
            "The lab needs root, to install packages and to run its services as their own user: run it with sudo."
        )


def check_distribution(text: str) -> None:
    """The text of /etc/os-release names one that the lab was tried on."""
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    name, version = (fields.get(key, "").strip('"') for key in ("ID", "VERSION_ID"))
    if version not in DISTRIBUTIONS.get(name, ()):
        known = " and ".join(f"{n.capitalize()} {' or '.join(v)}" for n, v in DISTRIBUTIONS.items())
        raise LabError(
            f'The lab runs on {known}; this is "{fields.get("PRETTY_NAME", "unknown").strip(chr(34))}":'
            " use one of those, a virtual machine will do."
        )


def check_python(interpreter: str) -> None:
    """The interpreter that will run OpenStack is one that OpenStack supports."""
    command = [interpreter, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise LabError(f"Cannot run the Python {interpreter} ({error}): set lab_python to another one.") from error
    major, minor = (int(part) for part in said.split())
    if not PYTHONS[0] <= (major, minor) <= PYTHONS[1]:
        raise LabError(
            f"{interpreter} is Python {major}.{minor}, and OpenStack 2026.2 needs 3.11 to 3.13:"
            " set lab_python to one of them."
        )
    home = Path(interpreter).resolve()
    for parent in home.parents:
        if not parent.stat().st_mode & 0o001:
            raise LabError(
                f"The lab's services cannot run {interpreter}, because only its owner may enter {parent}:"
                " set lab_python to a Python that every user can run, such as /usr/bin/python3."
            )


def check_disk(lab: Lab, free: int | None = None) -> None:
    """There is room for what the lab will write."""
    place = lab.folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free if free is None else free
    needed = GIB // 2 if (lab.folder / "done").exists() else DISK_SHARED + len(lab.regions) * DISK_REGION
    if free < needed:
        raise LabError(
            f"{FOLDERS} has {free / GIB:.1f} GiB free, and the lab {lab.name} needs {needed / GIB:.1f} GiB:"
            " free some space, or use lab_profile=small."
        )


def holders(address: str, port: int) -> list[int]:
    """The processes that listen where this address and port would."""
    packed = socket.inet_aton(address)[::-1].hex().upper()
    places = {f"{packed}:{port:04X}", f"00000000:{port:04X}", f"{'0' * 32}:{port:04X}"}
    inodes = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[1] in places and fields[3] == "0A":
                    inodes.add(f"socket:[{fields[9]}]")
    found = []
    for entry in PROC.iterdir() if inodes else ():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if any(str(handle.readlink()) in inodes for handle in (entry / "fd").iterdir()):
                    found.append(int(entry.name))
    return sorted(found)


def check_ports(lab: Lab, programs: tuple[Program, ...]) -> None:
    """Nobody else listens where the lab's programs will."""
    ours = processes(lab)
    for program in programs:
        for address, port in program.listens:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((address, port))
                    continue
                except OSError as error:
                    reason = error.strerror
            others = [pid for pid in holders(address, port) if pid not in ours]
            if not others and holders(address, port):
                continue
            if not others:
                raise LabError(f"{program.name} cannot listen on {address}:{port} ({reason}).")
            command = (PROC / str(others[0]) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            raise LabError(
                f"{program.name} of the lab {lab.name} needs {address}:{port}, which process {others[0]}"
                f" ({command.strip()[:80]}) holds: stop that process, or give the lab another name (LAB=…)."
            )


def missing_packages(names: tuple[str, ...] = PACKAGES) -> list[str]:
    """Packages of the distribution that the lab needs and the host does not have."""
    command = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *names]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    installed = {line.split()[0] for line in said.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def check_packages(missing: list[str], *, install: bool) -> None:
    """Packages that nobody may install are an error."""
    if missing and not install:
        raise LabError(
            f"The lab needs the packages {', '.join(missing)}, which are not installed: run"
            f" apt-get install {' '.join(missing)}, or set lab_install_packages to true."
        )


def age(started: float) -> str:
    """How long ago, in words that fit a column."""
    seconds = max(0, int(time.time() - started))
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    if seconds < 172800:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} d"
