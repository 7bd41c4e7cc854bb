"""Settings → Integrations → Private app tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import Right
from accounts.forms import TokenForm
from accounts.models import AccessToken
from accounts.selectors import access_tokens_list
from accounts.services.tokens import access_token_create, access_token_revoke
from accounts.web import AccountRequest, account_view


@require_safe
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def tokens(request: AccountRequest, account_id: int) -> HttpResponse:
    """The account's tokens."""
    return render(request, "accounts/tokens.html", {"tokens": access_tokens_list(account_id=account_id)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def token_create(request: AccountRequest, account_id: int) -> HttpResponse:
    """Make a token and show it in this one answer: it is kept nowhere, so there is nothing to redirect to."""
    form = TokenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/token_create.html", {"form": form}, status=422 if form.is_bound else 200)
    token, plain = access_token_create(
        actor=request.actor, account=request.account, created_by=request.user, **form.cleaned_data
    )
    return render(request, "accounts/token_created.html", {"token": token, "plain": plain})


@account_view(Right.EDIT_ACCOUNT_SETTINGS)
@require_POST
def token_revoke(request: AccountRequest, account_id: int, token_id: int) -> HttpResponse:
    """End a token; the page has asked first."""
    token = get_object_or_404(AccessToken, account_id=account_id, pk=token_id)
    access_token_revoke(actor=request.actor, token_id=token.pk)
    messages.success(request, _("“%(name)s” can no longer use the API.") % {"name": token.name})
    return redirect("accounts:tokens", account_id)
