"""Google as the sandbox's own parts see it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sandbox.context import Ask
from sandbox.faults import Fault
from sandbox.google import calendars, consent, control, events, listing, oauth, views  # noqa: F401 - their routes
from sandbox.google.accounts import seed
from sandbox.google.errors import GoogleError, fault_answer
from sandbox.google.push import Pusher
from sandbox.google.state import google_state
from sandbox.providers import Person, Provider, register
from sandbox.store import Store


def _people(store: Store) -> list[Person]:
    rows = store.all("select * from google_account order by gid")
    return [
        Person(row["email"], f"{row['given_name']} {row['family_name']}", f"/google/view/{row['email']}")
        for row in rows
    ]


def _fault(fault: Fault, ask: Ask) -> Response:
    return fault_answer(fault, oauth="/calendar/" not in ask.path)


def _refusal(ask: Ask, code: int, message: str) -> Response | None:
    if not ask.path.startswith("/google/calendar/"):
        return None
    reason = "notFound" if code == 404 else "badRequest"
    return GoogleError(code, reason, "Not Found" if code == 404 else "Bad Request").response()


register(
    Provider(
        name="google",
        label="Google calendars",
        seed=seed,
        state=google_state,
        people=_people,
        fault_answer=_fault,
        refusal=_refusal,
        start=Pusher,
    )
)
