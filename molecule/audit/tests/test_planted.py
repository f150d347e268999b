# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of the planted estate: every weakness is found, and no look-alike is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import lab
import play
import pytest
import yaml

ESTATE = Path(__file__).parent.parent / "estate"
#: What the system's reader does not see of a tenant, although it reads everything that OpenStack lets a reader read.
DISABLED = "nobody gets a token for a disabled project"
ELSEWHERE = "what lies in projects outside of the estate is for administrators"
KEYS = "the key pairs of others are for administrators"
SECRETS = "secrets are for members"
TYPES = "the encryption of volume types is for administrators"
HIDDEN = {
    "ETAT-CMP-001": "user data are for administrators",
    "ETAT-CMP-004": KEYS,
    "ETAT-CMP-005": KEYS,
    "ETAT-DNS-001": "with whom a zone is shared is for members",
    "ETAT-GOV-004": DISABLED,
    "ETAT-GOV-006": ELSEWHERE,
    "ETAT-IMG-006": SECRETS,
    "ETAT-IMG-015": SECRETS,
    **{f"ETAT-KEY-00{number}": SECRETS for number in range(1, 9)},
    **{f"ETAT-OBJ-{number:03}": "containers are for members" for number in range(1, 14)},
    "ETAT-NET-012": ELSEWHERE,
    "ETAT-NET-043": ELSEWHERE,
    "ETAT-VOL-002": TYPES,
    "ETAT-VOL-003": TYPES,
}
#: An id that no two objects of a cloud have.
UNIQUE = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """What was planted."""
    said: list[Entry] = yaml.safe_load((lab.folder() / "planted.yml").read_text(encoding="utf-8"))["entries"]
    return said


def audited(folder: Path, account: str, controls: Sequence[str] = (), day: str = "") -> list[dict[str, Any]]:
    """Return the results of an audit with an account."""
    estate = f"lookup('etat.cloud.estate', '{ESTATE}', cloud='interne')"
    task = {
        "name": "Audit",
        "etat.cloud.posture_info": {
            "cloud": account,
            "tenants": f"{{{{ {estate}.posture.tenants }}}}",
            "domains": f"{{{{ {estate}.posture.domains }}}}",
            "roles": f"{{{{ {estate}.posture.roles }}}}",
            "qualification": f"{{{{ {estate}.posture.qualification }}}}",
            "cartographies": f"{{{{ {estate}.posture.cartographies }}}}",
            "waivers": f"{{{{ {estate}.waivers }}}}",
            "controls": list(controls),
            **({"today": day} if day else {}),
        },
        "register": "result",
    }
    run = play.play(folder, [task])
    assert run.code == 0, run.output
    results: list[dict[str, Any]] = run.result["posture"]["results"]
    return results


class Audit:
    """What an account found, today and, of what ages, in some days."""

    def __init__(self, folder: Path, account: str, entries: Sequence[Entry]) -> None:
        self.results = {0: audited(folder, account)}
        for days in sorted({entry["later"] for entry in entries} - {0}):
            controls = sorted({entry["control"] for entry in entries if entry["later"] == days})
            day = (datetime.now(UTC).date() + timedelta(days)).isoformat()
            self.results[days] = audited(folder, account, controls, day)

    def of(self, entry: Entry) -> Iterator[dict[str, Any]]:
        """Yield the results that an entry is about."""
        for result in self.results.get(entry["later"], ()):
            own = result["domain"] in ("", entry["domain"]) and result["tenant"] in ("", entry["tenant"])
            if result["control"] == entry["control"] and own:
                yield result

    def judged(self, entry: Entry) -> bool:
        """Return whether the audit was made for the day that an entry is about."""
        return entry["later"] in self.results

    def reported(self, entry: Entry) -> set[str]:
        """Return those objects of an entry that its control reports, of whatever tenant where the id is unique."""
        own = {found["id"] for result in self.of(entry) for found in result["findings"]}
        others = {
            found["id"]
            for result in self.results.get(entry["later"], ())
            if result["control"] == entry["control"]
            for found in result["findings"]
            if UNIQUE.search(found["id"])
        }
        return (own | others) & set(entry["objects"])


