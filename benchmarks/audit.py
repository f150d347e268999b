#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the audit on the lab, and write docs/audit-comparison.md.

First the reading of many small tenants, against the floor: the same calls from one process that does nothing else; the
two alternate, and medians are compared. Then the planted estate of molecule/audit, which has known weaknesses and
look-alikes, through this collection, and project by project through Prowler's OpenStack provider.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openstack
import yaml
from bench import WORKERS, Bench, tenant

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
CACHE = CHECKOUT / ".cache"
PAGE = CHECKOUT / "docs/audit-comparison.md"
SCENARIO = CHECKOUT / "molecule/audit"
PROWLER = "prowler==5.46.0"
CLOUD, REGION = "interne", "toulouse"
DOMAIN, PREFIX = "bench-audit", "product0"
#: Seconds that reading a hundred tenants may take beyond the floor of the same reads.
ABOVE_FLOOR = 30.0
#: Each check of Prowler's OpenStack provider, and the controls that ask the same.
CHECKS: Mapping[str, tuple[str, ...]] = {
    "blockstorage_snapshot_metadata_sensitive_data": ("ETAT-VOL-014",),
    "blockstorage_snapshot_not_orphaned": (),
    "blockstorage_volume_backup_exists": ("ETAT-VOL-007",),
    "blockstorage_volume_encryption_enabled": ("ETAT-VOL-001",),
    "blockstorage_volume_metadata_sensitive_data": ("ETAT-VOL-014",),
    "blockstorage_volume_multiattach_disabled": ("ETAT-VOL-013",),
    "blockstorage_volume_not_unattached": ("ETAT-VOL-006",),
    "compute_instance_config_drive_enabled": (),
    "compute_instance_isolated_private_network": ("ETAT-NET-034",),
    "compute_instance_key_based_authentication": ("ETAT-CMP-003",),
    "compute_instance_locked_status_enabled": ("ETAT-CMP-019",),
    "compute_instance_metadata_sensitive_data": ("ETAT-CMP-002",),
    "compute_instance_public_ip_exposed": ("ETAT-NET-030",),
    "compute_instance_security_groups_attached": ("ETAT-NET-022",),
    "compute_instance_trusted_image_certificates": ("ETAT-CMP-008",),
    "image_hw_mem_encryption_enabled": ("ETAT-IMG-011",),
    "image_not_publicly_visible": ("ETAT-IMG-001",),
    "image_not_shared_with_multiple_projects": ("ETAT-IMG-003",),
    "image_protected_status_enabled": ("ETAT-IMG-005",),
    "image_secure_boot_enabled": ("ETAT-IMG-010",),
    "image_signature_verification_enabled": ("ETAT-IMG-006",),
    "networking_admin_state_down": (),
    "networking_port_security_disabled": ("ETAT-NET-020", "ETAT-NET-021"),
    "networking_security_group_allows_all_ingress_from_internet": ("ETAT-NET-001",),
    "networking_security_group_allows_rdp_from_internet": ("ETAT-NET-002",),
    "networking_security_group_allows_ssh_from_internet": ("ETAT-NET-002",),
    "networking_subnet_dhcp_disabled": (),
    "objectstorage_container_acl_not_globally_shared": ("ETAT-OBJ-003",),
    "objectstorage_container_listing_disabled": ("ETAT-OBJ-002",),
    "objectstorage_container_metadata_sensitive_data": ("ETAT-OBJ-010",),
    "objectstorage_container_public_read_acl_disabled": ("ETAT-OBJ-001",),
    "objectstorage_container_sync_not_enabled": ("ETAT-OBJ-008",),
    "objectstorage_container_versioning_enabled": ("ETAT-OBJ-009",),
    "objectstorage_container_write_acl_restricted": ("ETAT-OBJ-004",),
}
FAMILIES = {
    "API": "access to the cloud",
    "CMP": "servers",
    "DNS": "DNS",
    "GOV": "governance",
    "IAM": "identity",
    "IMG": "images",
    "KEY": "secrets",
    "LB": "load balancers",
    "LOG": "traces",
    "NET": "networks",
    "OBJ": "object storage",
    "QTA": "quotas",
    "RES": "residency",
    "SHR": "shares",
    "VOL": "volumes",
}
Entry = Mapping[str, Any]
UNIQUE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-")


