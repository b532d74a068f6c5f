"""The fixture."""

import json
import os
import re
import sys

import pytest

from .agent import Polling, TamarackWaitError, check_id, job_wish, status_path, wait_on_agent

CAPTURE = "tamarack.capture:"  # with the name: a property that Tamarack's shim takes for a capture
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
CAPTURES_MAX = 64  # of one test
CAPTURE_BYTES_MAX = 64 * 1024
said_that_it_polls = False


def identity_of(node):
    """(spec, title path, parameters) as the shim tells it."""
    config = node.config
    file, _, rest = node.nodeid.partition("::")
    name, bracket, parameters = rest.partition("[")
    if not bracket or not name or not rest.endswith("]"):
        name, parameters = rest, ""
    spec = os.path.relpath(os.path.join(str(config.rootpath), file), str(config.invocation_params.dir)).replace(os.sep, "/")
    return spec, name.split("::"), parameters[:-1] if parameters else ""


def read_captured(environment, identity):
    """What earlier phases of this test's flow have captured, and what the run was given."""
    captured = json.loads(environment.get("TAMARACK_CAPTURES_JSON") or "{}")  # for plain `pytest`
    if not environment.get("TAMARACK_CAPTURES"):
        return captured
    with open(environment["TAMARACK_CAPTURES"], encoding="utf-8") as file:
        told = json.load(file)
    captured.update(told.get("given", {}))
    for flow in told.get("flows", []):
        if any((test["spec"], test["title_path"], test["parameters"]) == identity for test in flow["tests"]):
            captured.update(flow["captures"])
            break
    return captured


class Tamarack:
    """Seconds everywhere, as Python has them."""

    def __init__(self, node, base_url=None, environment=None):
        environment = os.environ if environment is None else environment
        self._node = node
        self._base_url = (base_url or "").rstrip("/")
        self._url = environment.get("TAMARACK_AGENT_URL", "")
        self._token = environment.get("TAMARACK_AGENT_TOKEN", "")
        self._captured = read_captured(environment, identity_of(node))
        self._own = set()

    @property
    def is_present(self):
        """Whether this test runs under Tamarack."""
        return bool(self._url and self._token)

    def capture(self, name, value):
        """Hands a value on to the phases that come after this test, and into the report. Returns it."""
        if not NAME.match(name):
            raise ValueError("a capture's name has letters, digits and '_' and does not begin with a digit, got %r" % (name,))
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise TypeError("capture %r: %s" % (name, error)) from None
        if len(text.encode()) > CAPTURE_BYTES_MAX:
            raise ValueError("capture %r has %d bytes, at most %d are kept" % (name, len(text.encode()), CAPTURE_BYTES_MAX))
        self._own.add(name)
        if len(self._own) > CAPTURES_MAX:
            raise ValueError("capture %r is one too many: a test has at most %d" % (name, CAPTURES_MAX))
        self._captured[name] = json.loads(text)
        self._node.user_properties.append((CAPTURE + name, self._captured[name]))
        return value

    def captures(self):
        return dict(self._captured)

    def captured(self, name):
        """A value that an earlier phase, the run's start, or this test captured. KeyError when there is none."""
        if name in self._captured:
            return self._captured[name]
        known = ", ".join(self._captured)
        raise KeyError("nothing was captured as %r; %s" % (name, "captured: " + known if known else "nothing was captured at all"))

    def wait_for(self, wish, timeout=None):
        """Waits until the wish holds; returns the agent's answer. A TamarackWaitError for every other outcome."""
        __tracebackhide__ = True  # pylint: disable=unused-variable
        self._need_agent("wait_for")
        whole = dict(wish, **({"timeout_ms": int(timeout * 1000)} if timeout else {}))
        return wait_on_agent(self._url, self._token, self._rebased(whole), self._captured)

    def await_job(self, target, timeout=180, interval=5, **how):
        """Waits until the job at this address has completed; returns the last answer's body. `target`: an address, or a job's id."""
        __tracebackhide__ = True  # pylint: disable=unused-variable
        self._need_agent("await_job")
        if isinstance(target, str) and re.match(r"/|https?:", target):
            wish = job_wish(target, "job %s" % target, timeout, interval, **how)
        else:
            job_id = check_id(target, "await_job")
            wish = job_wish(status_path(job_id), "job %s" % job_id, timeout, interval, **how)
        return wait_on_agent(self._url, self._token, self._rebased(wish), self._captured)["captures"]["body"]

    def poll_for_job_status(self, job_id, timeout=180, interval=5, url=None, **how):
        """The same by id; outside of Tamarack it polls by itself."""
        __tracebackhide__ = True  # pylint: disable=unused-variable
        global said_that_it_polls  # pylint: disable=global-statement
        job_id = check_id(job_id, "poll_for_job_status")
        wish = self._rebased(job_wish(url or status_path(job_id), "job %s" % job_id, timeout, interval, **how))
        if self.is_present:
            return wait_on_agent(self._url, self._token, wish, self._captured)["captures"]["body"]
        if not said_that_it_polls:
            sys.stderr.write("tamarack: this test does not run under Tamarack, so %s is polled every %g s\n" % (wish["name"], interval))
        said_that_it_polls = True
        if not wish["conditions"][0]["http"]["url"].startswith(("http://", "https://")):
            raise TamarackWaitError("invalid", "%r needs a fixture `base_url`, or BASE_URL" % wish["conditions"][0]["http"]["url"])
        return Polling(wish).run()

    # ---- not for tests

    def _need_agent(self, method):
        if not self.is_present:
            raise RuntimeError("tamarack.%s needs Tamarack, and this test does not run under it: start it with `tamarack run`, or use "
                               "poll_for_job_status, which can poll alone" % method)

    def _rebased(self, wish):
        """Addresses that begin with '/' belong to what the tests themselves visit; the agent only knows its own worker's application."""
        if not self._base_url:
            return wish

        def absolute(condition):
            if not isinstance(condition.get("http"), dict):
                return condition
            addresses = {name: self._base_url + value for name, value in condition["http"].items()
                         if name in ("url", "events") and isinstance(value, str) and value.startswith("/")}
            return dict(condition, http=dict(condition["http"], **addresses))

        return dict(wish, conditions=[absolute(condition) for condition in wish.get("conditions", [])])


@pytest.fixture
def tamarack(request):
    """Captures and waits of Tamarack. A fixture `base_url` (pytest-base-url has one) or BASE_URL is put before addresses with '/'."""
    try:
        base_url = request.getfixturevalue("base_url")
    except pytest.FixtureLookupError:
        base_url = None
    return Tamarack(request.node, base_url or os.environ.get("BASE_URL"))
