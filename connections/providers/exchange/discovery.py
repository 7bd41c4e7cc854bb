"""Finding a mailbox's web service by its e-mail address.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/autodiscover-for-exchange (plain old XML).
A password is shown only to the address that the installation names, and to hosts of the e-mail's own domain over https.
Redirects are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import structlog
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.conf import settings
from exchangelib.transport import get_auth_instance

from connections.exceptions import FieldRefused
from connections.providers.exchange.probe import ask, auth_type_find
from hubclone.lib.outbound.exchange_http import ExchangeSession

log = structlog.get_logger(__name__)
REQUEST = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>'
    "<EMailAddress>{email}</EMailAddress><AcceptableResponseSchema>"
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
    "</AcceptableResponseSchema></Request></Autodiscover>"
)
PATH = "/autodiscover/autodiscover.xml"
KINDS = ("EXPR", "EXCH", "WEB")
"""Outside addresses come before inside ones."""


def ews_url_find(*, email: str, user_name: str, password: str) -> str:
    """The web service's address. Raises FieldRefused: for the password when an address refuses it, else for the URL."""
    for address in _addresses(email):
        try:
            if found := _ask(address, email, user_name, password):
                return found
        except FieldRefused as error:
            if error.field == "password":
                raise
            log.info("exchange.discovery_missed", code=error.code)
    raise FieldRefused("url", "NOT_DISCOVERED")


def _addresses(email: str) -> Iterator[str]:
    domain = email.rpartition("@")[2]
    if settings.EXCHANGE_AUTODISCOVER_URL:
        yield settings.EXCHANGE_AUTODISCOVER_URL
    yield f"https://autodiscover.{domain}{PATH}"
    yield f"https://{domain}{PATH}"


def _ask(address: str, email: str, user_name: str, password: str) -> str:
    """What one address answers; empty when it knows nothing. Raises FieldRefused."""
    auth_type = auth_type_find(address)
    session = ExchangeSession()
    session.auth = get_auth_instance(auth_type=auth_type, username=user_name, password=password)
    answer = ask(session, address, data=REQUEST.format(email=escape(email)).encode())
    if answer.status_code == 401:
        raise FieldRefused("password", "PASSWORD_REFUSED")
    return _ews_url(answer.content) if answer.status_code == 200 else ""


def _ews_url(content: bytes) -> str:
    """The EwsUrl of the first kind of access that has one."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError):
        return ""
    found: dict[str, str] = {}
    for protocol in root.iterfind(".//{*}Protocol"):
        url = (protocol.findtext("{*}EwsUrl") or protocol.findtext("{*}ASUrl") or "").strip()
        kind = (protocol.findtext("{*}Type") or "").strip()
        if url and urlsplit(url).hostname:
            found.setdefault(kind, url)
    return next((found[kind] for kind in KINDS if kind in found), "")
