"""Settings → Integrations → Connected apps (A10)."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.web import AccountRequest, account_view
from connections.choices import ConnectKind
from connections.forms import ConnectionForm
from connections.models import Connection
from connections.registries import PROVIDERS, PURPOSES
from connections.selectors import connections_removed, connections_visible
from connections.services.details import connection_update
from connections.services.oauth import oauth_begin
from connections.services.state import connection_disconnect
from connections.web import form_may_lead_to


@require_GET
@account_view()
def index(request: AccountRequest, account_id: int) -> HttpResponse:
    """All that is connected by or for this member, by app."""
    found = connections_visible(membership=request.membership).select_related("brand")
    groups = [(PROVIDERS[key], list(items)) for key, items in groupby(found, key=lambda one: one.provider)]
    starts = [(purpose.start_label, purpose.start(account_id)) for purpose in PURPOSES.values()]
    return render(request, "connections/index.html", {"groups": groups, "starts": starts})


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def detail(request: AccountRequest, account_id: int, connection_id: int) -> HttpResponseBase:
    """One connection: how it fares, what it may do, how to mend it; POST sets what it is called."""
    if gone := _removed(request, connection_id):
        return gone
    connection = _get(request, connection_id)
    start = {"label": connection.label, "brand": connection.brand_id}
    form = ConnectionForm(request.POST or None, account_id=account_id, initial=start)
    if request.method == "POST" and form.is_valid():
        connection_update(actor=request.actor, connection=connection, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("connections:detail", account_id, connection_id)
    provider = PROVIDERS[connection.provider]
    context = {
        "connection": connection,
        "provider": provider,
        "scopes": provider.scope_words(connection.scopes),
        "advice": provider.error_guide.get(connection.last_error_code),
        "form": form,
    }
    status = 422 if form.is_bound else 200

    def answer(inner: HttpRequest) -> HttpResponse:
        return render(inner, "connections/detail.html", context, status=status)

    return form_may_lead_to(connection.provider, request, answer)


@account_view()
@require_POST
def reconnect(request: AccountRequest, account_id: int, connection_id: int) -> HttpResponse:
    """Back to the provider's consent page or form, for the same outside account; data and cursors stay."""
    connection = _get(request, connection_id)
    if PROVIDERS[connection.provider].connect == ConnectKind.FORM:
        return redirect("connections:form_again", account_id, connection.pk)
    url = oauth_begin(
        request,
        account_id=account_id,
        user_id=request.user.pk,
        provider=connection.provider,
        purpose=connection.purpose,
        reconnect=connection,
    )
    return redirect(url)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def remove(request: AccountRequest, account_id: int, connection_id: int) -> HttpResponse:
    """Say what removing does, then do it.

    Back to where it was asked from: the list, or with ``?from=start`` the page on which such connections are made.
    """
    connection = _get(request, connection_id)
    provider = PROVIDERS[connection.provider]
    back = _back(request, connection)
    if request.method in ("GET", "HEAD"):
        context = {"connection": connection, "provider": provider, "back": back}
        return render(request, "connections/remove.html", context)
    revoked = connection_disconnect(actor=request.actor, connection=connection)
    name = {"name": provider.name}
    if revoked:
        messages.success(request, _("%(name)s is disconnected.") % name)
    else:
        messages.warning(
            request,
            _("%(name)s is disconnected here. What you allowed there still stands: take it back there, too: %(page)s")
            % {**name, "page": provider.access_page},
        )
    return redirect(back or reverse("connections:index", args=[account_id]))


def _back(request: AccountRequest, connection: Connection) -> str:
    """The page that the connection belongs to, if it was asked from there; "" for the list."""
    return PURPOSES[connection.purpose].start(connection.account_id) if request.GET.get("from") == "start" else ""


def _removed(request: AccountRequest, connection_id: int) -> HttpResponse | None:
    """For old links to a connection of this person that is over: the list, which says so."""
    if not connections_removed(membership=request.membership).filter(pk=connection_id).exists():
        return None
    messages.info(request, _("This connection was removed. Nothing of it needs you any more."))
    return redirect("connections:index", request.account.pk)


def _get(request: AccountRequest, connection_id: int) -> Connection:
    found = connections_visible(membership=request.membership).filter(pk=connection_id).first()
    if found is None:
        raise Http404
    return found
