"""The people, rooms and shared mailboxes of this Exchange, their calendars, and who may see what."""

from __future__ import annotations

import base64
import secrets

from sandbox.exchange.soap import EwsError
from sandbox.store import Row, Store

DOMAIN = "corp.example"
NETBIOS = "CORP"
PASSWORD = "Sandbox-1"  # noqa: S105 - known to everybody, good for nothing but the sandbox
ANNA, BEN = f"anna@{DOMAIN}", f"ben@{DOMAIN}"
ROOM, TEAM = f"room-oak@{DOMAIN}", f"team@{DOMAIN}"
_ACCOUNTS = (
    (ANNA, "anna", "Anna Zielińska", "person", "Europe/Warsaw"),
    (BEN, "ben", "Ben Fischer", "person", "Europe/Berlin"),
    (ROOM, "room-oak", "Room Oak", "room", "Europe/Warsaw"),
    (TEAM, "team", "Team calendar", "shared", "Europe/Warsaw"),
)
EVERYBODY = "default"
ROLES = ("none", "availability", "limited", "reviewer", "author", "editor", "owner")
"""In rising order; ``availability`` shows when somebody is busy, ``limited`` also with what."""
READS, WRITES = ROLES.index("reviewer"), ROLES.index("author")


def exchange_seed(store: Store) -> None:
    """Fill an empty sandbox; leaves one with data alone."""
    with store.transaction():
        if store.get("exchange_seeded"):
            return
        store.put("exchange_seeded", "1")
        for email, user, name, kind, zone in _ACCOUNTS:
            account_make(store, email, user=user, name=name, kind=kind, zone=zone)
        folder_make(store, ANNA, "Travel")
        share(store, calendar_of(store, TEAM)["id"], ANNA, "editor")
        share(store, calendar_of(store, TEAM)["id"], BEN, "reviewer")


def account_make(store: Store, email: str, *, user: str, name: str, kind: str = "person", zone: str = "UTC") -> None:
    """A mailbox with its calendar."""
    store.run(
        "insert into exchange_account (email, user_name, password, name, kind, time_zone) values (?, ?, ?, ?, ?, ?)",
        (email, user, PASSWORD, name, kind, zone),
    )
    folder_make(store, email, "Calendar", default=True)


def folder_make(store: Store, owner: str, name: str, *, default: bool = False) -> str:
    """A calendar of a mailbox; its id. Others see when its owner is busy if it is the default one."""
    folder = id_make("folder")
    store.run(
        "insert into exchange_folder (id, owner, name, is_default) values (?, ?, ?, ?)",
        (folder, owner, name, int(default)),
    )
    share(store, folder, owner, "owner")
    share(store, folder, EVERYBODY, "availability" if default else "none")
    return folder


def id_make(kind: str) -> str:
    """An id as opaque and as long as Exchange's."""
    lead = {"folder": b"\x00\x03\x24\x01", "item": b"\x00\x03\x24\x02"}[kind]
    return base64.b64encode(lead + secrets.token_bytes(110)).decode()


def share(store: Store, folder: str, account: str, role: str) -> None:
    """Give a role on a calendar."""
    if role not in ROLES:
        raise ValueError(f"role must be one of {', '.join(ROLES)}")
    store.run("insert or replace into exchange_acl values (?, ?, ?)", (folder, account, role))


def unshare(store: Store, folder: str, account: str) -> None:
    """Withdraw it: what everybody may see is left."""
    store.run("delete from exchange_acl where folder = ? and account = ?", (folder, account))


def refusal_set(store: Store, folder: str, code: str) -> None:
    """What those are told who may not use a calendar."""
    if code not in _REFUSALS:
        raise ValueError(f"error must be one of {', '.join(_REFUSALS)}")
    store.put(f"exchange_refusal:{folder}", code)


def account_get(store: Store, email: str) -> Row | None:
    """The mailbox of an address."""
    return store.one("select * from exchange_account where email = ?", (email.lower(),))


def account_named(store: Store, user: str) -> Row | None:
    """The account of ``CORP\\anna``, ``anna`` or ``anna@corp.example``."""
    name = user.rpartition("\\")[2].lower()
    return store.one("select * from exchange_account where email = ? or user_name = ?", (name, name))


def calendar_of(store: Store, email: str) -> Row:
    """The default calendar of a mailbox. Raises EwsError where there is no such mailbox."""
    row = store.one("select * from exchange_folder where owner = ? and is_default = 1", (email.lower(),))
    if row is None:
        raise EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")
    return row


def access(store: Store, mailbox: str, account: str, *, full: bool) -> None:
    """Open a whole mailbox to somebody, or close it."""
    if full:
        share(store, f"mailbox:{mailbox}", account, "owner")
    else:
        unshare(store, f"mailbox:{mailbox}", account)


def has_access(store: Store, mailbox: str, account: str) -> bool:
    """Whether a whole mailbox is open to ``account``: it is its own, or was opened to it."""
    held = store.one("select 1 from exchange_acl where folder = ? and account = ?", (f"mailbox:{mailbox}", account))
    return mailbox == account or held is not None


def rank(store: Store, folder: Row, account: str) -> int:
    """How far ``account`` may go on a calendar: its place in ROLES."""
    if has_access(store, folder["owner"], account):
        return ROLES.index("owner")
    own = store.one("select role from exchange_acl where folder = ? and account = ?", (folder["id"], account))
    if own is None:
        own = store.one("select role from exchange_acl where folder = ? and account = ?", (folder["id"], EVERYBODY))
    return 0 if own is None else ROLES.index(own["role"])


def folder_open(store: Store, account: str, folder: Row | None, need: int = READS) -> Row:
    """A calendar that the caller may use that far. Raises EwsError as Exchange does.

    Who sees nothing of it is told that there is none; who sees a little, that it is not for them.
    """
    if folder is None or folder["deleted"]:
        raise not_found()
    held = rank(store, folder, account)
    if held >= need:
        return folder
    code = store.get(f"exchange_refusal:{folder['id']}") or ("ErrorAccessDenied" if held else "ErrorItemNotFound")
    raise _REFUSALS[code]()


def not_found() -> EwsError:
    """No such thing, or none that the caller may know of."""
    return EwsError("ErrorItemNotFound", "The specified object was not found in the store.")


def no_folder() -> EwsError:
    """No such folder."""
    return EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.")


def denied() -> EwsError:
    """Too few rights."""
    return EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")


_REFUSALS = {"ErrorAccessDenied": denied, "ErrorItemNotFound": not_found, "ErrorFolderNotFound": no_folder}
