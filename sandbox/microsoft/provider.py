"""Microsoft as the sandbox's own parts see it."""

from __future__ import annotations

from sandbox.microsoft import (  # noqa: F401 - their routes
    authority,
    calendars,
    consent,
    control,
    control_events,
    events,
    listing,
    mailbox,
    schedule,
    subscriptions,
    views,
)
from sandbox.microsoft.accounts import PERSONAL, seed
from sandbox.microsoft.errors import fault_answer, refusal
from sandbox.microsoft.push import Notifier
from sandbox.microsoft.state import microsoft_state
from sandbox.providers import Person, Provider, register
from sandbox.store import Row, Store


def _people(store: Store) -> list[Person]:
    return [_person(row) for row in store.all("select * from microsoft_account order by rowid")]


def _person(row: Row) -> Person:
    name = f"{row['given_name']} {row['family_name']}"
    kind = "personal" if row["tenant"] == PERSONAL else "work"
    return Person(row["email"], name, f"/microsoft/view/{row['email']}", kind)


register(
    Provider(
        name="microsoft",
        label="Microsoft calendars",
        seed=seed,
        state=microsoft_state,
        people=_people,
        fault_answer=fault_answer,
        refusal=refusal,
        roots=authority.TENANTS,
        start=Notifier,
    )
)