@dataclass(frozen=True)
class Run:
    """A process that ended: its time on the clock, that of its processors, and what it wrote."""

    seconds: float
    processor: float
    code: int
    output: str


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None, *, check: bool = True) -> Run:
    """Run a command to its end; unless check is false, a failure ends the benchmark.

    environment: what is added to this process's own; an empty value takes away.
    """
    # All programs may keep what they compiled, as they do where people run them.
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [str(word) for word in command],
        env={name: value for name, value in variables.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if check and done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, used, done.returncode, done.stdout)


def tell(text: str) -> None:
    print(f"  {text}", flush=True)


def playbook(name: str, variables: Mapping[str, Any]) -> Run:
    """Run one of the playbooks beside this file."""
    file = CACHE / "bench-audit-variables.json"
    file.write_text(json.dumps(variables), encoding="utf-8")
    return run(["ansible-playbook", "-i", "localhost,", HERE / name, "-e", f"@{file}"])


def audited(variables: Mapping[str, Any]) -> tuple[Run, dict[str, Any]]:
    """Audit with module posture_info in a playbook, and return the process and the document."""
    file = CACHE / "bench-audit-document.json"
    done = playbook("audit.yml", {**variables, "audit_workers": WORKERS, "audit_document": str(file)})
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    return done, document


# --- many tenants


class Tenants:
    """Many small tenants in a domain of their own, in which the audit's account may look into everything."""

    def __init__(self, count: int) -> None:
        self.names = [f"{PREFIX}-{number}" for number in range(1, count + 1)]

    def build(self) -> None:
        """Make them; not timed."""
        self.clean()
        cloud = openstack.connect(cloud=CLOUD, region_name=REGION)
        domain = cloud.identity.create_domain(name=DOMAIN)
        admin = next(iter(cloud.identity.users(name="admin", domain_id="default")))
        role = next(iter(cloud.identity.roles(name="member")))
        path = f"/OS-INHERIT/domains/{domain.id}/users/{admin.id}/roles/{role.id}/inherited_to_projects"
        openstack.exceptions.raise_from_response(cloud.identity.put(path))
        tenants = [{**tenant(name), "domain": DOMAIN} for name in self.names]
        playbook("product.yml", {"tenants": tenants, "workers": WORKERS})

    def clean(self) -> None:
        """Delete them; not timed."""
        Bench(0, 0, 0).clean()
        cloud = openstack.connect(cloud=CLOUD, region_name=REGION)
        for domain in cloud.identity.domains(name=DOMAIN):
            for group in cloud.identity.groups(domain_id=domain.id):
                cloud.identity.delete_group(group)
            cloud.identity.update_domain(domain, is_enabled=False)
            cloud.identity.delete_domain(domain)

    def parameters(self) -> dict[str, Any]:
        """Return who is audited, in the words of audit.yml."""
        given = [{"name": n, "domain": DOMAIN, "sensitivity": "internal", "sites": [REGION]} for n in self.names]
        return {"audit_tenants": given, "audit_domains": [DOMAIN]}

    def record(self) -> tuple[Path, dict[str, int]]:
        """Write down what an audit asks, and return the file and how often it asked each way; not timed."""
        said = self.parameters()
        options = {
            "cloud": CLOUD,
            "tenants": said["audit_tenants"],
            "domains": said["audit_domains"],
            "regions": [REGION],
            "workers": WORKERS,
        }
        given, record = CACHE / "bench-audit-options.json", CACHE / "bench-audit-record.json"
        given.write_text(json.dumps(options), encoding="utf-8")
        done = run([sys.executable, HERE / "counted.py", record, HERE / "audit_read.py", given])
        calls: dict[str, int] = json.loads(done.output)["posture"]["run"]["calls"]
        seen = len(json.loads(record.read_text(encoding="utf-8")))
        if seen != sum(calls.values()):
            raise SystemExit(f"The audit says that it made {sum(calls.values())} calls, and made {seen}.")
        return record, calls


