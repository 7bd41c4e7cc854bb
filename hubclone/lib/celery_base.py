"""The base of every Celery task."""

from __future__ import annotations

from typing import Any

import structlog
from celery import Task

log = structlog.get_logger(__name__)


class HubTask(Task[Any, Any]):
    """Acknowledged late, delivered again when its worker is lost, never retried by Celery: rows carry the retries."""

    abstract = True
    acks_late = True
    reject_on_worker_lost = True
    max_retries = 0
    ignore_result = True

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Log what went wrong; arguments are primary keys, so they may be shown."""
        log.error("task.failed", task=self.name, task_id=task_id, args=args, error=type(exc).__name__)
