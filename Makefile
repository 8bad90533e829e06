# What there is to do in a fresh clone: `make demo`, then `make test`. Needs python3 (3.11 or later) with venv.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: install demo test quick bench proof foreign clean

install: $(INSTALLED)

$(INSTALLED): setup.cfg pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --editable '.[test]'
	touch $@

# The whole loop against the sandbox CRMs; `make demo SERVE=1` stays up and prints the addresses.
demo: install
	$(BIN)/csbridge demo $(if $(filter-out 0,$(SERVE)),--serve)

test: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pytest -n auto

# While working: no whole processes, no types.
quick: install
	$(BIN)/ruff check .
	$(BIN)/pytest -n auto -m "not slow"

# Other people's clients, for the tests that run them against the sandboxes; they need node.
foreign:
	npm install --prefix tests/foreign --no-audit --no-fund --no-package-lock --fetch-retries 1 --silent

# With what the benchmark compares csbridge with, where it can be had: a line of the table says so where it cannot.
bench: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --editable '.[bench]' || true
	$(BIN)/python tests/bench/run.py

# What the scores are worth on real data, which is looked for in $CSBRIDGE_PROOF_DATA, else beside this checkout.
proof: install
	$(BIN)/python tests/proof/run.py

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache demo-workspace $(INSTALLED)
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