def reading(count: int, rounds: int) -> dict[str, Any]:
    """Compare the reading of many tenants with the floor."""
    tenants = Tenants(count)
    tell(f"building {count} tenants")
    tenants.build()
    try:
        record, calls = tenants.record()
        own: list[float] = []
        judging: list[float] = []
        whole: list[float] = []
        floor: list[float] = []
        for _ in range(rounds):
            asked = json.loads(run([sys.executable, HERE / "audit_floor.py", record, str(WORKERS)]).output)
            floor.append(asked["seconds"])
            done, document = audited(tenants.parameters())
            again = document["run"]["calls"]
            # Threads that begin at the same time may each ask for the versions of a service.
            if {**again, "discovery": 0} != {**calls, "discovery": 0}:
                raise SystemExit(f"Two audits of the same made different calls: {again}, {calls}.")
            own.append(document["run"]["seconds"]["read"])
            judging.append(document["run"]["seconds"]["judge"])
            whole.append(done.seconds)
            tell(f"floor {floor[-1]:.1f} s, reading {own[-1]:.1f} s, whole playbook {whole[-1]:.1f} s")
        record.unlink()
    finally:
        tenants.clean()
    taken = {name: statistics.median(values) for name, values in (("read", own), ("floor", floor), ("judge", judging))}
    # Of each round, whose two runs had the same machine.
    above = statistics.median(ours - least for ours, least in zip(own, floor, strict=True))
    return {
        "tenants": count,
        "rounds": rounds,
        "controls": len(document["run"]["controls"]),
        "calls": calls,
        "seconds": {**taken, "whole": statistics.median(whole)},
        "all_seconds": {"read": own, "floor": floor},
        "above": above,
        "ratio": statistics.median(ours / least for ours, least in zip(own, floor, strict=True)),
        "met": above <= ABOVE_FLOOR,
    }


# --- the planted estate


class Planted:
    """The estate of molecule/audit: known weaknesses, and look-alikes that are fine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = folder / "planted.yml"
        self.environment = {
            "MOLECULE_EPHEMERAL_DIRECTORY": str(folder),
            "MOLECULE_SCENARIO_DIRECTORY": str(SCENARIO),
            "MOLECULE_SCENARIO_NAME": "audit",
            "PYTHONPATH": str(SCENARIO.parent / "common"),
        }

    def plant(self, state: str) -> None:
        """Plant, or remove."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        done = run([sys.executable, SCENARIO.parent / "common/plant.py", state], self.environment, check=False)
        # What could not be planted is not in the manifest; the rest is as good.
        if done.code and (state == "absent" or not self.manifest.exists()):
            raise SystemExit(f"plant.py {state} failed:\n{done.output[-3000:]}")
        tell(done.output.strip().splitlines()[-1])

    def entries(self) -> list[Entry]:
        """Return what was planted and can be seen today; what only time shows has to be looked for later."""
        said = yaml.safe_load(self.manifest.read_text(encoding="utf-8"))["entries"]
        there = [entry for entry in said if not entry["later"] and not {"", "None"} & set(entry["objects"])]
        if len(there) < len(said) / 2:
            raise SystemExit(f"Of {len(said)} entries {len(there)} can be seen: plant again.")
        return there

    def projects(self) -> list[str]:
        """Return the projects, each of which has an entry of this name in clouds.yaml."""
        said = yaml.safe_load((self.folder / "clouds.yaml").read_text(encoding="utf-8"))["clouds"]
        return [name for name, entry in said.items() if entry["auth"].get("project_name") == name]

    def accounts(self) -> Path:
        """Return a clouds.yaml for Prowler, which takes the project that is named there for an id."""
        said = yaml.safe_load((self.folder / "clouds.yaml").read_text(encoding="utf-8"))
        cloud = openstack.connect(cloud=CLOUD, region_name=REGION)
        domains = {domain.id: domain.name for domain in cloud.identity.domains()}
        ids = {(domains[project.domain_id], project.name): project.id for project in cloud.identity.projects()}
        for name in self.projects():
            auth = said["clouds"][name]["auth"]
            auth["project_id"] = ids[auth.pop("project_domain_name"), auth.pop("project_name")]
        file = self.folder / "prowler.yaml"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as output:
            yaml.safe_dump(said, output)
        return file

    def around(self) -> dict[str, set[str]]:
        """Return what an object may be reported by: a rule by its group, a port or an address by its server."""
        cloud = openstack.connect(cloud=CLOUD, region_name=REGION)
        found: dict[str, set[str]] = {}
        ports = {port["id"]: port for port in cloud.network.get("/ports").json()["ports"]}
        for rule in cloud.network.get("/security-group-rules").json()["security_group_rules"]:
            found[rule["id"]] = {rule["security_group_id"]}
        for port in ports.values():
            found[port["id"]] = {port["device_id"]}
        for address in cloud.network.get("/floatingips").json()["floatingips"]:
            found[address["id"]] = {ports.get(address["port_id"], {}).get("device_id", "")}
        return found


