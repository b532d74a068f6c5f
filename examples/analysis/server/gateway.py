"""A web server without a backend of its own: shows the pages and passes calls of the API on, events included.

Usage: gateway.py --port N --backend http://HOST:PORT --dist FOLDER
"""
import argparse
import http.client
import mimetypes
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

PASSED_ON = ("/api/", "/__test__/", "/healthz")
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"}
BODY_BYTES_MAX = 6 * 1024 * 1024
PIECE = 64 * 1024


def load(folder):
    """All files are held in memory: there are few, and no request can then name one outside the folder."""
    files = {f"/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if "/index.html" not in files:
        sys.exit(f"gateway: '{folder}' holds no index.html; run `npm run build` first")
    return files


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"  # One request for each connection: the end of a body is the end of the connection.
    backend = None
    files = {}

    def do_GET(self):
        if self.path.startswith(PASSED_ON):
            return self.pass_on()
        name = urlsplit(self.path).path
        name = name if name in self.files else "/index.html"
        self.send_response(200)
        self.send_header("Content-Type", mimetypes.guess_type(name)[0] or "application/octet-stream")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(self.files[name])

    def do_POST(self):
        self.pass_on()

    def pass_on(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            return self.send_error(413)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        connection = http.client.HTTPConnection(self.backend, timeout=60)
        try:
            connection.request(self.command, self.path, self.rfile.read(length) if length else None, headers)
            answer = connection.getresponse()
        except OSError as problem:
            connection.close()
            return self.send_error(502, f"the backend at {self.backend} does not answer: {problem}")
        try:
            self.send_response(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP | {"date", "server"}:
                    self.send_header(name, value)
            self.end_headers()
            while piece := answer.read1(PIECE):
                self.wfile.write(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The browser has left.
        finally:
            connection.close()

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--dist", type=Path, required=True)
    arguments = parser.parse_args()
    Gateway.backend = urlsplit(arguments.backend).netloc
    Gateway.files = load(arguments.dist)
    ThreadingHTTPServer.daemon_threads = True
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Gateway)
    print(f"analysis: ready on http://127.0.0.1:{server.server_port} (backend {arguments.backend})", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
