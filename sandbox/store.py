"""All that the sandbox knows, in one SQLite file (or in memory), behind one lock.

``synchronous=OFF`` survives the end of the process, kill -9 included; only a crash of the machine may lose the last
moments, which is good enough for a stand-in and fast enough for its benches.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.exchange import tables as exchange
from sandbox.microsoft import tables as microsoft

Row = sqlite3.Row

SCHEMA = """
create table if not exists kv (key text primary key, value text not null);
create table if not exists fault (id integer primary key autoincrement, body text not null);
create table if not exists mail (
  id integer primary key autoincrement, received text not null, sender text not null, recipients text not null,
  raw blob not null);

create table if not exists google_account (
  email text primary key, gid text not null, given_name text not null, family_name text not null,
  time_zone text not null);
create table if not exists google_client (
  client_id text primary key, secret text not null, name text not null, redirect_uris text not null);
create table if not exists google_grant (
  id integer primary key autoincrement, account text not null, client_id text not null, scope text not null,
  refresh_token text unique, offline integer not null, revoked integer not null default 0,
  refreshes integer not null default 0, created text not null);
create table if not exists google_token (
  token text primary key, grant_id integer not null, scope text not null, expires real not null);
create table if not exists google_code (
  code text primary key, grant_id integer not null, redirect_uri text not null, scope text not null,
  challenge text not null, challenge_method text not null, nonce text not null, first integer not null,
  expires real not null, used integer not null default 0);
create table if not exists google_calendar (
  id text primary key, owner text not null, is_primary integer not null, summary text not null,
  description text not null default '', time_zone text not null, color text not null, seq integer not null default 0,
  epoch integer not null default 0, deleted integer not null default 0, updated text not null);
create table if not exists google_acl (
  calendar text not null, account text not null, role text not null, seq integer not null,
  deleted integer not null default 0, primary key (calendar, account));
create table if not exists google_event (
  calendar text not null, id text not null, seq integer not null, kind text not null, status text not null,
  starts integer not null, ends integer not null, busy integer not null, master text not null,
  ical_uid text not null, updated text not null, body text not null, primary key (calendar, id)) without rowid;
create unique index if not exists google_event_seq on google_event (calendar, seq);
create index if not exists google_event_starts on google_event (calendar, starts);
create index if not exists google_event_master on google_event (calendar, master) where master <> '';
create table if not exists google_channel (
  id text primary key, resource_id text not null, resource text not null, resource_uri text not null,
  account text not null, address text not null, token text not null, expires_ms integer not null,
  number integer not null default 0, stopped integer not null default 0);
create table if not exists google_push (
  id integer primary key autoincrement, channel text not null, number integer not null, state text not null,
  result text not null, at text not null);
create table if not exists google_invitation (
  id integer primary key autoincrement, calendar text not null, event text not null, kind text not null,
  recipients text not null, at text not null);
"""


def newest(table: str) -> str:
    """The statement for a table's newest rows by id, as many as its argument says, in their order."""
    return f"select * from (select * from {table} order by id desc limit ?) order by id"  # noqa: S608


class Store:
    """One connection, one lock: every ``with store.transaction()`` block is alone and all or nothing."""

    def __init__(self, home: Path | None) -> None:
        if home is not None:
            home.mkdir(parents=True, exist_ok=True)
        path = ":memory:" if home is None else str(home / "sandbox.sqlite3")
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=512)
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-65536", "temp_store=MEMORY"):
            self._db.execute(f"pragma {pragma}")
        for schema in (SCHEMA, microsoft.SCHEMA, exchange.SCHEMA):
            self._db.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone; commits at the end of the outermost block, rolls back on an error."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("begin")
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("rollback")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("commit")

    def all(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """Every row of a query."""
        with self._lock:
            return self._db.execute(sql, args).fetchall()

    def one(self, sql: str, args: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        with self._lock:
            row: Row | None = self._db.execute(sql, args).fetchone()
            return row

    def run(self, sql: str, args: Sequence[Any] = ()) -> int:
        """Run one statement; answers the last row id."""
        with self._lock:
            return self._db.execute(sql, args).lastrowid or 0

    def count(self, sql: str, args: Sequence[Any] = ()) -> int:
        """The first column of the first row, as a number."""
        row = self.one(sql, args)
        return int(row[0] or 0) if row is not None else 0

    def get(self, key: str, default: str = "") -> str:
        """A stored value by name."""
        row = self.one("select value from kv where key = ?", (key,))
        return default if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Store a value by name."""
        self.run("insert into kv values (?, ?) on conflict (key) do update set value = excluded.value", (key, value))

    def empty(self) -> None:
        """Forget everything."""
        with self.transaction() as db:
            names = self.all("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
            for (table,) in names:
                db.execute(f"delete from {table}")  # noqa: S608 - names of our own tables

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
