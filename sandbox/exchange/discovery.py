"""Autodiscovery in plain XML: where a mailbox's web services are."""

from __future__ import annotations

from lxml import etree
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.exchange.accounts import account_get
from sandbox.exchange.auth import Refused, caller
from sandbox.exchange.endpoint import PATH as EWS_PATH
from sandbox.exchange.soap import Element

PATHS = ("/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml")
_ANSWER = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
_OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def discover(box: Box, ask: Ask) -> Response:
    """The services of the mailbox named in the request, at the address that was asked."""
    data = ask.get_data()
    try:
        caller(box, ask)
    except Refused as refused:
        return refused.response
    try:
        email = etree.fromstring(data, _PARSER).findtext(".//{*}EMailAddress") or ""
    except etree.XMLSyntaxError:
        return _told(_problem("600", "Invalid Request"))
    account = account_get(box.store, email.strip())
    if account is None:
        return _told(_problem("500", "The email address can't be found."))
    return _told(_found(account["email"], account["name"], ask.host_url.rstrip("/") + EWS_PATH))


for _path in PATHS:
    route("POST", _path)(discover)


def _told(answer: Element) -> Response:
    root: Element = etree.fromstring(f'<Autodiscover xmlns="{_ANSWER}"/>')
    root.append(answer)
    data = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return Response(data, content_type="text/xml; charset=utf-8")


def _problem(code: str, text: str) -> Element:
    response = etree.Element(f"{{{_ANSWER}}}Response")
    error = etree.SubElement(response, f"{{{_ANSWER}}}Error", Time="12:00:00.0000000", Id="1")
    for name, value in (("ErrorCode", code), ("Message", text), ("DebugData", "")):
        etree.SubElement(error, f"{{{_ANSWER}}}{name}").text = value
    return response


def _found(email: str, name: str, url: str) -> Element:
    response: Element = etree.fromstring(f'<Response xmlns="{_OUTLOOK}"/>')
    user = _outlook(response, "User")
    _outlook(user, "DisplayName", name)
    _outlook(user, "AutoDiscoverSMTPAddress", email)
    account = _outlook(response, "Account")
    _outlook(account, "AccountType", "email")
    _outlook(account, "Action", "settings")
    for kind in ("EXCH", "EXPR"):
        protocol = _outlook(account, "Protocol")
        _outlook(protocol, "Type", kind)
        _outlook(protocol, "ASUrl", url)
        _outlook(protocol, "EwsUrl", url)
    return response


def _outlook(parent: Element, tag: str, text: str = "") -> Element:
    element = etree.SubElement(parent, f"{{{_OUTLOOK}}}{tag}")
    element.text = text or None
    return element
