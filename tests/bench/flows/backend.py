"""A backend that takes SECONDS for each job: POST /jobs -> 202 {"job_id"}, GET /jobs/ID/status -> RUNNING, then COMPLETED with a result; / is
the page on which a job is started, /results/ID the one that shows its result. One instance for all workers. Prints its port."""
import itertools
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = float(sys.argv[1])
jobs, numbers, looks = {}, itertools.count(1), itertools.count(0)

PAGE = """<!doctype html><title>jobs</title><button data-testid="submit-button">Start</button><p data-testid="job"></p>
<script>document.querySelector('button').onclick = async () => {
  const answer = await fetch('/jobs', { method: 'POST' });
  document.querySelector('[data-testid=job]').textContent = (await answer.json()).job_id;
}</script>"""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        job = f"j-{next(numbers)}"
        jobs[job] = time.monotonic()
        self.answer(202, {"job_id": job})

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if self.path == "/":
            return self.answer(200, PAGE, "text/html")
        if self.path == "/figures":
            return self.answer(200, {"started": len(jobs), "looks": next(looks)})
        if parts[0] not in ("jobs", "results") or parts[1] not in jobs:
            return self.answer(404, {"error": "no such job"})
        done = time.monotonic() - jobs[parts[1]] >= SECONDS
        if parts[0] == "results":
            return self.answer(200, f'<!doctype html><p data-testid="analysis-result">{"result of " + parts[1] if done else ""}</p>', "text/html")
        next(looks)
        self.answer(200, {"status": "COMPLETED" if done else "RUNNING", "result": f"result of {parts[1]}" if done else None})

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
