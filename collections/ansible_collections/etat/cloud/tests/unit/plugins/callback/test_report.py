# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the callback writes, and that it leaves nothing behind, as ansible-playbook runs it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ansible_collections.etat.cloud.plugins.callback.report import (
    Converged,
    Watched,
    cut,
    plan_lines,
    printable,
    status,
    summary,
)

COLLECTIONS = Path(__file__).resolve().parents[7]

#: A module that tells its progress and returns what a module of the collection returns.
WORK = """\
#!/usr/bin/python
import json, os, time
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({"say": {"type": "raw"}, "result": {"type": "dict"}, "mark": {}}, supports_check_mode=True)
path = os.environ.get("ETAT_CLOUD_PROGRESS")
for facts in module.params["say"] or ():
    if path:
        with open(path, "a") as file:
            file.write(json.dumps(facts) + "\\n")
    time.sleep(0.5)
if module.params["mark"]:
    with open(module.params["mark"], "w") as file:
        file.write(str(path))
    time.sleep(20)
module.exit_json(progress=path, mode=os.path.isdir(path or "") or oct(os.stat(os.path.dirname(path or "/x/")).st_mode)
                 if path else "", **(module.params["result"] or {}))
"""


def result(create: int = 0, keep: int = 0, **more: Any) -> dict[str, Any]:
    lines = [f"{create} to create, 0 to update, 0 to delete, {keep} unchanged", "", "education / moodle"]
    return {
        "changed": create > 0,
        "plan": {
            "counts": {"create": create, "update": 0, "delete": 0, "keep": keep},
            "text": "\n".join([*lines, *(f"  + network n{number} [paris]" for number in range(create))]),
        },
        "outcomes": [],
        "stats": {
            "calls": {"identity": 4, "network": 7, "tokens": 1},
            "seconds": {"observe": 0.5, "apply": 1.25, "verify": 0.25},
            "tenants": [
                {"domain": "education", "project": "", "region": "", "keep": 1},
                {"domain": "education", "project": "moodle", "region": "", "keep": keep - 1},
                {"domain": "education", "project": "moodle", "region": "paris", "create": create},
            ],
        },
        **more,
    }


def undone(state: str, name: str, reason: str) -> dict[str, Any]:
    path = ["education", "moodle", name]
    return {
        "action": "create",
        "kind": "security_group",
        "region": "paris",
        "path": path,
        "state": state,
        "reason": reason,
    }


def converged(found: dict[str, Any], play: str = "Build", task: str = "Build the tenants", **more: Any) -> Converged:
    return Converged(play, task, **{"check": False, "failed": False, **more}, result=found)


def texts(lines: list[tuple[str, str | None]]) -> str:
    return "\n".join(line[0] for line in lines)


# --- the line that says how far it is


def watched(**facts: Any) -> Watched:
    return Watched(Path("/nowhere"), since=100.0, facts=facts)


def test_one_task_is_told_with_its_count_wave_site_seconds_and_what_it_does():
    task = watched(text="create network", done=3, total=40, wave="2 of 7", site="paris")
    assert status({"interne": task}, 112.4) == "interne: 3 of 40, wave 2 of 7, paris, 12 s, create network"


def test_a_task_that_counts_nothing_yet_is_told_by_its_phase():
    assert status({"interne": watched(text="observe")}, 101.0) == "interne, 1 s, observe"


def test_two_tasks_share_the_line():
    tasks = {"interne": watched(text="create network", done=3, total=40, site="paris"), "externe": watched(text="plan")}
    assert status(tasks, 103.0) == "3 s, interne: 3 of 40 paris, externe: plan"


def test_a_task_that_says_nothing_gives_no_line():
    assert status({"interne": watched()}, 103.0) == ""


def test_a_line_that_is_still_being_written_waits(tmp_path: Path):
    task = Watched(tmp_path / "1", since=0.0)
    assert list(task.news()) == []
    task.path.write_text('{"text": "observe"}\n{"text": "pl')
    assert [facts["text"] for facts in task.news()] == ["observe"]
    with task.path.open("a") as file:
        file.write('an"}\n')
    assert [facts["text"] for facts in task.news()] == ["plan"]


def test_names_cannot_move_the_cursor():
    assert printable("a\x1b[2Jb\r\nc") == "a [2Jb  c"


