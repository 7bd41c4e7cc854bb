"""What the control of every stand-in has in common. For tests: see ``sandbox.testing``."""

from __future__ import annotations

from typing import Any, Protocol, cast


class Caller(Protocol):
    """The control API of a running sandbox."""

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call under ``/_control/``."""

    def state(self, provider: str = "", **query: Any) -> dict[str, Any]:
        """All data by provider."""


class StandIn:
    """What people and administrators do at a provider; ``key`` is its part of the control API's addresses."""

    key: str

    def __init__(self, control: Caller) -> None:
        self._control = control

    def _post(self, path: str, **body: Any) -> Any:
        return self._control.call("POST", f"{self.key}/{path}", body)

    def state(self, **query: Any) -> dict[str, Any]:
        """The provider's whole data; the documentation of the sandbox names its parts."""
        return cast("dict[str, Any]", self._control.state(self.key, **query)[self.key])

    def events_bulk(self, *, calendar: str, count: int, **more: Any) -> None:
        """Many events: ``from``, ``every_minutes``, ``minutes``, and what the provider's events have."""
        self._post("events/bulk", calendar=calendar, count=count, **more)

    def calendar_delete(self, calendar: str) -> None:
        """A calendar is gone."""
        self._post("calendar/delete", calendar=calendar)

    def calendar_share(self, *, calendar: str, account: str, role: str) -> None:
        """Give a role, by the provider's own word for it."""
        self._post("calendar/share", calendar=calendar, account=account, role=role)


class ConsentedStandIn(StandIn):
    """A stand-in that people give access to by consent, and that pushes."""

    def events(self, calendar: str) -> list[dict[str, Any]]:
        """Every event of a calendar, cancelled or deleted ones too, in the order of their last change."""
        return cast("list[dict[str, Any]]", self.state(calendar=calendar, limit=0)["events"])

    def grant(self, *, account: str, scope: str, redirect_uri: str, **more: Any) -> str:
        """The code that consent would have given."""
        return str(self._post("grant", account=account, scope=scope, redirect_uri=redirect_uri, **more)["code"])

    def token(self, *, account: str, scope: str, **more: Any) -> dict[str, str]:
        """access_token, refresh_token and scope, with no code between."""
        return cast("dict[str, str]", self._post("token", account=account, scope=scope, **more))

    def client(self, *, client_id: str, client_secret: str, **more: Any) -> None:
        """Register an app."""
        self._post("client", client_id=client_id, client_secret=client_secret, **more)

    def event_create(self, *, calendar: str, start: Any, end: Any, **event: Any) -> dict[str, Any]:
        """Somebody makes an event; ``start`` and ``end`` as RFC 3339 text (dates: all day) or as the API's objects."""
        return cast("dict[str, Any]", self._post("event", calendar=calendar, start=start, end=end, **event))

    def event_move(self, *, calendar: str, id: str, start: str, end: str | None = None) -> dict[str, Any]:
        """Somebody drags it."""
        return cast("dict[str, Any]", self._post("event/move", calendar=calendar, id=id, start=start, end=end))

    def event_relocate(self, *, calendar: str, id: str, to: str) -> dict[str, Any]:
        """Its owner drags it into another calendar; answers it as it is there."""
        return cast("dict[str, Any]", self._post("event/relocate", calendar=calendar, id=id, to=to))

    def event_update(self, *, calendar: str, id: str, **changes: Any) -> dict[str, Any]:
        """Somebody edits it."""
        return cast("dict[str, Any]", self._post("event/update", calendar=calendar, id=id, changes=changes))

    def event_delete(self, *, calendar: str, id: str) -> None:
        """Somebody deletes it: an event, a series or an occurrence."""
        self._post("event/delete", calendar=calendar, id=id)

    def revoke(self, account: str, **more: Any) -> None:
        """The access is over; Microsoft's ``reason``: revoked, consent, inactive, conditional_access, mfa."""
        self._post("revoke", account=account, **more)

    def token_expire(self, account: str) -> None:
        """Access tokens stop working; refreshing works."""
        self._post("token_expire", account=account)

    def calendar_unshare(self, *, calendar: str, account: str) -> None:
        """Withdraw a share."""
        self._post("calendar/unshare", calendar=calendar, account=account)

    def push_pause(self, paused: bool = True) -> None:
        """Lose push messages, or send them again."""
        self._post("push/pause", paused=paused)

    def push_replay(self, **more: Any) -> None:
        """Send push messages again; ``times``, and which: ``channel`` and ``number`` at Google, ``id`` at Microsoft."""
        self._post("push/replay", **more)
