"""Microsoft's schemas for Exchange Web Services, and an adapter that holds every request and answer to them."""

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
def schema() -> etree.XMLSchema:
    """The messages' schema, which brings the types'."""
    return etree.XMLSchema(etree.parse(Path(CONTRACTS) / "ews" / "messages.xsd"))


def faults_of(data: bytes) -> list[str]:
    """What is wrong with an envelope; nothing where the schemas were not given."""
    if not CONTRACTS:
        return []
    envelope = etree.fromstring(data)
    body = envelope.find(f"{SOAP}Body")
    header = envelope.find(f"{SOAP}Header")
    parts: list[Any] = list(body) if body is not None else []
    if header is not None:
        parts += [part for part in header if part.tag.startswith(TYPES)]
    return [fault for part in parts if part.tag != f"{SOAP}Fault" for fault in _faults(part)]


def _faults(part: Any) -> list[str]:
    whole = etree.fromstring(etree.tostring(part))
    schema().validate(whole)
    return [f"{part.tag.partition('}')[2]}: {error.message}" for error in schema().error_log]


class CheckedAdapter(HTTPAdapter):
    """Sends as requests does and keeps what was wrong with either side in ``found``."""

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
            self.found.extend(f"{side} {fault}" for fault in faults_of(raw))


def _name(raw: bytes) -> str:
    body = etree.fromstring(raw).find(f"{SOAP}Body")
    return "" if body is None or len(body) == 0 else str(etree.QName(body[0]).localname)
