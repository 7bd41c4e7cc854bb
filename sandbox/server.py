"""The sockets: HTTP for the browser, the providers' APIs and control; SMTP for the mail catcher."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sandbox.app import SandboxApp
from sandbox.mail.catcher import MailCatcher
from sandbox.store import Store


class _QuietHandler(WSGIRequestHandler):
    """Keeps connections alive, sends head and body together, and logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 60

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Thousands of calls a second are not worth a line each; control counts them."""

    def log_error(self, format: str, *args: Any) -> None:
        """A connection that ends idle is not an error."""

    def finish(self) -> None:
        """Close the connection; what a caller who is gone, or was cut off on order, had yet to read is lost."""
        try:
            super().finish()
        except ConnectionError:
            self.rfile.close()


class _Server(ThreadedWSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError, where Werkzeug would end the process."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(_Server.request_queue_size)
    return listener


class RunningSandbox:
    """Both servers, on ports of their own choosing where 0 was asked for."""

    def __init__(self, *, host: str, port: int, smtp_port: int, home: Path | None) -> None:
        self.app = SandboxApp(Store(home))
        with _listen(host, port) as listener:
            self._http = _Server(host, port, self.app, handler=_QuietHandler, fd=listener.fileno())
        self._http.socket.setblocking(False)  # a caller that left again before it was accepted holds nothing up
        self._mail = MailCatcher(self.app.box, host, smtp_port)
        self.url = f"http://{host}:{self._http.port}"
        self.smtp_port = self._mail.start()
        self.app.box.url = self.url
        self.app.box.smtp_port = self.smtp_port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="sandbox-http", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, then close the store."""
        self._http.shutdown()
        self._http.server_close()
        self._mail.stop()
        self.app.close()
