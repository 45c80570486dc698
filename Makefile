# Everything one needs to know: make help
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
# The interpreter that makes the environment; any Python from 3.11 on.
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python3.14,$(shell \
	command -v $(name) >/dev/null 2>&1 && $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $(name))))
# Where "make serve" keeps everything.
DATA ?= data
# Tests run in so many processes at once.
PROCESSES ?= 2
# npm in portal/, with the modules of its lock file and a Node that is new enough: make does $(NPM) run check.
NPM = $(BIN)/python tools/portal.py npm
# More arguments: make test ARGS="-k upload", make serve ARGS="--workers 2".
ARGS ?=

# Tools that tools/install built come before those of the system.
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.PHONY: help
help: ## show this
	@echo "Moorage, a private container registry. Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "DATA=dir is the data directory of 'make serve' ($(DATA)); ARGS=... goes to the command a target runs."

.PHONY: setup
setup: $(STAMP) ## create .venv with everything; the command is then .venv/bin/moorage

$(STAMP): pyproject.toml uv.lock
	@if [ ! -x $(BIN)/python ]; then \
		if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed (or name one: make setup PYTHON=...)" >&2; exit 1; fi; \
		echo "Creating $(VENV) with $$($(PYTHON) --version)"; \
		$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
			echo "$(PYTHON) cannot create environments: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }; \
	fi
	@if [ ! -x $(BIN)/uv ]; then $(BIN)/python -m pip install --quiet --disable-pip-version-check uv || true; fi
	@if [ -x $(BIN)/uv ]; then \
		UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 \
			$(BIN)/uv sync --locked --inexact --quiet; \
	else \
		echo "uv could not be installed: installing with pip, without the lock" >&2; \
		$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'; \
		$(BIN)/python -m pip install --quiet --editable . --group dev; \
	fi
	@$(BIN)/python -m compileall -q src/moorage
	@touch $@

.PHONY: portal
portal: setup ## build the web portal, unless it is up to date
	@$(BIN)/python tools/portal.py build

.PHONY: serve
serve: setup ## serve on http://localhost:8080, with an embedded PostgreSQL and its data in ./data
	@$(BIN)/python tools/portal.py build || echo "WARNING: serving without an up-to-date portal" >&2
	@exec $(BIN)/moorage serve --data $(DATA) $(ARGS)

.PHONY: test
test: setup tools portal-if-possible ## run every test; what the machine lacks is installed, or named and skipped (with CI=true: failed)
	@if [ -d portal/node_modules ] || [ "$${CI:-}" = true ]; then $(NPM) test; fi
	@$(BIN)/pytest --numprocesses $(PROCESSES) --dist loadgroup $(ARGS)

# Like the tools of tests: what the machine cannot have is named, and an error with CI=true.
.PHONY: portal-if-possible
portal-if-possible: setup
	@$(BIN)/python tools/portal.py build || [ "$${CI:-}" != true ]

.PHONY: test-unit
test-unit: setup ## run the tests that need nothing but Python (seconds)
	@$(BIN)/pytest -m unit $(ARGS)

.PHONY: tools
tools: setup ## install the real clients and servers that tests use (Debian packages as root; Go tools into .tools)
	@$(BIN)/python tools/install

.PHONY: check
check: setup ## lint, format, types, import layers, lock file and generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --cache-dir .cache/import_linter
	@if [ -x $(BIN)/uv ]; then $(BIN)/uv lock --check --quiet || { echo "uv.lock is out of date: run uv lock" >&2; exit 1; }; fi
	@$(BIN)/python tools/generate_docs.py --check
	@$(BIN)/python -m tools.compat --check
	@$(BIN)/python tools/portal.py build
	@$(NPM) run check

.PHONY: format
format: setup ## format the code and regenerate the generated files
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python tools/generate_docs.py
	@$(BIN)/python -m tools.compat --write
	@$(NPM) run format

.PHONY: screenshots
screenshots: setup portal ## take the pictures of the portal in docs/screenshots, in both themes
	@$(BIN)/python -m tools.screenshots

.PHONY: compat
compat: setup ## compare the API with Harbor's, operation by operation
	@$(BIN)/python -m tools.compat $(ARGS)

.PHONY: bench
bench: setup ## measure against other registries; results in bench/results
	@$(BIN)/python -m bench $(ARGS)
