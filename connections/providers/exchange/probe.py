"""The first look at an address, without a password: is it Exchange's web service, and how is it signed in to?

What cannot be reached and what may not be reached read the same: the form is no way to look around in a network.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import requests

from connections.exceptions import FieldRefused
from hubclone.lib.errors import HubError
from hubclone.lib.outbound.exchange_http import ExchangeSession
from hubclone.lib.outbound.guard import CONNECT_SECONDS, AddressRefused, HostUnreachable, is_named

READ_SECONDS = 10.0
TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)
NTLM, BASIC = "NTLM", "basic"
_HEADERS = {"Content-Type": "text/xml; charset=utf-8"}
_EMPTY = (
    b'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/>'
    b"</s:Envelope>"
)
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z]+)(?=\s|,|$)")


def auth_type_find(url: str) -> str:
    """How the web service at ``url`` wants to be signed in to: NTLM or BASIC. Raises FieldRefused."""
    url_check(url)
    answer = ask(ExchangeSession(), url)
    status = answer.status_code
    if 300 <= status < 400:
        raise FieldRefused("url", "REDIRECTED")
    if status in {429, 500, 502, 503, 504}:
        raise FieldRefused("url", "SERVER_BUSY")
    if status != 401:
        raise FieldRefused("url", "NOT_EXCHANGE")
    offered = {scheme.lower() for scheme in _SCHEME.findall(answer.headers.get("www-authenticate", ""))}
    if "ntlm" in offered:
        return NTLM
    if "basic" in offered:
        return BASIC
    raise FieldRefused("url", "AUTH_UNSUPPORTED")


def url_check(url: str) -> None:
    """A password goes over https, or to a private address that the installation names. Raises FieldRefused."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FieldRefused("url", "URL_INVALID") from error
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise FieldRefused("url", "URL_INVALID")
    if parts.scheme == "http" and not is_named(host, port):
        raise FieldRefused("url", "HTTP_REFUSED")


def ask(session: requests.Session, url: str, *, data: bytes = _EMPTY) -> requests.Response:  # noqa: TID251
    """One POST of XML. Raises FieldRefused when it cannot be made."""
    try:
        return session.post(url, data=data, headers=_HEADERS, allow_redirects=False, timeout=TIMEOUT)
    except (requests.RequestException, HubError, OSError, ValueError) as error:
        raise FieldRefused("url", unreachable_code(error)) from error


def unreachable_code(error: Exception) -> str:
    """The key of the error guide for what kept a request from being answered."""
    if isinstance(error, HostUnreachable):
        return {"unknown": "HOST_UNKNOWN", "timeout": "TIMED_OUT"}.get(error.why, "ADDRESS_REFUSED")
    if isinstance(error, AddressRefused):
        return "ADDRESS_REFUSED"
    if isinstance(error, requests.exceptions.SSLError) or type(error) is OSError:  # requests misses EXCHANGE_CA_FILE
        return "CERTIFICATE_REFUSED"
    if isinstance(error, requests.Timeout):
        return "TIMED_OUT"
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema | UnicodeError):
        return "URL_INVALID"
    return "ANSWER_BROKEN_OFF"
