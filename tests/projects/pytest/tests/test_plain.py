"""The ordinary cases of pytest: parameters, classes, marks, output."""

import os
import sys
import threading

import pytest


def test_adds():
    print("adding")
    print("warning", file=sys.stderr)
    assert 1 + 1 == 2


@pytest.mark.smoke
@pytest.mark.parametrize("left, right", [(1, 2), (3, 4)])
def test_is_less(left, right):
    assert left < right


@pytest.mark.parametrize("text", ["a::b", "x[1]/y", "", "ä 漢"], ids=str)
def test_awkward_ids(text):
    assert isinstance(text, str)


class TestSums:
    @pytest.mark.slow
    def test_of_nothing(self):
        assert sum([]) == 0

    class TestInner:
        def test_of_one(self):
            assert sum([1]) == 1


@pytest.mark.xfail(reason="known: BUG-1")
def test_expected_failure():
    assert 1 == 2


@pytest.mark.xfail(reason="perhaps fixed")
def test_unexpected_success():
    pass


@pytest.mark.xfail(run=False, reason="would hang")
def test_not_to_be_run():
    raise AssertionError("never reached")


@pytest.mark.skip(reason="not on this machine")
def test_skipped():
    pass


def test_skipped_while_running():
    pytest.skip("no licence")


def test_fails_on_demand():
    expected = ""
    assert os.environ.get("FAIL", "") == expected


@pytest.mark.xfail(strict=True, condition=bool(os.environ.get("FAIL")), reason="only with FAIL")
def test_passes_although_it_should_fail_on_demand():
    pass


@pytest.mark.skipif(not os.environ.get("HANG"), reason="only with HANG")
def test_hangs_on_demand():
    print("hanging now", flush=True)
    threading.Event().wait()