def prowler(planted: Planted, projects: Iterable[str]) -> dict[str, Any]:
    """Run Prowler once for each project, as it must be, and return what it found, and what that took."""
    venv = CACHE / "bench-prowler"
    if not (venv / "bin/prowler").exists():
        tell(f"installing {PROWLER}")
        run([sys.executable, "-m", "venv", venv])
        run([venv / "bin/pip", "install", "--quiet", PROWLER])
    # Not timed: what is imported is compiled.
    run([venv / "bin/prowler", "openstack", "--list-checks"])
    record, folder = CACHE / "bench-audit-record.json", planted.folder / "prowler"
    accounts = planted.accounts()
    failed: dict[str, set[str]] = {}
    taken: list[dict[str, Any]] = []
    refused = []
    for project in projects:
        command = [venv / "bin/python", HERE / "counted.py", record, venv / "bin/prowler", "openstack", "--no-banner"]
        account = ["--clouds-yaml-file", accounts, "--clouds-yaml-cloud", project]
        output = ["--output-formats", "csv", "--output-directory", folder, "--output-filename", project]
        # That variable would win over the option.
        done = run([*command, *account, *output], {"OS_CLIENT_CONFIG_FILE": ""}, check=False)
        file = folder / f"{project}.csv"
        # It ends with 3 when a check fails.
        if done.code not in (0, 3) or not file.exists():
            refused.append(project)
            tell(f"Prowler, {project}: it ends with {done.code}")
            continue
        with file.open(encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text, delimiter=";"):
                if row["STATUS"] == "FAIL":
                    failed.setdefault(row["CHECK_ID"], set()).add(row["RESOURCE_UID"])
        calls = len(json.loads(record.read_text(encoding="utf-8")))
        taken.append({"project": project, "seconds": done.seconds, "processor": done.processor, "calls": calls})
        tell(f"Prowler, {project}: {done.seconds:.1f} s, {done.processor:.1f} s of processor, {calls} calls")
    for file in (record, accounts):
        file.unlink(missing_ok=True)
    if not taken:
        raise SystemExit(f"Prowler ran on no project; it last said:\n{done.output[-3000:]}")
    unknown = sorted(set(failed) - set(CHECKS))
    if unknown:
        raise SystemExit(f"Prowler has checks that this benchmark does not know: {', '.join(unknown)}.")
    return {"failed": failed, "taken": taken, "refused": refused}


def reported(results: Iterable[Mapping[str, Any]], entry: Entry) -> set[str]:
    """Return the ids that the control of an entry reports: of its tenant, and of others those that are of one thing."""
    return {
        found["id"]
        for result in results
        if result["control"] == entry["control"]
        for found in result["findings"]
        # Quotas, for instance, go by the name of their service in every tenant.
        if result["tenant"] in ("", entry["tenant"]) or UNIQUE.search(found["id"])
    }


def compare(folder: Path, projects: int) -> dict[str, Any]:
    """Audit the planted estate with both."""
    planted = Planted(folder)
    planted.plant("present")
    entries = planted.entries()
    done, document = audited({"audit_estate": str(SCENARIO / "estate")})
    tell(f"this collection: {done.seconds:.1f} s, {done.processor:.1f} s of processor")
    # Those first in which it has most to see.
    asked = {control for controls in CHECKS.values() for control in controls}
    chosen = sorted(
        planted.projects(),
        key=lambda name: -sum(entry["tenant"] == name and entry["control"] in asked for entry in entries),
    )
    other = prowler(planted, chosen[: projects or None])
    around = planted.around()
    seen = {one["project"] for one in other["taken"]}
    rows = []
    for entry in entries:
        if entry["tenant"] not in seen:
            continue
        objects = set(entry["objects"])
        own = reported(document["results"], entry)
        near = objects.union(*(around.get(id, set()) for id in objects))
        checks = sorted(check for check, controls in CHECKS.items() if entry["control"] in controls)
        rows.append(
            {
                **{name: entry[name] for name in ("id", "control", "weak", "about", "tenant")},
                # A weakness is found when all of it is; a look-alike is reported when any of it is.
                "own": objects <= own if entry["weak"] else bool(objects & own),
                "checks": checks,
                "prowler": any(near & other["failed"].get(check, set()) for check in checks),
            }
        )
    return {
        "rows": rows,
        "projects": len(chosen),
        "tenants": len(document["tenants"]),
        "own": {
            "seconds": done.seconds,
            "processor": done.processor,
            "calls": sum(document["run"]["calls"].values()),
            "controls": len(document["run"]["controls"]),
        },
        "prowler": {
            "taken": other["taken"],
            "refused": other["refused"],
            "failed": {check: len(ids) for check, ids in sorted(other["failed"].items())},
        },
    }


