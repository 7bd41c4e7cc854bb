"""Bad days of an Exchange server: errors inside SOAP, pages in its place, redirections."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response

from sandbox.exchange.accounts import DOMAIN
from sandbox.exchange.soap import SoapFault, fault
from sandbox.faults import Fault

_TEXTS = {
    "ErrorServerBusy": "The server cannot service this request right now. Try again later.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ErrorTimeoutExpired": "The request timed out.",
    "ErrorMailboxStoreUnavailable": "The mailbox database is temporarily unavailable.",
    "ErrorMailboxMoveInProgress": "Mailbox move in progress. Try again later.",
}
_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def fault_answer(ordered: Fault) -> Response:
    """What a call answers that was ordered to fail.

    A ``reason`` that begins with Error is told as a SOAP fault, with ``retry_after`` as BackOffMilliseconds; a ``body``
    goes out as it is; 301 and 302 lead to ``reason``; anything else is a page, as a proxy in front would send.
    """
    if ordered.body is not None:
        text = ordered.body if isinstance(ordered.body, str) else json.dumps(ordered.body)
        kind = "text/xml" if text.startswith("<?xml") else "text/html"
        response = Response(text, ordered.status, content_type=f"{kind}; charset=utf-8")
    elif ordered.reason.startswith("Error"):
        return _soap(ordered)
    elif ordered.status in {301, 302}:
        where = ordered.reason or f"https://mail.{DOMAIN}/owa/"
        response = Response(_PAGE.format("Object moved"), ordered.status, {"Location": where}, content_type="text/html")
        response.autocorrect_location_header = False
    else:
        response = Response(status=ordered.status, content_type="text/html; charset=utf-8")
        response.set_data(_PAGE.format(ordered.reason or response.status.partition(" ")[2].title()))
    if ordered.retry_after is not None:
        response.headers["Retry-After"] = str(ordered.retry_after)
    return response


def _soap(ordered: Fault) -> Response:
    values = {}
    if ordered.retry_after is not None:
        values["BackOffMilliseconds"] = str(int(float(ordered.retry_after) * 1000))
    text = _TEXTS.get(ordered.reason, "The request failed.")
    error = SoapFault(ordered.reason, text, status=ordered.status or 500, values=values)
    return fault(error)
