"""Exchange on premises as an outside account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connections.choices import ConnectKind
from connections.providers.exchange.connect import ExchangeConnect
from connections.registries import PROVIDERS, Advice, ProviderDescriptor, ScopeWords

RECONNECT = _("Choose “Reconnect” and type the password that is good now.")
ASK_IT = _("Ask your IT for the address, or whether the server can be reached from here.")
ALONE = _("Exchange did not answer. We try again by ourselves.")

CONNECTED = {
    "PASSWORD_REFUSED": Advice(
        _(
            "Exchange does not accept the user name and password. Check both. "
            "If the password was changed lately, type the new one."
        )
    ),
    "GRANT_REVOKED": Advice(
        _("Exchange no longer accepts the password. It was changed, or the user is locked."), (RECONNECT,)
    ),
    "SECRET_UNREADABLE": Advice(
        _("The stored password cannot be read, because the encryption key of this installation was changed."),
        (RECONNECT,),
    ),
    "CALENDAR_GONE": Advice(
        _("A calendar cannot be read any more: it was deleted, or it is no longer shared with you."),
        (
            _("Ask the owner of the calendar to share it with you again."),
            _("Or remove the calendar in Settings → General → Calendar."),
        ),
    ),
    "SERVER_BUSY": Advice(_("The Exchange server is busy or has a problem of its own. Try again in a few minutes.")),
    "PROVIDER_UNREACHABLE": Advice(ALONE, (ASK_IT,)),
    "ANSWER_UNREADABLE": Advice(
        _("Something else than Exchange answered at its address. We try again by ourselves."), (ASK_IT,)
    ),
    "ANSWER_TOO_LONG": Advice(ALONE),
}

FORM = {
    "PASSWORD_OVER": Advice(
        _("This password has expired or must be changed, or the user is switched off. Change it, or ask your IT.")
    ),
    "USER_LOCKED": Advice(
        _("Exchange has locked this user after too many wrong passwords. Ask your IT, or wait a while.")
    ),
    "NO_MAILBOX": Advice(_("This user can sign in, but has no mailbox with a calendar.")),
    "MAILBOX_UNKNOWN": Advice(_("This Exchange server knows no mailbox with this address.")),
    "MAILBOX_OTHER": Advice(_("This is not the mailbox of the user who signs in. Use the user’s own address.")),
    "URL_INVALID": Advice(_("Enter a whole address, such as https://mail.example.com/ews/exchange.asmx.")),
    "HTTP_REFUSED": Advice(_("Enter an address that begins with https://, or the password could be read on its way.")),
    "NOT_EXCHANGE": Advice(
        _(
            "This is not the address of Exchange’s web services: something else answers there. It often ends in "
            "/ews/exchange.asmx."
        )
    ),
    "REDIRECTED": Advice(
        _(
            "This address only leads to another one. Enter the address of the web services itself; it often ends "
            "in /ews/exchange.asmx."
        )
    ),
    "CERTIFICATE_REFUSED": Advice(
        _(
            "The server’s certificate is not trusted here: it has expired, is for another name, or comes from an "
            "authority of your own, which an administrator of this installation can name (EXCHANGE_CA_FILE)."
        )
    ),
    "ADDRESS_REFUSED": Advice(
        _(
            "Nothing answers at this address, or this installation may not reach it. Check the address. Servers "
            "in a private network must be allowed by an administrator of this installation (OUTBOUND_ALLOWED)."
        )
    ),
    "HOST_UNKNOWN": Advice(_("There is no server of this name. Check how the address is spelt.")),
    "TIMED_OUT": Advice(_("The server did not answer in time. Check the address, or try again in a few minutes.")),
    "ANSWER_BROKEN_OFF": Advice(
        _("The server ended the connection without an answer. Check the address, or try again in a few minutes.")
    ),
    "AUTH_UNSUPPORTED": Advice(
        _("This server takes neither NTLM nor Basic sign-in, which a password needs. Ask your IT to allow one for EWS.")
    ),
    "ACCESS_DENIED": Advice(
        _("The server does not let this user in over its web services (EWS). Ask your IT to allow it.")
    ),
    "NOT_DISCOVERED": Advice(_("We could not find the server by the email address. Ask your IT for the Exchange URL.")),
    "VERSION_TOO_OLD": Advice(_("This server is %(version)s. Exchange Server 2010 SP2 or a newer one is needed.")),
    "VERSION_OTHER": Advice(_("This server says that it is %(version)s. Choose that version, or let us find out.")),
    "OTHER_IDENTITY": Advice(_("This is another mailbox than the one that is connected.")),
    "REPLACE_NOT_CONFIRMED": Advice(
        _(
            "Another calendar account is connected. Begin again in Settings → General → Calendar and confirm "
            "that it is replaced."
        )
    ),
}

EXCHANGE = PROVIDERS.register(
    "exchange",
    ProviderDescriptor(
        key="exchange",
        name=_("Exchange"),
        connect=ConnectKind.FORM,
        scopes=(
            ScopeWords(
                "exchange:calendars",
                _("See, create, change and delete the calendars and events that you can reach"),
            ),
        ),
        error_guide=CONNECTED | FORM,
        form=ExchangeConnect(),
    ),
)
