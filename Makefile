# Casillero. `make` or `make help` lists what there is; every target sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip -qq --disable-pip-version-check
QUICK := not bench and not chaos and not full and not fuzz
CODE := services gateway deploy
DATA ?= var/demo

.DEFAULT_GOAL := help
.PHONY: help demo test test-full check fmt flow shapes texts lock screenshots services bench fuzz chaos clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z.-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Stamps, not folders: an installation that was interrupted is not taken for a finished one.
.venv/.run: requirements.lock
	@echo "Making .venv from requirements.lock (a minute or two the first time) ..."
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

.venv/.casillero: .venv/.run pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock | .venv/.casillero
	@echo "Adding the tools of requirements-dev.lock to .venv ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv: .venv/.dev ## the virtual environment with everything for development

demo: .venv/.casillero ## a firm with 12 clients on stand-ins of the public bodies; ONCE=1 ends after the table, PORT=8000 chooses the port
	@$(BIN)/casillero run --demo --data $(DATA) $(if $(PORT),--port $(PORT)) $(if $(ONCE),--once)

test: .venv/.dev ## the tests, in both worlds and in a real browser
	@$(PY) -m deploy.debian_packages rabbitmq-server postgresql xmlsec1 chromium apache2-bin
	@$(BIN)/casillero browser install
	@$(PY) -m tests -q -m "$(QUICK)" $(ARGS)

test-full: .venv/.dev ## the tests that are too long for every change
	@$(PY) -m deploy.debian_packages rabbitmq-server postgresql xmlsec1 chromium apache2-bin x11-utils
	@$(BIN)/casillero browser install
	@$(PY) -m tests -q -m full $(ARGS)

check: .venv/.dev ## ruff, mypy, import borders, bandit, and no host in a lock file
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/bandit --quiet -c pyproject.toml --severity-level medium -r $(CODE)
	@if grep -n '://' requirements*.in requirements*.lock; then echo "A host stands in a lock file: make lock"; exit 1; fi

fmt: .venv/.dev ## one format for all code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

flow: .venv/.dev ## write the table of events and who hears them into the README
	@$(PY) -m services.flow

shapes: .venv/.dev ## freeze the shapes of all events anew; review the diff
	@$(PY) -m tests.contracts.shapes

texts: .venv/.dev ## take the texts of the pages into the files of the other four languages, and compile those
	@$(PY) -m deploy.texts

LOCK := CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile --quiet --generate-hashes --no-emit-options --no-annotate --allow-unsafe --strip-extras
lock: .venv/.dev ## pin requirements*.in to versions and hashes
	@$(LOCK) --output-file requirements.lock requirements.in
	@$(LOCK) --output-file requirements-dev.lock requirements-dev.in

screenshots: .venv/.dev ## each window as a gestor sees it, into docs/screenshots
	@$(PY) -m deploy.debian_packages chromium
	@$(PY) -m tests.browser.screenshots

services: .venv/.casillero ## private RabbitMQ and PostgreSQL on free ports until Ctrl-C, data under var/servers
	@$(PY) -m deploy.private_servers --data var/servers

bench: .venv/.dev ## the figures of docs/benchmarks.md, measured on this machine
	@$(PY) -m deploy.debian_packages rabbitmq-server postgresql chromium
	@$(PY) -m tests.bench

fuzz: .venv/.dev ## two thousand histories of rights against an oracle, and every call of the API with much drawn data
	@$(PY) -m deploy.debian_packages rabbitmq-server postgresql xmlsec1
	@$(PY) -m tests -q -m fuzz $(ARGS)

chaos: .venv/.dev ## services and broker killed at random while events flow
	@$(PY) -m deploy.debian_packages rabbitmq-server postgresql
	@$(PY) -m pytest -q tests -m chaos -s $(ARGS)

clean: ## remove caches and the demo's data; other data under var/ and .venv stay
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info var/demo
	@find $(CODE) tests -name __pycache__ -type d -prune -exec rm -rf {} +
