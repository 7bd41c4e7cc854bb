"""How django-allauth meets our accounts."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import Membership, User
from accounts.services.mail import email_enqueue
from hubclone.lib.language import USER_LANGUAGE_SESSION_KEY

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open sign-up, e-mails by our own queue, and the person's language from the moment they sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: people come into an account by its super admins."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Copy the chosen language into the new session."""
        if user.language:
            request.session[USER_LANGUAGE_SESSION_KEY] = user.language
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back into the app."""
        return reverse("home")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of allauth's e-mails in the name of the person's first account; it stays in nobody's log."""
        membership = Membership.objects.filter(user__email__iexact=email).select_related("user").order_by("id").first()
        if membership is None:
            log.info("mail.without_account", template=template_prefix)
            return
        context = {**context, "person": membership.user}
        with translation.override(membership.user.language or translation.get_language()):
            subject = render_to_string(f"{template_prefix}_subject.txt", context)
            text = render_to_string(f"{template_prefix}_message.txt", context)
        key = f"{template_prefix}:{membership.user_id}:{uuid.uuid4()}"
        email_enqueue(account_id=membership.account_id, key=key, to=membership.user.email, subject=subject, text=text)
