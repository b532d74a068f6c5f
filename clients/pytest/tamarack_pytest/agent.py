"""Asks the agent of Tamarack on this machine to wait, and polls by itself where there is none. All logic of a wait is the agent's."""

import email.utils
import http.client
import json
import linecache
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# The words of a status field without a map, as the agent has them (docs/design/2026-11-22-wait-wish.md); any other is invalid at once.
COMMON_MAP = {
    **dict.fromkeys(("PENDING", "QUEUED", "INITIALIZING", "RUNNING", "STARTED", "PROGRESS"), "going_on"),
    **dict.fromkeys(("COMPLETED", "SUCCESS", "SUCCEEDED"), "satisfied"),
    **dict.fromkeys(("FAILED", "FAILURE", "ERROR"), "failed"),
    **dict.fromkeys(("CANCELLED", "CANCELED", "REVOKED"), "cancelled"),
    "LOST": "lost",
}
NOTHING = {"", "undefined", "null", "NaN", "nan", "None", "[object Object]"}
NOT_FOUND_MAX = 5.0  # A 404 before the first sight may be a replica that lags.
NO_ANSWER_MAX = 30.0  # in a row
REQUEST_MAX = 10.0
LAST_LOOK = 1.0  # at the deadline
BODY_MAX = 1 << 20


class TamarackWaitError(AssertionError):
    """A wait that ended otherwise than satisfied. `outcome`: failed, timed_out, lost, cancelled or invalid."""

    def __init__(self, outcome, message, answer=None):
        super().__init__(message)
        self.outcome = outcome
        self.answer = answer or {}


