"""Settings → Security: one's own second factor and sessions."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.services.people import sessions_end_others
from accounts.sessions import sessions_list
from accounts.web import AccountRequest, account_view, request_ip


@never_cache
@require_safe
@account_view()
def security(request: AccountRequest, account_id: int) -> HttpResponse:
    """Address, password, second factor, recovery codes and where one is signed in."""
    factors = {one.type: one for one in Authenticator.objects.filter(user=request.user)}
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "app": factors.get(Authenticator.Type.TOTP),
        "codes": codes,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "new_address": EmailAddress.objects.get_new(request.user),
        "sessions": sessions_list(user=request.user, current=request.session.session_key or ""),
    }
    return render(request, "accounts/security.html", context)


@account_view()
@require_POST
def sessions_end(request: AccountRequest, account_id: int) -> HttpResponse:
    """Sign out everywhere else."""
    count = sessions_end_others(
        user=request.user, session_key=request.session.session_key or "", ip=request_ip(request)
    )
    if count:
        words = ngettext("%(count)d other session is signed out.", "%(count)d other sessions are signed out.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("You were signed in nowhere else."))
    return redirect("accounts:security", account_id)
