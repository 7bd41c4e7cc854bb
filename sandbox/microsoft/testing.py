"""For tests: what people and administrators do at Microsoft. See ``sandbox.testing``."""

from __future__ import annotations

from typing import Any

from sandbox.stand_in import ConsentedStandIn


class MicrosoftControl(ConsentedStandIn):
    """A calendar is named by its alias (the owner's address for a default one) or by its id.

    Roles: freeBusyRead, read, write.
    """

    key = "microsoft"

    def calendar_id(self, alias: str) -> str:
        """What Graph calls a calendar."""
        return next(str(row["id"]) for row in self.state(limit=1)["calendars"] if row["alias"] == alias)

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