def wait_on_agent(url, token, wish, captures):
    """Waits on the agent: its answer when satisfied, a TamarackWaitError otherwise. Whoever is interrupted hangs up, and that cancels."""
    __tracebackhide__ = True  # pylint: disable=unused-variable
    words = json.dumps(wish)
    needed = {name: value for name, value in captures.items() if "{%s}" % name in words}
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port)  # without a limit: the wait has one
    try:
        connection.request("POST", "/v1/waits", json.dumps(dict(wish, captures=needed)),
                           {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        response = connection.getresponse()
        status, text = response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()
    try:
        answer = json.loads(text)
    except ValueError:
        raise RuntimeError("the agent of tamarack answered %d without JSON: %s" % (status, text[:300])) from None
    if status != 200:
        raise TamarackWaitError("invalid", "the wait was refused: %s" % (answer.get("detail") or answer.get("title") or text[:300]), answer)
    if answer["outcome"] == "satisfied":
        return answer
    looks = answer.get("probes", 0)
    raise TamarackWaitError(answer["outcome"], "%s %s: %s (after %.1f s, %s%s)" % (
        wish.get("name") or "wait", answer["outcome"].replace("_", " "), answer["message"], answer.get("waited_ms", 0) / 1000,
        "one look" if looks == 1 else "%d looks" % looks,
        ", last status %s" % answer["last_status"] if answer.get("last_status") else ""), answer)


def argument_name(method, frame):
    """How the caller's source calls what it passed first: "job_id" of `poll_for_job_status(job_id)`; empty when it cannot be read."""
    source = " ".join(linecache.getline(frame.f_code.co_filename, frame.f_lineno + more).strip() for more in (0, 1))
    call = re.search(re.escape(method) + r"\(\s*([\w.\[\]'\"]+(?:\([^()]*\))?)", source)
    return call.group(1) if call else ""


def check_id(job_id, method, depth=2):
    """Refuses what a misspelt field leaves behind: asking for it would be a 404 for minutes and then be called a timeout."""
    __tracebackhide__ = True  # pylint: disable=unused-variable
    if isinstance(job_id, (str, int)) and not isinstance(job_id, bool) and str(job_id) not in NOTHING:
        return str(job_id)
    name = argument_name(method, sys._getframe(depth))
    raise TamarackWaitError("invalid", "%s: %s is %r; was a field misspelt where it was read, such as jobId for job_id?" % (
        method, "`%s`" % name if name else "the job's id", job_id))


def milliseconds(seconds, name):
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 < seconds < 1e9:
        return int(seconds * 1000) or 1
    raise TamarackWaitError("invalid", "%s must be a number of seconds above 0, got %r" % (name, seconds))


def job_wish(url, name, timeout, interval, headers=None, field="$.status", map=None, error_field="$.error"):  # pylint: disable=redefined-builtin
    """The wish for "this job has completed". The whole last answer comes back as the capture `body`."""
    max_ms = milliseconds(interval, "interval")
    condition = {"http": dict({"url": url}, **({"headers": headers} if headers else {})), "field": field, "error_field": error_field,
                 "capture": {"body": "$"}}
    if map:
        condition["map"] = map
    return {"name": name, "timeout_ms": milliseconds(timeout, "timeout"), "pace": {"min_ms": min(250, max_ms), "max_ms": max_ms},
            "conditions": [condition]}


def status_path(job_id):
    """Where a job's status stands when nobody says otherwise."""
    return "/api/v1/jobs/%s/status" % urllib.parse.quote(job_id, safe="")


def read_path(path, value):
    """The value at a JSON path such as $.a['b'][0], or None."""
    rest = path[1:] if path.startswith("$") else None
    while rest:
        step = re.match(r"\.([\w-]+)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(-?\d+)\]", rest)
        if not step:
            rest = None
            break
        rest = rest[step.end():]
        try:
            value = value[int(step.group(4))] if step.group(4) is not None else value[step.group(1) or step.group(2) or step.group(3)]
        except (KeyError, IndexError, TypeError):
            return None
    if rest is None:
        raise ValueError("the JSON path %r cannot be read" % path)
    return value


def fields_of(value):
    return "the fields %s" % (", ".join(value) or "(none)") if isinstance(value, dict) else json.dumps(value)[:300]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


def retry_after(headers):
    field = headers.get("Retry-After", "")
    if field.isdigit():
        return float(field)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(field).timestamp() - time.time())
    except (TypeError, ValueError, IndexError):
        return 0.0


class Polling:
    """Without Tamarack: asks again and again. The same meanings as in the agent's table, no push."""

    def __init__(self, wish):
        self.wish = wish
        self.condition = wish["conditions"][0]
        self.seen = False
        self.last = ""
        self.missing_since = None
        self.silent_since = None
        self.why = ""

    def bad(self, outcome, message):
        __tracebackhide__ = True  # pylint: disable=unused-variable
        raise TamarackWaitError(outcome, "%s %s: %s" % (self.wish["name"], outcome.replace("_", " "), message))

    def ask(self, limit):
        """(status, headers, text), or the reason why nobody answered."""
        request = urllib.request.Request(self.condition["http"]["url"], headers=self.condition["http"].get("headers", {}))
        try:
            with urllib.request.build_opener(NoRedirect).open(request, timeout=limit) as response:
                return (response.status, response.headers, response.read(BODY_MAX).decode("utf-8", "replace")), ""
        except urllib.error.HTTPError as error:
            with error:
                return (error.code, error.headers, error.read(BODY_MAX).decode("utf-8", "replace")), ""
        except (OSError, http.client.HTTPException) as error:
            return None, str(getattr(error, "reason", error) or type(error).__name__)

    def judge(self, status, headers, text):
        """(done, body, trouble): whether it is over, with what, or why this was no answer."""
        __tracebackhide__ = True  # pylint: disable=unused-variable
        url = self.condition["http"]["url"]
        if status in (404, 410):
            if self.seen:
                self.bad("lost", "it was there before, and now the answer is %d" % status)
            self.missing_since = self.missing_since or time.monotonic()
            if status == 410 or time.monotonic() - self.missing_since >= NOT_FOUND_MAX:
                self.bad("invalid", "%s is answered with %d: it was never there: %s" % (url, status, text[:300]))
            return False, None, ""
        if status in (408, 425, 429) or status >= 500:
            return False, None, "answered %d" % status
        if not 200 <= status <= 299:
            self.bad("invalid", "%s is answered with %d: %s" % (url, status, text[:300]))
        try:
            body = json.loads(text)
        except ValueError:
            self.bad("invalid", "expected JSON from %s, got %s: %s" % (url, headers.get("Content-Type", "no content type"), text[:300]))
        word = read_path(self.condition["field"], body)
        if word is None:
            self.bad("invalid", "the answer has no %s; it has %s" % (self.condition["field"], fields_of(body)))
        known = self.condition.get("map") or COMMON_MAP
        word = word if isinstance(word, str) else json.dumps(word)
        if word not in known:
            self.bad("invalid", "%s is %r, which is none of %s" % (self.condition["field"], word, ", ".join(known)))
        self.seen, self.last, self.missing_since = True, word, None
        if known[word] == "going_on":
            return False, None, ""
        if known[word] == "satisfied":
            return True, body, ""
        words = read_path(self.condition["error_field"], body)
        return self.bad(known[word], "the backend says %s" % word if words is None else words if isinstance(words, str) else json.dumps(words))

    def run(self):
        __tracebackhide__ = True  # pylint: disable=unused-variable
        deadline = time.monotonic() + self.wish["timeout_ms"] / 1000
        while True:
            answer, trouble = self.ask(max(LAST_LOOK, min(REQUEST_MAX, deadline - time.monotonic())))
            done, body, told = self.judge(*answer) if answer else (False, None, trouble)
            if done:
                return body
            self.why = told
            pause = retry_after(answer[1]) if answer else 0.0
            self.silent_since = (self.silent_since or time.monotonic()) if told else None
            if self.silent_since and not pause and time.monotonic() - self.silent_since >= NO_ANSWER_MAX:
                self.bad("lost" if self.seen else "invalid", "nobody answers at %s: %s" % (self.condition["http"]["url"], told))
            left = deadline - time.monotonic()
            if left <= 0:
                self.bad("timed_out", "after %.1f s; last %s" % (self.wish["timeout_ms"] / 1000, self.why or "status %s" % (self.last or "none")))
            time.sleep(min(left, max(self.wish["pace"]["max_ms"] / 1000, pause)))
