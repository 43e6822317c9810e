# Everything a developer types. On a machine with Python 3.11 or later, make and the package registries, nothing else.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
BIN := .venv/bin
WEB := tools/web/node_modules
# The databases of the tests go at the end of the run: where memory has room for them, nobody waits for a disk.
MEMORY := /dev/shm
SCRATCH := $(shell test -w $(MEMORY) && df -Pk $(MEMORY) | awk 'NR == 2 && $$4 > 4000000 { print "$(MEMORY)" }')
# Files in their order: by number of tests, the longest ones of the browser would come last and alone.
PYTEST = $(if $(SCRATCH),TMPDIR=$(SCRATCH)) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
COVERED := tests/kernel tests/charters tests/crypto tests/audit

.PHONY: help setup demo demo-reset screens pictures charter check test bench chromium nginx wheel lock audit clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 12

setup: .venv/.dev $(WEB)/.package-lock.json ## install everything that checking and testing need

demo: .venv/.base ## the application with invented situations, on PORT (8000)
	$(BIN)/casework demo --port $(PORT)

demo-reset: .venv/.base ## the same, from a fresh start
	$(BIN)/casework demo reset
	$(BIN)/casework demo --port $(PORT)

screens: setup chromium ## pictures of the screens, in build/screens
	$(BIN)/python tools/screens.py

pictures: setup chromium ## the pictures of the demo that the pages of help show: look at them, commit them
	$(BIN)/python tools/pictures.py

charter: .venv/.base ## write docs/charter-*.md and docs/access.md, the pages people review
	$(BIN)/casework charter docs

check: setup ## style, types, imports, and what no file may mention
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/mentions.py

test: setup chromium nginx ## every test; the kernel, the charters, crypto and audit covered branch by branch, by their own
	$(PYTEST) --cov --cov-report=term $(COVERED)
	$(PYTEST) $(addprefix --ignore=,$(COVERED))

bench: setup ## what the work costs beside its floors: some minutes, on a machine at rest
	$(BIN)/python -m tools.bench

chromium:
	@sh tools/system.sh chromium chromium chromium-browser google-chrome

nginx:
	@sh tools/system.sh nginx nginx

wheel: .venv/.base ## what is installed on a server: build/casework-….whl
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build .

lock: .venv/.dev ## choose the versions anew and lock them by hash
	cd requirements && for set in base dev; do UV_NO_CONFIG=1 ../$(BIN)/uv pip compile --quiet --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header $$set.in -o $$set.txt || exit 1; done
	$(MAKE) audit

# Not part of `check`: what it says depends on the day and on a service, not on the commit. Each week, and before a version.
audit: .venv/.dev ## known flaws of the locked versions; fails too when it cannot look them up
	for set in base dev; do $(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements/$$set.txt || exit 1; done

clean: ## remove all that was installed or made, except var/
	rm -rf .venv build $(WEB) .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

.venv/.base: requirements/base.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.base
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(WEB)/.package-lock.json: tools/web/package-lock.json .venv/.dev
	cd tools/web && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent
	@touch $@
