"""Addresses of calendars, scheduling pages and bookings."""

from __future__ import annotations

from django.urls import path

from calendars.views import bookings, connect, hooks, logos, pages, public, settings

app_name = "calendars"
SETTINGS = "app/<int:account_id>/settings/general/calendar/"

PAGES = "app/<int:account_id>/meetings/"
BOOKINGS = "app/<int:account_id>/meetings/bookings/"

urlpatterns = [
    path(SETTINGS, settings.calendar_settings, name="settings"),
    path(f"{SETTINGS}connect/", connect.choose, name="connect_choose"),
    path(f"{SETTINGS}connect/<slug:provider>", connect.connect, name="connect"),
    path("hooks/calendars/<slug:provider>", hooks.hook, name="hook"),
    path(BOOKINGS, bookings.bookings, name="bookings"),
    path(f"{BOOKINGS}<int:booking_id>/", bookings.booking, name="booking"),
    path(f"{BOOKINGS}<int:booking_id>/confirm/", bookings.confirm, name="booking_confirm"),
    path(f"{BOOKINGS}<int:booking_id>/decline/", bookings.decline, name="booking_decline"),
    path(PAGES, pages.pages, name="pages"),
    path(f"{PAGES}new/", pages.page_create, name="page_create"),
    path(f"{PAGES}pages/<int:page_id>/", pages.page_edit, name="page_edit"),
    path(f"{PAGES}pages/<int:page_id>/pause/", pages.page_pause, name="page_pause"),
    path(f"{PAGES}pages/<int:page_id>/delete/", pages.page_delete, name="page_delete"),
    path("meetings/-/logo/<slug:digest>.<slug:ending>", logos.public_logo, name="public_logo"),
    path("meetings/-/slots/<path:slug>", public.public_slots, name="public_slots"),
    path("meetings/-/booked/<str:reference>", public.public_booked, name="public_booked"),
    path("meetings/-/booked/<str:reference>/meeting.ics", public.public_ics, name="public_ics"),
    path("meetings/<path:slug>", public.public_page, name="public_page"),
]