# --- the page


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a table in Markdown."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return ["| " + " | ".join(str(cell) for cell in row) + " |" for row in lines]


def counted(rows: Sequence[Entry]) -> tuple[int, int, int, int, int, int]:
    """Return the weaknesses, those that each of the two found, the look-alikes, and those that each reported."""
    weak, fine = [row for row in rows if row["weak"]], [row for row in rows if not row["weak"]]
    both = [sum(row[name] for row in part) for part in (weak, fine) for name in ("own", "prowler")]
    return len(weak), both[0], both[1], len(fine), both[2], both[3]


def page(results: Mapping[str, Any]) -> str:
    """Return the page."""
    parts = ["# The audit, measured\n"]
    loads = [f"{results[part]['load']:.1f}" for part in ("reading", "compared") if part in results]
    parts.append(
        "`make bench-audit` measures this on the lab, and writes this page. Times are those of a machine with"
        f" {results['cores']} cores that also carries the lab, and, when these were taken, other work"
        f" ({' and '.join(loads)} processes wanted a core when each part began).\n"
    )
    if results.get("reading"):
        parts += _reading(results["reading"])
    if results.get("compared"):
        parts += _compared(results["compared"])
    return "\n".join(parts)


def _reading(read: Mapping[str, Any]) -> list[str]:
    seconds, calls = read["seconds"], read["calls"]
    pairs = zip(read["all_seconds"]["floor"], read["all_seconds"]["read"], strict=True)
    rounds = "; ".join(f"{least:.1f} and {ours:.1f}" for least, ours in pairs)
    services = ", ".join(f"{service} {count}" for service, count in sorted(calls.items()))
    return [
        f"## Reading {read['tenants']} tenants\n",
        (
            f"All {read['controls']} controls, as the administrator of the cloud, {WORKERS} calls at once. The floor"
            " makes the same calls from one process, on one session that keeps its connections, and does nothing else."
            f" The two alternate {read['rounds']} times; medians, also of what compares the two in each round.\n"
        ),
        *table(
            ["", "seconds"],
            [
                ["reading", f"{seconds['read']:.1f}"],
                ["the floor of the same calls", f"{seconds['floor']:.1f}"],
                [f"above the floor (at most {ABOVE_FLOOR:.0f} s)", f"{read['above']:.1f}"],
                ["reading, in floors", f"{read['ratio']:.2f}"],
                ["judging", f"{seconds['judge']:.1f}"],
                ["the whole playbook", f"{seconds['whole']:.1f}"],
            ],
        ),
        "",
        f"Each round, the floor and the reading in seconds: {rounds}.\n",
        (
            f"Calls: {sum(calls.values())} ({services}). A control that reads what others read adds none; a tenant adds"
            " what OpenStack lists for one project, user, group or other thing at a time.\n"
        ),
    ]


