"""Files that tests leave behind: found, stored once by content, linked to their test, and within their budget."""

import hashlib
import json
import os

import pytest

WATCH = '[artifacts]\nwatch = ["shots/**/*.png"]\nsettle = "100ms"\n'


def stored(project):
    names = {}
    for _, kind, body in project.journal():
        if kind == "run_planned":
            names = dict(enumerate(test["identity"]["spec"] for test in body["plan"]["tests"]))
    return [(names.get(body["test"]), body["attachment"]) for _, kind, body in project.journal() if kind == "artifact_stored"]


def store_files(project):
    folder = project.root / ".tamarack/artifacts"
    return [path for path in folder.rglob("*") if path.is_file()]


def test_watched_files_are_linked_to_the_test_that_wrote_them(project):
    project.commands(["a", "b"], 'mkdir -p shots/deep; printf "picture of %s" "$1" > "shots/deep/$1.png"; echo no > shots/other.txt; test "$1" = a\n', workers=1,
                     settings="[run]\nworkers = 1\n" + WATCH)
    result = project.run(expect=1).json
    found = {test: attachment for test, attachment in stored(project)}
    assert set(found) == {"a", "b"}
    for unit in ("a", "b"):
        content = f"picture of {unit}".encode()
        assert found[unit]["sha256"] == hashlib.sha256(content).hexdigest() and found[unit]["size"] == len(content)
        assert found[unit]["name"].endswith(f"{unit}.png")
    exported = list((project.root / ".tamarack/runs" / result["run_id"] / "artifacts").iterdir())
    assert sorted(path.read_bytes() for path in exported) == [b"picture of a", b"picture of b"]
    with open(result["report"]) as file:
        view = json.loads(file.read().split('id="tamarack-report">', 1)[1].split("</script>", 1)[0])
    (bad,) = [test for test in view["tests"] if test["outcome"] == "failed"]
    assert "b.png" in json.dumps(bad)


def test_equal_content_is_stored_once(project):
    project.commands(["a", "b", "c"], 'mkdir -p shots; printf same > "shots/$1.png"\n', workers=1, settings="[run]\nworkers = 1\n" + WATCH)
    project.run(expect=0)
    found = stored(project)
    assert len(found) == 3 and len({attachment["sha256"] for _, attachment in found}) == 1
    assert len([path for path in store_files(project) if path.read_bytes() == b"same"]) == 1


def test_a_file_that_grows_is_stored_whole(project):
    project.commands(["a"], 'mkdir -p shots; for part in 1 2 3 4 5; do printf "part $part " >> shots/a.png; sleep 0.05; done\n', workers=1,
                     settings="[run]\nworkers = 1\n" + WATCH)
    project.run(expect=0)
    whole = b"part 1 part 2 part 3 part 4 part 5 "
    assert stored(project)[-1][1]["sha256"] == hashlib.sha256(whole).hexdigest()


def test_files_of_an_earlier_run_are_not_this_runs(project):
    project.write("shots/old.png", "old")
    project.commands(["a"], 'printf new > shots/new.png\n', workers=1, settings="[run]\nworkers = 1\n" + WATCH)
    project.run(expect=0)
    assert [os.path.basename(attachment["name"]) for _, attachment in stored(project)] == ["new.png"]


def test_the_budget_is_kept_and_the_excess_is_named(project):
    project.commands(["a", "b", "c"], 'mkdir -p shots; head -c 60000 /dev/urandom > "shots/$1.png"\n', workers=1,
                     settings="[run]\nworkers = 1\n" + WATCH + 'bytes_max = "100KB"\n')
    finished = project.run(expect=0)
    kept = [attachment for _, attachment in stored(project) if attachment["sha256"]]
    assert len(kept) == 1
    assert sum(path.stat().st_size for path in store_files(project)) <= 100_000
    assert "bytes_max" in finished.err or "artifact" in finished.err, "what was dropped is said"


@pytest.mark.parametrize("name", ["plain.png", "with space & ümlaut.png"])
def test_names_survive(project, name):
    project.commands(["a"], f'mkdir -p shots; printf x > "shots/{name}"; exit 1\n', workers=1, settings="[run]\nworkers = 1\n" + WATCH)
    result = project.run(expect=1).json
    assert [os.path.basename(attachment["name"]) for _, attachment in stored(project)] == [name]
    assert len(list((project.root / ".tamarack/runs" / result["run_id"] / "artifacts").iterdir())) == 1
