# Onethread. `make` lists what there is; everything installs what it needs first.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# With it set, as in many containers, nothing is byte-compiled and each start of Rasa compiles 2,000 modules anew.
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

PYTHON := .venv/bin/python
DIET ?=
CHANNEL ?= web
PYTEST ?=

.PHONY: help run test train chat call journeys bench chaos redrive retention lint lock memory clean env env-dev env-diet test-tools

help: ## this list
	@echo "Onethread: one conversation across web chat, Messenger, SMS and the phone."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: env $(if $(DIET),env-diet) ## start everything; Ctrl-C stops it (DIET=1: with the TensorFlow pipeline)
	@exec $(PYTHON) -m launch --with-parent --timings $(if $(DIET),--diet)

test: env-dev test-tools lint ## install what the tests need, lint, then all tests, fast ones first (PYTEST="-k name")
	$(PYTHON) -m pytest -q -n 2 -m "not (rasa or browser or stack or slow)" $(PYTEST)
	$(PYTHON) -m pytest -q -m "rasa or browser or stack or slow" $(PYTEST)

train: env $(if $(DIET),env-diet) ## train the assistant (DIET=1: with DIET, in .venv-diet, which holds TensorFlow: 2.2 GB)
	@exec $(PYTHON) -m launch.training $(if $(DIET),--diet)

chat: env ## the same assistant in this terminal (CHANNEL=web, sms, messenger or voice)
	@exec $(PYTHON) -m launch.chat --channel $(CHANNEL)

call: env ## call the running simulator's phone line from this terminal (FROM=+12125550101)
	@exec $(PYTHON) -m simulator.terminal --url http://127.0.0.1:$${INTERNAL_PORT:-8081}/simulator $(if $(FROM),--from $(FROM))

journeys: env-dev ## conversations as data through a fresh installation (JOURNEYS="-k words -v")
	@exec $(PYTHON) -m journeys $(JOURNEYS)

bench: env-dev env-diet ## measure: turn time, throughput, memory, against stock Rasa, and its default with DIET (docs/benchmarks.md)
	@exec $(PYTHON) -m benchmarks

chaos: env-dev ## kill parts under load and count what was lost, doubled or out of order (MINUTES=5)
	@exec $(PYTHON) -m benchmarks.chaos --minutes $(or $(MINUTES),5)

redrive: env ## what was set aside after failing five times (QUEUE=inbox or outbox: try it again)
	@exec $(PYTHON) -m gateway.redrive $(if $(QUEUE),--queue $(QUEUE))

retention: env ## who was silent for DAYS=400, or one PERSON=+12125550147: count (DELETE=1: delete)
	@exec $(PYTHON) -m gateway.retention $(if $(PERSON),--person $(PERSON),--days $(or $(DAYS),400)) $(if $(DELETE),--delete)

lint: env-dev ## style, types and import contracts
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(if $(wildcard benchmarks/*.py),$(PYTHON) -m mypy benchmarks)
	.venv/bin/lint-imports --no-cache

lock: env-dev ## bring requirements/*.txt in step with pyproject.toml
	@uv=$$(command -v uv || echo .boot/bin/uv); for tier in base dev diet; do \
	  extra=$$([ $$tier = base ] || echo "--extra $$tier"); \
	  $$uv pip compile pyproject.toml $$extra --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	    -o requirements/$$tier.txt || exit 1; done

memory: env ## what the running assistant holds in memory, by process
	@exec $(PYTHON) -m launch.memory

clean: ## remove environments, models and caches; the installation's data (.onethread) stays
	rm -rf .venv .venv-diet .boot models .rasa .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@launch/bootstrap.sh .venv base

env-dev:
	@launch/bootstrap.sh .venv dev

env-diet:
	@launch/bootstrap.sh .venv-diet diet

test-tools:
	@launch/test_tools.sh
