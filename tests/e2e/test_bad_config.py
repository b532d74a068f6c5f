"""Configurations that are wrong get one clear error with place and hint, exit 2, at once; and never a run."""

import os
import time

import pytest

GOOD = 'version = 1\n[suite]\nframework = "command"\ndiscover = "echo a"\nrun = "true {unit}"\n'


def refused(project, *arguments, seconds=5, code=2):
    began = time.monotonic()
    finished = project.tamarack(*(arguments or ["run"]), seconds=30)
    assert finished.code == code, finished.text
    assert time.monotonic() - began < seconds, "a refusal is quick"
    assert finished.err.startswith("error: ") or "\nerror: " in "\n" + finished.err, finished.err
    assert not (project.root / "ran.txt").exists()
    return finished.err


@pytest.mark.parametrize("name, text, place, words", [
    ("unknown key", GOOD + "retrys = 1\n", "tamarack.toml:6:1", ["unknown key 'retrys'"]),
    ("unknown key with a near one", GOOD + "[run]\nretrys = 1\n", "tamarack.toml:7:1", ["did you mean 'retries'"]),
    ("unknown section", GOOD + "[runn]\nworkers = 1\n", "tamarack.toml:6:", ["unknown section [runn]", "did you mean"]),
    ("wrong type", GOOD + '[run]\nretries = "two"\n', "tamarack.toml:7:11", ["'retries'", "'two'", "integer"]),
    ("out of range", GOOD + "[run]\nretries = 99\n", "tamarack.toml:7:11", ["99", "10"]),
    ("duplicate key", GOOD + "[run]\nretries = 1\nretries = 2\n", "tamarack.toml:8:1", ["duplicate key", "retries"]),
    ("missing key", GOOD.replace('framework = "command"\n', ""), "tamarack.toml:2:", ["framework"]),
    ("missing section", "version = 1\n", "tamarack.toml", ["[suite]"]),
    ("unknown framework", GOOD.replace('"command"', '"cypress"'), "tamarack.toml:3:", ["cypress", "command"]),
    ("newer version", GOOD.replace("version = 1", "version = 2"), "tamarack.toml:1:", ["2"]),
    ("not TOML at all", "version: 1\nsuite:\n  framework: pytest\n", "tamarack.toml:1:", []),
    ("run without a unit", GOOD.replace("true {unit}", "true"), "tamarack.toml:5:", ["{unit}"]),
    ("command without discover", GOOD.replace('discover = "echo a"\n', ""), "tamarack.toml:", ["discover"]),
    ("bad duration", GOOD + '[run]\ntimeout = "5 parsecs"\n', "tamarack.toml:7:", ["5 parsecs"]),
    ("bad regular expression", GOOD + '[app]\nstart = "x"\nready.log = "["\n', "tamarack.toml:8:", ["ready"]),
    ("folder that is not there", GOOD + 'dir = "nowhere"\n', "", ["nowhere"]),
], ids=lambda value: value if isinstance(value, str) and "\n" not in value and ":" not in value else "")
def test_one_clear_error(project, name, text, place, words):
    project.write("tamarack.toml", text)
    message = refused(project)
    assert place in message, message
    for word in words:
        assert word in message, message
    assert len(message.splitlines()) <= 4, f"one clear error: {message}"


def test_all_problems_at_once(project):
    project.write("tamarack.toml", GOOD + 'retrys = 1\n[run]\nworkers = "many"\nfail_fast = -1\n[[quarantine]]\ntest = "a"\n')
    message = refused(project)
    for word in ("retrys", "workers", "fail_fast", "owner", "reason", "expires"):
        assert word in message, message


def test_no_file(project):
    message = refused(project)
    assert "tamarack init" in message


def test_bad_utf8(project):
    (project.root / "tamarack.toml").write_bytes(GOOD.encode() + b"# \xff\xfe\n")
    message = refused(project)
    assert "tamarack.toml:6:3" in message and "0xff" in message and "UTF-8" in message


@pytest.mark.parametrize("text", [
    "x = " + "[" * 100_000 + "]" * 100_000,
    "x = " + "{a=" * 100_000 + "1" + "}" * 100_000,
    "a" + ".a" * 100_000 + " = 1",
    "[" + ".".join("a" for _ in range(100_000)) + "]",
])
def test_nesting_bombs(project, text):
    project.write("tamarack.toml", GOOD + text + "\n")
    message = refused(project)
    assert "nesting" in message and len(message) < 1000


def test_ten_megabytes(project):
    project.write("tamarack.toml", GOOD + "# filler, filler, filler, filler, filler\n" * 270_000)
    assert os.path.getsize(project.root / "tamarack.toml") > 10_000_000
    message = refused(project)
    assert "large" in message or "at most" in message
    assert len(message) < 1000


def test_a_folder_instead_of_a_file(project):
    (project.root / "tamarack.toml").mkdir()
    assert "'tamarack.toml' is a folder, not a file" in refused(project)
    assert "is a folder, not a file" in refused(project, "plan", "-c", project.root)


@pytest.mark.parametrize("place, words", [("tamarack.toml", "the state folder '"), ("tamarack.toml/state", "/tamarack.toml' in the state folder '")])
def test_a_file_instead_of_the_state_folder(project, place, words):
    project.write("tamarack.toml", GOOD)
    for command in ("run", "plan"):
        message = refused(project, command, "--state-dir", place)
        assert words in message and "is not a folder" in message and "--state-dir" in message
    assert project.read("tamarack.toml") == GOOD


def test_binary_rubbish(project):
    (project.root / "tamarack.toml").write_bytes(bytes(range(256)) * 40)
    message = refused(project)
    assert "tamarack.toml:1:1" in message


def test_another_file_by_name(project):
    project.write("ci/other.toml", GOOD)
    finished = project.tamarack("run", "--config", "ci/other.toml", "--json")
    assert finished.code == 0 and finished.json["planned"] == 1
    assert (project.root / "ci/.tamarack/tamarack.db").exists()
    elsewhere = project.tamarack("run", "--config", "ci/other.toml", "--state-dir", "state", "--json")
    assert elsewhere.code == 0 and (project.root / "state/tamarack.db").exists() and "/state/" in elsewhere.json["report"]


@pytest.mark.parametrize("arguments, words", [
    (["run", "--workers", "0"], ["workers", "1"]),
    (["run", "--workers", "many"], ["many"]),
    (["run", "--timeout", "5"], ["timeout"]),
    (["run", "--seed", "minus"], ["minus"]),
    (["frobnicate"], ["frobnicate"]),
    ([], []),
])
def test_wrong_usage(project, arguments, words):
    project.write("tamarack.toml", GOOD)
    finished = project.tamarack(*arguments)
    assert finished.code == 2
    for word in words:
        assert word in finished.err, finished.err
    assert not project.run_ids()
