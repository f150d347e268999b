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
import tempfile
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


def existing(place: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return place if place.exists() else existing(place.parent)


def check_disk(lab: Lab, free: int | None = None) -> None:
    """There is room for what the lab will write."""
    place = existing(lab.folder)
    free = shutil.disk_usage(place).free if free is None else free
    needed = GIB // 2 if (lab.folder / "done").exists() else DISK_SHARED + len(lab.regions) * DISK_REGION
    if free < needed:
        smaller = ", or use lab_profile=small" if len(lab.regions) > 1 else ""
        raise LabError(
            f"{FOLDERS} has {free / GIB:.1f} GiB free, and the lab {lab.name} needs {needed / GIB:.1f} GiB:"
            f" free some space{smaller}."
        )


def check_attributes(lab: Lab) -> None:
    """An object store writes what it knows of an object into the extended attributes of the object's file."""
    if not any("object-store" in region.services for _cloud, region in lab.regions):
        return
    place = existing(lab.folder)
    with tempfile.NamedTemporaryFile(dir=place) as probe:
        try:
            os.setxattr(probe.name, "user.etat-lab", bytes(1024))
        except OSError as error:
            raise LabError(
                f"The file system of {place} has no extended attributes ({error.strerror}), and an object store needs"
                " them: put the lab on ext4 or xfs, or declare no object-store (lab_profile=small)."
            ) from error


def listeners() -> dict[str, int]:
    """Every local address that a TCP socket waits on, as the kernel writes it, with the process that holds it."""
    inodes = {}
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A":
                    inodes[f"socket:[{fields[9]}]"] = fields[1]
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                for handle in (entry / "fd").iterdir():
                    with contextlib.suppress(OSError):
                        place = inodes.get(str(handle.readlink()))
                        if place:
                            found[place] = int(entry.name)
    return found


def check_ports(lab: Lab, programs: tuple[Program, ...]) -> None:
    """Nobody else listens where the lab's programs will."""
    taken = []
    for program in programs:
        for address, port in program.listens:
            with socket.socket() as probe:
                # As the programs do: a connection that has just ended is no obstacle.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((address, port))
                except OSError as error:
                    taken.append((program, address, port, error.strerror))
    if not taken:
        return
    ours, held = processes(lab), listeners()
    for program, address, port, reason in taken:
        own = socket.inet_aton(address)[::-1].hex().upper()
        holder = next((held[at] for at in (f"{ip}:{port:04X}" for ip in (own, "0" * 8, "0" * 32)) if at in held), None)
        if holder in ours:
            continue
        what = f"{program.name} of the lab {lab.name} needs {address}:{port}"
        if holder is None:
            raise LabError(f"{what}, which cannot be had ({reason}): give the lab another name (LAB=…).")
        command = (PROC / str(holder) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        raise LabError(
            f"{what}, which process {holder} ({' '.join(command.split())[:80]}) holds:"
            " stop that process, or give the lab another name (LAB=…)."
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
