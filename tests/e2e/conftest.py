import os

import pytest

from fleet import Fleet
from harness import BINARY, Project
from job_backend import JobBackend


def pytest_sessionstart(session):
    if not os.access(BINARY, os.X_OK):
        pytest.exit(f"'{BINARY}' is not there: build it first, or set TAMARACK_BIN", 2)


@pytest.fixture
def project(tmp_path):
    """An empty folder to make a project in. After the test nothing that it started may still be running."""
    project = Project(tmp_path / "shop")
    yield project
    ended = all(process.poll() is not None for process in project.processes)
    if ended:
        project.assert_nothing_left()
    # A test that failed half-way may have left its run behind; that is not a finding of its own.
    project.clean_up()


@pytest.fixture
def fleet(project):
    """Servers and agents of the project's machine; what a test starts of them ends with it."""
    fleet = Fleet(project)
    yield fleet
    fleet.stop()


@pytest.fixture
def backend():
    """A backend of jobs, which the test moves on."""
    backend = JobBackend()
    yield backend
    backend.stop()
