"""SOAP as Exchange speaks it: names, envelopes, errors inside answers and faults instead of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree
from werkzeug.wrappers import Response

Element = Any
"""An lxml element; its stubs would call every child optional."""

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
NAMES = {"s": SOAP, "m": MESSAGES, "t": TYPES}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_RANKS = (
    "Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2", "Exchange2013",
    "Exchange2013_SP1", "Exchange2015", "Exchange2015_SP1", "Exchange2016",
)  # fmt: skip


@dataclass(frozen=True)
class Release:
    """A version of the server. ``schema`` is the newest that it understands."""

    build: tuple[int, int, int, int]
    schema: str
    told: str

    def understands(self, schema: str) -> bool:
        """Whether it answers requests of that schema."""
        return schema in _RANKS and _RANKS.index(schema) <= _RANKS.index(self.schema)


RELEASES = {
    "2007": Release((8, 3, 485, 1), "Exchange2007_SP1", "Exchange2007_SP1"),
    "2010 SP1": Release((14, 1, 438, 0), "Exchange2010_SP1", "Exchange2010_SP1"),
    "2010 SP2": Release((14, 2, 390, 3), "Exchange2010_SP2", "Exchange2010_SP2"),
    "2013": Release((15, 0, 1497, 48), "Exchange2013_SP1", "V2_23"),
    "2016": Release((15, 1, 2507, 39), "Exchange2016", "V2017_07_11"),
    "2019": Release((15, 2, 1544, 11), "Exchange2016", "V2018_01_08"),
}


class EwsError(Exception):
    """One part of a request failed: a response message of the class Error, beside others that may be well."""

    def __init__(self, code: str, text: str, values: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.values = code, text, values or {}


class SoapFault(Exception):
    """The whole request failed."""

    def __init__(self, code: str, text: str, *, status: int = 500, values: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.status, self.values = code, text, status, values or {}


def t(tag: str, *inside: Any, **attributes: str) -> Element:
    """An element of the types' namespace, with text or children; None is left out."""
    return _make(f"{{{TYPES}}}{tag}", inside, attributes)


def m(tag: str, *inside: Any, **attributes: str) -> Element:
    """An element of the messages' namespace."""
    return _make(f"{{{MESSAGES}}}{tag}", inside, attributes)


def _make(tag: str, inside: Iterable[Any], attributes: dict[str, str]) -> Element:
    element = etree.Element(tag, attributes, nsmap={"m": MESSAGES, "t": TYPES})
    for part in inside:
        if isinstance(part, str):
            element.text = part
        elif isinstance(part, list):
            element.extend(part)
        elif part is not None:
            element.append(part)
    return element


def flag(value: Any) -> str:
    """``true`` or ``false``."""
    return "true" if value else "false"


def child(element: Element, path: str) -> Element:
    """The first descendant of a prefixed path, None where there is none."""
    return None if element is None else element.find(path, NAMES)


def text_of(element: Element, path: str, default: str = "") -> str:
    """The text of the first descendant of a prefixed path."""
    found = element.findtext(path, None, NAMES)
    return default if found is None else found.strip()


def local(element: Element) -> str:
    """The name without its namespace."""
    return str(etree.QName(element).localname)


def parse(data: bytes) -> tuple[str, Element]:
    """The schema that the caller asks for and the request. Raises SoapFault."""
    try:
        envelope: Element = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise SoapFault("ErrorSchemaValidation", "The request failed schema validation.", status=400) from error
    body = child(envelope, "s:Body")
    if body is None or len(body) == 0:
        raise SoapFault("ErrorSchemaValidation", "The request failed schema validation.")
    asked = child(envelope, "s:Header/t:RequestServerVersion")
    return ("Exchange2007" if asked is None else asked.get("Version", "")), body[0]


def impersonated(data: bytes) -> bool:
    """Whether the caller asks to act as somebody else."""
    return child(etree.fromstring(data, _PARSER), "s:Header/t:ExchangeImpersonation") is not None


def success(name: str, *inside: Any) -> Element:
    """A response message that went well."""
    message = m(f"{name}ResponseMessage", m("ResponseCode", "NoError"), ResponseClass="Success")
    message.extend(part for part in inside if part is not None)
    return message


def failure(name: str, error: EwsError) -> Element:
    """A response message that did not."""
    return m(f"{name}ResponseMessage", *failure_parts(error), ResponseClass="Error")


def failure_parts(error: EwsError) -> list[Element]:
    """What a response message tells of an error."""
    parts = [m("MessageText", error.text), m("ResponseCode", error.code), m("DescriptiveLinkKey", "0")]
    if error.values:
        parts.append(m("MessageXml", [t("Value", value, Name=name) for name, value in error.values.items()]))
    return parts


def answered(name: str, messages: list[Element]) -> Element:
    """The answer of an operation: its response messages."""
    return m(f"{name}Response", m("ResponseMessages", messages))


def envelope(body: Element, release: Release) -> Response:
    """``body`` in an envelope that tells the server's version."""
    names = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")
    numbers = {name: str(number) for name, number in zip(names, release.build, strict=True)}
    return _enveloped(body, t("ServerVersionInfo", **numbers, Version=release.told), 200)


def _enveloped(body: Element, header: Element, status: int) -> Response:
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    if header is not None:
        etree.SubElement(root, f"{{{SOAP}}}Header").append(header)
    etree.SubElement(root, f"{{{SOAP}}}Body").append(body)
    data = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return Response(data, status, content_type="text/xml; charset=utf-8")


def fault(error: SoapFault) -> Response:
    """A fault in an envelope, which tells no version."""
    body = etree.Element(f"{{{SOAP}}}Fault", nsmap={"s": SOAP})
    code: Element = etree.SubElement(body, "faultcode", nsmap={"a": TYPES})
    code.text = f"a:{error.code}"
    etree.SubElement(body, "faultstring").text = error.text
    detail = etree.SubElement(body, "detail")
    for name, value in (("ResponseCode", error.code), ("Message", error.text)):
        etree.SubElement(detail, f"{{{ERRORS}}}{name}", nsmap={"e": ERRORS}).text = value
    if error.values:
        detail.append(t("MessageXml", [t("Value", value, Name=name) for name, value in error.values.items()]))
    return _enveloped(body, None, error.status)
