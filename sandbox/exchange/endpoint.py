"""The address of the web services: who calls, which operation, in which version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.exchange.auth import Refused, caller
from sandbox.exchange.contracts import answer_check, request_check
from sandbox.exchange.soap import RELEASES, Element, Release, SoapFault, envelope, fault, impersonated, local, parse
from sandbox.store import Store

PATH = "/exchange/EWS/Exchange.asmx"
NEWEST = "2019"


@dataclass(frozen=True)
class Call:
    """One request: who asks for what."""

    box: Box
    account: str
    request: Element
    schema: str

    @property
    def store(self) -> Store:
        """All that the sandbox knows."""
        return self.box.store


Operation = Callable[[Call], Element]
OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register what answers a request element."""

    def register(handler: Operation) -> Operation:
        OPERATIONS[name] = handler
        return handler

    return register


def release_of(store: Store) -> Release:
    """The version that the server has now."""
    return RELEASES[store.get("exchange_version", NEWEST)]


@route("POST", PATH)
def ews(box: Box, ask: Ask) -> Response:
    """Every operation."""
    release = release_of(box.store)
    data = ask.get_data()
    try:
        account = caller(box, ask)
        schema, request = parse(data)
        if not release.understands(schema):
            raise SoapFault("ErrorInvalidServerVersion", "The specified server version is invalid.")
        if impersonated(data):
            raise SoapFault(
                "ErrorImpersonateUserDenied", "The account does not have permission to impersonate the requested user."
            )
        box.counts[f"EWS {local(request)}"] += 1
        handler = OPERATIONS.get(local(request))
        if handler is None:
            raise SoapFault("ErrorInvalidRequest", f"The request is invalid: {local(request)}.")
        request_check(box.store, request)
        with box.store.transaction():
            answer = handler(Call(box, account["email"], request, schema))
        return envelope(answer_check(box.store, answer), release)
    except Refused as refused:
        return refused.response
    except SoapFault as error:
        return fault(error)


@route("GET", PATH)
def service_page(box: Box, ask: Ask) -> Response:
    """What a browser sees there."""
    try:
        caller(box, ask)
    except Refused as refused:
        return refused.response
    return Response("<html><body><h1>Exchange Web Services</h1></body></html>", content_type="text/html")
