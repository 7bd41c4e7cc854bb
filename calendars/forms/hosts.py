"""The hosts of a group or round robin page: inputs ``<name>`` (a member's id each), ``<name>-weight-<id>``, and what
``<name>-add`` names, which is added at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from calendars.choices import PageKind
from calendars.forms.later import LaterChoiceField
from calendars.models import CalendarAccount, SchedulingPage
from calendars.services.page_hosts import HOSTS_MOST, WEIGHT_MOST, HostChoice


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host as the editor shows them. Not connected: they can only be asked (C4)."""

    user: User
    weight: int
    is_connected: bool


class HostsInput(forms.Widget):
    """Reads the inputs; the editor's template draws them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        """The hosts in their order, each once, as ``{"user", "weight"}`` of texts."""
        if not isinstance(data, MultiValueDict):
            return []
        ids = dict.fromkeys([*data.getlist(name), *filter(None, [data.get(f"{name}-add")])])
        return [{"user": str(item), "weight": str(data.get(f"{name}-weight-{item}", "1"))} for item in ids]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Nobody at all sends nothing."""
        return False

    def use_required_attribute(self, initial: Any) -> bool:
        """There is no input to mark."""
        return False


class HostsField(forms.Field):
    """Cleans to ``HostChoice``; ``members`` (by id) are set by the form."""

    widget = HostsInput
    members: dict[int, User]

    def clean(self, value: Sequence[Mapping[str, str]]) -> list[HostChoice]:
        """Raises ValidationError for who is not in the account (any more), and for a weight that is none."""
        if len(value) > HOSTS_MOST:
            raise ValidationError(_("Please keep to %(count)s hosts.") % {"count": HOSTS_MOST})
        chosen = []
        for item in value:
            user_id, weight = _number(item["user"]), _number(item["weight"])
            if user_id not in self.members:
                raise ValidationError(_("One of these hosts is no longer in the account. Please remove them."))
            if not 1 <= weight <= WEIGHT_MOST:
                raise ValidationError(_("A weight is a number from 1 to %(most)s.") % {"most": WEIGHT_MOST})
            chosen.append(HostChoice(user_id, weight))
        return chosen


def members_hosting(account_id: int) -> dict[int, User]:
    """Everybody in the account who could host a page, by id, with ``has_calendar``; by name."""
    connected = CalendarAccount.objects.filter(account_id=account_id, user=OuterRef("pk"))
    found = User.objects.filter(is_active=True, memberships__account_id=account_id)
    return {user.pk: user for user in found.annotate(has_calendar=Exists(connected)).order_by("name", "pk")}


def host_rows(value: Sequence[Mapping[str, str]], members: Mapping[int, User]) -> list[HostRow]:
    """For the template; who has left the account is not shown any more."""
    chosen = [(members.get(_number(item["user"])), _number(item["weight"])) for item in value]
    return [HostRow(user, weight, user.has_calendar) for user, weight in chosen if user is not None]  # type: ignore[attr-defined]


def hosts_typed(user_ids: Mapping[int, int]) -> list[dict[str, str]]:
    """Hosts (id → weight) as the input reads them."""
    return [{"user": str(user_id), "weight": str(weight)} for user_id, weight in user_ids.items()]


class HostsForm(forms.Form):
    """What the editor says of a page's kind and of its hosts."""

    kind = LaterChoiceField(label=gettext_lazy("Kind"), choices=PageKind.choices, widget=forms.RadioSelect)
    hosts = HostsField(label=gettext_lazy("Hosts"))
    is_owner_first = forms.BooleanField(
        label=gettext_lazy("The contact's owner first"),
        required=False,
        help_text=gettext_lazy("A guest who is a contact meets its owner, if they are a host and free."),
    )
    members: dict[int, User]

    def members_set(self, members: dict[int, User]) -> None:
        """Who can be chosen."""
        self.members = members
        field = self.fields["hosts"]
        assert isinstance(field, HostsField)
        field.members = members

    def kind_clean(self, data: dict[str, Any], page: SchedulingPage | None) -> None:
        """A page keeps its kind, and none of several hosts is without any."""
        data["kind"] = PageKind(page.kind if page else data.get("kind") or PageKind.PERSONAL)
        if data["kind"] == PageKind.PERSONAL:
            self.errors.pop("hosts", None)
            data["hosts"], data["is_owner_first"] = None, False
        elif not data.get("hosts") and "hosts" not in self.errors:
            self.add_error("hosts", _("Choose at least one host."))

    @property
    def host_rows(self) -> list[HostRow]:
        """The chosen hosts for the template."""
        return host_rows(self["hosts"].value() or [], self.members)

    @property
    def hosts_left(self) -> list[User]:
        """Members who can still be added."""
        chosen = {row.user.pk for row in self.host_rows}
        return [user for user in self.members.values() if user.pk not in chosen]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
