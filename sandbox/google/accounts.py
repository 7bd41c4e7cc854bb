"""The people who have accounts in this Google, their calendars, and the apps that may ask for them."""

from __future__ import annotations

import json

from sandbox.store import Store
from sandbox.times import now_text

CLIENT_ID = "sandbox-client.apps.googleusercontent.test"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - known to everybody, good for nothing but the sandbox

_ACCOUNTS = (
    ("anna@gmail.test", "112000000000000000001", "Anna", "Kowalska", "Europe/Warsaw", "#1a73e8"),
    ("jan@gmail.test", "112000000000000000002", "Jan", "Nowak", "Europe/Warsaw", "#0b8043"),
    ("marta@gmail.test", "112000000000000000003", "Marta", "Wiśniewska", "Europe/London", "#8e24aa"),
)
FAMILY = "family-anna@group.calendar.google.test"
HOLIDAYS = "team-holidays@group.calendar.google.test"


def seed(store: Store) -> None:
    """Fill an empty sandbox; leaves one with data alone."""
    with store.transaction():
        if store.get("seeded"):
            return
        store.put("seeded", "1")
        for email, gid, given, family, zone, color in _ACCOUNTS:
            store.run("insert into google_account values (?, ?, ?, ?, ?)", (email, gid, given, family, zone))
            calendar_make(store, email, email, summary=email, zone=zone, color=color, primary=True)
        calendar_make(store, FAMILY, "anna@gmail.test", summary="Family", zone="Europe/Warsaw", color="#e67c73")
        calendar_make(store, HOLIDAYS, "marta@gmail.test", summary="Team holidays", zone="UTC", color="#f4511e")
        share(store, HOLIDAYS, "anna@gmail.test", "reader")
        client_make(store, CLIENT_ID, CLIENT_SECRET, "Hubclone", [])


def client_make(store: Store, client_id: str, secret: str, name: str, redirect_uris: list[str]) -> None:
    """Register an app. With no redirect URI any one on loopback is taken."""
    store.run("delete from google_client where client_id = ?", (client_id,))
    store.run("insert into google_client values (?, ?, ?, ?)", (client_id, secret, name, json.dumps(redirect_uris)))


def calendar_make(
    store: Store, calendar: str, owner: str, *, summary: str, zone: str, color: str = "#1a73e8", primary: bool = False
) -> None:
    """A calendar and its owner's place in it."""
    store.run(
        "insert into google_calendar (id, owner, is_primary, summary, time_zone, color, updated)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (calendar, owner, int(primary), summary, zone, color, now_text()),
    )
    share(store, calendar, owner, "owner")


def share(store: Store, calendar: str, account: str, role: str) -> None:
    """Give ``account`` a role: freeBusyReader, reader, writer, owner; "" takes it away."""
    seq = list_seq_next(store)
    store.run(
        "insert into google_acl values (?, ?, ?, ?, ?) on conflict (calendar, account) do update"
        " set role = excluded.role, seq = excluded.seq, deleted = excluded.deleted",
        (calendar, account, role or "none", seq, int(not role)),
    )


def list_seq_next(store: Store) -> int:
    """The next number in the order of changes to calendar lists."""
    with store.transaction():
        seq = int(store.get("list_seq", "0")) + 1
        store.put("list_seq", str(seq))
        return seq
