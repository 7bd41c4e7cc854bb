"""Settings → Users."""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import Right, SeatKind, Tier
from accounts.exceptions import LastSuperAdmin
from accounts.forms import MembershipForm
from accounts.models import Membership
from accounts.selectors import invitations_open, members_list
from accounts.services.accounts import membership_remove, membership_update
from accounts.web import AccountRequest, account_view

log = structlog.get_logger(__name__)


@require_safe
@account_view()
def users(request: AccountRequest, account_id: int) -> HttpResponse:
    """Everybody in the account; super admins get links to change them."""
    may_edit = request.membership.has_right(Right.SUPER_ADMIN)
    invited = invitations_open(account_id=account_id) if may_edit else []
    members = [{"membership": member, "rights": _rights(member)} for member in members_list(account_id=account_id)]
    context = {"members": members, "may_edit": may_edit, "invited": invited, "now": timezone.now()}
    return render(request, "accounts/users.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.SUPER_ADMIN)
def user_edit(request: AccountRequest, account_id: int, membership_id: int) -> HttpResponse:
    """A member's rights and seat."""
    member = get_object_or_404(members_list(account_id=account_id), pk=membership_id)
    start = {"rights": member.rights, "seat": member.seat, "seat_tier": member.seat_tier}
    form = MembershipForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid() and _update(request, member, form):
        return redirect("accounts:users", account_id)
    crumbs = [(_("Users"), reverse("accounts:users", args=[account_id]))]
    context = {"form": form, "member": member, "crumbs": crumbs}
    return render(request, "accounts/user_edit.html", context, status=422 if form.is_bound else 200)


@account_view(Right.SUPER_ADMIN)
@require_POST
def user_remove(request: AccountRequest, account_id: int, membership_id: int) -> HttpResponse:
    """Take a member out of the account; the page has asked first."""
    member = get_object_or_404(members_list(account_id=account_id), pk=membership_id)
    try:
        membership_remove(actor=request.actor, membership_id=member.pk)
    except LastSuperAdmin as error:
        messages.error(request, str(error))
        return redirect("accounts:user_edit", account_id, membership_id)
    except Membership.DoesNotExist:
        log.info("membership.removed_already")
    messages.success(request, _("%(name)s is no longer in this account.") % {"name": member.user})
    return redirect("home" if member.user_id == request.user.pk else "accounts:users", *_unless_me(request, member))


def _unless_me(request: AccountRequest, member: Membership) -> list[int]:
    return [] if member.user_id == request.user.pk else [member.account_id]


def _update(request: AccountRequest, member: Membership, form: MembershipForm) -> bool:
    data: dict[str, Any] = form.cleaned_data
    try:
        membership_update(
            actor=request.actor,
            membership_id=member.pk,
            rights=[Right(right) for right in data["rights"]],
            seat=SeatKind(data["seat"]),
            seat_tier=Tier(data["seat_tier"]),
        )
    except LastSuperAdmin as error:
        form.add_error("rights", str(error))
        return False
    messages.success(request, _("The rights and the seat of %(name)s are saved.") % {"name": member.user})
    return True


def _rights(member: Membership) -> list[str]:
    return [str(Right(right).label) for right in member.rights]
