"""A small web server of a test's own: another site, a host, who is told of changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_LOOK_SECONDS = 0.01
"""How often the server looks whether it is to end; http.server's own half second is as long as many a test."""


class Handler(BaseHTTPRequestHandler):
    """Says nothing of its requests."""

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Answer; a header's name has low lines for dashes. The length stands in it."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> bytes:
        """What was posted."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def served(handler: type[Handler]) -> Iterator[ThreadingHTTPServer]:
    """A server on a free port of loopback, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(_LOOK_SECONDS,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def address(server: ThreadingHTTPServer) -> str:
    """Its address, without a trailing slash."""
    return f"http://127.0.0.1:{server.server_port}"
