"""The chat that stands on other people's sites (C17): its script and style sheet, and the page in its frame.

The page and the embedded scheduling page are all that may be framed. Nobody signs in and no cookie counts, so the form
carries no CSRF token but one of its own, which makes a message come once.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.web import request_ip
from calendars.exceptions import TooManyAttempts, TooManyOnPage
from calendars.form_tokens import FormToken, FormTokenRefused, chat_token_make, chat_token_read
from calendars.forms.chat import ChatForm, site_read
from calendars.models import MeetingSettings
from calendars.selectors.meeting_settings import chat_by_key, chat_page_of
from calendars.services.chat import ChatMessage, chat_message_receive
from hubclone.lib.ratelimit import limit_exceeded

FRESH_SECONDS = 600
ATTEMPTS_SECONDS = 3600
CHAT_ATTEMPTS_FACTOR = 10
"""How many times as much as one address all together may write in a chat."""
_public = cache_control(public=True, max_age=FRESH_SECONDS)


@require_safe
@_public
def chat_script(request: HttpRequest, key: str) -> HttpResponse:
    """What a site loads: the same for everybody who visits it."""
    _chat(key)
    frame, style = reverse("calendars:chat", args=[key]), reverse("calendars:chat_style")
    titles = {code: _title(code) for code, _name in settings.LANGUAGES}
    told = {"frame": frame, "style": style, "titles": titles, "language": settings.LANGUAGE_CODE}
    return _file("calendars/chat/tag.js", "text/javascript; charset=utf-8", {"settings": json.dumps(told)})


@require_safe
@_public
def chat_style(request: HttpRequest) -> HttpResponse:
    """How the frame stands on a site, which allows no inline style."""
    return _file("calendars/chat/frame.css", "text/css; charset=utf-8", {})


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: HttpRequest, key: str) -> HttpResponseBase:
    """The page in the frame; ``?view=book`` has the scheduling page in it, POST leaves a message."""
    return csp_replace({"frame-ancestors": ["*"], "frame-src": [SELF]})(lambda asked: _answer(asked, key))(request)


def _answer(request: HttpRequest, key: str) -> HttpResponse:
    try:
        chat = chat_by_key(key)
    except MeetingSettings.DoesNotExist:
        return render(request, "calendars/chat/gone.html", status=404)
    if request.method == "POST":
        return _receive(request, chat)
    view, site = request.GET.get("view", ""), site_read(request.GET.get("site", ""))
    form = ChatForm(initial={"key": chat_token_make(chat), "site": site})
    return _page(request, chat, form, view=view if view in {"book", "sent", "write"} else "", site=site)


def _receive(request: HttpRequest, chat: MeetingSettings) -> HttpResponse:
    form = ChatForm(request.POST.dict())
    site = site_read(request.POST.get("site", ""))
    if not form.is_valid():
        return _page(request, chat, form, view="write", site=site, status=422)
    try:
        token = chat_token_read(chat, form.cleaned_data["key"])
    except FormTokenRefused:
        form.key_renew(chat_token_make(chat))
        form.add_error(None, _("This form was open for too long. Nothing you typed is lost: please send it again."))
        return _page(request, chat, form, view="write", site=site, status=422)
    if too_many := _flood(request, chat, token):
        form.add_error(None, str(too_many))
        return _page(request, chat, form, view="write", site=site, status=429)
    actor = Actor(chat.account_id, ActorKind.VISITOR, ip=request_ip(request))
    data = {name: form.cleaned_data[name] for name in ("name", "email", "text", "site")}
    chat_message_receive(actor=actor, chat=chat, message=ChatMessage(key=token.key, **data))
    return redirect(_url(chat, "sent", site))


def _page(
    request: HttpRequest, chat: MeetingSettings, form: ChatForm, *, view: str, site: str, status: int = 200
) -> HttpResponse:
    page = chat_page_of(chat)
    context: dict[str, Any] = {
        "form": form,
        "member": chat.membership.user,
        "organisation": chat.account.name,
        "page": page,
        "view": view if page or view != "book" else "",
        "is_open": bool(view),
        "book_url": _url(chat, "book", site),
        "write_url": _url(chat, "write", site),
        "post_url": reverse("calendars:chat", args=[chat.chat_key]),
        "title": _words(chat),
    }
    return render(request, "calendars/chat/frame.html", context, status=status)


def _flood(request: HttpRequest, chat: MeetingSettings, token: FormToken) -> TooManyAttempts | TooManyOnPage | None:
    """Whether there were too many messages: of an address, of it sooner than a person types, or in the chat."""
    who, most = request_ip(request) or "", settings.BOOKING_ATTEMPTS_MOST
    if limit_exceeded(name="chat", who=who, most=most, seconds=ATTEMPTS_SECONDS):
        return TooManyAttempts()
    if token.is_fast and limit_exceeded(name="chat-fast", who=who, most=(most + 1) // 2, seconds=ATTEMPTS_SECONDS):
        return TooManyAttempts()
    crowd = most * CHAT_ATTEMPTS_FACTOR
    is_swarm = limit_exceeded(name="chat-all", who=str(chat.pk), most=crowd, seconds=ATTEMPTS_SECONDS)
    return TooManyOnPage() if is_swarm else None


def _chat(key: str) -> MeetingSettings:
    try:
        return chat_by_key(key)
    except MeetingSettings.DoesNotExist:
        raise Http404 from None


def _words(chat: MeetingSettings) -> str:
    return _("Chat with %(name)s") % {"name": chat.membership.user}


def _title(language: str) -> str:
    """What the frame is called for who cannot see it."""
    with translation.override(language):
        return _("Chat")


def _url(chat: MeetingSettings, view: str, site: str) -> str:
    query = urlencode({"view": view, **({"site": site} if site else {})})
    return f"{reverse('calendars:chat', args=[chat.chat_key])}?{query}"


def _file(template: str, content_type: str, context: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(render_to_string(template, context), content_type=content_type)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
