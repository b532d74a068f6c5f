"""Tells Tamarack what pytest finds and runs, as event lines (docs/design/2026-11-21-event-lines.md).

Loaded with `-p pytest_tamarack` and PYTHONPATH (pytest 6.2 or newer, Python 3.7 or newer). Without TAMARACK_EVENTS it
does nothing. It refuses to change the result: whatever goes wrong in here is swallowed. Under pytest-xdist the
controller writes all lines, and the workers only obey the selection.
"""

import json
import os
import re
import sys
import time

import pytest

TAIL_BYTES = 16 * 1024  # The contract's limit for captured output.
TEXT_CHARS = 64 * 1024  # An assertion on a huge value must not become a huge line.
SNIPPET_LINES = 3  # Lines shown before and after the one that failed.

COLOUR = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\-_])")

# Marks that steer pytest itself; all others are the user's own words and become tags.
OWN_MARKS = {"parametrize", "skip", "skipif", "xfail", "usefixtures", "filterwarnings", "timeout", "flaky", "xdist_group",
             "order", "run", "dependency", "incremental", "tryfirst", "trylast", "asyncio", "anyio"}
# Marks of plug-ins that make one test rely on another one of its file.
ORDER_MARKS = {"order", "run", "dependency", "incremental"}


CAPTURE = "tamarack.capture:"  # The properties that clients/pytest records, followed by the name.


class Guarded:
    """Nothing that fails in here may fail a test or the run. (A decorator would hide the hooks' arguments from pluggy.)"""

    complained = False

    def guard(self, action, *args):
        try:
            return action(*args)
        except Exception as error:  # pylint: disable=broad-except
            if not self.complained:
                sys.__stderr__.write("tamarack: cannot write events: %r\n" % (error,))
            self.complained = True
            return None


def well_formed(text):
    """Text that UTF-8 can carry: surrogate pairs are joined, lone ones become U+FFFD."""
    return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain(text):
    clean = COLOUR.sub("", well_formed(text or ""))
    return clean if len(clean) <= TEXT_CHARS else clean[:TEXT_CHARS] + "… (cut)"


def tail(text):
    """The last bytes of what a test printed, cut between characters."""
    return well_formed(text or "").encode("utf-8")[-TAIL_BYTES:].decode("utf-8", "ignore")


def whole(seconds):
    return max(0, int(round(seconds * 1000)))


def capture_of(name, value):
    """A recorded property as a capture; what JSON cannot say is told as text."""
    try:
        value = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        value = well_formed(value)
    return {"name": well_formed(name), "value": value}


def output_bytes():
    """How much of $TAMARACK_OUTPUT there is: its lines up to here belong to the test that has just ended."""
    try:
        return os.path.getsize(os.environ["TAMARACK_OUTPUT"])
    except (KeyError, OSError):
        return 0


class EventFile:
    """Appends lines, each with one write; after a failed or partial write the next line starts afresh."""

    def __init__(self, path):
        self.torn = False
        self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)

    def write(self, event):
        line = ("\n" if self.torn else "") + json.dumps(event, ensure_ascii=False) + "\n"
        data = line.encode("utf-8", "replace")
        self.torn = True
        self.torn = os.write(self.fd, data) != len(data)


class Identities:
    """Turns node ids, which are all that a controller sees of its workers' tests, into identities."""

    def __init__(self, config):
        self.root_dir = str(config.invocation_params.dir)
        self.rootpath = str(config.rootpath)
        self.known = {}
        # The workers of xdist have no `dist` of their own any more.
        self.grouped = getattr(config.option, "loadgroup", False) or getattr(config.option, "dist", "no") == "loadgroup"

    def relative(self, path):
        return os.path.relpath(os.path.join(self.rootpath, str(path)), self.root_dir).replace(os.sep, "/")

    def of(self, nodeid):
        if nodeid not in self.known:
            file, _, rest = nodeid.partition("::")
            if self.grouped:
                rest = without_group(rest)
            name, bracket, parameters = rest.partition("[")
            if not bracket or not name or not rest.endswith("]"):
                name, parameters = rest, ""
            self.known[nodeid] = {
                "spec": well_formed(self.relative(file)),
                "title_path": [well_formed(part) for part in name.split("::")] if name else [],
                "parameters": well_formed(parameters[:-1] if parameters else ""),
            }
        return self.known[nodeid]

    def key(self, nodeid):
        return key_of(self.of(nodeid))


