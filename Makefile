# make help lists the targets. They need Python 3.11 or newer, make and git, and install everything else into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# What running needs, without the tools of tests and demo.
RUNTIME := $(VENV)/.runtime
CODE := bot jobs rehearsal demo migrations tests benchmarks

unexport PYTHONDONTWRITEBYTECODE  # so that the processes of tests and demo share compiled files
FAST_DISK := $(shell test "$$(df -k /dev/shm 2>/dev/null | awk 'END {print $$4}')" -gt 4000000 2>/dev/null && echo /dev/shm || echo $${TMPDIR:-/tmp})

.PHONY: help demo test test-all mutants check format run bench figures soak drill screenshots migration lock audit sbom clean

help:
	@echo "make demo         run the bot in a simulated Slack, in your browser"
	@echo "make test         run the tests on SQLite, and on PostgreSQL what can differ there; a few minutes"
	@echo "make test-all     run every test on both databases, with coverage; half an hour"
	@echo "make mutants      change rules and check that the tests notice; ARGS=--all changes every place"
	@echo "make check        check format, lint, types, import contracts and what is in deploy/"
	@echo "make format       correct format and lint where a tool can"
	@echo "make run          run the bot with the settings in .env"
	@echo "make bench        measure speed and memory, as ratios against something else"
	@echo "make figures      count lines, files, functions, repeated lines, and the calls of one command"
	@echo "make soak         kill the delivery of messages again and again, and send every door what it doesn't expect"
	@echo "make drill        play the restore drill of deploy/README.md, and say how long it took"
	@echo "make screenshots  play the story in a browser and save pictures in docs/pictures"
	@echo "make migration    write the next migration: NAME=\"what it adds\""
	@echo "make lock         write requirements.lock and deploy/requirements.lock from pyproject.toml"
	@echo "make audit        look known weaknesses of the bot's packages up"
	@echo "make sbom         write the bill of materials, evenhand.cdx.json"
	@echo "make clean        delete .venv and all caches"

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Evenhand needs Python 3.11 or newer; name one with make PYTHON=python3.12."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r $<
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@
endef

$(INSTALLED): requirements.lock pyproject.toml
	$(install)

$(RUNTIME): deploy/requirements.lock pyproject.toml
	$(install)

demo: $(INSTALLED)
	@$(BIN)/python -m demo $(if $(PORT),--port $(PORT))

test: $(INSTALLED)
	PYTEST_DEBUG_TEMPROOT=$(FAST_DISK) $(BIN)/python -m pytest -n 2 --dist worksteal -q $(ARGS)

test-all: $(INSTALLED)
	PYTEST_DEBUG_TEMPROOT=$(FAST_DISK) $(BIN)/python -m pytest -n 2 --dist worksteal --all --durations=25 --cov --cov-report=term:skip-covered $(ARGS)

mutants: $(INSTALLED)
	@$(BIN)/python -m tests.mutants $(ARGS)

check: $(INSTALLED)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/compose-lint check --quiet --no-env deploy/compose.yaml
	@! command -v systemd-analyze >/dev/null || { sed 's,/opt/evenhand/bin/evenhand,/bin/true,' deploy/evenhand.service >$(VENV)/evenhand.service \
		&& said=$$(systemd-analyze verify $(VENV)/evenhand.service 2>&1) && test -z "$$said" || { echo "$$said"; exit 1; }; }
	@! docker compose version >/dev/null 2>&1 || docker compose --file deploy/compose.yaml --profile postgres config --quiet --no-env-resolution

format: $(INSTALLED)
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

run: $(if $(wildcard $(INSTALLED)),$(INSTALLED),$(RUNTIME))
	@$(BIN)/evenhand run

bench: $(INSTALLED)
	@$(BIN)/python -m benchmarks $(ARGS)

figures: $(INSTALLED)
	@$(BIN)/python -m benchmarks.structure

soak: $(INSTALLED)
	@$(BIN)/python -m pytest tests/soak tests/doors/test_fuzz.py --soak --all
	@PYTEST_DEBUG_TEMPROOT=$(FAST_DISK) $(BIN)/python -m pytest -n 2 --dist worksteal -q -m hypothesis --soak

drill: $(INSTALLED)
	@$(BIN)/python -m pytest -q tests/shell/test_wheel.py::test_the_restore_drill_goes_as_it_is_written

screenshots: $(INSTALLED)
	@EVENHAND_PICTURES=docs/pictures $(BIN)/python -m pytest --all tests/story/test_browser.py

lock: $(INSTALLED)
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --extra otel --constraint requirements.lock --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file deploy/requirements.lock pyproject.toml

audit: $(INSTALLED)
	@$(BIN)/python -m benchmarks.materials audit

sbom: $(INSTALLED)
	@$(BIN)/python -m benchmarks.materials bill evenhand.cdx.json

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .bench .demo .coverage*

migration: $(INSTALLED)
	@$(BIN)/python -m migrations "$(NAME)"
