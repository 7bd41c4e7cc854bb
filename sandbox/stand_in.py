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
