"""Microsoft's schemas: where ``CONTRACTS_DIR`` says that they lie, every request and every answer is held to them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from sandbox.exchange.soap import Element, SoapFault, local
from sandbox.store import Store


@cache
def _schema() -> etree.XMLSchema | None:
    """The messages' schema, which brings the types'; None where it was not given."""
    path = Path(os.environ.get("CONTRACTS_DIR", "")) / "ews" / "messages.xsd"
    return etree.XMLSchema(etree.parse(path)) if os.environ.get("CONTRACTS_DIR") and path.exists() else None


def request_check(store: Store, request: Element) -> None:
    """Refuse a request that breaks the schema, as Exchange does."""
    broken = _broken(store, "request", request)
    if broken:
        raise SoapFault("ErrorSchemaValidation", f"The request failed schema validation: {broken}")


def answer_check(store: Store, answer: Element) -> Element:
    """The answer, unless it breaks the schema, which is a fault of the sandbox."""
    broken = _broken(store, "answer", answer)
    if broken:
        raise SoapFault("ErrorInternalServerError", f"The sandbox's answer is against the schema: {broken}")
    return answer


def _broken(store: Store, side: str, part: Element) -> str:
    schema = _schema()
    if schema is None or schema.validate(etree.fromstring(etree.tostring(part))):
        return ""
    log: Any = schema.error_log
    text = "; ".join(str(error.message) for error in log)
    store.run("insert into exchange_violation (side, name, text) values (?, ?, ?)", (side, local(part), text))
    return text
