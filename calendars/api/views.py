"""The scheduler API (C28): the account's scheduling pages, their times, and booking by the rules of the public page."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.caller import ApiCaller
from accounts.models import User
from calendars.api import shapes
from calendars.api.errors import api_refusal
from calendars.api.serializers import UNIT_MINUTES, BookSerializer, CalendarMeetingSerializer
from calendars.choices import BookingSource, PageKind
from calendars.engine.hours import zone_names
from calendars.engine.slots import starts_bounds
from calendars.exceptions import BookingRefused, HostUnavailable
from calendars.models import CalendarAccount, SchedulingPage
from calendars.selectors.availability import month_range, rules_of, slots_month
from calendars.selectors.busy import hosts_busy_times
from calendars.selectors.hosts import page_host_ids
from calendars.selectors.links import page_urls
from calendars.selectors.meeting_settings import default_page_ids
from calendars.selectors.pages import fields_asked, page_by_slug, pages_kept
from calendars.services.attempts import attempt_tell
from calendars.services.booking import booking_create
from calendars.services.booking_form import BookingRequest
from calendars.services.meeting_reminders import ReminderSchedule
from calendars.services.meetings import meeting_schedule
from crm.choices import ObjectType
from crm.exceptions import RecordNotFound
from crm.models import PropertyDefinition
from hubclone.lib.api.errors import ApiError
from hubclone.lib.api.paging import limit_of, paging_next

READ_SCOPE = "scheduler.meetings.meeting-link.read"
MONTH_OFFSET_MOST = 24
MINUTE_MS = 60_000


class MeetingLinks(APIView):
    """GET: the account's scheduling pages, the oldest first; ``after`` is the id of the last one seen."""

    required_scopes = [READ_SCOPE]

    def get(self, request: Request) -> Response:
        """{total, results, paging?}; ``type``, ``name`` and ``organizerUserId`` narrow the list."""
        pages = _filtered(request).prefetch_related("hosts").order_by("id")
        limit = limit_of(request, default=100)
        rest = pages.filter(pk__gt=_number(request, "after")) if "after" in request.query_params else pages
        found = list(rest[: limit + 1])
        after = str(found[limit - 1].pk) if len(found) > limit else None
        defaults, urls = default_page_ids(_caller(request).account_id), page_urls(found)
        results = [shapes.link(page, url=urls[page.pk], is_default=page.pk in defaults) for page in found[:limit]]
        return Response({"total": pages.count(), "results": results, **paging_next(request, after)})


class BookingInformation(APIView):
    """GET: what a page asks for and offers in this month."""

    required_scopes = [READ_SCOPE]

    def get(self, request: Request, slug: str) -> Response:
        """The page, its hosts' busy times and its times."""
        page, zone = _page(request, slug), _zone(request)
        locale = page.language or settings.LANGUAGE_CODE
        information = shapes.booking_information(page, definitions=_definitions(page), locale=locale)
        times = _availability(request, page, zone, 0)
        offline = [user["isOffline"] for user in times["allUsersBusyTimes"]]
        takes_requests = any(offline) if page.kind == PageKind.GROUP else all(offline)
        return Response({**information, **times, "isOffline": takes_requests})


class AvailabilityPage(APIView):
    """GET: the times of one month, ``monthOffset`` months from this one."""

    required_scopes = [READ_SCOPE]

    def get(self, request: Request, slug: str) -> Response:
        """Busy times and availability."""
        page, zone = _page(request, slug), _zone(request)
        offset = _number(request, "monthOffset") if "monthOffset" in request.query_params else 0
        if offset > MONTH_OFFSET_MOST:
            raise ApiError(f"monthOffset must be a number from 0 to {MONTH_OFFSET_MOST}.")
        return Response(_availability(request, page, zone, offset))


class Book(APIView):
    """POST: book a time. An ``Idempotency-Key`` header makes a repeated call answer the same booking."""

    required_scopes = [READ_SCOPE]

    def post(self, request: Request) -> Response:
        """200 with the booking; 409 when the time is gone."""
        body = BookSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        page = _page(request, given["slug"])
        try:
            booking = booking_create(actor=_caller(request).actor, page=page, request=_wish(request, page, given))
        except BookingRefused as error:
            if isinstance(error, HostUnavailable):
                attempt_tell(page=page, refused=error)
            raise api_refusal(error) from error
        consents, locale = given["legalConsentResponses"], given.get("locale") or booking.guest_language
        return Response(shapes.booked(booking, consents=consents, locale=locale))


class CalendarMeetings(APIView):
    """POST: log a meeting of the organiser with other records, invite to it from their calendar, and remind of it."""

    required_scopes = [READ_SCOPE, "crm.objects.contacts.write"]

    def post(self, request: Request) -> Response:
        """200 with the meeting record."""
        body = CalendarMeetingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        links = [(int(a["to"]["id"]), t["associationTypeId"]) for a in given["associations"] for t in a["types"]]
        if given["timezone"] not in zone_names():
            raise ApiError("timezone must be an IANA name, as Europe/Warsaw.")
        try:
            meeting = meeting_schedule(
                actor=_caller(request).actor,
                organiser=_organiser(request),
                properties=given["properties"],
                links=links,
                time_zone=given["timezone"],
                reminders=_reminders(given["emailReminderSchedule"], given["timezone"]),
            )
        except RecordNotFound as error:
            raise Http404 from error
        return Response(shapes.meeting(meeting))


