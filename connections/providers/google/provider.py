"""Google as an outside account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connections.choices import ConnectKind
from connections.providers.google.oauth import GoogleOAuth
from connections.registries import PROVIDERS, Advice, ProviderDescriptor, ScopeWords

RECONNECT = _("Choose “Reconnect” and sign in to the same Google account.")
ALLOW_ALL = _("On Google’s page, leave every box ticked and choose “Continue”.")
AGAIN = _("Start connecting again.")

ERROR_GUIDE = {
    "GRANT_REVOKED": Advice(
        _("Google no longer lets us in. The access was taken back, or the password was changed."),
        (RECONNECT, ALLOW_ALL),
    ),
    "TOKEN_REFUSED": Advice(
        _("Google does not accept our key any more, although it was renewed."), (RECONNECT, ALLOW_ALL)
    ),
    "SECRET_UNREADABLE": Advice(
        _("The stored key cannot be read, because the encryption key of this installation was changed."), (RECONNECT,)
    ),
    "SCOPE_INSUFFICIENT": Advice(_("Google says that a permission is missing."), (RECONNECT, ALLOW_ALL)),
    "CALENDAR_GONE": Advice(
        _("A calendar cannot be read any more: it was deleted, or it is no longer shared with you."),
        (
            _("Ask the owner of the calendar to share it with you again."),
            _("Or remove the calendar in Settings → General → Calendar."),
        ),
    ),
    "API_OFF": Advice(
        _("Google does not let this installation use calendars: the Google Calendar API is not switched on for it."),
        (_("Ask the administrator of this installation to enable the Google Calendar API in its Google project."),),
    ),
    "RATE_LIMITED": Advice(_("Google asked us to slow down. We try again by ourselves.")),
    "PROVIDER_DOWN": Advice(_("Google had a problem of its own. We try again by ourselves.")),
    "PROVIDER_UNREACHABLE": Advice(_("Google did not answer. We try again by ourselves.")),
    "CONSENT_DENIED": Advice(
        _("You said no on Google’s page, so nothing was connected."),
        (_("If that was a mistake, start again and choose “Continue”."),),
    ),
    "SCOPES_MISSING": Advice(
        _("Google was connected with less access than scheduling needs, so we did not keep it."), (AGAIN, ALLOW_ALL)
    ),
    "STATE_MISMATCH": Advice(
        _("This attempt to connect is over, or it was begun in another browser."),
        (_("Start connecting again in this browser, and finish within a quarter of an hour."),),
    ),
    "CODE_REFUSED": Advice(
        _("Google did not accept its own answer: it was too old or had been used before."), (AGAIN,)
    ),
    "NO_REFRESH_TOKEN": Advice(
        _("Google gave access for an hour only."),
        (_("Remove Hubclone at Google under “Third-party apps and services”."), AGAIN),
    ),
    "PROVIDER_ERROR": Advice(_("Google could not finish the sign-in."), (AGAIN,)),
    "OTHER_IDENTITY": Advice(
        _("You signed in to another Google account than the one that is connected."),
        (_("Start again and choose the same account."), _("To change the account, connect the other one instead.")),
    ),
}

GOOGLE = PROVIDERS.register(
    "google",
    ProviderDescriptor(
        key="google",
        name=_("Google"),
        connect=ConnectKind.OAUTH,
        scopes=(
            ScopeWords("openid"),
            ScopeWords("https://www.googleapis.com/auth/userinfo.email", _("See your email address")),
            ScopeWords(
                "https://www.googleapis.com/auth/calendar",
                _("See, create, change and delete the calendars and events that you can reach"),
            ),
        ),
        error_guide=ERROR_GUIDE,
        oauth=GoogleOAuth(),
        choice="Google / Gmail",
        access_page="https://myaccount.google.com/connections",
    ),
)
