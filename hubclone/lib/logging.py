"""Structured logs without personal data or tokens."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_SECRET_KEYS = re.compile(
    r"token|secret|password|authorization|cookie|api.?key|code_verifier|credential", re.IGNORECASE
)
_EMAIL = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_QUERY_SECRET = re.compile(r"([?&](?:hapikey|code|state|token|access_token|signature)=)[^&\s\"']+", re.IGNORECASE)
_PATH_SECRET = re.compile(
    r"(/(?:invitation|meetings/-/(?:manage|booked)|accounts/confirm-email|accounts/password/reset/key)/)(?!(?:resend|done)/)[^/\s\"'?]+"
)
_BEARER = re.compile(r"(?i)(bearer|basic)\s+[\w.~+/=-]{8,}")


def redact_text(text: str) -> str:
    """The text with addresses, bearer tokens, secret links and secret query values blotted out."""
    text = _EMAIL.sub("[address]", text)
    text = _PATH_SECRET.sub(r"\1[redacted]", text)
    text = _QUERY_SECRET.sub(r"\1[redacted]", text)
    return _BEARER.sub(r"\1 [redacted]", text)


def redact(_: object, __: str, event: EventDict) -> EventDict:
    """Blot out secrets by key and by shape, in every value."""
    return {
        k: "[redacted]" if _SECRET_KEYS.search(k) and k != "token_type" else _redact_value(v) for k, v in event.items()
    }


def _redact_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {k: "[redacted]" if _SECRET_KEYS.search(str(k)) else _redact_value(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redact_value(v) for v in value]
    return value


PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    redact,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def is_no_health_answer(record: logging.LogRecord) -> bool:
    """Django logs each 5xx as an error. /healthz at 503 is no error but the answer, asked for every few seconds."""
    path = getattr(getattr(record, "request", None), "path", "")
    return not (path == "/healthz" and getattr(record, "status_code", 0) == 503)


def logging_config(*, debug: bool) -> dict[str, Any]:
    """For Django's LOGGING: one stream of JSON lines, or a readable one when debugging."""
    renderer = structlog.dev.ConsoleRenderer(colors=False) if debug else structlog.processors.JSONRenderer()
    foreign: list[Processor] = PROCESSORS[:-1]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": foreign,
            }
        },
        "filters": {"health": {"()": "django.utils.log.CallbackFilter", "callback": is_no_health_answer}},
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stream"], "level": "INFO"},
        "loggers": {
            "googleapiclient": {"level": "WARNING"},
            "exchangelib": {"level": "CRITICAL"},  # writes whole requests, with people and passwords in them
            "django.server": {"level": "WARNING"},
            "django.request": {"filters": ["health"]},
        },
    }
