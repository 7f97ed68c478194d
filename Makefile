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
# $(call on,NAME): what a switch was set to, but nothing for those words that mean off: DELETE=0 must not delete.
on = $(filter-out 0 no off false n none No Off False NO OFF FALSE,$($(1)))

# $(call quoted,NAME): what was given, as one word for the shell, whatever is in it.
quoted = '$(subst ','\'',$(value $(1)))'

# `make bench records hop`: the words behind `bench` are measurements, even where a target has the same name.
BENCHES := $(if $(filter bench,$(firstword $(MAKECMDGOALS))),$(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS)))

# What `make agent` is to do: one thing at a time.
agent_asked = $(strip $(if $(call on,LIST),list) $(if $(call on,RESET),reset) $(if $(call on,DISABLE),disable) $(if $(call on,ENABLE),enable) $(if $(call on,REMOVE),remove))
agent_do = $(if $(word 2,$(agent_asked)),$(error $(agent_asked): one at a time),$(or $(agent_asked),add))

.PHONY: help run test check untranslated train chat call journeys bench bench-nlu bench-knowledge unanswered proposals chaos agent redrive partitions retention subject export lint lock memory publish clean env env-dev env-diet test-tools

help: ## this list
	@echo "Onethread: one conversation across web chat, Messenger, SMS and the phone."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: env $(if $(call on,DIET),env-diet) ## start everything; Ctrl-C stops it (DIET=1: the TensorFlow pipeline; PUBLISHED=1: as a service)
	@exec $(PYTHON) -m launch --with-parent --timings $(if $(call on,DIET),--diet) $(if $(call on,PUBLISHED),--published)

test: export EXPLORE := $(call on,EXPLORE)
test: env-dev test-tools lint ## install what the tests need, lint, then all tests, fast ones first (PYTEST="-k name"; EXPLORE=1: new random examples)
	$(PYTHON) -m pytest -q -n 2 -m "not (rasa or browser or stack or slow)" $(PYTEST)
	$(PYTHON) -m launch.training
	$(PYTHON) -m pytest -q -n 2 --dist loadfile -m "rasa or browser or stack or slow" $(PYTEST)

untranslated: env ## what is not translated yet, for each language that the assistant speaks (docs/languages.md)
	@exec $(PYTHON) -m check.translation.untranslated

check: env ## every mistake in config, domain, data and journeys at once, with its cure (in a second; nothing is trained)
	@exec $(PYTHON) -m check

train: env $(if $(call on,DIET),env-diet) ## train the assistant (DIET=1: with DIET, in .venv-diet, which holds TensorFlow: 2.2 GB)
	@exec $(PYTHON) -m launch.training $(if $(call on,DIET),--diet)

publish: env $(if $(call on,DIET),env-diet) ## what is served from the next start with PUBLISHED=1 on: the data as it is now
	@exec $(PYTHON) -m launch.training --publish $(if $(call on,DIET),--diet)

chat: env ## the same assistant in this terminal (CHANNEL=web, sms, messenger or voice; WHY=1: what was understood)
	@exec $(PYTHON) -m journeys.chat --channel=$(call quoted,CHANNEL) $(if $(call on,WHY),--why)

call: env ## call the running simulator's phone line from this terminal (FROM=+12125550101)
	@exec $(PYTHON) -m simulator.scripting.terminal --url http://127.0.0.1:$${INTERNAL_PORT:-8081}/simulator $(if $(value FROM),--from=$(call quoted,FROM))

journeys: env-dev ## conversations as data through a fresh installation (JOURNEYS="-k words -v")
	@exec $(PYTHON) -m journeys $(JOURNEYS)

bench: env-dev $(if $(if $(BENCHES),$(filter tiers,$(BENCHES)),all),env-diet) ## measure everything, or what is named: `make bench records hop` (RUNS=5; docs/benchmarks.md)
	@launch/install/test_tools.sh postgresql
	@exec $(PYTHON) -m benchmarks $(if $(RUNS),--runs $(RUNS)) $(BENCHES)

unanswered: env ## questions of the last DAYS=30 days that nothing answered, put together, and articles past their review
	@exec $(PYTHON) -m gateway.commands.unanswered $(if $(value DAYS),--days=$(call quoted,DAYS))

