# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role as ansible-playbook runs it, on the small cloud of the tables."""

from __future__ import annotations

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
IMAGE = "image toulouse /images"
UNPROTECTED = {"id": "i-1", "name": "base", "owner": "p-moodle", "visibility": "private", "protected": False}


class Hardenings:
    """Runs the role, and looks at what it leaves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "records/interne"
        self._here = folder
        shutil.copytree(PLUGINS / "plugin_utils/_estate/given", folder / "estate")

    def run(self, *options: str, **given: Any) -> subprocess.CompletedProcess[str]:
        """Run the role once."""
        said = {
            "estate": str(self._here / "estate"),
            "cloud": "interne",
            "folder": str(self._here / "records"),
            "controls": ["ETAT-IMG-005"],
            **given,
        }
        return play(self._here, "tenant_harden", said, options)

    def left(self, ending: str) -> Path:
        """Return the one file of this ending."""
        (found,) = self.folder.glob(f"*.{ending}")
        return found


@pytest.fixture
def hardenings(tmp_path: Path, cloud: CloudServer) -> Hardenings:
    """The small estate, on a cloud that holds its tenant with an image that anybody could delete."""
    cloud.hold({**GIVEN, IMAGE: [{**UNPROTECTED, "tags": ["golden"], "status": "active"}]})
    return Hardenings(tmp_path)


def test_a_hardening_and_its_undo_are_reported_in_the_languages_that_are_named(
    hardenings: Hardenings, cloud: CloudServer
) -> None:
    before = os.umask(0o022)
    try:
        planned = hardenings.run("--check")
        assert (planned.returncode, hardenings.folder.exists()) == (0, False), planned.stdout
        assert "À corriger : 1 objet" in planned.stdout
        done = hardenings.run(languages=["en", "fr"])
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "Repaired: 1 of 1 object" in done.stdout
        assert "Corrigé : 1 sur 1 objet" in hardenings.left("report.fr.txt").read_text(encoding="utf-8")
        assert "Repaired: 1 of 1 object" in hardenings.left("report.en.txt").read_text(encoding="utf-8")
        again = hardenings.run()
        assert "changed=0" in again.stdout
        back = hardenings.run(undo=str(hardenings.left("undo.json")))
    finally:
        os.umask(before)
    assert (back.returncode, back.stderr) == (0, ""), back.stdout
    assert "Rétabli : 1 sur 1 objet" in hardenings.left("undone.fr.txt").read_text(encoding="utf-8")
    assert cloud.content.records[IMAGE][0]["protected"] is False
    assert {stat.S_IMODE(path.stat().st_mode) for path in hardenings.folder.iterdir()} == {0o600}
    assert len(list(hardenings.folder.iterdir())) == 5


def test_what_the_cloud_refused_is_reported_as_well(hardenings: Hardenings, cloud: CloudServer) -> None:
    cloud.fail("PATCH image toulouse /images/i-1", 403, {"message": "not for you"})
    cloud.fail("PUT image toulouse /images/i-1", 403, {"message": "not for you"})
    done = hardenings.run()
    assert done.returncode == 2
    text = hardenings.left("report.fr.txt").read_text(encoding="utf-8")
    assert "Corrigé : 0 sur 1 objet" in text
    assert "[en échec]" in text
    assert "not for you" in text
