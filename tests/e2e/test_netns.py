"""Agents behind real network links that are cut: see netns_story.py."""

import pytest

from harness import OUTCOMES
from netns import Machines, why_not
from netns_story import HEARTBEAT_MS, tell

REASON = why_not()
UNITS = [f"unit-{n:03d}" for n in range(90)]

# Skipped only where the system gives no network namespaces, and then it says what is missing: root, the program ip, or the kernel.
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)


@pytest.fixture
def machines():
    machines = Machines(["a", "b", "c"])
    yield machines
    machines.remove()


def test_three_machines_one_verdict(project, machines):
    project.commands(UNITS, 'sleep 0.8; [ "$1" != unit-077 ]\n')
    found = tell(project, machines, len(UNITS))
    assert found["exit_code"] == 1, found["text"] + found["logs"]
    assert found["planned"] == len(UNITS) and found["outcomes"] == {"failed": 1, "passed": len(UNITS) - 1}, found
    assert set(found["outcomes"]) <= set(OUTCOMES)
    assert found["ran_again"] == [], "a finished test ran again"
    assert found["resumed"] == 1, "the server was killed once"
    assert found["death_noticed_ms"] is not None and found["death_noticed_ms"] <= 2 * HEARTBEAT_MS + 1500, found
