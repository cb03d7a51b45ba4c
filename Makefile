# Everything a developer or a nightly job does; `make` lists it. Needs Python 3.11 or newer, and make.
SHELL := /bin/bash
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -m
STAMP := $(VENV)/.installed
# uv does not compile what it installs; without it every notebook's kernel would, at each import.
export UV_COMPILE_BYTECODE = 1
export UV_LINK_MODE = copy

.PHONY: help install browser report picture test test-fast lint format docs bench lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(STAMP) ## make .venv with the locked packages

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kpitools needs Python 3.11 or newer")'
	command -v uv > /dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	export PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)"; \
	uv pip install --quiet --require-hashes -r requirements.lock && \
	uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

browser: $(STAMP) ## install what the tests in a real browser need besides a Chromium
	export PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)"; \
	uv pip install --quiet --require-hashes -r requirements-browser.lock

report: $(STAMP) ## build the sample desk's report into site/
	$(RUN) kpitools.cli report --out site

picture: report ## take the README's pictures anew; needs a Chromium or Chrome
	$(BIN)/python benchmarks/picture.py site

test: $(STAMP) ## run all tests: notebooks under nbval, then everything else
	$(RUN) pytest -q -p no:cacheprovider --nbval-lax --nbval-current-env -W ignore -n 2 --dist loadscope notebooks
	$(RUN) pytest -q -n 2 --dist worksteal

test-fast: $(STAMP) ## run the tests that need no kernel and no wheel
	$(RUN) pytest -q -m "not slow" -n 2 --dist worksteal

lint: $(STAMP) ## check style, and that notebooks are stored without outputs
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	find notebooks -name '*.ipynb' -not -path '*/.ipynb_checkpoints/*' -print0 | xargs -0 -r $(BIN)/nbstripout --verify

format: $(STAMP) ## put code and notebooks into style, and strip outputs
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	find notebooks -name '*.ipynb' -not -path '*/.ipynb_checkpoints/*' -print0 | xargs -0 -r $(BIN)/nbstripout

docs: $(STAMP) ## write docs/kpis.md from the catalogue and docs/columns.md from the schemas
	$(RUN) kpitools.catalogue_doc docs/kpis.md
	$(RUN) kpitools.columns_doc docs/columns.md

bench: $(STAMP) ## time loading, computing and a report on a made-up desk
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/report.py --wide

lock: ## pin all packages anew, with hashes and without addresses
	env -u PIP_FIND_LINKS -u UV_FIND_LINKS uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra dev --upgrade \
	  pyproject.toml --output-file requirements.lock
	env -u PIP_FIND_LINKS -u UV_FIND_LINKS uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --no-annotate --no-header --no-emit-index-url --no-emit-find-links --group browser --constraint requirements.lock \
	  --upgrade --output-file requirements-browser.lock

clean: ## remove what the other targets made, the environment included
	rm -rf $(VENV) site dist build .pytest_cache .ruff_cache .hypothesis
