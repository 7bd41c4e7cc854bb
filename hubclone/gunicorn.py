"""How gunicorn serves ``hubclone.wsgi``: threads, because a request mostly waits for PostgreSQL or a provider."""

from __future__ import annotations

import os

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
control_socket_disable = True
accesslog = None
errorlog = "-"
