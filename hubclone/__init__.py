"""The project: settings, URLs, Celery, embedded servers, the supervisor and the management commands."""

from hubclone.celery import app as celery_app

__all__ = ["celery_app"]
