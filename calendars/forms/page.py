"""The editor of a scheduling page (C19). What it cleans to are the fields that ``calendars.services.pages`` takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext

from accounts.models import Membership
from calendars.choices import LocationKind
from calendars.engine.hours import zone_names
from calendars.engine.tokens import tokens_unknown
from calendars.exceptions import PathOfOthers, PathTaken
from calendars.forms.contact_fields import AskedField, ContactFieldsField, asked_fields, definitions_askable
from calendars.forms.dates import DateOverridesField, DateRow, date_rows
from calendars.forms.delays import REMINDERS_MOST, DelayField, DelayRow, RemindersField, delay_rows
from calendars.forms.hosts import HostsForm, hosts_typed, members_hosting
from calendars.forms.hours import DayHours, HoursField, days_of
from calendars.forms.later import LaterChoiceField, LaterIntegerField, LaterLineField
from calendars.forms.logo import LogoField
from calendars.forms.visitor import TOO_LONG, LineField, TextField
from calendars.models import SchedulingPage
from calendars.redirects import RedirectRefused, redirect_check
from calendars.selectors.hosts import page_shares
from calendars.selectors.meeting_settings import path_of_others
from calendars.selectors.pages import SLUG_LENGTH_MOST, SLUG_PATTERN, slug_taken
from calendars.tokens import tokens_known
from calendars.words import duration_words
from calendars.zones import zones_listed
from hubclone.lib.brand import LIGHT_SURFACE, TEXT_CONTRAST, color_parse, contrast
from hubclone.lib.pictures import Picture

DURATIONS = (15, 20, 30, 45, 60, 90, 120)
STEPS = (5, 10, 15, 20, 30, 45, 60)
NOTICES = (0, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 4320, 10_080)
BUFFERS = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120)
ROLLING_DAYS_MOST = 365
ROLLING_DAYS_USUAL = 60
LIMIT_MOST = 1000
PATH_TAKEN = gettext_noop("Another page has this link already. Capital letters and domains make no difference.")
PATH_OF_OTHERS = gettext_noop("Somebody else’s links begin like this. Please begin yours differently.")
WINDOW_DAYS_MOST = 366
ROLLING, FIXED = "rolling", "fixed"
WINDOW_KINDS = ((ROLLING, _("A number of days ahead")), (FIXED, _("Between two dates")))
LANGUAGE_OF_VISITOR = _("As the visitor's browser asks")
LASTING_TEXTS = ("description", "invitation_subject")
"""Kept with the meeting as they were when it was booked: they cannot name its time, which may change."""
TEXTS = (*LASTING_TEXTS, "confirmation_text", "follow_up_subject", "follow_up_text")
STEPS_OF_FIELDS = {
    "overview": (
        "kind", "hosts", "is_owner_first", "name", "title", "location_kind", "location_detail", "description",
        "invitation_subject", "language", "logo", "logo_remove", "brand_color",
    ),
    "scheduling": (
        "slug", "durations", "time_zone", "weekly_hours", "date_overrides", "step", "minimum_notice", "window_kind",
        "rolling_days", "first_day", "last_day", "buffer_before", "buffer_after", "limit_day", "limit_week",
    ),
    "form": ("form_fields", "consent_text"),
    "automation": (
        "confirmation_text", "reminders", "follow_up_minutes", "follow_up_subject", "follow_up_text", "redirect_url",
    ),
}  # fmt: skip
_DETAIL_NEEDED = {
    LocationKind.PHONE: _("Please enter the number that guests call."),
    LocationKind.ADDRESS: _("Please tell visitors where you meet."),
    LocationKind.CUSTOM: _("Please tell visitors where you meet."),
}
_SELECTS = {"step": STEPS, "minimum_notice": NOTICES, "buffer_before": BUFFERS, "buffer_after": BUFFERS}


def _minutes(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=int, help_text=help_text)


class PageForm(HostsForm):
    """``page`` is None for a new one; ``initial`` then holds the defaults. ``owner`` is whose page it is."""

    name = LineField(label=_("Internal name"), max_length=200, help_text=_("Only you see it."))
    title = LineField(label=_("Title"), max_length=200, help_text=_("What visitors read at the top of the page."))
    location_kind = forms.ChoiceField(label=_("Location"), choices=LocationKind.choices)
    location_detail = LaterLineField(
        label=_("Details of the location"), max_length=400, help_text=_("The address, or the number to call.")
    )
    description = TextField(
        label=_("Description"), max_length=4000, required=False, help_text=_("On the page and in the invitation.")
    )
    invitation_subject = LineField(
        label=_("Subject of the invitation"),
        max_length=200,
        required=False,
        help_text=_("Both names are added, unless it holds a token. Empty: the title."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", LANGUAGE_OF_VISITOR), *settings.LANGUAGES],
        help_text=_("Of the page and of what its visitors get."),
    )
    slug = forms.CharField(
        label=_("Link"), max_length=SLUG_LENGTH_MOST, widget=forms.TextInput({"data-slug": ""}), error_messages=TOO_LONG
    )
    durations = forms.TypedMultipleChoiceField(
        label=_("Meeting lengths"), coerce=int, widget=forms.CheckboxSelectMultiple, help_text=_("Visitors choose one.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), widget=forms.Select({"data-combobox": ""}))
    weekly_hours = HoursField(label=_("Weekly hours"))
    date_overrides = DateOverridesField(label=_("Other hours on single dates"))
    step = _minutes(_("Time between starts"), _("With 30 minutes, visitors see 9:00, 9:30 and so on."))
    minimum_notice = _minutes(_("Minimum notice"), _("How long before its start a meeting can still be booked."))
    window_kind = LaterChoiceField(label=_("What can be booked"), choices=WINDOW_KINDS, widget=forms.RadioSelect)
    rolling_days = LaterIntegerField(label=_("Days that can be booked ahead"), min_value=1, max_value=ROLLING_DAYS_MOST)
    first_day = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    buffer_before = _minutes(_("Free time before a meeting"))
    buffer_after = _minutes(_("Free time after a meeting"))
    limit_day = forms.IntegerField(
        label=_("Meetings a day, at most"), min_value=1, max_value=LIMIT_MOST, required=False
    )
    limit_week = forms.IntegerField(
        label=_("Meetings a week, at most"), min_value=1, max_value=LIMIT_MOST, required=False
    )
    form_fields = ContactFieldsField(label=_("More fields"))
    consent_text = TextField(
        label=_("Consent"),
        max_length=2000,
        required=False,
        help_text=_("Visitors must tick a box beside these words; they are kept on the contact. Empty: no box."),
    )
    confirmation_text = TextField(
        label=_("Your words in the confirmation"),
        max_length=2000,
        required=False,
        help_text=_("In the email that confirms the meeting."),
    )
    reminders = RemindersField(label=_("Reminders"))
    follow_up_minutes = DelayField(label=_("When"))
    follow_up_subject = LineField(label=_("Subject"), max_length=200, required=False)
    follow_up_text = TextField(
        label=_("Text"), max_length=4000, required=False, help_text=_("The tokens of the confirmation work here, too.")
    )
    redirect_url = LineField(
        label=_("Page that follows"),
        max_length=400,
        required=False,
        help_text=_("Who has booked is sent there instead of to our confirmation. It is not told who they are."),
        widget=forms.URLInput({"placeholder": "https://"}),
    )
    logo = LogoField(
        label=_("Logo"),
        required=False,
        help_text=_("A PNG, JPEG or WebP picture of at most 500 KB. Visitors see it above your name."),
    )
    logo_kept = forms.CharField(required=False, widget=forms.HiddenInput)
    logo_remove = forms.BooleanField(label=_("Remove the logo"), required=False)
    brand_color = forms.CharField(
        label=_("Brand colour"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"placeholder": "#1f5fbf", "data-brand-color": "", "autocomplete": "off"}),
        help_text=_("Six digits after a #. Leave it empty for our blue."),
    )

    def __init__(
        self, account_id: int, page: SchedulingPage | None = None, *, owner: Membership | None = None, **kwargs: Any
    ) -> None:
        if page is not None:
            kwargs.setdefault("initial", page_initial(page))
        super().__init__(**kwargs)
        self.page, self.owner = page, owner
        self.members_set(members_hosting(account_id))
        self.definitions = {item.name: item for item in definitions_askable(account_id)}
        self._field(ContactFieldsField, "form_fields").definitions = self.definitions
        for name, usual in _SELECTS.items():
            self._field(forms.ChoiceField, name).choices = self._lengths(name, usual)
        self._field(forms.ChoiceField, "durations").choices = self._lengths("durations", DURATIONS)
        self._field(forms.ChoiceField, "time_zone").choices = [(name, name.replace("_", " ")) for name in self._zones()]

    def _field(self, kind: type[Any], name: str) -> Any:
        found = self.fields[name]
        assert isinstance(found, kind)
        return found

    def _lengths(self, name: str, usual: Iterable[int]) -> list[tuple[str, str]]:
        """The usual numbers of minutes, and those that the page has already."""
        kept = getattr(self.page, name) if self.page else []
        every = sorted({*usual, *(kept if isinstance(kept, list) else [kept])})
        none = pgettext("length of time", "None")
        return [(str(minutes), duration_words(minutes) if minutes else none) for minutes in every]

    def _zones(self) -> Sequence[str]:
        """Those to choose from, and whichever zone of the database was sent."""
        sent = str(self.data.get("time_zone", "")) or str(self.initial.get("time_zone", ""))
        listed = zones_listed()
        return listed if sent in listed or sent not in zone_names() else (sent, *listed)

    def clean_slug(self) -> str:
        """Lower case, without slashes at the ends, and not another page's; the database has the last word on that."""
        slug: str = self.cleaned_data["slug"].lower().strip("/ ")
        if not SLUG_PATTERN.fullmatch(slug):
            raise ValidationError(
                _("Use letters a–z, digits and single hyphens, with one slash at most, such as anna-nowak/intro.")
            )
        if slug_taken(slug, but=self.page):
            raise ValidationError(_(PATH_TAKEN))
        is_new = self.page is None or slug != self.page.slug
        if is_new and self.owner and path_of_others(slug, membership=self.owner):
            raise ValidationError(_(PATH_OF_OTHERS))
        return slug

    def clean_brand_color(self) -> str:
        """Six hexadecimal digits, or nothing."""
        text = self.cleaned_data["brand_color"]
        color = color_parse(text) if text else ""
        if color is None:
            raise ValidationError(_("Please enter a colour such as #1f5fbf."))
        return color

    def clean(self) -> dict[str, Any]:
        """What fields hold together: place, window, follow-up, and tokens that the form asks for."""
        data = super().clean() or {}
        needed = _DETAIL_NEEDED.get(data.get("location_kind", ""))
        if needed and not data.get("location_detail") and "location_detail" not in self.errors:
            self.add_error("location_detail", needed)
        self.kind_clean(data, self.page)
        self._window_clean(data)
        self._follow_up_clean(data)
        self._tokens_clean(data)
        return data

    def clean_redirect_url(self) -> str:
        """Another site's address, or nothing."""
        url: str = self.cleaned_data["redirect_url"]
        try:
            return redirect_check(url) if url else ""
        except RedirectRefused as error:
            raise ValidationError(str(error)) from None

    def _window_clean(self, data: dict[str, Any]) -> None:
        """Either a number of days, or two dates; the other one is left as it was."""
        if data.pop("window_kind", "") != FIXED:
            data["first_day"] = data["last_day"] = None
            if data.get("rolling_days") is None and "rolling_days" not in self.errors:
                self.add_error("rolling_days", self.fields["first_day"].error_messages["required"])
            return
        self.errors.pop("rolling_days", None)
        if data.get("rolling_days") is None:
            data["rolling_days"] = self.page.rolling_days if self.page else ROLLING_DAYS_USUAL
        first, last = data.get("first_day"), data.get("last_day")
        for name in ("first_day", "last_day"):
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Choose a date."))
        if first and last and not first <= last <= first + dt.timedelta(days=WINDOW_DAYS_MOST):
            before = last < first
            most = _("Choose a day within a year of the first.")
            self.add_error("last_day", _("The last day is before the first.") if before else most)

    def _follow_up_clean(self, data: dict[str, Any]) -> None:
        """All of it, or none."""
        names = ("follow_up_minutes", "follow_up_subject", "follow_up_text")
        given = [data.get(name) not in (None, "") for name in names]
        if not any(given):
            return
        for name, is_given in zip(names, given, strict=True):
            if not is_given and name not in self.errors:
                self.add_error(name, _("A follow-up needs a time, a subject and a text."))

    def _tokens_clean(self, data: dict[str, Any]) -> None:
        """Unknown tokens are told at their field."""
        asked = data.get("form_fields") or []
        if data.get("location_kind") == LocationKind.CALL_GUEST:
            asked = [*asked, {"name": "phone"}]
        for name in TEXTS:
            known = tokens_known(asked, lasting=name in LASTING_TEXTS)
            if unknown := tokens_unknown(data.get(name) or "", known):
                words = _("There is no token “%(token)s” here. A guest's property has to be asked for in the form.")
                self.add_error(name, words % {"token": unknown[0]})

    def path_refused(self, error: PathTaken) -> None:
        """Say at the field that another page has the path (C14), or that it begins as somebody else's (C11)."""
        self.add_error("slug", _(PATH_OF_OTHERS if isinstance(error, PathOfOthers) else PATH_TAKEN))

    @property
    def picture(self) -> Picture | None:
        """The chosen logo, when there is one that holds, also while other fields do not."""
        return self.cleaned_data.get("logo") if self.is_bound and not self.errors.get("logo") else None

    @property
    def hours_days(self) -> list[DayHours]:
        """The week for the template."""
        return days_of(self["weekly_hours"].value(), self._raw_errors("weekly_hours"))

    @property
    def date_rows(self) -> list[DateRow]:
        """The single dates for the template."""
        return date_rows(self["date_overrides"].value(), self._raw_errors("date_overrides"))

    @property
    def reminder_rows(self) -> list[DelayRow]:
        """The reminders for the template."""
        return delay_rows(self["reminders"].value(), self._raw_errors("reminders"))

    @property
    def can_add_reminder(self) -> bool:
        """Whether one more is allowed."""
        return len(self.reminder_rows) < REMINDERS_MOST

    @property
    def follow_up(self) -> DelayRow:
        """When the follow-up goes, for the template."""
        rows = delay_rows(self["follow_up_minutes"].value(), [])
        return rows[0] if rows else DelayRow(0, "", "hours", "")

    def _raw_errors(self, name: str) -> list[ValidationError]:
        errors = self.errors.get(name) if self.is_bound else None
        return errors.as_data() if errors else []

    @property
    def wrong_steps(self) -> set[str]:
        """The steps of the editor that have something to mend."""
        wrong = set(self.errors) if self.is_bound else set()
        return {step for step, names in STEPS_OF_FIELDS.items() if wrong & set(names)}

    @property
    def asked(self) -> list[AskedField]:
        """The added fields for the template."""
        return asked_fields(self["form_fields"].value() or [], self.definitions)

    @property
    def askable(self) -> list[tuple[str, str]]:
        """(name, label) of the properties that can still be added."""
        added = {item.name for item in self.asked}
        return [(name, _t(item.label)) for name, item in self.definitions.items() if name not in added]

    @property
    def color_is_adjusted(self) -> bool:
        """Whether the brand colour is too light to be read on white, so that text takes a darker shade of it."""
        color = color_parse(str(self["brand_color"].value() or ""))
        return bool(color) and contrast(str(color), LIGHT_SURFACE) < TEXT_CONTRAST

    @classmethod
    def typed(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed so far, as the initial values of a form that shows no errors yet."""
        fields = cls.base_fields.items()
        return {name: field.widget.value_from_datadict(data, {}, name) for name, field in fields}


def page_initial(page: SchedulingPage) -> dict[str, Any]:
    """A page as the editor shows it."""
    is_fixed = page.first_day is not None and page.last_day is not None
    hosts = hosts_typed({share.user.pk: share.weight for share in page_shares(page)})
    return model_to_dict(page, exclude=["logo"]) | {"window_kind": FIXED if is_fixed else ROLLING, "hosts": hosts}
