"""The people who have accounts at this Microsoft, their calendars, and the apps that may ask for them."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid

from sandbox.store import Store

CLIENT_ID = "5a3d8c1e-7b1f-4c1a-9a57-5a2d0b0c5a11"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - known to everybody, good for nothing but the sandbox
NORTHWIND = "0f5e5a4e-4d3b-4a77-9f0e-6c2f5f1d7a01"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of every personal account, at the real one too."""

ANNA, JAN, MARTA = "anna@northwind.example", "jan@northwind.example", "marta@outlook.example"
PROJECTS = "projects-anna@northwind.example"
HOLIDAYS = "team-holidays@northwind.example"
ROLES = ("freeBusyRead", "read", "write")
"""What a calendar can be shared with; its owner has ``owner``."""

_ACCOUNTS = (
    (ANNA, NORTHWIND, "Anna", "Kowalska", "Europe/Warsaw"),
    (JAN, NORTHWIND, "Jan", "Nowak", "Europe/Warsaw"),
    (MARTA, PERSONAL, "Marta", "Wiśniewska", "Europe/London"),
)


def seed(store: Store) -> None:
    """Fill an empty sandbox; leaves one with data alone."""
    with store.transaction():
        if store.get("microsoft_seeded"):
            return
        store.put("microsoft_seeded", "1")
        for email, tenant, given, family, zone in _ACCOUNTS:
            account_make(store, email, tenant=tenant, given=given, family=family, zone=zone)
        calendar_make(store, PROJECTS, ANNA, name="Projects", color="lightGreen")
        calendar_make(store, HOLIDAYS, JAN, name="Team holidays", color="lightOrange")
        share(store, HOLIDAYS, ANNA, "read")
        client_make(store, CLIENT_ID, CLIENT_SECRET, "Hubclone", [])


def account_make(store: Store, email: str, *, tenant: str, given: str, family: str, zone: str) -> None:
    """An account with its default calendar."""
    oid = str(uuid.UUID(bytes=hashlib.sha256(email.encode()).digest()[:16]))
    if tenant == PERSONAL:
        oid = f"00000000-0000-0000-{oid[:4]}-{oid[-12:]}"
    store.run("insert into microsoft_account values (?, ?, ?, ?, ?, ?)", (email, oid, tenant, given, family, zone))
    calendar_make(store, email, email, name="Calendar", color="auto", default=True)


def client_make(store: Store, client_id: str, secret: str, name: str, redirect_uris: list[str]) -> None:
    """Register an app. With no redirect URI any one on loopback is taken."""
    store.run("delete from microsoft_client where client_id = ?", (client_id,))
    store.run("insert into microsoft_client values (?, ?, ?, ?)", (client_id, secret, name, json.dumps(redirect_uris)))


def graph_id(kind: str, text: str) -> str:
    """An id as Graph's look: long, opaque, the same for the same text."""
    digest = hashlib.sha512(f"{kind}:{text}".encode()).digest()
    return f"AAMkAG{base64.urlsafe_b64encode(digest[:45]).decode()}AAA="


def calendar_make(
    store: Store, alias: str, owner: str, *, name: str, color: str = "auto", default: bool = False
) -> str:
    """A calendar and its owner's place in it; answers its id."""
    calendar = graph_id("calendar", alias)
    store.run(
        "insert into microsoft_calendar (alias, id, owner, is_default, name, color) values (?, ?, ?, ?, ?, ?)",
        (alias, calendar, owner, int(default), name, color),
    )
    share(store, alias, owner, "owner")
    return calendar


def share(store: Store, alias: str, account: str, role: str) -> None:
    """Give ``account`` a role; "" takes it away."""
    with store.transaction():
        store.run("delete from microsoft_share where calendar = ? and account = ?", (alias, account))
        if role:
            place = store.count("select max(place) from microsoft_share") + 1
            store.run("insert into microsoft_share values (?, ?, ?, ?)", (alias, account, role, place))
