"""Which function does which kind of job, and which tables hold jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps

from hubclone.lib.jobs.models import LeasedJob
from hubclone.lib.registry import Registry

JobHandler = Callable[[Any], None]

JOB_HANDLERS: Registry[str, JobHandler] = Registry("job handlers")
"""A handler gets its job row. It returns (done) or raises an error of ``hubclone.lib.errors``. It must be idempotent:
a worker killed after the handler's own commit runs it again when the lease has ended."""


def job_models() -> Iterator[type[LeasedJob]]:
    """Every table of jobs in the installation."""
    return (model for model in apps.get_models() if issubclass(model, LeasedJob))
