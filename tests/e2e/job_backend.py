"""A backend whose jobs the test moves on by hand: POST /jobs makes one, GET /jobs/ID/status tells it, every look is counted, and so is every
POST /jobs/ID/cancel."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class JobBackend:
    def __init__(self):
        backend = self
        self.jobs, self.looks, self.lock = {}, {}, threading.Lock()
        self.cancelled, self.cancel_answer = [], 202

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body):
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                if self.path.endswith("/cancel"):
                    with backend.lock:
                        backend.cancelled.append(self.path.split("/")[2])
                    return self.answer(backend.cancel_answer, {})
                with backend.lock:
                    job = f"j-{len(backend.jobs) + 1}"
                    backend.jobs[job] = (200, {"status": "RUNNING"})
                self.answer(202, {"job_id": job})

            def do_GET(self):
                job = self.path.partition("/jobs/")[2].split("/")[0]
                with backend.lock:
                    backend.looks[job] = backend.looks.get(job, 0) + 1
                    known = backend.jobs.get(job, (404, {"error": "no such job"}))
                self.answer(*known)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def set(self, job, status, code=200, **more):
        with self.lock:
            self.jobs[job] = (code, {"status": status, **more})

    def say(self, job, code, text):
        with self.lock:
            self.jobs[job] = (code, text)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
