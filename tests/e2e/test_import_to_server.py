"""`tamarack import --server`: reports of earlier runs into a server's history, file by file, and what goes wrong with each."""

import http.server
import threading

from fleet import free_port
from test_server_history import ctrf, junit, make_token, rows_of

START = 1_793_520_000_000


def send(project, fleet, *arguments, token=None):
    env = {"TAMARACK_TOKEN": token} if token else None
    return project.tamarack("import", "--server", fleet.url, *arguments, env=env)


def shop(project):
    project.write("tamarack.toml", 'version = 1\nproject = "shop"\n[suite]\nframework = "pytest"\n')


def test_each_file_becomes_a_run_there_and_the_same_one_counts_once(project, fleet):
    fleet.serve()
    shop(project)
    project.write("old/monday.xml", junit({"pays": None, "ships": "boom"}))
    project.write("old/tuesday.json", ctrf({"pays": ("passed", 40), "ships": ("passed", 60)}, START))
    sent = send(project, fleet, "old/monday.xml", "old/tuesday.json", "--branch", "feature/a b", "--commit", "abc123", "--at", "2026-11-16T04:10:00+01:00")
    assert sent.code == 0 and sent.err == "", sent.text
    first, unknown, second = sent.out.splitlines()
    assert first.startswith("old/monday.xml: 1 of 2 tests failed, started 2026-11-16 03:10 UTC, imported as " + fleet.url + "/runs/i-"), first
    assert unknown == "  2 of 2 are not among the tests of earlier runs there"
    assert second.startswith("old/tuesday.json: all 2 tests passed"), second
    rows = fleet.json("/api/v1/runs")["runs"]
    assert {(row["project"], row["branch"], row["commit"]) for row in rows} == {("shop", "feature/a b", "abc123")} and len(rows) == 2
    assert len(rows_of(fleet, count=2)) == 2
    # The page that was named is there.
    assert fleet.get(first.split()[-1].removeprefix(fleet.url)).startswith("<!doctype html>")
    again = send(project, fleet, "old/monday.xml", "--branch", "other")
    assert again.code == 0 and again.out.startswith("old/monday.xml: imported before, as " + fleet.url), again.text
    assert len(fleet.json("/api/v1/runs")["runs"]) == 2
    # Nothing of it stands here: a server's history is not this machine's.
    assert not (project.root / ".tamarack/runs").exists() or list((project.root / ".tamarack/runs").iterdir()) == []


def test_the_faults_of_a_file_are_its_own(project, fleet):
    fleet.serve()
    whole = junit({"pays": None})
    for name, text in {"half.xml": whole[:-60], "page.xml": "<html></html>", "empty.xml": "", "notes.txt": "all green", "whole.xml": whole}.items():
        project.write(name, text)
    sent = send(project, fleet, "missing.xml", "half.xml", "page.xml", "empty.xml", "notes.txt", "whole.xml", "--project", "shop")
    assert sent.code == 2
    for expected in ("'missing.xml' cannot be imported", "'half.xml' cannot be imported: truncated_report", "'page.xml' cannot be imported: malformed_report",
                     "'empty.xml' cannot be imported: the file is empty", "'notes.txt' cannot be imported: it is neither JUnit XML nor CTRF"):
        assert expected in sent.err, sent.err
    assert sent.err.count("error: ") == 5 and sent.out.count("imported as") == 1, sent.text
    refused = send(project, fleet, "whole.xml", "--project", "shop", "--at", "yesterday")
    assert refused.code == 2 and "'yesterday' is not a time" in refused.err


def test_what_befalls_every_file_is_said_once(project, fleet):
    fleet.open = False
    fleet.serve()
    viewer, runner = make_token(project, fleet, "viewer"), make_token(project, fleet, "runner")
    for name in ("a.xml", "b.xml"):
        project.write(name, junit({name: None}))
    for token, words in ((None, "no token was sent"), (viewer, "this needs 'runner'"), (make_token(project, fleet, "runner", "bank"), "bound to the project 'bank'")):
        refused = send(project, fleet, "a.xml", "b.xml", "--project", "shop", token=token)
        assert refused.code == 2 and words in refused.err and refused.err.count("error: ") == 1, refused.text
        assert refused.err.endswith("not sent: a.xml\nnot sent: b.xml\n"), refused.err
    nameless = send(project, fleet, "a.xml", token=runner)
    assert nameless.code == 2 and "pass --project NAME" in nameless.err
    assert send(project, fleet, "a.xml", "b.xml", "--project", "shop", token=runner).code == 0


def test_a_server_that_is_busy_is_asked_again(project):
    project.write("a.xml", junit({"pays": None}))
    seen = []

    class Busy(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append((self.path, self.headers["Content-Type"], len(self.rfile.read(int(self.headers["Content-Length"])))))
            body = b'{"run":{"run_id":"i-1","headline":"the 1 test passed","started_at":"2026-11-16T04:10:00.000Z"},"is_new":true,"cases":1,"not_known":0}'
            answer = b'{"status":429,"detail":"too many requests"}' if len(seen) == 1 else body
            self.send_response(429 if len(seen) == 1 else 201)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", free_port()), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        sent = project.tamarack("import", "--server", f"http://127.0.0.1:{server.server_port}", "a.xml", "--project", "a/b")
    finally:
        server.shutdown()
        server.server_close()
    assert sent.code == 0 and "imported as" in sent.out, sent.text
    assert seen == [("/api/v1/projects/a%2Fb/import", "application/octet-stream", len(junit({"pays": None})))] * 2
