"""How gunicorn serves ``hubclone.wsgi``: threads, because a request mostly waits for PostgreSQL or a provider.

Read by the main process before any worker starts, so that a variable that makes no sense is one line, not a worker
that ends again and again.
"""

from __future__ import annotations

import os
import sys

from hubclone.environment import SettingsError, environment_read

try:
    _given = environment_read(os.environ)
except SettingsError as error:
    sys.exit(f"hubclone: {error}")

bind = f"{_given.bind}:{_given.port}"
worker_class = "gthread"
workers = _given.web_workers
threads = _given.web_threads
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
control_socket_disable = True
accesslog = None
errorlog = "-"
