"""For tests: what people and administrators do at Microsoft. See ``sandbox.testing``."""

from __future__ import annotations

from typing import Any, cast

from sandbox.stand_in import ConsentedStandIn


class MicrosoftControl(ConsentedStandIn):
    """A calendar is named by its alias (the owner's address for a default one) or by its id.

    Roles: freeBusyRead, read, write.
    """

    key = "microsoft"

    def events(self, calendar: str) -> list[dict[str, Any]]:
        """Every event of a calendar, deleted ones too, in the order of their last change."""
        return cast("list[dict[str, Any]]", self.state(calendar=calendar, limit=0)["events"])

    def calendar_id(self, alias: str) -> str:
        """What Graph calls a calendar."""
        return next(str(row["id"]) for row in self.state(limit=1)["calendars"] if row["alias"] == alias)

    def grant(self, *, account: str, scope: str, redirect_uri: str, **more: Any) -> str:
        """The code that Accept would have given."""
        return str(self._post("grant", account=account, scope=scope, redirect_uri=redirect_uri, **more)["code"])

    def token(self, *, account: str, scope: str, **more: Any) -> dict[str, str]:
        """access_token, refresh_token and scope, with no code between."""
        return cast("dict[str, str]", self._post("token", account=account, scope=scope, **more))

    def client(self, *, client_id: str, client_secret: str, **more: Any) -> None:
        """Register an app."""
        self._post("client", client_id=client_id, client_secret=client_secret, **more)

    def event_create(self, *, calendar: str, start: Any, end: Any, **event: Any) -> dict[str, Any]:
        """Its owner makes an event; ``start`` and ``end`` as RFC 3339 text (dates: all day) or as Graph's objects."""
        return cast("dict[str, Any]", self._post("event", calendar=calendar, start=start, end=end, **event))

    def event_move(self, *, calendar: str, id: str, start: str, end: str | None = None) -> dict[str, Any]:
        """Its owner drags it."""
        return cast("dict[str, Any]", self._post("event/move", calendar=calendar, id=id, start=start, end=end))

    def event_update(self, *, calendar: str, id: str, **changes: Any) -> dict[str, Any]:
        """Its owner edits it."""
        return cast("dict[str, Any]", self._post("event/update", calendar=calendar, id=id, changes=changes))

    def event_respond(self, *, calendar: str, id: str, response: str) -> None:
        """A guest answers on the own copy: accepted, tentativelyAccepted, declined."""
        self._post("event/respond", calendar=calendar, id=id, response=response)

    def password(self, account: str) -> None:
        """The password was changed, which ends every grant."""
        self._post("password", account=account)

    def refresh_expire(self, account: str) -> None:
        """Refresh tokens that were replaced stop working at once."""
        self._post("refresh_expire", account=account)

    def calendar_create(self, *, account: str, name: str, **more: Any) -> str:
        """A new calendar; its id."""
        return str(self._post("calendar/create", account=account, name=name, **more)["id"])

    def expire_sync_token(self, calendar: str, **more: Any) -> None:
        """Delta links of the calendar fail: 410 with a Location, else ``status``, with the code syncStateNotFound."""
        self._post("expire_sync_token", calendar=calendar, **more)

    def endless_pages(self, calendar: str, endless: bool = True) -> None:
        """Delta answers nextLinks and never comes to an end."""
        self._post("endless_pages", calendar=calendar, endless=endless)

    def occurrences_silent(self, silent: bool = True) -> None:
        """Delta says nothing of a deleted occurrence but tells its series anew without it."""
        self._post("occurrences/silent", silent=silent)

    def push_lifecycle(self, event: str, **more: Any) -> None:
        """reauthorizationRequired, subscriptionRemoved or missed, for all subscriptions or ``subscription``."""
        self._post("push/lifecycle", event=event, **more)
