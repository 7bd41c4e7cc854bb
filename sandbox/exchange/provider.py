"""Exchange as the sandbox's own parts see it."""

from __future__ import annotations

import re

from werkzeug.wrappers import Response

from sandbox.context import Ask
from sandbox.exchange import (  # noqa: F401 - their routes and operations
    availability,
    control,
    discovery,
    find,
    folders,
    names,
    sync,
    views,
    write,
)
from sandbox.exchange.accounts import exchange_seed
from sandbox.exchange.auth import settled
from sandbox.exchange.endpoint import PATH
from sandbox.exchange.faults import fault_answer
from sandbox.exchange.state import exchange_state
from sandbox.faults import Fault
from sandbox.providers import Person, Provider, register
from sandbox.store import Store

_OPERATION = re.compile(rb"<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)")
_NOTES = {"person": "", "room": "room", "shared": "shared mailbox"}


def _people(store: Store) -> list[Person]:
    rows = store.all("select * from exchange_account order by rowid")
    return [Person(row["email"], row["name"], f"/exchange/view/{row['email']}", _NOTES[row["kind"]]) for row in rows]


def _fault(fault: Fault, ask: Ask) -> Response:
    return fault_answer(fault)


def _refusal(ask: Ask, code: int, message: str) -> Response | None:
    return None if ask.path.startswith("/_control/") else Response(message, code, content_type="text/html")


def _operation(ask: Ask) -> str:
    """The name of a call's operation, for faults; "" while its caller only proves who it is."""
    if ask.path != PATH:
        return ask.method
    found = _OPERATION.search(ask.get_data()) if settled(ask) else None
    return found[1].decode() if found else ""


register(
    Provider(
        name="exchange",
        label="Exchange calendars",
        seed=exchange_seed,
        state=exchange_state,
        people=_people,
        fault_answer=_fault,
        refusal=_refusal,
        operation=_operation,
        roots=("autodiscover", "Autodiscover"),
    )
)
