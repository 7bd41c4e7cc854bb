"""Microsoft 365 and Outlook.com as an outside account."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from connections.choices import ConnectKind
from connections.providers.microsoft.oauth import MicrosoftOAuth
from connections.providers.microsoft.scopes import SCOPES
from connections.registries import PROVIDERS, Advice, ProviderDescriptor

RECONNECT = _("Choose “Reconnect” and sign in to the same Microsoft account.")
ACCEPT = _("On Microsoft’s page, choose “Accept”.")
AGAIN = _("Start connecting again.")
ADMIN = _("Ask the Microsoft 365 administrator of your organisation to approve Hubclone, then connect again.")
OURS = _("Ask the administrator of this installation to check its registration at Microsoft.")

ERROR_GUIDE = {
    "GRANT_REVOKED": Advice(
        _("Microsoft no longer lets us in. The access was taken back, or the password was changed."),
        (RECONNECT, ACCEPT),
    ),
    "SIGN_IN_NEEDED": Advice(
        _("Your organisation asks you to sign in again, perhaps with a second factor."), (RECONNECT,)
    ),
    "CONSENT_NEEDED": Advice(
        _("Microsoft asks for consent that you have not given, or that only an administrator may give (AADSTS65001)."),
        (AGAIN, ACCEPT, ADMIN),
    ),
    "POLICY_FORBIDS": Advice(
        _("A rule of your organisation does not allow this access (conditional access, AADSTS53003)."), (ADMIN,)
    ),
    "PASSWORD_EXPIRED": Advice(
        _("Your Microsoft password has expired."), (_("Set a new one at Microsoft."), RECONNECT)
    ),
    "TOKEN_REFUSED": Advice(
        _("Microsoft does not accept our key any more, although it was renewed."), (RECONNECT, ACCEPT)
    ),
    "SECRET_UNREADABLE": Advice(
        _("The stored key cannot be read, because the encryption key of this installation was changed."), (RECONNECT,)
    ),
    "SCOPE_INSUFFICIENT": Advice(_("Microsoft says that a permission is missing."), (RECONNECT, ACCEPT, ADMIN)),
    "MAILBOX_NOT_ENABLED": Advice(
        _("This Microsoft account has no mailbox in the cloud, so it has no calendar that can be reached."),
        (
            _("If your organisation keeps its own Exchange server, choose “Exchange” when you connect."),
            _("Otherwise ask your administrator whether your mailbox has a licence."),
        ),
    ),
    "CALENDAR_GONE": Advice(
        _("A calendar cannot be read any more: it was deleted, or it is no longer shared with you."),
        (
            _("Ask the owner of the calendar to share it with you again."),
            _("Or remove the calendar in Settings → General → Calendar."),
        ),
    ),
    "CLIENT_REFUSED": Advice(
        _("Microsoft does not accept this installation itself: its secret may have run out."), (OURS,)
    ),
    "RATE_LIMITED": Advice(_("Microsoft asked us to slow down. We try again by ourselves.")),
    "PROVIDER_DOWN": Advice(_("Microsoft had a problem of its own. We try again by ourselves.")),
    "PROVIDER_UNREACHABLE": Advice(_("Microsoft did not answer. We try again by ourselves.")),
    "CONSENT_DENIED": Advice(
        _("You said no on Microsoft’s page, or it needs an administrator’s approval, so nothing was connected."),
        (_("If that was a mistake, start again and choose “Accept”."), ADMIN),
    ),
    "SCOPES_MISSING": Advice(
        _("Microsoft was connected with less access than scheduling needs, so we did not keep it."), (AGAIN, ACCEPT)
    ),
    "STATE_MISMATCH": Advice(
        _("This attempt to connect is over, or it was begun in another browser."),
        (_("Start connecting again in this browser, and finish within a quarter of an hour."),),
    ),
    "CODE_REFUSED": Advice(
        _("Microsoft did not accept its own answer: it was too old or had been used before."), (AGAIN,)
    ),
    "NO_REFRESH_TOKEN": Advice(_("Microsoft gave access for an hour only."), (AGAIN, ACCEPT)),
    "PROVIDER_ERROR": Advice(_("Microsoft could not finish the sign-in."), (AGAIN,)),
    "OTHER_IDENTITY": Advice(
        _("You signed in to another Microsoft account than the one that is connected."),
        (_("Start again and choose the same account."), _("To change the account, connect the other one instead.")),
    ),
}

MICROSOFT = PROVIDERS.register(
    "microsoft",
    ProviderDescriptor(
        key="microsoft",
        name=_("Office 365"),
        connect=ConnectKind.OAUTH,
        scopes=SCOPES,
        error_guide=ERROR_GUIDE,
        oauth=MicrosoftOAuth(),
        refusals={
            "consent_required": "CONSENT_NEEDED",
            "interaction_required": "SIGN_IN_NEEDED",
            "login_required": "SIGN_IN_NEEDED",
            "invalid_client": "CLIENT_REFUSED",
            "unauthorized_client": "CLIENT_REFUSED",
            "invalid_scope": "CLIENT_REFUSED",
            "temporarily_unavailable": "PROVIDER_DOWN",
            "server_error": "PROVIDER_DOWN",
        },
        access_page="https://myapps.microsoft.com",
        ends_grants=False,
        is_set_up=lambda: bool(settings.MICROSOFT["client_id"]),
    ),
)