def test_a_line_never_exceeds_its_width():
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"


# --- plans


def test_a_long_plan_is_cut_and_says_how_much_is_left():
    shown = texts(plan_lines("interne", converged(result(create=50, keep=2)), 10)).splitlines()
    assert shown[0] == "interne: 50 to create, 0 to update, 0 to delete, 2 unchanged"
    assert len(shown) == 11
    # 52 lines stand below the first: a blank one, the tenant, and 50 networks; 9 of them are shown.
    assert shown[-1] == "  … and 43 more lines, see -v"


def test_nothing_to_change_is_silent_unless_somebody_asks_by_check_mode():
    assert plan_lines("interne", converged(result(keep=2)), 40) == []
    shown = plan_lines("interne", converged(result(keep=2), check=True), 40)
    assert shown[0] == ("interne: 0 to create, 0 to update, 0 to delete, 2 unchanged", "OK")


def test_a_failure_without_a_plan_shows_none():
    assert plan_lines("interne", converged({"stats": {"calls": {}}}, failed=True), 40) == []


def test_on_a_terminal_long_changes_hang_below_their_sign():
    found = result(create=1)
    found["plan"]["text"] = "1 to create\n\neducation / moodle\n  + subnet front [paris]: cidr 10.0.0.0/24, mtu 1500"
    shown = texts(plan_lines("interne", converged(found), 40, 40)).splitlines()
    assert shown[-2:] == ["    + subnet front [paris]: cidr", "        10.0.0.0/24, mtu 1500"]


# --- the summary


def test_what_belongs_to_no_ministry_is_the_clouds():
    found = result(create=1)
    found["stats"]["tenants"].append({"domain": "", "region": "paris", "project": "", "create": 2})
    assert "   the cloud  paris          ·       2       ·       ·         ·" in texts(summary([converged(found)], 79))


def test_the_summary_shows_what_the_first_run_made_and_that_the_second_changed_nothing():
    runs = [
        converged(result(create=5, keep=3), play="Build"),
        converged(result(keep=8), play="Build again"),
    ]
    assert texts(summary(runs, 79)).splitlines() == [
        "1. Build",
        "   ministry   site     tenants created updated deleted unchanged",
        "   ─────────────────────────────────────────────────────────────",
        "   education  identity       1       ·       ·       ·         3",
        "              paris          1       5       ·       ·         ·",
        "   5 created, 3 unchanged; 12 calls, 2.0 s",
        "   calls    identity 4, network 7, tokens 1",
        "   seconds  observe 0.5, apply 1.2, verify 0.2",
        "",
        "2. Build again",
        "   nothing changed, 8 as declared; 12 calls, 2.0 s",
        "   calls    identity 4, network 7, tokens 1",
        "   seconds  observe 0.5, apply 1.2, verify 0.2",
    ]


def test_changes_that_were_not_made_are_not_counted_as_made():
    outcomes = [
        undone("failed", "web", "the cloud refuses it"),
        undone("skipped", "a", "web failed"),
        undone("skipped", "b", "web failed"),
    ]
    shown = texts(summary([converged(result(create=5, keep=3, outcomes=outcomes), failed=True)], 79))
    assert "paris          1       2 " in shown
    assert "   2 created, 3 unchanged; " in shown
    assert (
        "   failed   create security group education/moodle/web in paris: the cloud\n            refuses it\n" in shown
    )
    assert "   skipped  create security group education/moodle/a in paris and 1 more: web" in shown


def test_what_became_of_the_changes_is_not_guessed():
    found = result(create=5)
    del found["stats"]["seconds"]["verify"]
    shown = texts(summary([converged(found, failed=True)], 79))
    assert "failed while changes were made; see its message" in shown
    assert "created" not in shown


def test_a_refused_plan_is_no_success():
    lines = summary([converged({"stats": {"calls": {"identity": 1}}}, failed=True)], 79)
    assert lines[1] == ("   failed before there was a plan; 1 calls, 0.0 s", "ERROR")


def test_check_mode_says_what_would_be_made():
    shown = texts(summary([converged(result(create=5, keep=3), check=True)], 79))
    assert "1. Build the tenants (check mode)" in shown
    assert "tenants  create  update  delete unchanged" in shown
    assert "   5 to create, 3 unchanged; " in shown


