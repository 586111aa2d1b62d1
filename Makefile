# `make` lists what there is. Everything runs in .venv, from requirements.lock.

PYTHON ?= python3
BIN := .venv/bin

help:            ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/: .*##/ \t/' | expand -t 12

install: $(BIN)/hearth  ## set up .venv with the locked dependencies and the command `hearth`

$(BIN)/hearth: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Hearth needs Python 3.11 or newer: make PYTHON=python3.12 install" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: install     ## start everything with sample data: database, detection, GraphQL
	$(BIN)/hearth up --sample

test: install    ## run all tests on a real Neo4j
	$(BIN)/pytest

slow: install    ## the long suite: hundreds of histories of detection and behaviour, a hundred killed loads
	$(BIN)/pytest -m slow
	$(BIN)/python -m benchmarks.kill_loads --loads 50
	$(BIN)/python -m benchmarks.kill_loads --loads 50 --at-once

bench: install   ## measure loading, reading, detection, referrals and value beside peers
	$(BIN)/python -m benchmarks.bench_ingest
	$(BIN)/python -m benchmarks.bench_detect
	$(BIN)/python -m benchmarks.bench_changes
	$(BIN)/python -m benchmarks.bench_referrals
	$(BIN)/python -m benchmarks.bench_value
	$(BIN)/python -m benchmarks.report

check: install   ## lint, types, import rules, generated files, query files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m server.generate --check

generate: install ## write the files that are generated from the code
	$(BIN)/python -m server.generate

format: install  ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: install    ## resolve the dependencies of pyproject.toml anew into requirements.lock
	$(BIN)/python -m venv .venv/lock
	.venv/lock/bin/pip install --quiet uv
	.venv/lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-find-links --no-emit-index-url --quiet --output-file requirements.lock

clean:           ## remove .venv and caches; .hearth, with the data, stays
	rm -rf .venv *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help install run test slow bench check generate format lock clean
.DEFAULT_GOAL := help
