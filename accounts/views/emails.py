"""Settings → General → Email: a person's own addresses, and what comes to them (A2, A6)."""

from __future__ import annotations

from typing import Any

from allauth.account.views import EmailView
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.notification_selectors import notification_choices
from accounts.registries import EMAIL_PANELS
from accounts.selectors import addresses_of
from accounts.web import AccountRequest, account_view


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def emails(request: AccountRequest, account_id: int) -> HttpResponseBase:
    """The list, adding, and for each address: proving it, making it the main one, removing it.

    ``action_add``, ``action_send``, ``action_primary`` or ``action_remove`` says which; all but sending ask for the
    password again when it was typed some while ago.
    """
    response: HttpResponseBase = _addresses(request)
    return response


class _AddressesView(EmailView):  # type: ignore[misc]
    """allauth's rules about addresses on our page; its signals write the audit rows."""

    template_name = "accounts/emails.html"

    @property
    def success_url(self) -> str:
        """This page."""
        return str(self.request.path)

    def form_invalid(self, form: Any) -> HttpResponse:
        """What is wrong stands at the field."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The addresses, how many kinds of notices go to the main one, and what other apps say of e-mail."""
        membership = self.request.membership
        choices = notification_choices(membership=membership)
        panels = sorted(EMAIL_PANELS.values(), key=lambda panel: panel.order)
        return {
            "form": kwargs.get("form") or self.get_form(),
            "addresses": addresses_of(user=self.request.user),
            "kinds": len(choices),
            "kinds_by_email": sum(choice.by_email for choice in choices),
            "panels": [(panel.template, panel.context(membership)) for panel in panels],
        }

    def _action_send(self, request: HttpRequest) -> HttpResponseBase | None:
        answer: HttpResponseBase | None = super()._action_send(request)
        if not self._did_send_verification_email:
            messages.info(request, _("A link was sent a few minutes ago. Look for it before you ask for another one."))
        return answer

    def _action_primary(self, request: HttpRequest) -> HttpResponseBase | None:
        try:
            with transaction.atomic():
                answer: HttpResponseBase | None = super()._action_primary(request)
        except IntegrityError:
            messages.error(request, _("Somebody has signed up with this address since, so it cannot be your main one."))
            return None
        return answer


_addresses = transaction.atomic(_AddressesView.as_view())
