"""How django-allauth meets our accounts."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Membership, User
from accounts.selectors import person_of
from accounts.services.mail import email_enqueue
from accounts.services.people import user_audit
from accounts.sessions import device
from accounts.web import request_ip
from hubclone.lib.language import USER_LANGUAGE_SESSION_KEY
from hubclone.lib.names import link_defuse

log = structlog.get_logger(__name__)
_WORDS = {
    "email_password_mismatch": _("The email address or the password is not correct."),
    "too_many_login_attempts": _("That was tried too often. Wait a few minutes, then try again."),
    "incorrect_password": _("That is not your password."),
    "duplicate_email": _("This is your address already."),
    "max_email_addresses": _("You can have %d addresses. Remove one that you no longer use."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """E-mails by our own queue with links from BASE_URL, new session keys, audit rows, and the person's language."""

    error_messages = {**DefaultAccountAdapter.error_messages, **_WORDS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """As the installation says; invitations do not come this way."""
        return bool(settings.SIGNUP_OPEN)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """A new session key after the password too, so that a key known before it is no way past the second factor."""
        if request.session.session_key:
            request.session.cycle_key()
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Copy the chosen language into the new session, and note the sign-in."""
        if user.language:
            request.session[USER_LANGUAGE_SESSION_KEY] = user.language
        user_audit(user=user, action="user.signed_in", ip=request_ip(request))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the settings that it was asked from."""
        return reverse("mfa_index")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Back to the addresses for who is signed in; a visitor signs in first."""
        if self.request.user.is_authenticated:
            return reverse("account_email")
        url: str = super().get_email_verification_redirect_url(email_address)
        return url

    def get_reset_password_from_key_url(self, key: str) -> str:
        """From BASE_URL: the Host of a request must not choose where a secret leads."""
        uid, _, token = key.partition("-")
        return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', args=[uid, token])}"

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC) -> str:
        """From BASE_URL too."""
        return f"{settings.BASE_URL}{reverse('account_confirm_email', args=[emailconfirmation.key])}"

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell who signs up a second time where to sign in."""
        context = {
            "login_url": f"{settings.BASE_URL}{reverse('account_login')}",
            "password_reset_url": f"{settings.BASE_URL}{reverse('account_reset_password')}",
        }
        self.send_mail("account/email/account_already_exists", email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person what was done with their sign-in, at the address that they had until then."""
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's e-mails in the name of an account of the person; it stays in nobody's log."""
        user = context.get("user") or person_of(email=email)
        account_id = _account_of(user, email)
        if user is None or account_id is None:
            log.info("mail.without_account", template=template_prefix)
            return
        context = {
            **context,
            "person": link_defuse(user.name) or user.email,
            "device": device(str(context.get("user_agent", ""))).words,
        }
        with translation.override(user.language or translation.get_language()):
            subject = render_to_string(f"{template_prefix}_subject.txt", context)
            text = render_to_string(f"{template_prefix}_message.txt", context)
        key = f"{template_prefix}:{user.pk}:{uuid.uuid4()}"
        email_enqueue(account_id=account_id, key=key, to=email, subject=subject, text=text)


def _account_of(user: User | None, email: str) -> int | None:
    """Whose mail it is: the person's first account, or one that has asked them in."""
    first = Membership.objects.filter(user=user).order_by("id").values_list("account_id", flat=True).first()
    if first is not None:
        return first
    asked = Invitation.objects.filter(email=email.lower(), accepted_at=None, revoked_at=None, expires_at__gt=Now())
    return asked.order_by("id").values_list("account_id", flat=True).first()