def without_group(name):
    """`--dist loadgroup` appends `@group` to the ids of grouped tests. Names hold no '@'; parameters may, a group may hold anything."""
    head, at, _ = name.partition("@")
    if at and "[" not in head:
        return head
    head, at, _ = name.rpartition("]@")
    return head + "]" if at and not name.endswith("]") else name


def key_of(identity):
    return (identity["spec"], tuple(identity["title_path"]), identity.get("parameters", ""))


def read_selection(path):
    with open(path, encoding="utf-8") as file:
        return {key_of(test) for test in json.load(file)["tests"]}


class Selector(Guarded):
    """Takes the tests that are not selected out of the collection, before any fixture is set up."""

    def __init__(self, config, identities):
        self.config = config
        self.identities = identities
        # An unreadable selection selects nothing: running all tests would be worse.
        self.selection = self.guard(read_selection, os.environ["TAMARACK_SELECTION"]) or set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        kept = [item for item in items if self.identities.key(item.nodeid) in self.selection]
        removed = [item for item in items if self.identities.key(item.nodeid) not in self.selection]
        if removed:
            self.config.hook.pytest_deselected(items=removed)
            items[:] = kept


class Try:
    """One execution of a test: its phases, until the last one has been reported."""

    def __init__(self, retry):
        self.retry = retry
        self.started = time.time()
        self.status = "passed"
        self.errors = []
        self.annotations = []
        self.steps = []
        self.seconds = 0.0
        self.stdout = ""
        self.stderr = ""
        self.captures = []


