"""What a run tells about itself when something is in the way: copies that cannot be written, a run that is not over yet, a second Ctrl-C,
git repositories in other shapes, flags out of range, and a terminal somebody types into."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import termios
import time
import xml.etree.ElementTree as xml

import pytest

from harness import OUTCOMES, wait_until
from test_terminal import in_terminal, screen_after

HANGS = 'case "$1" in hang*) touch "$1.began"; exec sleep 600;; esac\n'
STUBBORN_APP = '[app]\nstart = "python3 -c \'import signal,http.server,os; signal.signal(15, signal.SIG_IGN); open(\\"app.up\\", \\"w\\"); ' \
               'http.server.HTTPServer((\\"127.0.0.1\\", int(os.environ[\\"PORT\\"])), http.server.SimpleHTTPRequestHandler).serve_forever()\'"\n' \
               'stop_timeout = "{stop}"\n'


def listed(project):
    return [json.loads(line) for line in project.tamarack("runs", "--json").out.splitlines()]


# ---- a run that is not over
def test_a_run_at_work_is_running_and_one_that_was_killed_is_interrupted(project):
    project.commands(["a-quick", "hang1", "hang2", "later"], HANGS)
    process = project.start("run", "--json")
    wait_until(lambda: (project.root / "hang1.began").exists() and (project.root / "hang2.began").exists(), "two units in flight")
    wait_until(lambda: any(kind == "test_finished" for _, kind, _ in project.journal()), "the first result in the journal")
    (row,) = listed(project)
    assert row["verdict"] == "running" and "resume" not in row["headline"]
    shown = project.tamarack("show")
    assert "running: 1 of 4 tests finished" in shown.out and "tamarack resume" not in shown.out
    process.kill()
    process.wait()
    project.assert_nothing_left()
    (row,) = listed(project)
    assert row["verdict"] == "interrupted" and row["exit_code"] == 4 and f"tamarack resume {row['run_id']}" in row["headline"]
    assert row["ledger"]["passed"] == 1 and row["pending"] == 3
    show = project.tamarack("show", "--json").json
    for one in (row, show):
        assert sum(one["ledger"][outcome] for outcome in OUTCOMES) + one["pending"] == one["planned"] == 4
    assert show["ledger"] == row["ledger"] and show["exit_code"] == row["exit_code"]
    assert "4 planned = 1 passed + 3 pending" in project.tamarack("show").out


def died_an_hour_ago(project):
    """Moves back all that is recorded. Nobody may have the database open."""
    database = sqlite3.connect(project.root / ".tamarack/tamarack.db")
    for change in ("UPDATE journal SET at_ms = at_ms - 3600000", "UPDATE runs SET started_ms = started_ms - 3600000"):
        assert database.execute(change).rowcount > 0, change
    database.commit()
    database.close()


def test_the_time_of_a_resumed_run_is_the_time_it_was_worked_on(project):
    project.commands(["a", "hang1"], 'case "$1" in hang1) touch hang1.began; [ -e go ] || exec sleep 600;; esac\n')
    began = time.monotonic()
    process = project.start("run", "--json")
    wait_until(lambda: (project.root / "hang1.began").exists(), "a unit in flight")
    wait_until(lambda: any(kind == "test_finished" for _, kind, _ in project.journal()), "the first result in the journal")
    process.kill()
    process.wait()
    project.assert_nothing_left()
    died_an_hour_ago(project)
    project.write("go", "")
    result = project.resume(expect=0).json
    assert 0 < result["wall_ms"] < (time.monotonic() - began) * 1000, "the hour is nobody's"
    assert project.tamarack("show", "--json").json["wall_ms"] == result["wall_ms"]


# ---- copies of reports
def test_a_copy_that_cannot_be_written_is_the_same_news_everywhere(project):
    project.commands(["a"], "true\n", settings='[run]\nworkers = 1\n[report]\njunit = "taken/junit.xml"\nctrf = "fine/c.json"\n')
    project.write("taken", "a file where a folder is needed")
    finished = project.run(expect=6)
    assert finished.json["verdict"] == "passed" and "(exit code 6)" in finished.err and "taken" in finished.err
    for kind in ("report", "junit", "ctrf"):
        assert os.path.getsize(finished.json[kind]) > 100, kind
    assert project.read("fine/c.json"), "the other copies are there"


def test_a_red_run_stays_red_when_a_copy_cannot_be_written(project):
    project.commands(["a"], "exit 1\n", settings='[run]\nworkers = 1\n[report]\nhtml = "taken/r.html"\n')
    project.write("taken", "a file where a folder is needed")
    finished = project.run(expect=1)
    assert "(exit code 1)" in finished.err and "error: " in finished.err and "taken" in finished.err


def test_copies_lead_to_the_attachments(project):
    project.copy("tests/projects/pytest", "shots")
    project.write("test_shot.py", 'import pathlib\ndef test_shot(tmp_path):\n    folder = pathlib.Path("shots"); folder.mkdir(exist_ok=True)\n'
                                  '    (folder / "one.txt").write_text("seen")\n    assert False\n')
    project.write("shop.toml", 'version = 1\n[suite]\nframework = "pytest"\nspecs = ["test_shot.py"]\n[run]\nworkers = 1\n'
                               '[artifacts]\nwatch = ["shots/*.txt"]\n[report]\njunit = "out put/deep/j.xml"\nhtml = "r.html"\nctrf = "c.json"\n')
    finished = project.tamarack("run", "--json", "-c", "shop.toml")
    assert finished.code == 1, finished.text

    def attachment(text):
        found = re.search(r"\[\[ATTACHMENT\|(.*?)\]\]", text)
        assert found, text
        return found.group(1)

    assert (project.root / "out put/deep" / attachment(project.read("out put/deep/j.xml"))).read_text() == "seen"
    with open(finished.json["junit"]) as file:
        assert attachment(file.read()).startswith("artifacts/")
    data = project.read("r.html").split('<script type="application/json" id="tamarack-report">', 1)[1].split("</script>", 1)[0]
    paths = [one["path"] for test in json.loads(data)["tests"] for attempt in test["attempts"] for one in attempt.get("attachments", [])]
    assert paths and all((project.root / path).exists() for path in paths), paths


# ---- trouble is told, not counted
def test_a_stop_is_no_disagreement_and_no_test(project):
    project.commands(["a-quick", "hang1", "hang2", "later"], HANGS)
    process = project.start("run", "--json")
    wait_until(lambda: (project.root / "hang1.began").exists() and (project.root / "hang2.began").exists(), "two units in flight")
    process.send_signal(signal.SIGINT)
    result = project.finish(process, 30).json
    assert result["disagreements"] == 0
    root = xml.parse(result["junit"]).getroot()
    assert int(root.get("tests")) == len(root.findall(".//testcase")) == result["planned"]
    assert "interrupted by Ctrl-C" in root.find("testsuite[@name='tamarack']/system-err").text


def test_a_place_without_a_column_has_no_column(project):
    project.copy("tests/projects/pytest")
    project.write("test_place.py", "def test_place():\n    assert 1 == 2\n")
    project.write("shop.toml", 'version = 1\n[suite]\nframework = "pytest"\nspecs = ["test_place.py"]\n[run]\nworkers = 1\n')
    for finished in (project.tamarack("run", "-c", "shop.toml"), project.tamarack("show", "-c", "shop.toml")):
        assert "at test_place.py:2\n" in finished.out and "test_place.py:2:0" not in finished.out, finished.out


# ---- Ctrl-C
def test_a_second_ctrl_c_does_not_wait_for_the_application_and_tells_the_verdict(project):
    project.commands(["hang"], "touch hang.began; exec sleep 600\n", settings='[run]\nworkers = 1\n' + STUBBORN_APP.replace("{stop}", "60s"))
    process = project.start("run", "--json")
    wait_until(lambda: (project.root / "hang.began").exists(), "the unit in flight")
    process.send_signal(signal.SIGINT)
    wait_until(lambda: any(kind == "run_finished" for _, kind, _ in project.journal()), "the verdict in the journal")
    process.send_signal(signal.SIGINT)
    finished = project.finish(process, 10)
    assert finished.code == 7 and finished.json["verdict"] == "cancelled" and os.path.exists(finished.json["report"])
    assert "1 cancelled" in finished.err
    project.assert_nothing_left(2)


def test_a_second_ctrl_c_without_a_verdict_says_how_to_go_on(project):
    script = 'trap "" TERM INT; touch began; while :; do sleep 0.02; done\n'
    project.commands(["stubborn"], script, settings='[run]\nworkers = 1\n' + STUBBORN_APP.replace("{stop}", "60s"))
    process = project.start("run")
    wait_until(lambda: (project.root / "began").exists(), "the stubborn unit")
    process.send_signal(signal.SIGINT)
    wait_until(lambda: any(kind == "stop_requested" for _, kind, _ in project.journal()), "the stop in the journal")
    process.send_signal(signal.SIGINT)
    finished = project.finish(process, 10)
    (run,) = project.run_ids()
    assert finished.code == 7
    assert f"tamarack rerun {run} --failed" in finished.err or "(exit code 7)" in finished.out, finished.text
    project.assert_nothing_left(2)


def test_an_application_may_take_longer_to_stop_than_half_a_minute(project):
    slow = '[app]\nstart = "sh app.sh"\nready.log = "up"\nstop_timeout = "60s"\n'
    project.write("app.sh", "trap 'sleep 32 & wait $!; touch closed; exit 0' TERM\necho up\nwhile :; do sleep 0.1; done\n")
    project.commands(["a"], "true\n", settings='[run]\nworkers = 1\n' + slow)
    project.run(expect=0)
    assert (project.root / "closed").exists(), "it was killed while it still closed its files"


def test_an_interrupted_listing_says_so_and_leaves_nothing(project):
    project.commands(["a"], "true\n")
    project.write("tamarack.toml", project.read("tamarack.toml").replace("cat units.txt", "touch listing; exec sleep 600"))
    process = project.start("run")
    wait_until(lambda: (project.root / "listing").exists(), "the listing")
    process.send_signal(signal.SIGINT)
    finished = project.finish(process, 10)
    assert finished.code == 7 and "interrupted while the tests were listed; nothing ran" in finished.err
    assert project.run_ids() == []


def test_an_interrupted_listing_does_not_become_a_run_while_the_application_still_stops(project):
    slow = '[app]\nstart = "sh app.sh"\nready.log = "up"\nstop_timeout = "20s"\n'
    project.write("app.sh", "trap 'while [ ! -e listed ]; do sleep 0.02; done; sleep 1; exit 0' TERM\necho up; touch app.up\nwhile :; do sleep 0.02; done\n")
    project.commands(["a"], "touch ran\n", settings='[run]\nworkers = 1\n' + slow)
    project.write("tamarack.toml", project.read("tamarack.toml").replace("cat units.txt", "touch listing; while [ ! -e go ]; do sleep 0.02; done; cat units.txt; touch listed"))
    process = project.start("run")
    wait_until(lambda: (project.root / "listing").exists() and (project.root / "app.up").exists(), "the listing")
    process.send_signal(signal.SIGINT)
    project.write("go", "")
    assert project.finish(process, 20).code == 7
    assert not (project.root / "ran").exists() and project.run_ids() == [] and not listed(project)


def test_a_refused_run_leaves_no_folder(project):
    project.commands(["a"], "true\n")
    assert project.tamarack("run", "--only", "nothing like it").code == 2
    assert project.run_ids() == []


# ---- where it was built from
def git(folder, *arguments):
    quiet = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_CONFIG_GLOBAL": "/dev/null"}
    done = subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **quiet}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("shape", ["plain", "packed", "worktree", "packed worktree"])
def test_branch_and_commit_in_every_shape_of_repository(project, shape):
    project.commands(["a"], "true\n", workers=1)
    git(project.root, "init", "-q", "-b", "main")
    git(project.root, "add", "-A")
    git(project.root, "commit", "-q", "-m", "first")
    git(project.root, "branch", "side/line")
    where, branch = project.root, "main"
    if "worktree" in shape:
        where, branch = project.root / "beside", "side/line"
        git(project.root, "worktree", "add", "-q", "beside", "side/line")
    if "packed" in shape:
        git(project.root, "pack-refs", "--all")
    commit = git(where, "rev-parse", "HEAD")
    finished = project.tamarack("run", "-c", where / "tamarack.toml", "--state-dir", "state")
    assert finished.code == 0, finished.text
    row = json.loads(project.tamarack("runs", "--json", "--state-dir", "state").out)
    assert (row["branch"], row["commit"]) == (branch, commit)


# ---- flags
@pytest.mark.parametrize("flags, parts", [
    (["--timeout", "0s"], ["--timeout", "1s"]),
    (["--timeout", "-5s"], ["--timeout", "'-5s' is not a time"]),
    (["--timeout", "5"], ["--timeout", "unit", "20m"]),
    (["--seed", "-1"], ["--seed", "whole number"]),
    (["--seed", "99999999999999999999999"], ["--seed", "whole number"]),
    (["--retries", "50"], ["--retries", "0 to 10"]),
    (["--workers", "four"], ["--workers", "1 to 512"]),
    (["--fail-fast=many"], ["--fail-fast", "0 to 1000000"]),
])
def test_a_flag_out_of_range_is_refused_in_plain_words(project, flags, parts):
    project.commands(["a"], "touch ran\n")
    finished = project.tamarack("run", *flags)
    assert finished.code == 2 and all(part in finished.err for part in parts), finished.err
    assert not re.search(r"INT|UINT|mandatory|Range|in \[", finished.err), finished.err
    assert not (project.root / "ran").exists()


def test_flags_in_range_are_taken(project):
    project.commands(["a"], "true\n")
    result = project.run("--timeout", "1h30m", "--seed", str(2**53 - 1), "--retries", "10", "--fail-fast=3", expect=0).json
    assert result["seed"] == str(2**53 - 1)


def test_help_has_no_jargon(project):
    assert not re.search(r"INT|:FLOAT", project.tamarack("run", "--help").out)


def test_swapped_letters_of_a_command(project):
    finished = project.tamarack("rnu")
    assert finished.code == 2 and "did you mean `tamarack run`?" in finished.err


# ---- the terminal
@pytest.mark.parametrize("value, coloured", [("0", False), ("false", False), ("1", True)])
def test_force_color_can_say_no(project, value, coloured):
    project.commands(["a"], "exit 1\n")
    assert (re.search(r"\x1b\[[0-9;]*m", project.tamarack("run", env={"FORCE_COLOR": value}).out) is not None) == coloured
    if not coloured:
        _, written = in_terminal(project, "run", env={"FORCE_COLOR": value})
        assert not re.search(r"\x1b\[[0-9;]*m", written)


def test_control_characters_never_reach_the_terminal(project):
    project.commands(["a"], "true\n")
    finished = project.tamarack("run", "--only", "no \x1b[31msuch\x07 test")
    assert finished.code == 2 and "such" in finished.err and not re.search(r"[\x00-\x09\x0b-\x1f]", finished.text), repr(finished.err)


def test_what_an_application_prints_is_shown_without_its_control_characters(project):
    project.write("app.sh", "printf 'boom\\007\\010\\033]0;title\\007\\n'; exit 1\n")
    project.commands(["a"], "true\n", settings='[run]\nworkers = 1\n[app]\nstart = "sh app.sh"\nready.log = "up"\n')
    finished = project.tamarack("run")
    assert finished.code == 6 and "boom" in finished.text and not re.search(r"[\x00-\x09\x0b-\x1f]", finished.text), repr(finished.text)


def echo_is_on(descriptor):
    return bool(termios.tcgetattr(descriptor)[3] & termios.ECHO)


@pytest.mark.parametrize("width", [60, 90])
def test_what_is_typed_does_not_break_the_live_view_and_the_note_stays(project, width):
    script = 'trap "" TERM; touch began; while [ ! -e go ]; do sleep 0.02; done\n'
    project.commands(["hang"], script, settings='[run]\nworkers = 1\n' + STUBBORN_APP.replace("{stop}", "2s"))
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    assert echo_is_on(follower)

    def own_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = project.start("run", env={"TERM": "xterm"}, stdin=follower, stdout=follower, stderr=follower, start_new_session=True, preexec_fn=own_terminal)
    written = b""
    step = 0
    deadline = time.monotonic() + 30
    while process.poll() is None or select.select([leader], [], [], 0)[0]:
        assert time.monotonic() < deadline, written.decode(errors="replace")
        if select.select([leader], [], [], 0.1)[0]:
            written += os.read(leader, 65536)
        if step == 0 and (project.root / "began").exists() and b"hang" in written:
            assert not echo_is_on(follower)
            os.write(leader, b"typed by somebody\n\nmore")
            step, at = 1, len(written)
        elif step == 1 and len(written) > at + 200:
            os.write(leader, b"\x03")  # Ctrl-C as it is typed
            step, at = 2, len(written)
        elif step == 2 and b"press Ctrl-C again to stop at once" in written[at:] and len(written) > at + 1500:
            assert b"press Ctrl-C again to stop at once" in written[-600:], "the note is still there"
            project.write("go", "")
            step = 3
    assert step == 3, written.decode(errors="replace")
    assert echo_is_on(follower), "the terminal is given back as it was"
    os.close(follower)
    os.close(leader)
    text = written.decode(errors="replace")
    assert process.returncode == 7 and "typed by somebody" not in text and "^C" not in text
    screen = screen_after(text)
    assert not any("░" in line or line.strip().startswith("local/") for line in screen), "\n".join(screen)


def test_the_summary_fits_the_terminal(project):
    project.commands(["bad-" + "x" * 90, "b"], 'echo "a sentence that is much longer than sixty cells, so that it has to be broken between its words"; test "$1" = b\n')
    _, written = in_terminal(project, "run", width=60, env={"NO_COLOR": "1"})
    lines = [line for line in screen_after(written) if "again: " not in line and not line.strip().startswith(("report", "at "))]
    assert all(len(line) <= 60 for line in lines), "\n".join(lines)
