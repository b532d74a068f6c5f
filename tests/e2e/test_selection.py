"""Which tests run: paths, --grep, --tag, --not-tag, --only, --only-failed, --failed-first; a typo is an error, never an empty green."""

import json

import pytest

UNITS = ["cart/add.sh", "cart/remove.sh", "admin/users.sh", "admin/roles.sh"]

PYTEST = """
import pytest

@pytest.mark.smoke
def test_quick(): pass

@pytest.mark.slow
def test_long(): pass

@pytest.mark.smoke
@pytest.mark.slow
def test_both(): pass

def test_plain(): pass
"""


@pytest.fixture
def shop(project):
    project.commands(UNITS, 'echo "$1" >> ran.txt; [ ! -e fail ] || ! grep -qxF "$1" fail\n')
    return project


def ran(project):
    units = sorted(project.read("ran.txt").splitlines())
    (project.root / "ran.txt").unlink(missing_ok=True)
    return units


@pytest.mark.parametrize("arguments, expected", [
    (["cart"], UNITS[:2]),
    (["cart/add.sh"], UNITS[:1]),
    (["admin/*.sh"], UNITS[2:]),
    (["add", "users"], ["cart/add.sh", "admin/users.sh"]),
    (["--grep", "ro"], ["admin/roles.sh"]),
    (["--grep", "/^cart.*(add|users)/"], ["cart/add.sh"]),
    (["--only", "cart/remove.sh"], ["cart/remove.sh"]),
    (["cart", "--grep", "add"], ["cart/add.sh"]),
])
def test_filters(shop, arguments, expected):
    result = shop.run(*arguments, expect=0).json
    assert ran(shop) == sorted(expected)
    assert result["planned"] == len(expected)


@pytest.mark.parametrize("arguments, named", [
    (["cat/add.sh"], "cat/add.sh"),
    (["cart", "nonsense"], "nonsense"),
    (["--grep", "nothing like this"], "nothing like this"),
    (["--grep", "/[/"], "/[/"),
    (["--only", "cart/remove"], "cart/remove"),
    (["--tag", "smok"], "smok"),
])
def test_a_typo_is_an_error(shop, arguments, named):
    finished = shop.tamarack("run", *arguments)
    assert finished.code == 2 and named in finished.err, finished.text
    assert ran(shop) == []
    assert not shop.tamarack("runs").out, "no run was recorded"


def test_only_by_id(shop):
    first = shop.run(expect=0).json
    ran(shop)
    with open(first["ctrf"]) as file:
        assert len(json.load(file)["results"]["tests"]) == 4
    planned = [body for _, kind, body in shop.journal() if kind == "run_planned"][0]["plan"]["tests"]
    wanted = planned[2]
    shop.run("--only", wanted["id"], expect=0)
    assert ran(shop) == [wanted["identity"]["spec"]]


def test_only_failed_runs_what_did_not_pass(shop):
    shop.write("fail", "cart/add.sh\nadmin/roles.sh\n")
    shop.run(expect=1)
    assert ran(shop) == sorted(UNITS)
    shop.write("fail", "cart/add.sh\n")
    shop.run("--only-failed", expect=1)
    assert ran(shop) == ["admin/roles.sh", "cart/add.sh"]
    shop.run("--only-failed", expect=1)
    assert ran(shop) == ["cart/add.sh"]
    (shop.root / "fail").unlink()
    shop.run("--only-failed", expect=0)
    assert ran(shop) == ["cart/add.sh"]


def test_only_failed_with_nothing_failed_says_so(shop):
    shop.run(expect=0)
    ran(shop)
    finished = shop.tamarack("run", "--only-failed")
    assert finished.code == 2 and "failed" in finished.err
    assert ran(shop) == []


def test_failed_first(shop):
    shop.write("fail", "admin/roles.sh\n")
    shop.run(expect=1)
    ran(shop)
    shop.run("--failed-first", "--workers", "1", expect=1)
    assert shop.read("ran.txt").splitlines()[0] == "admin/roles.sh"


@pytest.mark.parametrize("arguments, expected", [
    (["--tag", "smoke"], {"test_quick", "test_both"}),
    (["--tag", "smoke", "--tag", "slow"], {"test_quick", "test_both", "test_long"}),
    (["--not-tag", "slow"], {"test_quick", "test_plain"}),
    (["--tag", "smoke", "--not-tag", "slow"], {"test_quick"}),
    (["--only", "test_tags.py › test_plain"], {"test_plain"}),
    (["test_tags.py:5"], {"test_quick"}),
])
def test_tags_and_lines(project, arguments, expected):
    project.write("test_tags.py", PYTEST)
    project.write("pytest.ini", "[pytest]\nmarkers =\n    smoke: x\n    slow: x\n")
    project.write("tamarack.toml", 'version = 1\n[suite]\nframework = "pytest"\n[run]\nworkers = 1\n')
    project.run(*arguments, expect=0)
    assert {name.split(" › ")[1] for name in project.tests()} == expected