def _reminders(given: dict[str, Any], time_zone: str) -> ReminderSchedule:
    minutes = [item["numberOfTimeUnits"] * UNIT_MINUTES[item["timeUnit"]] for item in given["reminders"]]
    return ReminderSchedule(minutes, given["shouldIncludeInviteDescription"], time_zone)


def _organiser(request: Request) -> User:
    members = User.objects.filter(is_active=True, memberships__account_id=_caller(request).account_id)
    found = members.filter(pk=_number(request, "organizerUserId")).first()
    if found is None:
        raise Http404
    return found


def _caller(request: Request) -> ApiCaller:
    return cast("ApiCaller", request.auth)


def _page(request: Request, slug: str) -> SchedulingPage:
    """The caller's own account's page; any other is not there."""
    try:
        page = page_by_slug(slug=slug)
    except SchedulingPage.DoesNotExist as error:
        raise Http404 from error
    if page.account_id != _caller(request).account_id:
        raise Http404
    return page


def _filtered(request: Request) -> Any:
    pages = pages_kept().filter(account_id=_caller(request).account_id)
    query = request.query_params
    if kind := query.get("type"):
        if kind not in PageKind.values:
            raise ApiError(f"type must be one of {', '.join(PageKind.values)}.")
        pages = pages.filter(kind=kind)
    if name := query.get("name"):
        pages = pages.filter(name__icontains=name.replace("\0", ""))
    if "organizerUserId" in query:
        pages = pages.filter(owner_id=_number(request, "organizerUserId"))
    return pages


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ApiError(f"{name} must be a number.")
    return int(text)


def _zone(request: Request) -> str:
    zone = str(request.query_params.get("timezone", ""))
    if zone not in zone_names():
        raise ApiError("timezone is required and must be an IANA name, as Europe/Warsaw.")
    return zone


def _definitions(page: SchedulingPage) -> dict[str, PropertyDefinition]:
    names = [field["name"] for field in fields_asked(page)]
    found = PropertyDefinition.objects.filter(
        account_id=page.account_id, object_type=ObjectType.CONTACT, name__in=names, archived_at=None
    )
    return {definition.name: definition for definition in found}


def _availability(request: Request, page: SchedulingPage, zone: str, offset: int) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC)
    today = now.astimezone(ZoneInfo(zone)).date()
    month = dt.date(today.year + (today.month - 1 + offset) // 12, (today.month - 1 + offset) % 12 + 1, 1)
    starts = {
        minutes: slots_month(
            page=page, month=month, now=now, duration=dt.timedelta(minutes=minutes), time_zone=zone
        ).starts
        for minutes in page.durations
    }
    first, last = (dt.datetime.fromtimestamp(edge, dt.UTC) for edge in month_range(month, zone))
    has_more = last.timestamp() < starts_bounds(rules_of(page), math.ceil(now.timestamp()))[1]
    return {
        "allUsersBusyTimes": _busy_times(request, page, (first, last)),
        "linkAvailability": shapes.link_availability(starts, has_more=has_more),
    }


def _busy_times(
    request: Request, page: SchedulingPage, within: tuple[dt.datetime, dt.datetime]
) -> list[dict[str, Any]]:
    """Private apps are the account's own and see when hosts are busy; other apps see only what is free."""
    ids = page_host_ids(page)
    own = _caller(request).kind == "private_app"
    busy = hosts_busy_times(account_id=page.account_id, user_ids=ids, within=within) if own else {}
    accounts = CalendarAccount.objects.filter(account_id=page.account_id, user_id__in=ids).select_related("connection")
    providers = {account.user_id: account.connection.provider for account in accounts}
    users = User.objects.filter(pk__in=ids).order_by("pk")
    return [
        shapes.user_busy_times(
            user, is_offline=user.pk not in providers, provider=providers.get(user.pk, ""), busy=busy.get(user.pk, [])
        )
        for user in users
    ]


def _wish(request: Request, page: SchedulingPage, given: dict[str, Any]) -> BookingRequest:
    milliseconds = given["duration"]
    return BookingRequest(
        start=given["startTime"],
        duration_minutes=milliseconds // MINUTE_MS if milliseconds % MINUTE_MS == 0 else 0,
        first_name=given["firstName"],
        last_name=given["lastName"],
        email=given["email"],
        answers={field["name"]: field["value"] for field in given["formFields"]},
        time_zone=given.get("timezone") or request.query_params.get("timezone", ""),
        language=(given.get("locale") or "").split("-")[0].lower(),
        idempotency_key=request.headers.get("Idempotency-Key", ""),
        source=BookingSource.API,
        consent_text=page.consent_text if _has_agreed(given["legalConsentResponses"]) else "",
    )


def _has_agreed(responses: list[Any]) -> bool:
    """Whether the caller says that the guest has agreed to the page's words."""
    return any(isinstance(response, dict) and response.get("consented") is True for response in responses)
