"""The commands around a run: init never asks without a terminal, doctor says what to do, schema is the schema."""

import json
import os
import pty
import select
import time

import pytest

FOUND = {
    "playwright": {"package.json": '{"name":"shop","scripts":{"start":"node server.js"},"devDependencies":{"@playwright/test":"1.50.0"}}',
                   "playwright.config.ts": "export default { testDir: './e2e' };\n", "e2e/a.spec.ts": "import { test } from '@playwright/test';\ntest('a', () => {});\n"},
    "pytest": {"pytest.ini": "[pytest]\n", "tests/test_a.py": "def test_a(): pass\n"},
    "mocha": {"package.json": '{"name":"x","devDependencies":{"mocha":"11"}}', ".mocharc.json": "{}", "test/a.spec.js": "it('a', () => {});\n"},
    "ctest": {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.20)\nproject(x)\nenable_testing()\nadd_test(NAME a COMMAND true)\n"},
}


@pytest.mark.parametrize("framework", FOUND)
def test_init_finds_the_framework_and_never_asks_without_a_terminal(project, framework):
    for path, text in FOUND[framework].items():
        project.write(path, text)
    finished = project.tamarack("init", seconds=10)
    assert finished.code == 0, finished.text
    text = project.read("tamarack.toml")
    assert f'framework = "{framework}"' in text and "version = 1" in text and text.count("#") > 3, "commented"
    checked = project.tamarack("doctor", "--json")
    names = {check["name"]: check["state"] for check in checked.json["checks"]}
    assert names["configuration"] == "ok", checked.text


def test_init_with_an_open_but_silent_input_does_not_wait(project):
    project.write("pytest.ini", "[pytest]\n")
    read, write = os.pipe()
    try:
        assert project.tamarack("init", stdin=read, seconds=10).code == 0
    finally:
        os.close(read)
        os.close(write)


def test_init_in_an_empty_folder_writes_a_valid_file(project):
    assert project.tamarack("init").code == 0
    assert 'framework = "command"' in project.read("tamarack.toml")
    assert {check["name"]: check["state"] for check in project.tamarack("doctor", "--json").json["checks"]}["configuration"] == "ok"


def test_init_never_replaces_a_file_unless_told_to(project):
    project.write("tamarack.toml", "# mine\n")
    finished = project.tamarack("init")
    assert finished.code == 2 and "--force" in finished.err and project.read("tamarack.toml") == "# mine\n"
    assert project.tamarack("init", "--force").code == 0 and project.read("tamarack.toml") != "# mine\n"


def test_init_asks_in_a_terminal(project):
    project.write("pytest.ini", "[pytest]\n")
    project.write("tests/test_a.py", "def test_a(): pass\n")
    leader, follower = pty.openpty()
    process = project.start("init", stdin=follower, stdout=follower, stderr=follower, env={"TERM": "xterm"})
    os.close(follower)
    written = b""
    answered = 0
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not select.select([leader], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        written += part
        if written.count(b"] ") > answered:  # a question ends with its default in brackets
            answered += 1
            os.write(leader, b"\n")
    os.close(leader)
    assert process.wait(timeout=10) == 0, written.decode()
    assert answered >= 1 and b"wrote " in written
    assert 'framework = "pytest"' in project.read("tamarack.toml")


def test_what_init_writes_for_pytest_runs(project):
    for path, text in FOUND["pytest"].items():
        project.write(path, text)
    assert project.tamarack("init", "--yes").code == 0
    assert project.run(expect=0, seconds=60).json["ledger"]["passed"] == 1


def test_doctor_of_a_healthy_project(project):
    project.commands(["a"], "true\n")
    finished = project.tamarack("doctor", "--json")
    assert finished.code == 0 and finished.json["ready"] is True and finished.json["exit_code"] == 0
    for check in finished.json["checks"]:
        assert set(check) >= {"name", "state", "message", "next_step"} and check["state"] in ("ok", "warning", "error", "broken", "failed")
    plain = project.tamarack("doctor")
    assert plain.code == 0 and "ready to run" in plain.out and "\x1b[" not in plain.out


@pytest.mark.parametrize("text, word, step", [
    ('version = 1\n[suite]\nframework = "playwright"\n', "playwright", "npm"),
    ('version = 1\n[suite]\nframework = "ctest"\n', "build", "build the project"),
    ('version = 1\n[suite]\nframwork = "pytest"\n', "framwork", "framework"),
])
def test_doctor_says_what_to_do(project, text, word, step):
    project.write("tamarack.toml", text)
    finished = project.tamarack("doctor", "--json")
    assert finished.code != 0 and finished.code == finished.json["exit_code"] and finished.json["ready"] is False
    bad = [check for check in finished.json["checks"] if check["state"] not in ("ok", "warning")]
    assert bad and any(word in check["message"] for check in bad) and any(step in check["next_step"] for check in bad), bad
    plain = project.tamarack("doctor")
    assert plain.code == finished.code and word in plain.out


def test_doctor_without_a_file(project):
    finished = project.tamarack("doctor")
    assert finished.code == 2 and "tamarack init" in finished.text


def test_schema_describes_every_section(project):
    finished = project.tamarack("schema")
    schema = json.loads(finished.out)
    assert finished.code == 0 and schema["$schema"].startswith("https://json-schema.org/")
    assert {"version", "suite", "app", "run", "lock", "cap", "together", "order", "quarantine", "artifacts", "report"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) >= {"version", "suite"}
    assert schema["properties"]["suite"]["properties"]["framework"]["enum"] == ["playwright", "pytest", "mocha", "ctest", "command"]