@pytest.fixture(scope="module")
def administrator(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> Audit:
    return Audit(tmp_path_factory.mktemp("administrator"), lab.ADMIN, entries)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> Audit:
    # What ages is judged once, by the administrator: who looks makes no difference to it.
    return Audit(tmp_path_factory.mktemp("reader"), f"{lab.ADMIN}-reader", today(entries))


def today(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if not entry["later"]]


def whole(audit: Audit, entry: Entry) -> bool:
    return audit.reported(entry) == set(entry["objects"])


def said(entries: Sequence[Entry]) -> list[str]:
    return [f"{entry['control']} {entry['id']} ({entry['tenant']}): {entry['about']}" for entry in entries]


def table(entries: Sequence[Entry], administrator: Audit, reader: Audit) -> str:
    """Return what was planted and what was found, control by control; by the reader only of what shows today."""
    heads = ("control", "planted", "found", "by reader", "look-alikes", "reported", "by reader")
    rows = []
    for control in sorted({entry["control"] for entry in entries}):
        own = [entry for entry in entries if entry["control"] == control]
        weak = [entry for entry in own if entry["weak"]]
        fine = [entry for entry in own if not entry["weak"]]
        found = (sum(whole(audit, entry) for entry in weak if audit.judged(entry)) for audit in (administrator, reader))
        wrong = (len([one for one in fine if audit.reported(one)]) for audit in (administrator, reader))
        rows.append((control, len(weak), *found, len(fine), *wrong))
    sums = (f"{len(rows)} controls", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
    return "\n".join(f"{row[0]:<14}" + "".join(f"{value:>13}" for value in row[1:]) for row in (heads, *rows, sums))


def test_there_are_enough_of_both(entries: list[Entry]) -> None:
    weak = sum(entry["weak"] for entry in entries)
    assert weak >= 150
    assert len(entries) - weak >= 150
    assert len({entry["tenant"] for entry in entries}) >= 20


def test_every_weakness_is_found_and_no_look_alike_is_reported(
    entries: list[Entry], administrator: Audit, reader: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\n{table(entries, administrator, reader)}")  # noqa: T201
    missed = [entry for entry in entries if entry["weak"] and not whole(administrator, entry)]
    wrong = [entry for entry in entries if not entry["weak"] and administrator.reported(entry)]
    assert (said(missed), said(wrong)) == ([], [])


def test_what_only_an_administrator_sees_never_passes_for_the_reader(entries: list[Entry], reader: Audit) -> None:
    missed = [entry for entry in today(entries) if entry["weak"] and not whole(reader, entry)]
    assert {entry["control"] for entry in missed} - set(HIDDEN) == set()
    # A control that fails for something else says that there is more.
    passed = [
        (entry["id"], result["outcome"], result["reason"])
        for entry in missed
        for result in reader.of(entry)
        if not (result["outcome"] == "not_evaluable" or (result["outcome"] == "fail" and result["reason"]))
    ]
    assert passed == []


def test_the_reader_reports_no_look_alike(entries: list[Entry], reader: Audit) -> None:
    assert said([entry for entry in today(entries) if not entry["weak"] and reader.reported(entry)]) == []


def test_the_reader_finds_nothing_that_the_administrator_does_not(administrator: Audit, reader: Audit) -> None:
    def found(audit: Audit) -> set[tuple[str, str]]:
        return {
            (result["control"], finding["id"])
            for result in audit.results[0]
            for finding in result["findings"]
            # What an account does not see is a finding of its own.
            if result["control"] != "ETAT-LOG-004"
        }

    assert found(reader) - found(administrator) == set()
