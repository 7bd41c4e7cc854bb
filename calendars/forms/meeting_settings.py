"""What a member chooses for all of their meetings (C11–C13, C17)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.gates import PAID_SEAT, Gate
from accounts.models import Membership
from calendars.choices import DefaultHost
from calendars.models import MeetingSettings
from calendars.selectors.links import DOMAIN_GATE, default_hosts, domain_base
from calendars.selectors.meeting_settings import (
    URL_PART_LENGTH_MOST,
    domains_offered,
    meeting_settings_of,
    url_part_usual,
)
from calendars.selectors.pages import pages_of
from hubclone.lib.text import clean_line

MARK = "meetings"
"""The field that says that a form holds these fields."""
DOMAIN_PREFIX = "domain:"
_TYPED = ("url_part", "default_page", "host", "chat_page")
_FORM_FIELDS = {
    "url_part": "url_part",
    "default_page_id": "default_page",
    "domain_id": "host",
    "default_host": "host",
    "chat_page_id": "chat_page",
}


class MeetingSettingsForm(forms.Form):
    """A field that the plan does not have is shown and cannot be changed; what is not sent stays as it is."""

    url_part = forms.CharField(
        label=gettext_lazy("Meetings URL"),
        required=False,
        max_length=URL_PART_LENGTH_MOST,
        help_text=gettext_lazy("Your part of the links of new pages. Pages that are there already keep their links."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    default_page = forms.ChoiceField(
        label=gettext_lazy("Default meeting"),
        required=False,
        help_text=gettext_lazy("The page that a meeting link in a sales template leads to."),
    )
    host = forms.ChoiceField(
        label=gettext_lazy("Meeting domain"),
        help_text=gettext_lazy("The domain of all your links. Links with another one lead here by themselves."),
    )
    is_chat_link_on = forms.BooleanField(
        label=gettext_lazy("Include a link to the meeting booking page in the chat window"), required=False
    )
    chat_page = forms.ChoiceField(label=gettext_lazy("Chat meeting link"), required=False)

    def __init__(self, membership: Membership, data: QueryDict | None = None, typed: QueryDict | None = None) -> None:
        """``data`` is to be saved; ``typed`` is only shown again."""
        self.membership, self.kept = membership, meeting_settings_of(membership)
        gates = {"url_part": PAID_SEAT, "default_page": PAID_SEAT, "host": DOMAIN_GATE}
        is_open = {gate: gate.gate_open(membership) for gate in gates.values()}
        self.gates = {name: None if is_open[gate] else gate for name, gate in gates.items()}
        self.hosts = list(_hosts(membership, with_domains=is_open[DOMAIN_GATE]))
        own = pages_of(account_id=membership.account_id, user_id=membership.user_id)
        self.pages = [(str(pk), name) for pk, name in own.values_list("pk", "name")]
        self.shown = self._shown()
        super().__init__(self._whole(data) if data is not None else None, initial={**self.shown, **_sent(typed)})
        self._choices_fill()
        self._gates_show()
        self.fields["url_part"].widget.attrs["placeholder"] = self.usual_part

    def clean_url_part(self) -> str:
        """In lower case, without white space around."""
        return clean_line(self.cleaned_data["url_part"]).lower().strip("/")

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from what was shown, as ``meeting_settings_update`` takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if value != self.shown[name]}
        found: dict[str, Any] = {name: given[name] for name in ("url_part", "is_chat_link_on") if name in given}
        found |= {f"{name}_id": _number(given[name]) for name in ("default_page", "chat_page") if name in given}
        if "host" in given:
            found |= _host_read(given["host"])
        return found

    def errors_add(self, errors: Mapping[str, str]) -> None:
        """Put each sentence of the service at its field."""
        for name, sentence in errors.items():
            self.add_error(_FORM_FIELDS.get(name), sentence)

    @property
    def usual_part(self) -> str:
        """What stands in links while nothing is typed."""
        return url_part_usual(self.membership)

    @property
    def rows(self) -> list[tuple[forms.BoundField, Gate | None]]:
        """The fields about links, each with the gate that is closed."""
        return [(self[name], gate) for name, gate in self.gates.items()]

    @property
    def link(self) -> str:
        """A new page's link as it would be with what is shown."""
        base = self._bases.get(self["host"].value(), "")
        return f"{base}{self.link_path}{self['url_part'].value() or self.usual_part}/{self.link_end}"

    @property
    def link_path(self) -> str:
        """What stands between host and part."""
        return reverse("calendars:public_page", args=["x"]).removesuffix("x")

    @property
    def link_end(self) -> str:
        """What a page of one's own is called in an example."""
        return _("meeting")

    @property
    def bases(self) -> str:
        """The choice of a host → how its links begin, as JSON for the page's script."""
        return json.dumps(self._bases)

    @property
    def _bases(self) -> dict[str, str]:
        return {value: base for value, _words, base in self.hosts}

    def _choices_fill(self) -> None:
        for name, nothing in (("default_page", _("The first page made")), ("chat_page", _("My default meeting"))):
            self.fields[name].choices = [("", nothing), *self.pages]  # type: ignore[attr-defined]
            self.fields[name].error_messages["invalid_choice"] = _("Choose one of your own pages.")
        self.fields["host"].choices = [(value, words) for value, words, _base in self.hosts]  # type: ignore[attr-defined]
        gate = self.gates["host"]
        refused = gate.gate_words if gate else _("Choose a domain that is connected.")
        if gate:
            self.fields["host"].help_text = _("The domain of all your links. It can be a domain of your own, too:")
        elif len(self.hosts) == len(default_hosts()):
            self.fields["host"].help_text = _(
                "The domain of all your links. Connect one of your own under Settings → Domains."
            )
        self.fields["host"].error_messages["invalid_choice"] = refused

    def _gates_show(self) -> None:
        """Domains are not listed where the plan has none; what needs a seat is shown and cannot be changed."""
        for name, gate in self.gates.items():
            if gate:
                attributes = self.fields[name].widget.attrs
                attributes["aria-describedby"] = f"id_{name}_helptext id_{name}_gate"
                attributes |= {"disabled": True} if name != "host" else {}

    def _shown(self) -> dict[str, Any]:
        kept = self.kept
        pages: dict[str, Any] = {"default_page": kept.default_page_id, "chat_page": kept.chat_page_id}
        if self.gates["default_page"]:
            pages["default_page"] = next((pk for pk, _name in self.pages), "")
        return {
            "url_part": kept.url_part,
            **{name: str(pk or "") for name, pk in pages.items()},
            "host": self._host_shown(kept),
            "is_chat_link_on": kept.is_chat_link_on,
        }

    def _host_shown(self, kept: MeetingSettings) -> str:
        chosen = f"{DOMAIN_PREFIX}{kept.domain_id}"
        known = [value for value, _words, _base in self.hosts]
        return next((value for value in (chosen, kept.default_host) if value in known), str(DefaultHost.MEETINGS))

    def _whole(self, data: QueryDict) -> dict[str, Any]:
        """What was sent, and what is kept of fields that were not; a box that is not ticked is not sent."""
        sent = _sent(data)
        return {name: sent.get(name, value) for name, value in self.shown.items()}


def _hosts(membership: Membership, *, with_domains: bool) -> Iterator[tuple[str, str, str]]:
    """Value, words and beginning of links of each host that can be chosen."""
    for key, base in default_hosts().items():
        yield str(key), base.partition("://")[2], base
    if with_domains:
        for item in domains_offered(membership):
            yield f"{DOMAIN_PREFIX}{item.pk}", item.shown, domain_base(item.host)


def _sent(data: QueryDict | None) -> dict[str, Any]:
    """The fields of these settings that came in."""
    if data is None:
        return {}
    found: dict[str, Any] = {name: data[name] for name in _TYPED if name in data}
    return found | {"is_chat_link_on": bool(data.get("is_chat_link_on"))}


def _host_read(value: str) -> dict[str, Any]:
    if value.startswith(DOMAIN_PREFIX):
        return {"domain_id": _number(value.removeprefix(DOMAIN_PREFIX))}
    return {"domain_id": None, "default_host": value}


def _number(text: str) -> int | None:
    return int(text) if text else None
