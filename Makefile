# `make help` lists what there is. Everything runs in .venv, made from the lock files; nothing else is touched.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
CATALOGUES := netwatch/locale

.PHONY: help environment run demo test lint check bench tools locale lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment: .venv/runtime ## make .venv, exactly as requirements.lock says (needs no root; `run` does it too)

run: .venv/runtime ## start netwatch here; the first start writes var/config.toml
	$(BIN)/netwatch run --first

demo: .venv/runtime ## show a whole hospital on simulated devices
	$(BIN)/netwatch demo

test: .venv/development tools ## run every test (ARGS="-k roster" for some of them)
	$(BIN)/pytest $(ARGS)

lint: .venv/development ## check style, types, layers and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

check: lint test ## do what CI does

bench: .venv/development ## measure, and print ratios against a reference
	@shopt -s nullglob; for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(BIN)/python "$$bench"; done

tools: ## install the system tools that tests need (as root; else it only says which are missing)
	@.ci/tools

locale: .venv/development ## collect the texts for people, and update the Chinese catalogue with them
	mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k mark -o build/netwatch.pot --add-location=file --sort-by-file --width=120 \
		--project=netwatch --copyright-holder="the netwatch authors" netwatch probes roster
	$(BIN)/pybabel -q update -i build/netwatch.pot -d $(CATALOGUES) -D netwatch -l zh_CN \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=120

lock: build/lock/bin/pip-compile ## resolve the dependencies anew (UPGRADE=1 takes the newest of all)
	@.ci/lock $(if $(UPGRADE),--upgrade)

clean: ## remove .venv and build
	rm -rf .venv build

# The environment is redone when a lock file or pyproject.toml changes, and only then.
# What is needed to test includes all that is needed to run, in the same versions.
.venv/runtime: requirements.lock pyproject.toml
	@.ci/environment requirements.lock
	@touch $@

.venv/development: requirements-dev.lock pyproject.toml
	@.ci/environment requirements-dev.lock
	@touch .venv/runtime $@

build/lock/bin/pip-compile:
	@.ci/python -m venv build/lock
	build/lock/bin/pip install --quiet 'pip-tools>=7.5'
