# Two commands matter: `make run` and `make test`. Only Python 3.11 or newer and make are needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
PACKAGES := hubclone accounts crm connections workflows calendars marketplace sandbox tests bench
WORKERS ?= 2
PYTEST ?= $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup

# What the settings need where no server is asked anything.
CHECK_ENV := SECRET_KEY=check HMAC_KEY=check ENCRYPTION_KEYS=ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg= \
	DATABASE_URL=postgres://check:check@127.0.0.1:1/check REDIS_URL=redis://127.0.0.1:1/0

.DEFAULT_GOAL := help
.PHONY: help run test static-checks tests lint audit bench shell messages features chromium \
	check-style check-format check-types check-imports check-migrations check-messages

help:
	@echo "make run        everything on this machine: http://127.0.0.1:8000 (PORT=…, HUB_HOME=…)"
	@echo "make test       every check and test (DATABASE_URL=… to use a server of yours)"
	@echo "make lint       the checks alone, with the dependency audit"
	@echo "make bench      measurements (BENCH=name)"
	@echo "make shell      a Python shell on the installation that runs"
	@echo "make messages   collect the strings to translate (needs gettext)"
	@echo "make features   what of the specification is done"

run: $(VENV)/.run
	@exec $(BIN)/python manage.py up

test: $(VENV)/.test chromium static-checks tests

static-checks: check-style check-format check-types check-imports check-migrations check-messages

check-style: $(VENV)/.test
	$(BIN)/ruff check .

check-format: $(VENV)/.test
	$(BIN)/ruff format --check .

check-types: $(VENV)/.test
	$(CHECK_ENV) $(BIN)/mypy $(PACKAGES)

check-imports: $(VENV)/.test
	$(BIN)/lint-imports

check-migrations: $(VENV)/.test
	$(CHECK_ENV) $(BIN)/python manage.py makemigrations --check --dry-run

check-messages: $(VENV)/.test
	$(CHECK_ENV) $(BIN)/python manage.py messages_check

tests:
	$(PYTEST)

lint: static-checks audit

audit: $(VENV)/.test
	@$(BIN)/python -m tests.audit

bench: $(VENV)/.test
	@$(BIN)/python -m bench $(BENCH)

shell: $(VENV)/.run
	@exec $(BIN)/python manage.py shell

messages: $(VENV)/.test
	@command -v xgettext >/dev/null || { echo "make messages needs gettext (apt-get install gettext)"; exit 1; }
	$(CHECK_ENV) $(BIN)/python manage.py makemessages --locale pl --no-obsolete --add-location file \
		--ignore .venv --ignore .hub --ignore tests --ignore bench --ignore sandbox

features: $(VENV)/.test
	@$(BIN)/python -m tests.features

chromium: $(VENV)/.test
	@$(BIN)/python -m tests.chromium

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed (make run PYTHON=python3.12); this is $$($(PYTHON) --version 2>&1)"; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python's venv module does not work here (apt-get install python3-venv)"; exit 1; }

$(VENV)/.run: requirements.txt constraints.txt | $(BIN)/python
	@echo "Installing what Hubclone needs (a minute or two, once)"
	@$(PIP) -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt requirements.txt constraints.txt | $(BIN)/python
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-dev.txt -c constraints.txt
	@touch $@ $(VENV)/.run
