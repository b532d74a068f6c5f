"""Fixtures of every scope, so that a selection shows which of them are set up."""

import os

import pytest


@pytest.fixture(scope="session")
def basket():
    return []


@pytest.fixture
def breaks_afterwards():
    yield
    assert not os.environ.get("FAIL_TEARDOWN"), "FAIL_TEARDOWN is set"


@pytest.fixture
def breaks_before():
    assert not os.environ.get("FAIL_SETUP"), "FAIL_SETUP is set"
