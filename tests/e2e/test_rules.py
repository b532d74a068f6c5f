"""Locks, caps, order, together, retries, quarantine, seeds and policies, proved from what the units themselves wrote down."""

import json

import pytest

from harness import overlap

# Long enough that two of them surely overlap when nothing keeps them apart.
WORK = "sleep 0.15\n"


def pairs(items):
    return [(first, second) for at, first in enumerate(items) for second in items[at + 1:]]


def test_without_rules_units_overlap(project):
    project.commands(["a", "b", "c", "d"], WORK, workers=4, logged=True)
    project.run(expect=0)
    spans = list(project.spans().values())
    assert all(overlap(first, second) for first, second in pairs(spans)) or sum(overlap(*pair) for pair in pairs(spans)) >= 3


def test_a_lock_keeps_its_holders_apart(project):
    project.commands(["db/a", "db/b", "pay/c", "free/d", "free/e"], WORK, logged=True,
                     settings='[run]\nworkers = 4\n[[lock]]\nname = "db"\nmatch = "db/*"\n[[lock]]\nname = "db"\nmatch = "pay/*"\n')
    project.run(expect=0)
    spans = project.spans()
    holders = [spans[unit] for unit in ("db/a", "db/b", "pay/c")]
    assert not any(overlap(*pair) for pair in pairs(holders))
    assert any(overlap(spans[free], holder) for free in ("free/d", "free/e") for holder in holders), "the others do not wait"


def test_a_cap_limits_how_many_run_at_once(project):
    units = [f"up/{n}" for n in range(6)]
    project.commands(units, WORK, logged=True, settings='[run]\nworkers = 4\n[[cap]]\nname = "uploads"\nmatch = "up/*"\nmax = 2\n')
    project.run(expect=0)
    running = most = 0
    for word, _, _ in sorted(project.log(), key=lambda line: (line[2], line[0] == "start")):
        running += 1 if word == "start" else -1
        most = max(most, running)
    assert most == 2, "at most two, and really two"


def test_order_makes_the_second_wait_for_the_first(project):
    project.commands(["reports/x", "setup/a", "setup/b", "free"], WORK, logged=True,
                     settings='[run]\nworkers = 4\n[[order]]\nbefore = "setup/*"\nafter = "reports/*"\n')
    project.run(expect=0)
    spans = project.spans()
    assert spans["reports/x"][0] >= max(spans["setup/a"][1], spans["setup/b"][1])
    assert spans["free"][0] < spans["setup/a"][1], "what no rule names does not wait"


def test_together_stays_on_one_worker_in_order(project):
    units = ["wizard/1", "wizard/2", "wizard/3", "x", "y"]
    project.commands(units, 'echo "$1 $TAMARACK_WORKER" >> workers.txt\n' + WORK, logged=True, settings='[run]\nworkers = 3\n[[together]]\nmatch = "wizard/*"\n')
    project.run(expect=0)
    workers = dict(line.split(" ") for line in project.read("workers.txt").splitlines())
    assert len({workers[unit] for unit in units[:3]}) == 1
    spans = project.spans()
    assert spans["wizard/1"][1] <= spans["wizard/2"][0] and spans["wizard/2"][1] <= spans["wizard/3"][0]
    assert len(set(workers.values())) > 1


@pytest.mark.parametrize("rules", ['[[order]]\nbefore = "a"\nafter = "b"\n[[order]]\nbefore = "b"\nafter = "a"\n'])
def test_a_circle_of_rules_is_refused(project, rules):
    project.commands(["a", "b"], "true\n", settings="[run]\nworkers = 2\n" + rules)
    finished = project.tamarack("run")
    assert finished.code == 2 and "a" in finished.err and not project.tamarack("runs").out, finished.text


def test_retries_make_a_flaky_test(project):
    project.commands(["steady", "flaky", "broken"], 'case "$1" in flaky) [ -e tried ] || { touch tried; exit 1; };; broken) exit 1;; esac\n', logged=True)
    result = project.run("--retries", "2", expect=1).json
    assert result["ledger"] == {"passed": 1, "failed": 1, "flaky": 1, "skipped": 0, "timed_out": 0, "lost": 0, "cancelled": 0, "never_ran": 0}
    assert project.starts() == {"steady": 1, "flaky": 2, "broken": 3}
    assert result["attempts"] == 6
    assert "passed on attempt 2" in project.tamarack("show").out


def test_a_run_of_flaky_tests_only_is_green(project):
    project.commands(["a"], "[ -e tried ] || { touch tried; exit 1; }\n", settings="[run]\nworkers = 1\nretries = 1\n")
    result = project.run(expect=0).json
    assert result["verdict"] == "passed" and result["ledger"]["flaky"] == 1


def quarantine(expires):
    return f'[run]\nworkers = 2\n[[quarantine]]\ntest = "known"\nowner = "team"\nreason = "races"\nexpires = "{expires}"\n'


def test_quarantined_failures_do_not_count(project):
    project.commands(["good", "known"], 'test "$1" = good\n', settings=quarantine("2999-12-31"))
    finished = project.run(expect=0)
    assert finished.json["ledger"]["failed"] == 1 and finished.json["ledger"]["passed"] == 1
    assert "quarantine" in finished.err


def test_an_expired_quarantine_counts_again_and_says_so(project):
    project.commands(["good", "known"], 'test "$1" = good\n', settings=quarantine("2020-01-31"))
    finished = project.run(expect=1)
    assert "2020-01-31" in finished.err and "warning" in finished.err


def test_workers_have_names_seeds_and_data_of_their_own(project):
    project.commands([f"u{n}" for n in range(6)],
                     'printf "%s|" "$TAMARACK_WORKER" "$TAMARACK_WORKER_INDEX" "$TAMARACK_DATA" "$TAMARACK_SEED" "$TAMARACK_RUN" >> env.txt; echo >> env.txt\n'
                     'test -d "$TAMARACK_DATA" && sleep 0.1\n')
    result = project.run("--seed", "7", expect=0).json
    lines = [line.split("|") for line in project.read("env.txt").splitlines()]
    assert {(line[0], line[1]) for line in lines} == {("local/1", "1"), ("local/2", "2")}
    assert len({line[2] for line in lines}) == 2
    assert {line[3] for line in lines} == {"7"} and {line[4] for line in lines} == {result["run_id"]}


def test_the_longest_known_unit_goes_first(project):
    project.commands(["a", "b", "long"], '[ "$1" = long ] && sleep 0.4; true\n', logged=True, workers=1)
    project.run(expect=0)
    (project.root / "units.log").unlink()
    project.run(expect=0)
    assert project.log()[0][1] == "long"


@pytest.mark.parametrize("policy", ["dynamic", "timing", "count"])
def test_every_policy_runs_everything_once(project, policy):
    units = [f"u{n}" for n in range(9)]
    project.commands(units, "true\n", logged=True, workers=3)
    result = project.run("--policy", policy, expect=0).json
    assert project.starts() == {unit: 1 for unit in units} and result["ledger"]["passed"] == 9


def test_an_unknown_policy_is_refused(project):
    project.commands(["a"], "true\n")
    finished = project.tamarack("run", "--policy", "random")
    assert finished.code == 2 and "random" in finished.err and "dynamic" in finished.err


def test_github_gets_annotations_and_a_summary(project):
    project.commands(["good", "bad"], 'test "$1" = good\n')
    summary = project.root / "summary.md"
    finished = project.run(expect=1, env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    assert "::error" in finished.err and "bad" in summary.read_text()
    assert json.loads(finished.out.strip().splitlines()[-1])["exit_code"] == 1
