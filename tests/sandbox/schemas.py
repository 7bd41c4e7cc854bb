"""Google's discovery documents as JSON Schema, and a client that checks every answer against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient
import jsonschema
from googleapiclient.http import HttpRequest

_DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
_CHECKER = jsonschema.FormatChecker(formats=())


@_CHECKER.checks("date-time")
def _is_rfc3339(value: object) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", str(value)))


@_CHECKER.checks("date")
def _is_date(value: object) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)))


@_CHECKER.checks("int64")
def _is_int64(value: object) -> bool:
    return bool(re.fullmatch(r"-?\d+", str(value)))


@cache
def document(name: str) -> dict[str, Any]:
    """A discovery document, as ``calendar.v3``."""
    found: dict[str, Any] = json.loads((_DOCUMENTS / f"{name}.json").read_text())
    return found


def methods(name: str) -> dict[str, dict[str, Any]]:
    """``{"calendar.events.list": {…}}``."""
    return dict(_methods(document(name)))


def _methods(resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for method in resource.get("methods", {}).values():
        yield method["id"], method
    for child in resource.get("resources", {}).values():
        yield from _methods(child)


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """A discovery schema as JSON Schema that refuses every property that it does not name."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kept: dict[str, Any] = {name: schema[name] for name in ("format", "enum", "pattern") if name in schema}
    if schema.get("type", "any") != "any":
        kept["type"] = schema["type"]
    if "items" in schema:
        kept["items"] = strict(schema["items"])
    if schema.get("type") == "object":
        kept["properties"] = {name: strict(value) for name, value in schema.get("properties", {}).items()}
        others = schema.get("additionalProperties")
        kept["additionalProperties"] = strict(others) if others else False
    return kept


@cache
def validator(name: str, schema: str) -> Any:
    """A validator for one schema of a document."""
    definitions = {key: strict(value) for key, value in document(name)["schemas"].items()}
    root = {"$ref": f"#/$defs/{schema}", "$defs": definitions}
    return jsonschema.Draft202012Validator(root, format_checker=_CHECKER)


class CheckedRequest(HttpRequest):  # type: ignore[misc]
    """A request of the official client whose answer must fit the document."""

    def execute(self, http: Any = None, num_retries: int = 0) -> Any:
        """The answer, checked."""
        answer = super().execute(http=http, num_retries=num_retries)
        api = "oauth2.v2" if self.methodId.startswith("oauth2.") else "calendar.v3"
        response = methods(api)[self.methodId].get("response")
        if response is None:
            assert answer in ("", {}), answer
        else:
            validator(api, response["$ref"]).validate(answer)
        return answer
