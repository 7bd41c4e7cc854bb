"""The sockets: HTTP and HTTPS for the browser, the providers' APIs and control; SMTP for the mail catcher."""

from __future__ import annotations

import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from werkzeug.serving import ThreadedWSGIServer

from sandbox.app import SandboxApp
from sandbox.keepalive import KeepAliveHandler
from sandbox.mail.catcher import MailCatcher
from sandbox.store import Store
from sandbox.tls import CA_FILE, server_context

_SCHEMES = ("http", "https")


class _QuietHandler(KeepAliveHandler):
    """Sends head and body together, and logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 60

    def setup(self) -> None:
        """Begin; with TLS, shake hands here and not where others wait to be accepted."""
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(self.timeout)
            self.request.do_handshake()
        super().setup()

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

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next caller, with TLS yet to be agreed on."""
        request, address = super().get_request()
        if self.ssl_context is None:
            return request, address
        return self.ssl_context.wrap_socket(request, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who left, or does not trust the certificate, is not an error of ours."""
        if not isinstance(sys.exception(), (ssl.SSLError, ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError, where Werkzeug would end the process."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(_Server.request_queue_size)
    return listener


def _serve(app: SandboxApp, host: str, port: int, context: ssl.SSLContext | None = None) -> _Server:
    with _listen(host, port) as listener:
        server = _Server(host, port, app, handler=_QuietHandler, fd=listener.fileno())
    server.ssl_context = context
    server.socket.setblocking(False)  # a caller that left again before it was accepted holds nothing up
    return server


class RunningSandbox:
    """The servers, on ports of their own choosing where 0 was asked for. With no home the CA lies in a passing one.

    The certificate is for ``host`` and ``names``, under which others reach it.
    """

    def __init__(
        self, *, host: str, port: int, tls_port: int, smtp_port: int, home: Path | None, names: Sequence[str] = ()
    ) -> None:
        self.app = SandboxApp(Store(home))
        self._passing = tempfile.TemporaryDirectory(prefix="sandbox-") if home is None else None
        folder = home or Path(self._passing.name if self._passing else "")
        context = server_context(folder, (host, *names))
        self._web = [_serve(self.app, host, port), _serve(self.app, host, tls_port, context)]
        self._mail = MailCatcher(self.app.box, host, smtp_port)
        self.url, self.https_url = (
            f"{scheme}://{host}:{web.port}" for scheme, web in zip(_SCHEMES, self._web, strict=True)
        )
        self.ca_file = str((folder / CA_FILE).resolve())
        self.smtp_port = self._mail.start()
        self.app.box.url, self.app.box.https_url = self.url, self.https_url
        self.app.box.smtp_port = self.smtp_port
        self._threads = [
            threading.Thread(target=web.serve_forever, args=(0.05,), name=f"sandbox-{scheme}", daemon=True)
            for scheme, web in zip(_SCHEMES, self._web, strict=True)
        ]

    def start(self) -> None:
        """Begin to answer."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop answering, then close the store."""
        for web in self._web:
            web.shutdown()
            web.server_close()
        self._mail.stop()
        self.app.close()
        if self._passing is not None:
            self._passing.cleanup()
