"""A line in the log when a request begins, and one when it has ended."""

from __future__ import annotations

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLogMiddleware(RequestMiddleware):
    """Says which path was asked for and how it went, by the ids of request and user.

    Never what stands behind the path: searches are for names, and links fill forms in with a guest's name and address.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path."""
        return f"{request.method} {request.path}"
