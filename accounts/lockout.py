"""What django-axes counts, and what it shows: guesses at one login from one address, or at one second factor."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.web import request_ip
from hubclone.lib.client_ip import counted_as
from hubclone.lib.crypto import keyed_digest

SECOND_FACTOR = "second_factor"
"""The key of credentials that hold the user whose second factor is guessed."""


def attempt_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What the attempts are counted under: a digest, since people also type passwords into the wrong field."""
    given = credentials or {}
    if SECOND_FACTOR in given:
        return keyed_digest(str(given[SECOND_FACTOR]), purpose="second factor")
    login = given.get("email") or given.get("login") or request.POST.get("login") or ""
    return keyed_digest(str(login).strip().lower(), purpose="sign-in")


def attempt_parameters(request: HttpRequest, credentials: dict[str, Any] | None) -> list[Any]:
    """A password: by login and address together, so that a stranger elsewhere locks nobody out.

    A second factor: by the person alone, since whoever guesses at it knows the password already.
    """
    return ["username"] if SECOND_FACTOR in (credentials or {}) else [["username", "ip_address"]]


def attempt_address(request: HttpRequest) -> str | None:
    """The address that attempts are counted under."""
    return counted_as(request_ip(request) or "") or None


def attempt_words(*args: Any) -> str:
    """What the log says of a client: nothing personal."""
    return "a client"


def locked_out(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page that says when to try again."""
    seconds = _seconds_left(request, credentials)
    context = {"minutes": max(math.ceil(seconds / 60), 1), "second_factor": SECOND_FACTOR in (credentials or {})}
    response = render(request, "account/locked_out.html", context, status=429)
    response["Retry-After"] = str(max(math.ceil(seconds), 1))
    return response


def _seconds_left(request: HttpRequest, credentials: dict[str, Any] | None) -> float:
    attempts = AccessAttempt.objects.filter(username=attempt_name(request, credentials))
    if SECOND_FACTOR not in (credentials or {}):
        attempts = attempts.filter(ip_address=attempt_address(request))
    last: dt.datetime | None = attempts.aggregate(last=Max("attempt_time"))["last"]
    rest: dt.timedelta = settings.AXES_COOLOFF_TIME
    return (rest - (timezone.now() - last)).total_seconds() if last else rest.total_seconds()
