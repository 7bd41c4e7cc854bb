"""Zoom webinars, registrants, attendance and recordings. Nothing is here yet."""
