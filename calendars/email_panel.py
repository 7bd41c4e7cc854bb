"""What meetings do with a person's e-mail, in Settings → General → Email."""

from __future__ import annotations

from accounts.models import Membership
from accounts.registries import EMAIL_PANELS, EmailPanel
from calendars.selectors.accounts import calendar_account_of


def panel_context(membership: Membership) -> dict[str, object]:
    """The calendar that sends invitations."""
    found = calendar_account_of(account_id=membership.account_id, user_id=membership.user_id)
    return {"calendar_account": found}


EMAIL_PANELS.register("meetings", EmailPanel("meetings", "calendars/settings/_email_panel.html", panel_context, 20))
