# `make` or `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto
EXAMPLES ?= 150
REQUIRED ?= --require-mysqld

.DEFAULT_GOAL := help
.PHONY: help install announce-demo demo test announce-test lint lint-page endurance bench lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 18

$(BIN)/rewound: requirements.txt pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	@echo 'Fetching Python packages into $(VENV): 900 MB on disk, half a minute or more.'
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@

install: $(BIN)/rewound  ## make .venv with the rewound command in it

announce-demo:
	@echo 'make demo restores three sample worlds for you alone, without root. What is'
	@echo 'missing is fetched first: Python packages into $(VENV) (900 MB on disk, half a'
	@echo 'minute or more), and a MySQL where the host has none of 8.0.30 or newer'
	@echo '(53 MiB, 324 MiB on disk, about a minute).'

demo: announce-demo install  ## restore the sample's three worlds and find what went wrong
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

lint: install  ## formatting, rules of style, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-page: install  ## the script of the HTML report (needs npm, which also fetches Azurite)
	npm ci --silent --no-audit --no-fund
	script=$$($(BIN)/python -c 'from rewound.diff.report.page import read_script; print(read_script())') \
		&& printf '%s\n' "$$script" | npm run --silent lint -- --stdin --stdin-filename page.js

announce-test:
	@echo 'make test runs make lint (30 s), then every test (15 minutes on two cores).'
	@echo 'It needs 3 GB of disk and a MySQL 8.0 or newer: where there is none, it fetches one'
	@echo 'from the Debian mirror (53 MiB). Tests of what this host lacks (Docker, Chromium, XFS)'
	@echo 'are skipped and named at the end. Tests of encrypted dumps need age, gnupg and openssl.'

test: announce-test lint  ## everything that is checked, on a real MySQL: 15 minutes
	$(BIN)/rewound server install
	REWOUND_TEST_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -n $(WORKERS) --dist worksteal $(REQUIRED)

endurance: install  ## break it many times, and rewrite docs/reliability.md
	$(BIN)/rewound server install
	rm -rf .endurance
	REWOUND_TEST_EXAMPLES=2000 $(BIN)/pytest -n $(WORKERS) -m hypothesis tests/unit
	REWOUND_FIGURES=$(CURDIR)/.endurance $(BIN)/pytest -n $(WORKERS) $(REQUIRED) \
		--dist worksteal --endurance tests/endurance; ended=$$?; \
	$(BIN)/python docs/make_reliability.py .endurance; exit $$ended

bench: install  ## measure, and rewrite the pages in bench/
	$(BIN)/python -m bench.split_and_judge
	$(BIN)/python -m bench.read_binlog
	$(BIN)/python -m bench.read_store
	$(BIN)/python -m bench.replay_logs
	$(BIN)/python -m bench.load_layouts
	$(BIN)/python -m bench.up_small_worlds
	$(BIN)/python -m bench.up_cold_worlds
	$(BIN)/python -m bench.up_containers
	$(BIN)/python -m bench.read_early
	$(BIN)/python -m bench.many_worlds
	$(BIN)/python -m bench.sleeping_worlds
	$(BIN)/python -m bench.ask_all
	$(BIN)/python -m bench.diff_tables
	$(BIN)/python -m bench.restore

lock:  ## write both requirements files anew from pyproject.toml (needs uv)
	uv lock --quiet --upgrade
	uv export --quiet --all-extras --no-emit-project --format requirements-txt \
		--output-file requirements.txt
	uv export --quiet --no-dev --extra stores --extra sftp --group build --no-emit-project \
		--format requirements-txt --output-file requirements-image.txt

clean:  ## remove what make made here; fleets, servers and templates stay
	rm -rf $(VENV) node_modules .endurance .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
