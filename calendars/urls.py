"""Addresses of calendars, scheduling pages and bookings."""

from __future__ import annotations

from django.urls import path

from calendars.views import (
    booking_changes,
    bookings,
    chat,
    connect,
    dashboard,
    folders,
    hooks,
    logos,
    page_preview,
    page_share,
    pages,
    public,
    public_attempt,
    public_manage,
    settings,
    shared_calendars,
)

app_name = "calendars"
SETTINGS = "app/<int:account_id>/settings/general/calendar/"

PAGES = "app/<int:account_id>/meetings/"
BOOKINGS = "app/<int:account_id>/meetings/bookings/"

urlpatterns = [
    path(SETTINGS, settings.calendar_settings, name="settings"),
    path(f"{SETTINGS}chat/renew/", settings.chat_renew, name="chat_renew"),
    path(f"{SETTINGS}shared/", shared_calendars.shared_add, name="shared_add"),
    path(f"{SETTINGS}connect/", connect.choose, name="connect_choose"),
    path(f"{SETTINGS}connect/<slug:provider>", connect.connect, name="connect"),
    path("hooks/calendars/<slug:provider>", hooks.hook, name="hook"),
    path(BOOKINGS, bookings.bookings, name="bookings"),
    path(f"{BOOKINGS}figures/", dashboard.dashboard, name="dashboard"),
    path(f"{BOOKINGS}meetings.csv", dashboard.bookings_csv, name="bookings_csv"),
    path(f"{BOOKINGS}<int:booking_id>/outcome/", dashboard.outcome, name="booking_outcome"),
    path(f"{BOOKINGS}<int:booking_id>/", bookings.booking, name="booking"),
    path(f"{BOOKINGS}<int:booking_id>/confirm/", bookings.confirm, name="booking_confirm"),
    path(f"{BOOKINGS}<int:booking_id>/decline/", bookings.decline, name="booking_decline"),
    path(f"{BOOKINGS}<int:booking_id>/move/", booking_changes.move, name="booking_move"),
    path(f"{BOOKINGS}<int:booking_id>/move/slots/", booking_changes.move_slots, name="booking_move_slots"),
    path(f"{BOOKINGS}<int:booking_id>/cancel/", booking_changes.cancel, name="booking_cancel"),
    path(PAGES, pages.pages, name="pages"),
    path(f"{PAGES}new/", pages.page_create, name="page_create"),
    path(f"{PAGES}preview/", page_preview.page_preview, name="page_preview_new"),
    path(f"{PAGES}pages/<int:page_id>/preview/", page_preview.page_preview, name="page_preview"),
    path(f"{PAGES}pages/<int:page_id>/", pages.page_edit, name="page_edit"),
    path(f"{PAGES}pages/<int:page_id>/share/", page_share.page_share, name="page_share"),
    path(f"{PAGES}pages/<int:page_id>/qr.svg", page_share.page_qr, name="page_qr"),
    path(f"{PAGES}pages/<int:page_id>/duplicate/", page_share.page_duplicate, name="page_duplicate"),
    path(f"{PAGES}pages/<int:page_id>/folder/", page_share.page_move, name="page_move"),
    path(f"{PAGES}folders/new/", folders.folder_create, name="folder_create"),
    path(f"{PAGES}folders/<int:folder_id>/", folders.folder_edit, name="folder_edit"),
    path(f"{PAGES}folders/<int:folder_id>/delete/", folders.folder_delete, name="folder_delete"),
    path(f"{PAGES}pages/<int:page_id>/pause/", pages.page_pause, name="page_pause"),
    path(f"{PAGES}pages/<int:page_id>/leave/", pages.page_leave, name="page_leave"),
    path(f"{PAGES}pages/<int:page_id>/delete/", pages.page_delete, name="page_delete"),
    path("meetings/-/logo/<slug:digest>.<slug:ending>", logos.public_logo, name="public_logo"),
    path("meetings/-/slots/<path:slug>", public.public_slots, name="public_slots"),
    path("meetings/-/embed/<path:slug>", public.public_embed, name="public_embed"),
    path("meetings/-/embed-slots/<path:slug>", public.public_embed_slots, name="public_embed_slots"),
    path("meetings/-/booked/<str:reference>", public.public_booked, name="public_booked"),
    path("meetings/-/booked/<str:reference>/meeting.ics", public.public_ics, name="public_ics"),
    path("meetings/-/manage/<str:token>/", public_manage.public_manage, name="public_manage"),
    path("meetings/-/manage/<str:token>/move/", public_manage.public_manage_move, name="public_manage_move"),
    path("meetings/-/manage/<str:token>/slots/", public_manage.public_manage_slots, name="public_manage_slots"),
    path("meetings/-/manage/<str:token>/cancel/", public_manage.public_manage_cancel, name="public_manage_cancel"),
    path("meetings/-/attempt/<path:slug>", public_attempt.public_attempt, name="public_attempt"),
    path("meetings/<path:slug>", public.public_page, name="public_page"),
    path("chat/frame.css", chat.chat_style, name="chat_style"),
    path("chat/<slug:key>.js", chat.chat_script, name="chat_script"),
    path("chat/<slug:key>/", chat.chat, name="chat"),
]