class Writer(Guarded):
    """Writes the event lines of one pytest session."""

    def __init__(self, config, events, identities):
        self.config = config
        self.events = events
        self.identities = identities
        self.discovering = os.environ.get("TAMARACK_MODE") == "discover"
        self.suite_written = False
        self.early_errors = []
        self.tries = {}
        self.retries = {}
        self.finished = set()
        self.interrupted = False

    # Collection

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        if not hasattr(self.config, "workerinput") and not self.distributes():
            self.guard(self.write_suite, session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids):
        if not self.suite_written:
            self.guard(self.write_suite_line, len(ids))

    def pytest_collectreport(self, report):
        if report.failed:
            self.guard(lambda: self.write_error(self.error_of(report)))

    def distributes(self):
        option = self.config.option  # With --collect-only xdist sets `dist` and `tx` as well, and lists the tests right here.
        return bool(getattr(option, "dist", "no") != "no" and getattr(option, "tx", None) and not option.collectonly)

    def write_suite(self, items):
        self.write_suite_line(len(items))
        if not self.discovering:
            return
        ordered = {item.location[0] for item in items if any(item.get_closest_marker(name) for name in ORDER_MARKS)}
        for item in items:
            self.write_test(item, ordered)

    def write_suite_line(self, count):
        self.suite_written = True
        self.events.write({
            "type": "suite", "v": 1, "mode": "discover" if self.discovering else "run", "framework": "pytest",
            "framework_version": pytest.__version__, "root_dir": self.identities.root_dir, "tests": count,
        })
        for error in self.early_errors:
            self.events.write(error)
        self.early_errors = []

    def write_test(self, item, ordered):
        marks = list(item.iter_markers())
        group = item.get_closest_marker("xdist_group")
        name = (group.kwargs.get("name") or (group.args[0] if group.args else "default")) if group else ""
        timeout = item.get_closest_marker("timeout")
        seconds = (timeout.args[0] if timeout.args else timeout.kwargs.get("timeout", 0)) if timeout else 0
        self.events.write(dict(self.identities.of(item.nodeid), **{
            "type": "test", "line": (item.location[1] or 0) + 1, "column": 0,
            "tags": sorted({mark.name for mark in marks} - OWN_MARKS),
            "annotations": [{"type": mark.name, "description": plain(mark.kwargs.get("reason", ""))}
                            for mark in marks if mark.name in ("skip", "skipif", "xfail")],
            "group": "file" if item.location[0] in ordered else well_formed(name),
            "serial": item.location[0] in ordered,
            "expect": "skip" if will_skip(item) else "run",
            "timeout_ms": whole(seconds or 0),
        }))

    # Running

    def pytest_runtest_logstart(self, nodeid):
        self.guard(self.begin, nodeid)

    def pytest_runtest_logreport(self, report):
        self.guard(self.record, report)

    def record(self, report):
        attempt = self.tries.get(report.nodeid) or self.begin(report.nodeid)
        attempt.seconds += getattr(report, "duration", 0) or 0
        attempt.stdout, attempt.stderr = report.capstdout, report.capstderr
        attempt.captures = [capture_of(name[len(CAPTURE):], value) for name, value in getattr(report, "user_properties", ())
                            if str(name).startswith(CAPTURE)]
        if report.when in ("setup", "call", "teardown"):
            started = getattr(report, "start", None) or time.time() - report.duration
            attempt.steps.append({
                "title": report.when, "category": "test.step" if report.when == "call" else "hook", "started_ms": whole(started),
                "duration_ms": whole(report.duration), "failed": report.outcome in ("failed", "rerun"),
            })
        self.judge(attempt, report)
        if report.outcome == "rerun":  # pytest-rerunfailures is going to run the test again.
            self.finish(report.nodeid, final=False)
        elif report.when not in ("setup", "call"):  # "teardown", or "???" for a crashed worker of xdist
            self.finish(report.nodeid, final=True)

    def begin(self, nodeid):
        attempt = self.tries[nodeid] = Try(self.retries.get(nodeid, 0))
        self.events.write(dict(self.identities.of(nodeid), type="test_started", retry=attempt.retry, at_ms=whole(attempt.started)))
        return attempt

    def judge(self, attempt, report):
        expected_failure = getattr(report, "wasxfail", None)
        if report.outcome in ("failed", "rerun"):
            error = self.error_of(report)
            if report.when in ("setup", "teardown"):
                error["message"] = "%s failed: %s" % (report.when, error["message"])
            attempt.errors.append(error)
            if attempt.status != "timed_out":
                attempt.status = "timed_out" if re.match(r"(\w+ failed: )?Failed: Timeout\b", error["message"]) else "failed"
        elif expected_failure is not None:
            reason = str(expected_failure).replace("reason: ", "", 1)
            never_ran = report.skipped and reason.startswith("[NOTRUN]")
            kind = "xfail" if report.skipped else "xpass"
            attempt.annotations.append({"type": kind, "description": plain(reason)})
            if never_ran:
                self.skip(attempt)
        elif report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            attempt.annotations.append({"type": "skip", "description": plain(reason.replace("Skipped: ", "", 1))})
            self.skip(attempt)

    def skip(self, attempt):
        if attempt.status == "passed":  # A skip of the tear-down, or of a subtest, takes no failure back.
            attempt.status = "skipped"

    def finish(self, nodeid, final):
        attempt = self.tries.pop(nodeid)
        self.retries[nodeid] = attempt.retry + 1
        if final:
            self.finished.add(nodeid)
        self.events.write(dict(self.identities.of(nodeid), **{
            "type": "test_finished", "retry": attempt.retry, "status": attempt.status, "final": final,
            "started_ms": whole(attempt.started), "duration_ms": whole(attempt.seconds), "errors": attempt.errors,
            "stdout": tail(attempt.stdout), "stderr": tail(attempt.stderr), "annotations": attempt.annotations,
            "captures": attempt.captures, "output_bytes": output_bytes(), "attachments": [], "steps": attempt.steps,
        }))

    # Trouble and the end

    def pytest_internalerror(self, excrepr, excinfo):
        self.guard(self.write_internal_error, excrepr, excinfo)

    def write_internal_error(self, excrepr, excinfo):
        crash = getattr(excrepr, "reprcrash", None)
        message = "internal error of pytest: %s" % (crash.message if crash else excinfo.value,)
        self.write_error({"message": plain(message), "stack": plain(excrepr), "file": "", "line": 0, "column": 0, "snippet": ""})

    def pytest_keyboard_interrupt(self, excinfo):
        self.guard(self.write_interrupt, excinfo)

    def write_interrupt(self, excinfo):
        # pytest also stops itself this way, for example after errors in the collection; those have been written.
        if issubclass(excinfo.type, pytest.Session.Interrupted):
            return
        self.interrupted = True
        for nodeid in list(self.tries):
            self.tries[nodeid].status = "interrupted"
            self.finish(nodeid, final=True)
        message = "interrupted: %s" % (excinfo.value or excinfo.type.__name__,)
        self.write_error({"message": plain(message), "stack": "", "file": "", "line": 0, "column": 0, "snippet": ""})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus):
        self.guard(self.write_end, int(exitstatus))

    def write_end(self, exitstatus):
        if not self.suite_written:
            self.write_suite_line(0)
        if exitstatus == 5:
            self.write_error({"message": "no tests were collected", "stack": "", "file": "", "line": 0, "column": 0, "snippet": ""})
        status = "interrupted" if self.interrupted else "passed" if exitstatus == 0 else "failed"
        self.events.write({"type": "end", "status": status, "tests_finished": len(self.finished)})

    def write_error(self, error):
        event = {"type": "error", "error": error}
        if self.suite_written:
            self.events.write(event)
        else:
            self.early_errors.append(event)  # The contract wants the `suite` line first.

    def error_of(self, report):
        longrepr = report.longrepr
        crash = getattr(longrepr, "reprcrash", None)
        text = report.longreprtext
        message = crash.message if crash else (text.strip().split("\n") or [""])[-1] or "unknown error"
        place = self.place_of(longrepr, crash)
        return dict(place, message=plain(message), stack=plain(text), snippet=self.snippet_of(place))

    def place_of(self, longrepr, crash):
        """The innermost place in the user's own files, or where the error was raised."""
        places = []
        for entry in getattr(getattr(longrepr, "reprtraceback", None), "reprentries", []):
            location = getattr(entry, "reprfileloc", None)
            if location is not None:
                places.append((location.path, location.lineno))
        if crash is not None:
            places.insert(0, (crash.path, crash.lineno))
        chosen = {"file": "", "line": 0, "column": 0}
        for path, line in places:
            absolute = os.path.join(self.identities.root_dir, str(path))
            name = os.path.relpath(absolute, self.identities.root_dir).replace(os.sep, "/")
            foreign = name.startswith("../") or "site-packages/" in name
            if not foreign or not chosen["file"]:
                chosen = {"file": absolute if foreign else name, "line": int(line or 0), "column": 0}
        return chosen

    def snippet_of(self, place):
        if not place["file"]:
            return ""
        try:
            with open(os.path.join(self.identities.root_dir, place["file"]), encoding="utf-8", errors="replace") as file:
                lines = file.read().split("\n")
        except OSError:
            return ""  # A generated or removed file has no text to show.
        first, last = max(1, place["line"] - SNIPPET_LINES), min(len(lines), place["line"] + SNIPPET_LINES)
        return plain("\n".join("%s %4d | %s" % (">" if number == place["line"] else " ", number, lines[number - 1])
                               for number in range(first, last + 1)))


def will_skip(item):
    """Whether skip and skipif marks already say that the test is not going to run."""
    try:
        from _pytest.skipping import evaluate_skip_marks  # Private, so a version without it only loses this forecast.

        return evaluate_skip_marks(item) is not None
    except Exception:  # pylint: disable=broad-except
        return item.get_closest_marker("skip") is not None


def pytest_configure(config):
    path = os.environ.get("TAMARACK_EVENTS")
    if not path:
        return
    identities = Identities(config)
    is_worker = hasattr(config, "workerinput")
    if os.environ.get("TAMARACK_SELECTION") and os.environ.get("TAMARACK_MODE") != "discover":
        config.pluginmanager.register(Selector(config, identities), "tamarack-selector")
    if is_worker:
        return
    try:
        events = EventFile(path)
    except OSError as error:
        sys.__stderr__.write("tamarack: cannot write events: %s\n" % (error,))
        return
    config.pluginmanager.register(Writer(config, events, identities), "tamarack-writer")
