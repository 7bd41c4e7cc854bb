"""Microsoft's schemas, and an adapter that holds every request and answer of exchangelib to them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import requests
from lxml import etree
from requests.adapters import HTTPAdapter

CONTRACTS = os.environ.get("CONTRACTS_DIR", "")
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"


@cache
def schema() -> Any:
    """The messages' schema, which brings the types'."""
    return etree.XMLSchema(etree.parse(Path(CONTRACTS) / "ews" / "messages.xsd"))


def breaches(data: bytes) -> list[str]:
    """What in an envelope is against the schema; nothing where the schemas were not given.

    The library tries versions that the schema does not know: those are left out.
    """
    if not CONTRACTS:
        return []
    envelope = etree.fromstring(data)
    parts = [*envelope.iterfind(f"{SOAP}Body/*"), *envelope.iterfind(f"{SOAP}Header/{TYPES}*")]
    checked = [part for part in parts if part.tag not in {f"{SOAP}Fault", f"{TYPES}RequestServerVersion"}]
    return [breach for part in checked for breach in _breaches(part)]


def _breaches(part: Any) -> list[str]:
    schema().validate(etree.fromstring(etree.tostring(part)))
    return [f"{part.tag.partition('}')[2]}: {error.message}" for error in schema().error_log]


class CheckedAdapter(HTTPAdapter):
    """Sends as requests does; ``found`` keeps what either side did wrong, ``seen`` what was said."""

    found: list[str] = []
    seen: set[str] = set()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """One exchange of messages."""
        response = super().send(request, *args, **kwargs)
        self._check("request", request.body)
        if response.headers.get("Content-Type", "").startswith("text/xml"):
            self._check("answer", response.content)
        return response

    def _check(self, side: str, data: Any) -> None:
        raw = data.encode() if isinstance(data, str) else data
        if raw:
            self.seen.add(f"{side} {_name(raw)}")
            self.found.extend(f"{side} {breach}" for breach in breaches(raw))


def _name(raw: bytes) -> str:
    part = etree.fromstring(raw).find(f"{SOAP}Body/*")
    return "" if part is None else str(etree.QName(part).localname)
