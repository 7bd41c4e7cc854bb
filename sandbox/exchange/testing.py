"""For tests: acting as the other side of Exchange.

    with SandboxServer() as sandbox:
        sandbox.control.exchange.event_create(calendar="anna@corp.example", subject="Dentist", start=…, end=…)
        sandbox.control.fault(provider="exchange", method="CreateItem", status=500, reason="ErrorServerBusy")

Standard library only.
"""

from __future__ import annotations

from typing import Any, cast

from sandbox.stand_in import StandIn

ANNA, BEN = "anna@corp.example", "ben@corp.example"
ROOM, TEAM = "room-oak@corp.example", "team@corp.example"
PASSWORD = "Sandbox-1"  # noqa: S105 - known to everybody, good for nothing but the sandbox
EWS_PATH = "/exchange/EWS/Exchange.asmx"


class ExchangeControl(StandIn):
    """What people and administrators do at Exchange.

    Times are RFC 3339 text, dates for all-day items. A calendar is an id, or a mailbox's address for its default one.
    Roles: none, availability, limited, reviewer, author, editor, owner; the account ``default`` is everybody.
    """

    key = "exchange"

    def items(self, calendar: str) -> list[dict[str, Any]]:
        """Every item of a calendar, deleted ones too, in the order of their last change."""
        return cast("list[dict[str, Any]]", self.state(calendar=calendar, limit=0)["items"])

    def calendar(self, owner: str, name: str = "Calendar") -> str:
        """The id of a calendar by its owner and name."""
        found = [one for one in self.state(limit=1)["calendars"] if (one["owner"], one["name"]) == (owner, name)]
        return str(found[0]["id"])

    def event_create(self, *, calendar: str, start: str, end: str, **event: Any) -> dict[str, Any]:
        """Somebody makes an appointment or a meeting; with ``rrule`` a series."""
        return cast("dict[str, Any]", self._post("event", calendar=calendar, start=start, end=end, **event))

    def event_move(self, *, id: str, start: str, end: str | None = None, occurrence: str = "") -> dict[str, Any]:
        """Somebody drags it; with ``occurrence`` (a start) one of a series."""
        body = self._post("event/move", id=id, start=start, end=end, occurrence=occurrence)
        return cast("dict[str, Any]", body)

    def event_relocate(self, *, id: str, to: str) -> dict[str, Any]:
        """Its owner drags it into another calendar; answers it as it is there."""
        return cast("dict[str, Any]", self._post("event/relocate", id=id, to=to))

    def event_update(self, *, id: str, occurrence: str = "", **changes: Any) -> dict[str, Any]:
        """Somebody edits it."""
        return cast("dict[str, Any]", self._post("event/update", id=id, occurrence=occurrence, changes=changes))

    def event_delete(self, *, id: str, occurrence: str = "", **more: Any) -> None:
        """Somebody deletes it, or one occurrence."""
        self._post("event/delete", id=id, occurrence=occurrence, **more)

    def event_respond(self, *, id: str, response: str) -> None:
        """A guest answers Accept, Tentative or Decline on their own copy."""
        self._post("event/respond", id=id, response=response)

    def calendar_create(self, *, account: str, name: str) -> str:
        """A new calendar; its id."""
        return str(self._post("calendar/create", account=account, name=name)["id"])

    def calendar_rename(self, *, calendar: str, name: str) -> None:
        """Another name."""
        self._post("calendar/rename", calendar=calendar, name=name)

    def calendar_unshare(self, *, calendar: str, account: str, error: str = "") -> None:
        """Withdraw it; ``error`` is what its use answers from now on."""
        self._post("calendar/unshare", calendar=calendar, account=account, error=error)

    def mailbox_access(self, *, mailbox: str, account: str, full: bool = True) -> None:
        """Open a whole mailbox to somebody, its root folders too, or close it."""
        self._post("mailbox/access", mailbox=mailbox, account=account, full=full)

    def expire_sync_state(self, calendar: str) -> None:
        """Sync states of the calendar answer ErrorInvalidSyncStateData."""
        self._post("expire_sync_state", calendar=calendar)

    def account_create(self, *, email: str, **more: Any) -> None:
        """A new mailbox: ``name``, ``user``, ``kind`` (person, room, shared), ``time_zone``."""
        self._post("account", email=email, **more)

    def password(self, *, account: str, password: str) -> None:
        """Another password; the old one is refused at once."""
        self._post("password", account=account, password=password)

    def lock(self, account: str, locked: bool = True) -> None:
        """The right password is refused as well, or taken again."""
        self._post("lock", account=account, locked=locked)

    def version(self, version: str) -> None:
        """2007, 2010 SP1, 2010 SP2, 2013, 2016 or 2019."""
        self._post("version", version=version)

    def auth(self, *methods: str) -> None:
        """What the server offers of ``ntlm`` and ``basic``."""
        self._post("auth", methods=list(methods))

    def find_limit(self, count: int) -> None:
        """How many items one FindItem may find."""
        self._post("find_limit", count=count)
