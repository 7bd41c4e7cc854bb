"""Restrictions of ``FindItem``: comparisons of properties, put together with And, Or and Not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sandbox.exchange.fields import property_key, values_of
from sandbox.exchange.item_store import Body
from sandbox.exchange.soap import Element, EwsError, local

_COMPARISONS = {
    "IsEqualTo": lambda left, right: left == right,
    "IsNotEqualTo": lambda left, right: left != right,
    "IsGreaterThan": lambda left, right: left > right,
    "IsGreaterThanOrEqualTo": lambda left, right: left >= right,
    "IsLessThan": lambda left, right: left < right,
    "IsLessThanOrEqualTo": lambda left, right: left <= right,
}


def matches(condition: Element, body: Body) -> bool:
    """Whether an item is one of those asked for. Raises EwsError for a condition nobody knows."""
    name = local(condition)
    if name == "And":
        return all(matches(part, body) for part in condition)
    if name == "Or":
        return any(matches(part, body) for part in condition)
    if name == "Not":
        return not matches(condition[0], body)
    found = _values(condition[0], body)
    if name == "Exists":
        return bool(found)
    if name == "Contains":
        return _contains(condition, found)
    if name not in _COMPARISONS:
        raise EwsError("ErrorUnsupportedQueryFilter", "The query filter is not supported.")
    return _compared(name, found, condition[1][0], body)


def _compared(name: str, found: Sequence[str], other: Element, body: Body) -> bool:
    wanted = [other.get("Value", "")] if local(other) == "Constant" else list(_values(other, body))
    if not found or not wanted:
        return name == "IsNotEqualTo"
    return any(_COMPARISONS[name](_plain(value), _plain(wanted[0])) for value in found)


def _contains(condition: Element, found: Sequence[str]) -> bool:
    wanted, mode = condition[1].get("Value", ""), condition.get("ContainmentMode", "FullString")
    if condition.get("ContainmentComparison", "Exact") != "Exact":
        wanted, found = wanted.lower(), [value.lower() for value in found]
    if mode == "Substring":
        return any(wanted in value for value in found)
    if mode.startswith("Prefix"):
        return any(value.startswith(wanted) for value in found)
    return wanted in found


def _values(path: Element, body: Body) -> Sequence[str]:
    if local(path) == "ExtendedFieldURI":
        return _property(path, body)
    return values_of(body, path.get("FieldURI", ""))


def _property(path: Element, body: Body) -> Sequence[str]:
    key = property_key(path)
    for one in body["properties"]:
        if tuple(tuple(pair) for pair in one["uri"]) == key:
            return one["value"] if isinstance(one["value"], list) else [one["value"]]
    return []


def _plain(value: str) -> str:
    """Times in one spelling; everything else as it is."""
    try:
        moment = datetime.fromisoformat(value) if len(value) > 9 and value[4:5] == "-" else None
    except ValueError:
        return value
    return value if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
