# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all controls say of tenants that were just built."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import Any

import keystoneauth1.identity.v3 as identity
import lab
import play
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from keystoneauth1.exceptions import MissingAuthMethods, Unauthorized
from keystoneauth1.session import Session

DOMAIN = "molecule-birth-interieur"
PERSON = "alice.martin"
#: What the directory decides that brings the people: the end of their passwords.
OF_THE_DIRECTORY = ("ETAT-IAM-006",)
#: Why something is hidden even from the cloud's administrator: Barbican shows a project's secrets to its members alone,
#: and not every lab has object storage, nor its Neutron VPN, firewalls, mirrors and packet logs.
HIDDEN = (
    "it takes a token of the project",
    "the cloud refuses it (404: The resource could not be found.)",
    "object-store is not offered in",
)
OUTCOMES = ("pass", "fail", "not_applicable", "not_evaluable", "exempt", "manual")


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the audit of the new tenants and of their domain, by the cloud's administrator."""
    folder = tmp_path_factory.mktemp("audit")
    variables = {
        "tenant_audit_estate": str(lab.folder() / "estate"),
        "tenant_audit_cloud": lab.ADMIN,
        "tenant_audit_folder": str(folder),
        "tenant_audit_fail_severity": "none",
    }
    task = {
        "name": "Audit",
        "ansible.builtin.include_role": {"name": "etat.cloud.tenant_audit"},
        "vars": variables,
    }
    run = play.play(folder, [task])
    assert run.code == 0, run.output
    document: dict[str, Any] = json.loads((folder / lab.ADMIN / "audit.json").read_text(encoding="utf-8"))
    return document


def ordered() -> list[str]:
    """Return the names of the tenants that were ordered."""
    return sorted(path.stem for path in (lab.folder() / f"estate/tenants/{DOMAIN}").iterdir())


def own(audit: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the audit says of the new tenants and of their domain: the rest of the cloud is not theirs."""
    return [result for result in audit["results"] if result["domain"] == DOMAIN]


def test_a_tenant_of_each_offer_passes_its_own_audit(audit: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    counted = {name: Counter[str]() for name in (*ordered(), "")}
    for result in own(audit):
        counted[result["tenant"]][result["outcome"]] += 1
    words = [word.replace("_", " ") for word in OUTCOMES]
    lines = [f"{'':<16}" + "".join(f"  {word}" for word in words)]
    for name, said in counted.items():
        numbers = (f"  {said[word]:>{len(word)}}" for word in OUTCOMES)
        lines.append(f"{name or '(the domain)':<16}" + "".join(numbers))
    with capsys.disabled():
        sys.stdout.write("\n".join(["", "", *lines, ""]))

    bad = [
        (result["control"], result["tenant"], finding)
        for result in own(audit)
        if result["outcome"] in ("fail", "exempt") and result["control"] not in OF_THE_DIRECTORY
        for finding in result["findings"] or [result["reason"]]
        if not is_hidden(finding)
    ]
    assert bad == []
    # Each was judged, and by more than a few.
    assert all(said["pass"] >= 10 for name, said in counted.items() if name)


def is_hidden(finding: Any) -> bool:
    """Return whether a finding is only that the account was not shown something."""
    why = finding["evidence"].get("why", "") if isinstance(finding, dict) and finding["type"] == "listing" else ""
    return any(word in why for word in HIDDEN)


def test_nothing_else_was_hidden_from_the_audit(audit: dict[str, Any]) -> None:
    left = {
        (result["control"], result["reason"])
        for result in own(audit)
        if result["outcome"] == "not_evaluable" and not any(word in result["reason"] for word in HIDDEN)
    }

    assert left == set()


def test_the_people_of_a_new_tenant_need_two_factors_and_their_programs_one() -> None:
    admin = lab.connect()
    auth = lab.log_in(DOMAIN, PERSON).config.config["auth"]
    domain = lab.Domains(admin, DOMAIN).domain(DOMAIN)
    project = next(
        row["id"]
        for row in lab.listing(admin.identity, f"/projects?domain_id={domain}", "projects")
        if row["name"] == "web-sensitive"
    )
    place = {"auth_url": auth["auth_url"], "project_id": project}
    who = {"username": PERSON, "user_domain_id": domain}
    code = TOTP(lab.seed(DOMAIN, PERSON), 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    for methods in (
        {"password": auth["password"]},
        {"passcode": code},
        {"password": auth["password"], "passcode": wrong},
    ):
        with pytest.raises((MissingAuthMethods, Unauthorized)):
            Session(several(place, who, methods)).get_token()

    person = Session(several(place, who, {"password": auth["password"], "passcode": code}))
    assert person.get_project_id() == project
    body = {"application_credential": {"name": "program"}}
    path = f"{auth['auth_url']}/users/{person.get_user_id()}/application_credentials"
    made = person.post(path, json=body).json()["application_credential"]
    program = identity.ApplicationCredential(
        auth["auth_url"], application_credential_id=made["id"], application_credential_secret=made["secret"]
    )
    assert Session(program).get_project_id() == project


def several(place: dict[str, str], who: dict[str, str], proofs: dict[str, str]) -> identity.Auth:
    """Return how somebody gets in with several proofs at once."""
    methods = {"password": identity.PasswordMethod, "passcode": identity.TOTPMethod}
    return identity.Auth(
        place["auth_url"],
        [methods[name](**who, **{name: proof}) for name, proof in proofs.items()],
        project_id=place["project_id"],
    )
