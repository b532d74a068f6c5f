"""What would give a wrong answer is refused before anything runs, and what looks like a mistake is said."""

import pytest

from harness import wait_until


def with_ready(project, ready, workers):
    project.commands(["a", "b"], "true\n", settings=f"[run]\nworkers = {workers}\n[app]\nstart = \"python3 -m http.server {{port}}\"\nready = {ready}\n")


@pytest.mark.parametrize("ready", ['{ http = "http://127.0.0.1:18200/" }', '{ http = "http://localhost:18200" }', '{ tcp = "127.0.0.1:18200" }'])
def test_one_address_for_several_workers_is_refused(project, ready):
    with_ready(project, ready, 2)
    finished = project.tamarack("run")
    assert finished.code == 2 and "one address for all 2 workers" in finished.err and "{port}" in finished.err
    with_ready(project, ready, 1)
    finished = project.tamarack("run", "-w", "3")
    assert finished.code == 2 and "one address for all 3 workers" in finished.err and "{port}" in finished.err
    assert not (project.root / "units.log").exists()


def test_an_address_for_each_worker_is_not_refused(project):
    with_ready(project, '{ http = "http://127.0.0.1:{port}/" }', 2)
    project.run(expect=0)


def interrupted(project):
    project.commands(["a", "b"], '[ "$1" = a ] || [ -e go ] || exec sleep 600\n', workers=1, logged=True)
    process = project.start("run")
    wait_until(lambda: any(kind == "test_finished" for _, kind, _ in project.journal()), "the first result in the journal")
    process.kill()
    process.communicate()
    project.assert_nothing_left(5)
    project.write("go", "")


@pytest.mark.parametrize("key, change", [("framework", ('framework = "command"', 'framework = "pytest"')), ("run", ("sh unit.sh {unit}", "true {unit}")),
                                         ("dir", ('framework = "command"', 'framework = "command"\ndir = "other"'))])
def test_resume_refuses_a_suite_that_was_changed(project, key, change):
    interrupted(project)
    (project.root / "other").mkdir()
    original = project.read("tamarack.toml")
    changed = original.replace(*change)
    if key == "framework":
        changed = 'version = 1\n[suite]\nframework = "pytest"\n'
    project.write("tamarack.toml", changed)
    refused = project.tamarack("resume")
    assert refused.code == 2 and f"'{key}' was '" in refused.err, refused.text
    project.write("tamarack.toml", original)
    assert project.resume(expect=0).json["ledger"]["passed"] == 2


def test_only_failed_remembers_across_runs_of_a_part(project):
    project.commands(["a", "b", "c"], '[ -e fixed ] || [ "$1" = c ]\n')
    project.run(expect=1)
    project.run("-g", "c", expect=0)
    assert project.run("--only-failed", expect=1).json["planned"] == 2
    project.write("fixed", "")
    assert project.run("-g", "a", expect=0).json["planned"] == 1
    assert project.run("--only-failed", expect=0).json["planned"] == 1
    finished = project.tamarack("run", "--only-failed")
    assert finished.code == 2 and "no test failed when it last ran" in finished.err


def test_rules_that_apply_to_no_test_are_said(project):
    project.commands(["a", "b"], "true\n")
    text = project.read("tamarack.toml")
    lines = len(text.splitlines())
    project.write("tamarack.toml", text.rstrip("\n") + """
[[lock]]
name = "db"
match = "nowhere"
[[cap]]
name = "load"
match = "a"
max = 1
[[order]]
before = "a"
after = "typo"
[[quarantine]]
test = "nobody"
owner = "me"
reason = "flaky"
expires = "2099-01-01"
""")
    for finished in (project.run("-g", "b", expect=0), project.tamarack("doctor")):
        assert f"tamarack.toml:{lines + 1}: [[lock]] 'db' applies to no test of the suite (match 'nowhere')" in finished.text
        assert "'after' in [[order]] applies to no test of the suite (match 'typo')" in finished.text
        assert "[[quarantine]] applies to no test of the suite (test 'nobody')" in finished.text
        assert "[[cap]]" not in finished.text and "'before'" not in finished.text


def test_doctor_lists_the_tests_and_leaves_nothing(project):
    project.commands(["a", "b"], "true\n")
    finished = project.tamarack("doctor")
    assert finished.code == 0 and "2 tests found" in finished.out and not (project.root / ".tamarack").exists()
    project.write("tamarack.toml", project.read("tamarack.toml").replace("cat units.txt", "cat missing.txt"))
    finished = project.tamarack("doctor")
    assert finished.code == 2 and "not ready to run" in finished.out and "missing.txt" in finished.out
    assert project.tamarack("run").code == 2

