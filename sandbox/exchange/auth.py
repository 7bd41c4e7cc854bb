"""Who calls: Basic with every request, NTLM once a connection."""

from __future__ import annotations

import base64
import binascii
import os
import struct
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import spnego
from spnego.exceptions import SpnegoError
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box
from sandbox.exchange.accounts import DOMAIN, NETBIOS, account_get, account_named
from sandbox.store import Row, Store

METHODS = ("ntlm", "basic")
_UNREADABLE = (SpnegoError, ValueError, struct.error)
"""What the library raises for a wrong password, and for messages that are none."""
LOCKED = "The referenced account is currently locked out and may not be logged on to."


class Refused(Exception):
    """The answer to a caller whom we do not know (yet)."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass
class _Connection:
    context: Any = None
    account: str = ""
    password: str = ""


class _Ntlm:
    """The handshakes under way and the callers who are known, by connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakKeyDictionary[Any, _Connection] = WeakKeyDictionary()
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-ntlm-")
        self._file = Path(self._folder.name) / "users"

    def connection(self, socket: Any) -> _Connection:
        """What is known of a connection."""
        with self._lock:
            return self._known.setdefault(socket, _Connection())

    def challenge(self, connection: _Connection, token: bytes) -> bytes:
        """The server's challenge to a first message. Raises SpnegoError."""
        with self._lock:
            self._users_write([])
            os.environ["NTLM_USER_FILE"] = str(self._file)
            connection.context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
            return connection.context.step(token) or b""

    def answer(self, connection: _Connection, token: bytes, store: Store) -> str:
        """The name under which the caller proved to know the password. Raises SpnegoError."""
        with self._lock:
            context, connection.context = connection.context, None
            self._users_write(store.all("select * from exchange_account"))
            context.step(token)
            return str(context.client_principal)

    def _users_write(self, accounts: list[Row]) -> None:
        lines = [
            f"{domain}:{name}:{row['password']}"
            for row in accounts
            for domain, name in ((NETBIOS, row["user_name"]), (DOMAIN, row["user_name"]), ("", row["user_name"]))
        ]
        lines += [f":{row['email']}:{row['password']}" for row in accounts]
        self._file.write_text("\n".join(lines) or "::", encoding="utf-8")


_NTLM = _Ntlm()


def caller(box: Box, ask: Ask) -> Row:
    """The account that calls. Raises Refused."""
    connection = _NTLM.connection(ask.environ["werkzeug.socket"])
    kind, _, value = ask.headers.get("Authorization", "").partition(" ")
    if kind.lower() not in methods(box.store):
        row = account_get(box.store, connection.account) if connection.account and not kind else None
        if row is None or row["password"] != connection.password:
            raise Refused(unauthorized(box.store))
        return _open(box.store, row)
    try:
        token = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(unauthorized(box.store)) from error
    row = _basic(box.store, token) if kind.lower() == "basic" else _ntlm(box.store, connection, token)
    if row is None:
        raise Refused(unauthorized(box.store))
    return _open(box.store, row)


def methods(store: Store) -> list[str]:
    """The ways to prove who calls that the server offers."""
    return store.get("exchange_auth", ",".join(METHODS)).split(",")


def unauthorized(store: Store, text: str = "Access is denied.") -> Response:
    """401, with what the server offers."""
    response = Response(f"<html><body>{text}</body></html>", 401, content_type="text/html")
    for method in methods(store):
        response.headers.add("WWW-Authenticate", "NTLM" if method == "ntlm" else f'Basic realm="mail.{DOMAIN}"')
    return response


def _open(store: Store, row: Row) -> Row:
    if row["locked"]:
        raise Refused(unauthorized(store, LOCKED))
    return row


def _basic(store: Store, token: bytes) -> Row | None:
    name, _, password = token.decode("utf-8", "replace").partition(":")
    row = account_named(store, name)
    return row if row is not None and row["password"] == password else None


def _ntlm(store: Store, connection: _Connection, token: bytes) -> Row | None:
    connection.account = ""
    try:
        if connection.context is None:
            response = unauthorized(store)
            challenge = base64.b64encode(_NTLM.challenge(connection, token)).decode()
            response.headers.set("WWW-Authenticate", f"NTLM {challenge}")
            raise Refused(response)
        row = account_named(store, _NTLM.answer(connection, token, store))
    except _UNREADABLE:
        connection.context = None
        return None
    if row is not None:
        connection.account, connection.password = row["email"], row["password"]
    return row


def settled(ask: Ask) -> bool:
    """Whether this request is a call, and not a step on the way to prove who calls."""
    kind = ask.headers.get("Authorization", "").partition(" ")[0].lower()
    connection = _NTLM.connection(ask.environ["werkzeug.socket"])
    return kind == "basic" or (bool(connection.context) if kind == "ntlm" else bool(connection.account))