proposals: env ## replies that agents proposed as articles: OUT=folder for drafts; TAKE=id or DECLINE=id
	@exec $(PYTHON) -m gateway.commands.proposals $(if $(value OUT),--out=$(call quoted,OUT)) $(if $(value TAKE),--take=$(call quoted,TAKE)) $(if $(value DECLINE),--decline=$(call quoted,DECLINE))

bench-knowledge: env-dev ## strangers' questions against the articles: found, answered, refused (one JSON object)
	@exec $(PYTHON) -m benchmarks.knowledge

ifneq ($(BENCHES),)
.PHONY: $(BENCHES)
$(filter-out memory,$(BENCHES)):
	@:
endif

bench-nlu: env $(if $(call on,DIET),env-diet) ## how well TRAIN=a.csv teaches what TEST=b.csv says (OOS=c.csv CONFIG=d.yml EACH=10 SEED=1 CURVE=1 DIET=1; docs/understanding.md)
	@exec $(PYTHON) -m benchmarks.nlu --train=$(call quoted,TRAIN) --test=$(call quoted,TEST) $(if $(value OOS),--oos=$(call quoted,OOS)) \
	  $(if $(value CONFIG),--config=$(call quoted,CONFIG)) \
	  $(if $(value EACH),--each=$(call quoted,EACH)) $(if $(value SEED),--seed=$(call quoted,SEED)) $(if $(call on,CURVE),--curve) $(if $(call on,DIET),--diet)

chaos: env-dev ## kill parts under load, behind a real proxy, and count what was lost, doubled or out of order (MINUTES=5)
	@launch/install/test_tools.sh haproxy postgresql
	@exec $(PYTHON) -m benchmarks.chaos --minutes $(or $(MINUTES),5)

agent: env ## agents: LIST=1; NAME=bo (add; FULL="Bo L" PHONE=+1...), ROLE=agent, supervisor, designer or admin, RESET=1, DISABLE=1, ENABLE=1, REMOVE=1
	@exec $(PYTHON) -m gateway.commands.agents $(if $(value ROLE),--role=$(call quoted,ROLE)) $(if $(value FULL),--name=$(call quoted,FULL)) \
	  $(if $(value PHONE),--phone=$(call quoted,PHONE)) -- $(agent_do) $(if $(value NAME),$(call quoted,NAME))

redrive: env ## what was set aside after failing five times (QUEUE=inbox or outbox: try it again)
	@exec $(PYTHON) -m gateway.commands.redrive $(if $(value QUEUE),--queue=$(call quoted,QUEUE))

partitions: env ## how many partitions there are; N=128: from now on so many, while everything runs
	@exec $(PYTHON) -m gateway.commands.partitions $(if $(value N),$(call quoted,N))

retention: env ## who was silent for DAYS=400, or all of one PERSON=+12125550147: count (DELETE=1: delete)
	@exec $(PYTHON) -m gateway.commands.retention $(if $(value PERSON),--person=$(call quoted,PERSON),--days=$(if $(value DAYS),$(call quoted,DAYS),400)) $(if $(call on,DELETE),--delete)

subject: env ## all that is kept of one PERSON=+12125550147, as a JSON file: OUT=ana.json
	@exec $(PYTHON) -m gateway.commands.subject --person=$(call quoted,PERSON) --out=$(call quoted,OUT)

export: env ## records as files: FROM=2026-11-01 TO=2026-12-01 OUT=folder (FORMAT=parquet; PERSONS=1: with contacts and words)
	@exec $(PYTHON) -m records export --from=$(call quoted,FROM) --to=$(call quoted,TO) --out=$(call quoted,OUT) \
	  $(if $(value FORMAT),--format=$(call quoted,FORMAT)) $(if $(call on,PERSONS),--persons)

lint: env-dev ## style, types and import contracts, and the assistant's files (make check)
	$(PYTHON) -m check
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
	@$(if $(filter memory,$(BENCHES)),:,exec $(PYTHON) -m launch.processes.memory)

clean: ## remove environments, models and caches; the installation's data (.onethread) stays
	rm -rf .venv .venv-diet .boot models .rasa .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@launch/install/bootstrap.sh .venv base

env-dev:
	@launch/install/bootstrap.sh .venv dev

env-diet:
	@launch/install/bootstrap.sh .venv-diet diet

test-tools:
	@launch/install/test_tools.sh
