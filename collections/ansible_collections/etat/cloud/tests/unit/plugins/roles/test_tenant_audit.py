# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role as ansible-playbook runs it, on the small cloud of the tables."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.etat.cloud.tests.unit.plugins.module_utils.cloud_server import CloudServer
from ansible_collections.etat.cloud.tests.unit.plugins.roles.playing import play

PLUGINS = Path(__file__).parents[1]
GIVEN = yaml.safe_load((PLUGINS / "module_utils/_kinds/given.yml").read_text(encoding="utf-8"))


class Audits:
    """Runs the role, and looks at what it leaves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "audits/interne"
        self._here = folder
        shutil.copytree(PLUGINS / "plugin_utils/_estate/given", folder / "estate")

    def run(self, *options: str, **given: Any) -> subprocess.CompletedProcess[str]:
        """Run the role once."""
        said = {
            "estate": str(self._here / "estate"),
            "cloud": "interne",
            "folder": str(self._here / "audits"),
            **given,
        }
        return play(self._here, "tenant_audit", said, options)

    def names(self) -> set[str]:
        """Return the names of the files."""
        return {path.name for path in self.folder.iterdir()}

    def kept(self, name: str = "audit.json") -> dict[str, Any]:
        """Return a document that was kept."""
        found: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return found


@pytest.fixture
def audits(tmp_path: Path, cloud: CloudServer) -> Audits:
    """The small estate, on a cloud that holds its tenant."""
    cloud.hold(GIVEN)
    return Audits(tmp_path)


def test_an_audit_is_written_kept_and_compared(audits: Audits, cloud: CloudServer) -> None:
    before = os.umask(0o022)
    try:
        first = audits.run(fail_severity="none", formats=["page", "csv", "oscal", "sarif"])
        assert (first.returncode, first.stderr) == (0, "")
        assert audits.names() == {"audit.json", "audit.fr.html", "audit.csv", "audit.oscal.json", "audit.sarif"}
        assert "changed=0" in first.stdout
        # What says where a cloud is weak is for one pair of eyes.
        assert stat.S_IMODE(audits.folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in audits.folder.iterdir()} == {0o600}
        document = audits.kept()

        second = audits.run(fail_severity="none", formats=["text"])
    finally:
        os.umask(before)
    assert (second.returncode, second.stderr) == (0, "")
    assert audits.names() == {"audit.json", "audit.former.json", "audit.txt"}
    assert audits.kept("audit.former.json") == document
    assert "Depuis le" in (audits.folder / "audit.txt").read_text(encoding="utf-8")
    assert cloud.writes() == []


def test_a_cartography_stays_and_the_next_audit_counts_it(audits: Audits, cloud: CloudServer) -> None:
    def said() -> str:
        (result,) = (row for row in audits.kept()["results"] if row["control"] == "ETAT-GOV-011")
        return str(result["outcome"])

    first = audits.run(fail_severity="none", formats=["cartography"], languages=["en"])
    assert (first.returncode, first.stderr) == (0, "")
    maps = {"cartography.json", "cartography.csv"}
    assert audits.names() == {"audit.json", *maps}
    assert {stat.S_IMODE((audits.folder / name).stat().st_mode) for name in maps} == {0o600}
    found = audits.kept("cartography.json")
    assert (found["cloud"], found["complete"]) == ("interne", True)
    assert {site["site"] for site in found["sites"]} == {"toulouse"}
    assert "Leads to" in (audits.folder / "cartography.csv").read_text(encoding="utf-8")
    assert said() == "fail"

    second = audits.run(fail_severity="none", formats=["text"])
    assert (second.returncode, second.stderr) == (0, "")
    assert audits.names() == {"audit.json", "audit.former.json", "audit.txt", *maps}
    assert said() == "pass"
    assert cloud.writes() == []


def test_what_is_grave_fails_the_play_after_the_reports_are_written_even_in_check_mode(audits: Audits) -> None:
    done = audits.run("--check", "--diff", fail_severity="info", languages=["en"])
    assert done.returncode == 2
    assert f"interne ({audits.folder}): " in " ".join(done.stdout.split())
    assert "To let the play pass" in done.stdout
    assert audits.names() == {"audit.json", "audit.en.html", "audit.csv"}
    # The text of the files is no difference that anybody wants to read.
    assert "<html" not in done.stdout


def test_an_audit_of_some_tenants_by_another_account_stands_apart(audits: Audits) -> None:
    done = audits.run(
        account="interne-reader",
        fail_severity="none",
        tenants=["education/moodle"],
    )
    assert (done.returncode, done.stderr) == (0, "")
    # The next whole audit is not to be compared with it.
    assert not audits.folder.exists()
    audits.folder = audits.folder.with_name("interne-some")
    assert audits.names() == {"audit.json", "audit.fr.html", "audit.csv"}
    assert audits.kept()["cloud"] == "interne"
    assert audits.kept()["run"]["account"] == "interne-reader"


def test_a_former_audit_that_is_named_must_be_there(audits: Audits, tmp_path: Path) -> None:
    done = audits.run(former=str(tmp_path / "no.json"))
    assert done.returncode == 2
    assert "no.json" in done.stdout
    assert not audits.folder.exists()
