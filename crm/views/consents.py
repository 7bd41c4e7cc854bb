"""What a contact agreed to: what holds, what was said before, and a new statement."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.web import AccountRequest, account_view
from crm.choices import ConsentState, ObjectType
from crm.exceptions import RecordError
from crm.models import Record
from crm.objects import OBJECTS
from crm.presentation import record_title, record_url
from crm.selectors.consents import consent_history, consent_purposes, consent_state
from crm.services.consents import PROOF_LENGTH_MOST, PURPOSE_LENGTH_MOST, ConsentInvalid, consent_write
from crm.values import TEXT_LENGTH_MOST
from crm.views.gone import gone_shown
from crm.views.page import record_or_404
from hubclone.lib.errors import TransientError


class ConsentForm(forms.Form):
    """One statement."""

    purpose = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=PURPOSE_LENGTH_MOST,
        help_text=gettext_lazy("For example “Newsletter” or “Phone calls”."),
        widget=forms.TextInput(attrs={"list": "purposes"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("What they said"),
        choices=[
            (ConsentState.GIVEN, gettext_lazy("They agree")),
            (ConsentState.WITHDRAWN, gettext_lazy("They withdraw")),
        ],
        initial=ConsentState.GIVEN,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("What they read"),
        required=False,
        max_length=TEXT_LENGTH_MOST,
        help_text=gettext_lazy("The words that they agreed to, as they were."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    proof = forms.CharField(
        label=gettext_lazy("Where they said it"),
        required=False,
        max_length=PROOF_LENGTH_MOST,
        help_text=gettext_lazy("A form, a call, a letter, with its date."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
@gone_shown
def consents(request: AccountRequest, account_id: int, record_id: int) -> HttpResponse:
    """``?purpose=`` fills in what for."""
    found = record_or_404(account_id, OBJECTS[ObjectType.CONTACT], record_id)
    if found.pk != record_id:
        return redirect("crm:consents", account_id, found.pk)
    form = ConsentForm(request.POST or None, initial={"purpose": request.GET.get("purpose", "")[:PURPOSE_LENGTH_MOST]})
    if request.method == "POST" and form.is_valid() and _write(request, found, form):
        return redirect("crm:consents", account_id, found.pk)
    context = {
        "record": found,
        "title": record_title(found),
        "url": record_url(found),
        "form": form,
        "consents": consent_state(account_id=account_id, record_id=found.pk),
        "history": consent_history(account_id=account_id, record_id=found.pk),
        "purposes": consent_purposes(account_id=account_id),
    }
    return render(request, "crm/consents.html", context, status=422 if form.is_bound else 200)


def _write(request: AccountRequest, found: Record, form: ConsentForm) -> bool:
    try:
        consent_write(actor=request.actor, record_id=found.pk, **form.cleaned_data)
    except ConsentInvalid as error:
        form.add_error(error.field, str(error))
        return False
    except (RecordError, TransientError):
        form.add_error(None, _("This record is no longer here."))
        return False
    messages.success(request, _("The statement is kept."))
    return True
