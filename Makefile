# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need.
# Assumed: git, make, python3 (3.11 or newer) with venv. Everything else is fetched from package
# registries into .venv and the user's cache. The real node needs Linux and root.

SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
ONLY ?= *
SEED ?= 1
PART ?=
.DEFAULT_GOAL := help
.PHONY: help setup parts demo test check conformance scenarios repairs incidents golden docs bench sandbox sandbox-down clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready  ## the virtual environment

.venv/.ready: pyproject.toml constraints.txt
	@echo "== setting up .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip hatchling editables
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable . --group dev
	@touch $@

parts: setup  ## build and fetch what the sandbox runs (about 15 minutes the first time)
	@$(BIN)/python -m clusterwright.deploy.sandbox.parts >/dev/null

demo: parts  ## break a real cluster, diagnose it over MCP, compare with the truth
	@$(BIN)/clusterwright demo

test: parts  ## all tests, on the real sandbox
	@$(BIN)/python -m pytest

check: setup  ## formatting, lint, types, layers, generated files
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check

conformance: setup  ## the official MCP suite, both eras, against our servers and our client
	@$(BIN)/python -m tests.conformance

scenarios: parts  ## judge every scenario: make scenarios [ONLY=glob] [DOMAIN=cluster_api] [SEED=n]
	@$(BIN)/clusterwright sandbox scenarios --judge --only '$(ONLY)' --seed $(SEED) $(if $(DOMAIN),--domain $(DOMAIN))

repairs: parts  ## let fix repair every fault: make repairs [ONLY=glob] [DOMAIN=helm] [SEED=n]
	@$(BIN)/clusterwright sandbox scenarios --repair --only '$(ONLY)' --seed $(SEED) $(if $(DOMAIN),--domain $(DOMAIN))

incidents: parts  ## judge the diagnosis of composed incidents: make incidents [ONLY=glob] [SEED=n] [GENERATED=n]
	@$(BIN)/clusterwright sandbox incidents --judge --only '$(ONLY)' --seed $(SEED) $(if $(GENERATED),--generated $(GENERATED))

golden: setup  ## rewrite the golden files from what the code does now
	@UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q -k golden

docs: setup  ## rewrite the generated parts of the documentation
	@$(BIN)/python docs/generate.py

bench: parts  ## measure, and compare with tests/bench/baseline.json: make bench [PART=cluster-api]
	@$(BIN)/python -m tests.bench $(PART)

sandbox: parts  ## a sandbox to play with
	@$(BIN)/clusterwright sandbox up

sandbox-down:  ## take every sandbox down
	@$(BIN)/clusterwright sandbox down --all

clean: sandbox-down  ## remove the environment and caches of the working tree; not the built parts
	@rm -rf .venv build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
