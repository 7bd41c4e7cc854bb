"""The WSGI application: routes, faults, counters."""

from __future__ import annotations

import errno
import json
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Response

from sandbox import control, index  # noqa: F401 - registers their routes
from sandbox.context import ROUTES, Ask, Box, Refusal
from sandbox.exchange import provider as exchange  # noqa: F401 - registers itself
from sandbox.faults import Fault, Faults
from sandbox.google import provider as google  # noqa: F401 - registers itself
from sandbox.mail import pages as mail_pages  # noqa: F401 - registers its routes
from sandbox.microsoft import provider as microsoft  # noqa: F401 - registers itself
from sandbox.providers import PROVIDERS, provider_name
from sandbox.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


END_SECONDS = 5


class Dropped(Exception):
    """The connection was cut, on order or because the sandbox ends; there is no answer."""


class SandboxApp:
    """One sandbox over one store."""

    def __init__(self, store: Store) -> None:
        self._ending = threading.Event()
        self._calls = threading.Condition()
        self._running = 0
        self.box = Box(store=store, faults=Faults(store))
        self.box.parts = {p.name: p.start(self.box) for p in PROVIDERS.values() if p.start is not None}
        self._map = Map([rule.empty() for rule in ROUTES], strict_slashes=False)
        for provider in PROVIDERS.values():
            provider.seed(store)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ask = Ask(environ)
        with self._calls:
            self._running += 1
        try:
            response = self._answer(ask)
        except Dropped:
            _cut(environ.get("werkzeug.socket"))
            response = Response(status=500)
        finally:
            with self._calls:
                self._running -= 1
                self._calls.notify_all()
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def _answer(self, ask: Ask) -> Response:
        self._drop_when_ending()
        self.box.counts[f"{ask.method} {ask.path}"] += 1
        fault = self._ordered(ask)
        if fault is None:
            return self._dispatch(ask)
        return self._faulty(ask, fault)

    def _ordered(self, ask: Ask) -> Fault | None:
        """The fault that this call meets, named by its operation or by its method."""
        name = provider_name(ask.path)
        provider, take = PROVIDERS.get(name), self.box.faults.take
        operation = "" if provider is None or provider.operation is None else provider.operation(ask)
        fault = take(name, operation, ask.path, named=True) if operation else None
        return fault or take(name, ask.method, ask.path)

    def _faulty(self, ask: Ask, fault: Fault) -> Response:
        response = self._dispatch(ask) if fault.after else None
        self._ending.wait(fault.delay)
        self._drop_when_ending()
        if fault.disconnect:
            raise Dropped
        if fault.status:
            response = self._refused(ask, fault)
        response = response or self._dispatch(ask)
        return _halved(response, ask.environ.get("werkzeug.socket")) if fault.cut else response

    def _refused(self, ask: Ask, fault: Fault) -> Response:
        provider = PROVIDERS.get(fault.provider)
        return provider.fault_answer(fault, ask) if provider else json_response({"error": fault.reason}, fault.status)

    def _dispatch(self, ask: Ask) -> Response:
        try:
            handler, arguments = self._map.bind_to_environ(ask.environ).match()
            response: Response = handler(self.box, ask, **arguments)
        except Refusal as error:
            return error.response()
        except HTTPException as error:
            return _refusal(ask, error.code or 500, error.description or error.name)
        except ValueError as error:
            return _refusal(ask, 400, str(error))
        return response

    def _drop_when_ending(self) -> None:
        if self._ending.is_set():
            raise Dropped

    def close(self) -> None:
        """Let the calls under way end, take no more, stop the background senders and close the store."""
        self._ending.set()
        with self._calls:
            self._calls.wait_for(lambda: self._running == 0, END_SECONDS)
        for part in self.box.parts.values():
            part.stop()
        self.box.store.close()


def _refusal(ask: Ask, code: int, message: str) -> Response:
    provider = PROVIDERS.get(provider_name(ask.path))
    answer = None if provider is None else provider.refusal(ask, code, message)
    return answer or json_response({"error": message}, code)


def json_response(value: Any, status: int = 200) -> Response:
    """``value`` as JSON."""
    return Response(json.dumps(value), status, content_type="application/json; charset=UTF-8")


def _halved(response: Response, connection: socket.socket | None) -> Response:
    """An answer that announces the whole of itself and ends in its middle, with the connection."""
    data = response.get_data()
    response.headers["Content-Length"] = str(len(data))
    response.response = _then_end(data[: len(data) // 2], connection)
    return response


def _then_end(data: bytes, connection: socket.socket | None) -> Iterator[bytes]:
    yield data
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)


def _cut(connection: socket.socket | None) -> None:
    """Reset the connection, so that the caller sees it break and not an empty answer."""
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError as error:
            if error.errno != errno.ENOTCONN:  # the caller was faster
                raise
