"""Connections that stay open between requests, which Werkzeug's own handler never lets them: NTLM proves who calls
once a connection."""

from __future__ import annotations

from io import BytesIO

from werkzeug.serving import WSGIRequestHandler
from werkzeug.test import run_wsgi_app

KEPT = ("/exchange/", "/autodiscover/", "/Autodiscover/")
_MAX_BODY = 64 * 1024 * 1024


class KeepAliveHandler(WSGIRequestHandler):
    """Reads the whole request and sends the whole answer for addresses under KEPT; the connection lives on."""

    def run_wsgi(self) -> None:
        """Answer one request."""
        if not self.path.startswith(KEPT):
            super().run_wsgi()
            return
        try:
            self._answer()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _answer(self) -> None:
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        size = _MAX_BODY if environ.get("wsgi.input_terminated") else int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(min(size, _MAX_BODY))
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        parts, status, headers = run_wsgi_app(self.server.app, environ)
        announced = headers.get("Content-Length")
        if announced is None:
            parts = [data := b"".join(parts)]
            announced = str(len(data))
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in {"content-length", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", announced)
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()
