"""The control API that every provider shares: state, faults, counters, reset. A refusal is 400 ``{"error": text}``."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.faults import fault_parse
from sandbox.mail.message import mail_values
from sandbox.providers import PROVIDERS

DEFAULT_LIMIT = 1000


def told(value: Any, status: int = 200) -> Response:
    """JSON for a caller of control."""
    return Response(json.dumps(value, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def need(given: dict[str, Any], *names: str) -> list[Any]:
    """These fields of a call. Raises ValueError where one is missing."""
    missing = [name for name in names if given.get(name) in (None, "")]
    if missing:
        raise ValueError(f"required: {', '.join(missing)}")
    return [given[name] for name in names]


@route("GET", "/_control/state")
def state(box: Box, ask: Ask) -> Response:
    """All data by provider: ``?provider=``, ``?limit=`` (1000, newest; 0 for all), ``?calendar=``."""
    wanted = ask.args.get("provider", "")
    limit = int(ask.args.get("limit", DEFAULT_LIMIT)) or -1
    parts: dict[str, Callable[[], Any]] = {
        **{name: partial(p.state, box, limit, ask.args.get("calendar", "")) for name, p in PROVIDERS.items()},
        "mail": lambda: _mail(box, limit),
        "faults": box.faults.listing,
    }
    if wanted and wanted not in parts:
        raise ValueError(f"provider must be one of {', '.join(parts)}")
    return told({name: part() for name, part in parts.items() if wanted in {"", name}})


def _mail(box: Box, limit: int) -> list[dict[str, Any]]:
    rows = box.store.all("select * from (select * from mail order by id desc limit ?) order by id", (limit,))
    return [mail_values(row) for row in rows]


@route("POST", "/_control/faults")
def fault_add(box: Box, ask: Ask) -> Response:
    """Order a fault; answers ``{"id"}``."""
    return told({"id": box.faults.add(fault_parse(ask.json_object()))}, 201)


@route("DELETE", "/_control/faults")
def faults_clear(box: Box, ask: Ask) -> Response:
    """Forget every order."""
    box.faults.clear()
    return Response(status=204)


@route("DELETE", "/_control/faults/<int:fault_id>")
def fault_clear(box: Box, ask: Ask, fault_id: int) -> Response:
    """Forget one order."""
    box.faults.clear(fault_id)
    return Response(status=204)


@route("GET", "/_control/requests")
def requests_count(box: Box, ask: Ask) -> Response:
    """``{"METHOD /path": count}`` of the calls since the start or the last reset, control's own left out."""
    return told({name: count for name, count in list(box.counts.items()) if " /_control/" not in name})


@route("DELETE", "/_control/requests")
def requests_clear(box: Box, ask: Ask) -> Response:
    """Count from nought."""
    box.counts.clear()
    return Response(status=204)


@route("DELETE", "/_control/mail")
def mail_clear(box: Box, ask: Ask) -> Response:
    """Throw caught mail away."""
    box.store.run("delete from mail")
    return Response(status=204)


@route("POST", "/_control/reset")
def reset(box: Box, ask: Ask) -> Response:
    """Back to the first day: the first accounts and empty calendars."""
    box.faults.clear()
    with box.store.transaction():
        box.store.empty()
        for provider in PROVIDERS.values():
            provider.seed(box.store)
    box.counts.clear()
    for part in box.parts.values():
        part.reload()
    return Response(status=204)
