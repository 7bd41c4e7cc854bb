"""The form with which people schedule a meeting on a contact and invite them (C6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calendars.models import Calendar
from calendars.selectors.calls import calls_made
from calendars.selectors.meeting_events import inviting_calendar
from connections.choices import ConnectionState
from crm.composer_forms import MeetingForm


class ScheduleForm(MeetingForm):
    """A meeting that lies ahead. The contact is invited from the user's own calendar, if there is one."""

    choices = ()
    minutes_least = 5
    body_label = gettext_lazy("Description for the guest")

    def properties(self) -> dict[str, Any]:
        """It is planned, and nobody knows yet how it goes."""
        values = {name: value for name, value in super().properties().items() if name != "wants_call"}
        return {**values, "hs_meeting_outcome": "SCHEDULED"}

    def wants_call(self) -> bool:
        """Whether the calendar is to make a video call's link."""
        return bool(self.cleaned_data.get("wants_call"))

    def clean_hs_timestamp(self) -> dt.datetime:
        """Nobody is invited to what is over."""
        starts_at: dt.datetime = self.cleaned_data["hs_timestamp"]
        if starts_at <= timezone.now():
            raise forms.ValidationError(_("This time has passed. Log a meeting that took place as a meeting instead."))
        return starts_at

    @property
    def note(self) -> str:  # type: ignore[override]
        """Who is invited, and from where."""
        if self._calendar is None:
            return self._with_link(
                _("The meeting is only logged, and nobody is invited: you have no calendar with calendar sync.")
            )
        connection, email = self._calendar.calendar_account.connection, self.record.properties.get("email")
        told = {"calendar": connection.identity, "email": email}
        if connection.state != ConnectionState.ACTIVE:
            words = _("The connection with %(calendar)s has ended. The meeting goes into it once you connect it again.")
            return self._with_link(words % told)
        if not email:
            words = _("Without an email address the contact is not invited. It goes into the calendar of %(calendar)s.")
            return words % told
        return _("The invitation goes to %(email)s from %(calendar)s.") % told

    def _with_link(self, words: str) -> SafeString:
        settings = reverse("calendars:settings", args=[self.record.account_id])
        return format_html('{} <a href="{}">{}</a>', words, settings, _("Calendar settings"))

    def _build(self, owners: Any) -> None:
        super()._build(owners)
        self._calendar = self._invites_from()
        if self._calendar and calls_made(self._calendar.calendar_account.connection.provider):
            self.fields["wants_call"] = forms.BooleanField(label=_("Add a video call"), required=False)
        self.order_fields([self.subject, "hs_timestamp", "minutes", "hs_meeting_location", "wants_call", self.body])

    def _start(self, user_id: str) -> dict[str, Any]:
        """The next full hour."""
        begins = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
        return {"hs_timestamp": begins, "minutes": 30}

    def _invites_from(self) -> Calendar | None:
        return inviting_calendar(account_id=self.record.account_id, user_id=int(self.user_id))
