# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No output of a whole audit holds any of the secrets that were planted, and each of them really is in the lab."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import lab
import leaks
import play
import pytest
import yaml

ESTATE = Path(__file__).parent.parent / "estate"
FORMATS = ("page", "csv", "oscal", "sarif", "junit", "text")
#: What an audit in all formats and both languages leaves when there was one before.
REPORTS = {
    *("audit.json", "audit.former.json", "audit.fr.html", "audit.en.html", "audit.csv"),
    *("audit.oscal.json", "audit.sarif", "audit.junit.xml", "audit.txt"),
}
#: How many are planted at least, on a lab with every service.
PLANTED = 30
USER_DATA = "OS-EXT-SRV-ATTR:user_data"
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def manifest() -> dict[str, list[Entry]]:
    """What was planted."""
    said: dict[str, list[Entry]] = yaml.safe_load((lab.folder() / "planted.yml").read_text(encoding="utf-8"))
    return said


@pytest.fixture(scope="module")
def confidential(manifest: dict[str, list[Entry]]) -> dict[str, str]:
    """The planted secrets and the passwords of all accounts, by their names."""
    clouds = yaml.safe_load(lab.accounts_file().read_text(encoding="utf-8"))["clouds"]
    # Several entries are of one account.
    passwords = {entry["auth"]["password"]: f"the password of {name}" for name, entry in clouds.items()}
    planted = {secret["name"]: secret["value"] for secret in manifest["secrets"]}
    return planted | {name: password for password, name in passwords.items() if len(password) >= leaks.SHORTEST}


class Audited:
    """Two audits in one folder, of which the second is compared with the first, and fails on what it finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = folder / "audits" / lab.ADMIN
        self.runs = [self._run("none"), self._run("high")]

    def _run(self, severity: str) -> play.Run:
        given = {
            "tenant_audit_estate": str(ESTATE),
            "tenant_audit_cloud": lab.ADMIN,
            "tenant_audit_folder": str(self.folder / "audits"),
            "tenant_audit_formats": list(FORMATS),
            "tenant_audit_languages": ["fr", "en"],
            "tenant_audit_fail_severity": severity,
        }
        role = {"name": "Audit", "ansible.builtin.include_role": {"name": "etat.cloud.tenant_audit"}, "vars": given}
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        # What Ansible would remove stays, to be searched.
        left = {
            "TMPDIR": str(temporary),
            "ANSIBLE_LOCAL_TEMP": str(temporary / "local"),
            "ANSIBLE_REMOTE_TEMP": str(temporary / "remote"),
            "ANSIBLE_KEEP_REMOTE_FILES": "true",
            "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
        }
        return play.play(self.folder, [role], "-vvv", "--diff", environment=left)

    def contents(self) -> dict[str, bytes]:
        """Return all that the audits left, and what they showed."""
        shown = {f"what run {number} showed": run.output.encode() for number, run in enumerate(self.runs, 1)}
        return leaks.contents(self.folder) | shown


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The audits, by an account that sees everything."""
    return Audited(tmp_path_factory.mktemp("audited"))


@cache
def account(name: str) -> Any:
    return lab.connect(name)


def shown(secret: Entry) -> bytes:
    """Return what the lab shows of the object that holds a secret; nothing when it is gone."""
    options: dict[str, Any] = {"microversion": secret["microversion"]} if secret["microversion"] else {}
    if secret["path"].endswith("/payload"):
        options["headers"] = {"Accept": "text/plain"}
    service = getattr(account(secret["account"]), secret["service"])
    answer = lab.accept(service.get(secret["path"], **options), missing=True)
    parts = [answer.content, *(value.encode() for value in answer.headers.values())]
    if secret["service"] == "compute":
        # As a person reads them, who packed them.
        data = base64.b64decode(answer.json().get("server", {}).get(USER_DATA) or "")
        parts += [data, gzip.decompress(data) if data.startswith(b"\x1f\x8b") else b""]
    if "json" in answer.headers.get("Content-Type", ""):
        parts += [text.encode() for text in texts(answer.json())]
    return b"\n".join(parts)


def texts(value: Any) -> Iterator[str]:
    """Yield all texts of a document, without what JSON makes of their signs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def test_enough_secrets_are_planted_and_none_is_a_part_of_another(manifest: dict[str, list[Entry]]) -> None:
    values = {secret["name"]: secret["value"] for secret in manifest["secrets"]}
    assert len(manifest["secrets"]) == len(values) >= PLANTED
    assert [(one, other) for one in values for other in values if one != other and values[one] in values[other]] == []


def test_every_planted_secret_is_in_the_lab(manifest: dict[str, list[Entry]]) -> None:
    # A service that made a secret itself told it once.
    assert [
        secret["name"]
        for secret in manifest["secrets"]
        if "path" in secret and secret["value"].encode() not in shown(secret)
    ] == []


def test_the_audits_wrote_every_report_of_what_holds_secrets(
    audited: Audited, manifest: dict[str, list[Entry]]
) -> None:
    assert [run.code for run in audited.runs] == [0, 2], audited.runs[0].output[-5000:]
    assert {path.name for path in audited.reports.iterdir()} == REPORTS
    (web,) = next(entry["objects"] for entry in manifest["entries"] if entry["id"] == "user-data-password")
    told = audited.contents()
    # Where people read, objects have names.
    for name in REPORTS - {"audit.txt", "audit.fr.html", "audit.en.html"}:
        assert web.encode() in told[f"audits/{lab.ADMIN}/{name}"], name
    for name in REPORTS - {"audit.txt"}:
        assert b"ETAT-CMP-001" in told[f"audits/{lab.ADMIN}/{name}"], name
    assert web in audited.runs[0].output
    assert web.encode() in told["ansible.log"]
    assert any(name.startswith("temporary/remote/") for name in told)


def test_what_is_said_of_a_person_is_reported_without_the_password_in_it(audited: Audited) -> None:
    document = json.loads((audited.reports / "audit.json").read_text(encoding="utf-8"))
    evidence = [
        finding["evidence"]["description"]
        for result in document["results"]
        if result["control"] == "ETAT-IAM-010"
        for finding in result["findings"]
        if finding["name"] == "noted.person"
    ]
    assert evidence == ["password: ***"]


def test_no_output_holds_a_planted_secret(audited: Audited, confidential: dict[str, str]) -> None:
    assert leaks.leaks(audited.contents(), confidential) == []


def test_one_secret_in_one_report_would_have_been_told(audited: Audited, confidential: dict[str, str]) -> None:
    name, value = next(iter(confidential.items()))
    report = (audited.reports / "audit.json").read_bytes() + json.dumps(value).encode()
    assert leaks.leaks({"audit.json": report}, confidential) == [f"audit.json holds {name}"]