def test_the_summary_fits_in_80_columns():
    found = result(create=5, keep=3)
    found["stats"]["calls"] = {f"a-service-of-some-length-{number}": 10000 for number in range(9)}
    found["stats"]["tenants"][2] |= {
        "domain": "ministere-de-la-transition-ecologique",
        "region": "a-region-with-a-long-name",
    }
    assert all(len(line[0]) < 80 for line in summary([converged(found)], 79))


# --- as ansible-playbook runs it


def playbook(folder: Path, *tasks: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Lay down a play and return the command that runs it, with its environment."""
    (folder / "library").mkdir()
    (folder / "library/work.py").write_text(WORK)
    play = {"name": "Try", "hosts": "all", "gather_facts": False, "tasks": list(tasks)}
    (folder / "play.yml").write_text(json.dumps([play]))
    (folder / "ansible.cfg").write_text(
        f"[defaults]\ncollections_path = {COLLECTIONS}\ncallbacks_enabled = etat.cloud.report\n"
        f"local_tmp = {folder}/local\nremote_tmp = {folder}/remote\n"
    )
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        "--inventory",
        "interne,",
        "--connection",
        "local",
        "--extra-vars",
        f"ansible_python_interpreter={sys.executable}",
        str(folder / "play.yml"),
    ]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
        "COLUMNS": "80",
    }
    return command, environment


def on_a_terminal(command: list[str], environment: dict[str, str]) -> str:
    """Run a command on a terminal and return what it wrote there."""
    own, given = pty.openpty()
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=given, stderr=given, start_new_session=True
    ):
        os.close(given)
        written = b""
        while True:
            try:
                part = os.read(own, 65536)
            except OSError:  # The last writer closed the terminal.
                break
            if not part:
                break
            written += part
    os.close(own)
    return written.decode()


STEPS = [
    {"text": "observe"},
    {"text": "create network", "done": 1, "total": 2, "wave": "1 of 1", "site": "paris", "failed": "network x: no"},
    {"text": "create network", "done": 2, "total": 2, "wave": "1 of 1", "site": "paris"},
]


def test_on_a_terminal_one_line_is_redrawn_and_gone_before_ansible_prints(tmp_path: Path):
    written = on_a_terminal(*playbook(tmp_path, {"name": "Work", "work": {"say": STEPS}}))
    assert "\r\x1b[Kinterne: 1 of 2, wave 1 of 1, paris, " in written
    assert re.search(r"\r\x1b\[K(\x1b\[[0-9;]*m)*failed: \[interne\] network x: no", written)
    # The last line drawn is erased, and what Ansible says stands at the start of a line of its own.
    assert re.search(r"wave 1 of 1, paris, \d+ s, create network\r\x1b\[K(\x1b\[[0-9;]*m)*ok: \[interne\]", written)


def test_without_a_terminal_a_short_run_shows_failures_and_no_control_characters(tmp_path: Path):
    command, environment = playbook(
        tmp_path,
        {"name": "Work", "work": {"say": STEPS, "result": result(create=1)}, "register": "done"},
        {"ansible.builtin.debug": {"var": "done.mode"}},
    )
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert "failed: [interne] network x: no\n" in done.stdout
    assert "interne: 1 to create" in done.stdout
    assert "1 created, 0 unchanged; 12 calls" in done.stdout
    assert "\x1b" not in done.stdout
    assert "wave" not in done.stdout
    # Nobody else may read what passes there, and nothing of it stays.
    assert "0o40700" in done.stdout
    assert list((tmp_path / "local").glob("**/progress-*")) == []


def test_a_task_with_no_log_is_neither_followed_nor_shown(tmp_path: Path):
    task = {"name": "Work", "work": {"say": STEPS, "result": result(create=1)}, "no_log": True}
    command, environment = playbook(tmp_path, task)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert "changed: [interne]" in done.stdout
    assert "network" not in done.stdout
    assert "TENANTS" not in done.stdout


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path):
    mark = tmp_path / "mark"
    command, environment = playbook(tmp_path, {"name": "Work", "work": {"say": STEPS[:1], "mark": str(mark)}})
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as run:
        deadline = time.monotonic() + 30
        while not (mark.exists() and mark.read_text()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert Path(mark.read_text()).exists()
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=30)
    assert not Path(mark.read_text()).parent.exists()
