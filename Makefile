# Everything here needs make, Python 3.11 or newer and a package registry that pip can reach.
# The environment lives in .venv and is brought up to date whenever pyproject.toml changes.

PYTHON ?= python3
BIN := .venv/bin
ENV := .venv/.ready-to-run
DEV := .venv/.ready-to-test
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CODE := kintrace linkage graph loaders tests

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint docs format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(ENV) ## Make a synthetic Denmark, link it and print one family's history (into ./demo)
	$(BIN)/kintrace demo

test: lint ## Check style, types and layers, then run every suite this machine can
	$(BIN)/python -m pytest

lint: $(DEV) ## Check style, types and layers only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(ENV) ## Build the documentation site into build/site, with the command reference made anew
	@$(PIP) install --group docs
	$(BIN)/python -m kintrace.cli.reference > docs/commands.md
	$(BIN)/mkdocs build

format: $(DEV) ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove the environment, the demo, caches and builds
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find $(CODE) -type d -name __pycache__ -prune -exec rm -rf {} +

$(ENV): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, and $(PYTHON) is not one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Creating the environment in .venv (once; a minute or two) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --upgrade "pip>=25.1"
	@$(PIP) install --editable ".[all]"
	@touch $@

$(DEV): $(ENV)
	@echo "Adding the tools for tests ..."
	@$(PIP) install --group dev
	@touch $@