def _compared(found: Mapping[str, Any]) -> list[str]:
    own, other, rows = found["own"], found["prowler"], found["rows"]
    taken, projects = other["taken"], found["projects"]
    each = {name: statistics.mean(one[name] for one in taken) for name in ("seconds", "processor", "calls")}
    weak, own_weak, other_weak, fine, own_fine, other_fine = counted(rows)
    with_check = counted([row for row in rows if row["checks"]])
    ran = f"{len(taken)} of {projects}" if len(taken) < projects else str(projects)
    lines = [
        "## The same estate through Prowler\n",
        (
            "The planted estate of `molecule/audit`: weaknesses that are known, and look-alikes that are fine, in"
            f" {projects} projects. Prowler ({PROWLER.rpartition('=')[2]}, in a virtualenv of its own) sees one project"
            f" at a time, with an account of each; it ran on {ran}. What follows counts what is planted in these, and"
            " can be seen today.\n"
        ),
        *table(
            ["", "this collection", "Prowler"],
            [
                ["controls or checks", own["controls"], len(CHECKS)],
                [f"weaknesses found, of {weak}", own_weak, other_weak],
                [f"of the {with_check[0]} that it has a check for", with_check[1], with_check[2]],
                [f"look-alikes reported, of {fine}", own_fine, other_fine],
                [f"seconds for {projects} projects", f"{own['seconds']:.0f}", f"{each['seconds'] * projects:.0f}"],
                ["seconds of processor", f"{own['processor']:.0f}", f"{each['processor'] * projects:.0f}"],
                ["seconds for one project", "", f"{each['seconds']:.1f}"],
                ["calls", own["calls"], f"{each['calls'] * projects:.0f}"],
            ],
        ),
        "",
    ]
    if len(taken) < projects:
        lines.append(f"Its times and calls are the mean of those {len(taken)} runs, times {projects}.\n")
    if other["refused"]:
        lines.append(f"It did not run on {', '.join(other['refused'])}, where the account gets no token.\n")
    heads = ["", "weak", "found", "by Prowler", "look-alikes", "reported", "by Prowler"]
    families = sorted({row["control"].split("-")[1] for row in rows})
    lines += ["### By family\n"]
    lines += table(
        heads,
        [
            [FAMILIES.get(name, name), *counted([row for row in rows if row["control"].split("-")[1] == name])]
            for name in families
        ],
    )
    lines += ["", "### By check of Prowler\n"]
    lines += table(
        ["check", "controls", *heads[1:]],
        [
            [
                f"`{check}`",
                ", ".join(controls) or "none",
                *counted([row for row in rows if row["control"] in controls]),
            ]
            for check, controls in CHECKS.items()
        ],
    )
    none = [check for check, controls in CHECKS.items() if not controls and other["failed"].get(check)]
    failed = ", ".join(f"`{check}` {other['failed'][check]}" for check in none)
    if failed:
        lines += ["", f"Objects that fail a check for which there is no control: {failed}."]
    lines += ["", "### Where the two differ\n"]
    lines.append("Of what both ask. A weakness should be found, and a look-alike should not be reported.\n")
    differing = [row for row in rows if row["checks"] and row["own"] != row["prowler"]]
    said = {True: "reported", False: "passed"}
    lines += table(
        ["control", "planted", "", "this collection", "Prowler"],
        [
            [
                row["control"],
                row["about"].replace("|", "\\|"),
                "weak" if row["weak"] else "look-alike",
                said[row["own"]],
                said[row["prowler"]],
            ]
            for row in sorted(differing, key=lambda row: (row["control"], not row["weak"], row["about"]))
        ],
    )
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenants", type=int, default=100, help="tenants that are read; 0 leaves this out")
    parser.add_argument("--rounds", type=int, default=3, help="how often the reading and the floor alternate")
    parser.add_argument("--prowler-projects", type=int, default=0, help="the most projects for Prowler; 0: all")
    parser.add_argument("--no-estate", action="store_true", help="leave the planted estate out")
    parser.add_argument("--keep", action="store_true", help="leave the planted estate in the lab")
    parser.add_argument("--json", type=Path, default=CACHE / "bench-audit.json", help="where the results go, too")
    chosen = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    # What is left out keeps its last figures.
    results = json.loads(chosen.json.read_text(encoding="utf-8")) if chosen.json.exists() else {}
    results["cores"] = os.cpu_count()
    load = os.getloadavg()[0]
    if chosen.tenants:
        results["reading"] = {**reading(chosen.tenants, chosen.rounds), "load": load}
        load = os.getloadavg()[0]
    if not chosen.no_estate:
        folder = CACHE / "bench-audit"
        try:
            results["compared"] = {**compare(folder, chosen.prowler_projects), "load": load}
        finally:
            if not chosen.keep:
                Planted(folder).plant("absent")
    chosen.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")
    print(f"\n{PAGE.relative_to(CHECKOUT)} is written. As JSON: {chosen.json}")
    sys.exit(not results.get("reading", {"met": True})["met"])


if __name__ == "__main__":
    main()
