"""The folder of runs: full, unwritable, corrupt, or in use by another Tamarack. A clear error, and the journal stays intact."""

import errno
import os
import resource
import shutil
import signal
import sqlite3
import subprocess

import pytest

from harness import wait_until

MESSAGE_LINES_MAX = 6


def integrity(path):
    database = sqlite3.connect(path)
    try:
        return database.execute("PRAGMA integrity_check").fetchall()
    finally:
        database.close()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 3 MiB; needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("mounting a small file system needs root; the limit of file size is tested in any case")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(path):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(descriptor, b"x" * 4096) > 0:
            pass
    except OSError as full:
        assert full.errno == errno.ENOSPC
    finally:
        os.close(descriptor)


UNITS = [f"u{n:02d}" for n in range(40)]
PRINTS_MUCH = "head -c 200000 /dev/zero | tr '\\0' x\n"


def test_a_full_disk(project, small_disk):
    project.commands(UNITS, PRINTS_MUCH, logged=True)
    finished = project.tamarack("run", "--state-dir", small_disk, seconds=60)
    assert finished.code == 6, finished.text
    assert "disk is full" in finished.err and "resume" in finished.err
    assert integrity(small_disk / "tamarack.db") == [("ok",)]
    project.assert_nothing_left(5)
    ended = {unit for word, unit, _ in project.log() if word == "end"}
    assert 0 < len(ended) < len(UNITS)

    again = project.tamarack("resume", "--state-dir", small_disk, seconds=60)
    assert again.code == 6 and "full" in again.err, again.text

    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    resumed = project.resume("--state-dir", small_disk, expect=0)
    assert resumed.json["ledger"]["passed"] == len(UNITS)
    starts = project.starts()
    assert sum(count > 1 for count in starts.values()) <= 4, f"only what was in flight ran again: {starts}"
    assert integrity(small_disk / "tamarack.db") == [("ok",)]


def test_a_disk_that_is_full_from_the_start(project, small_disk):
    project.commands(["a"], "true\n")
    fill(small_disk / "filler")
    finished = project.tamarack("run", "--state-dir", small_disk)
    assert finished.code == 6 and "full" in finished.err or "No space" in finished.err, finished.text
    os.remove(small_disk / "filler")
    project.run("--state-dir", small_disk, expect=0)


def test_a_limit_of_file_size(project):
    project.commands(UNITS, PRINTS_MUCH, logged=True)
    limited = project.tamarack("run", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY)), seconds=60)
    assert limited.code == 6, (limited.code, limited.text)
    assert "error: " in limited.err and "tamarack.db" in limited.err
    assert integrity(project.root / ".tamarack/tamarack.db") == [("ok",)]
    resumed = project.resume(expect=0)
    assert resumed.json["ledger"]["passed"] == len(UNITS)


def test_a_report_that_cannot_be_written_is_no_success(project):
    project.commands(["a"], "true\n", settings='[run]\nworkers = 1\n[report]\njunit = "taken/junit.xml"\n')
    project.write("taken", "a file where a folder is needed")
    finished = project.tamarack("run")
    assert finished.code == 6 and "taken" in finished.err and "error: " in finished.err


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_state_dir_that_cannot_be_made(project, command):
    project.commands(["a"], "echo ran > ran.txt\n")
    project.write("file", "")
    finished = project.tamarack(command, "--state-dir", "file/state")
    assert finished.code in (2, 6) and "file/state" in finished.err and len(finished.err.splitlines()) < MESSAGE_LINES_MAX
    assert not project.read("ran.txt")


def test_a_state_dir_that_is_read_only(project, tmp_path):
    project.commands(["a"], "true\n")
    project.run(expect=0)
    state = project.root / ".tamarack"
    if os.geteuid() == 0:
        if subprocess.run(["mount", "--bind", "-o", "ro", state, state], capture_output=True).returncode != 0:
            pytest.skip("root can write everywhere, and a read-only mount is not allowed here")
    else:
        state.chmod(0o555)
    try:
        finished = project.tamarack("run")
        assert finished.code == 6, finished.text
        assert "error: " in finished.err and ".tamarack" in finished.err and "hint: " in finished.err
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", "-l", state], check=True)
        else:
            state.chmod(0o755)
    assert len(project.tamarack("runs").out.splitlines()) == 1


def test_a_corrupt_database_is_named_and_left_alone(project):
    project.commands(["a"], "true\n")
    project.run(expect=0)
    database = project.root / ".tamarack/tamarack.db"
    rubbish = b"this is not a database, " * 400
    database.write_bytes(rubbish)
    for extra in ("-wal", "-shm"):
        database.with_name(database.name + extra).unlink(missing_ok=True)
    finished = project.tamarack("run")
    assert finished.code == 6 and "tamarack.db" in finished.err and "not a usable database" in finished.err
    assert database.read_bytes() == rubbish


def hanging(project):
    project.commands(["a", "hang"], 'test "$1" = a || { touch began; while [ ! -e go ]; do sleep 0.02; done; }\n')
    process = project.start("run", "--json")
    wait_until(lambda: (project.root / "began").exists(), "the first run")
    return process


def test_a_second_tamarack_in_the_same_folder_is_refused(project):
    process = hanging(project)
    (run,) = project.run_ids()
    for command in ("run", "resume"):
        second = project.tamarack(command)
        assert second.code == 2 and run in second.err and str(process.pid) in second.err, second.text
    assert project.tamarack("show").code == 0, "looking is allowed"
    project.write("go", "")
    finished = project.finish(process)
    assert finished.code == 0 and finished.json["ledger"]["passed"] == 2, "the first one is not disturbed"
    assert project.run_ids() == [run]


def test_the_lock_dies_with_its_holder(project):
    process = hanging(project)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    project.assert_nothing_left(5)
    project.write("go", "")
    project.run(expect=0)


def test_another_state_dir_is_another_folder(project):
    process = hanging(project)
    second = project.tamarack("run", "--state-dir", "other", "--only", "a", "--json")
    assert second.code == 0 and second.json["planned"] == 1
    project.write("go", "")
    assert project.finish(process).code == 0


def test_a_removed_state_dir_starts_afresh(project):
    project.commands(["a"], "true\n")
    project.run(expect=0)
    shutil.rmtree(project.root / ".tamarack")
    project.run(expect=0)
    assert len(project.tamarack("runs").out.splitlines()) == 1
    assert project.read(".tamarack/.gitignore").strip() == "*"
