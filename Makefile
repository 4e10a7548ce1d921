# Two commands do everything: `make run` and `make test`. Nothing needs to be installed by hand.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-long check format bench lock clean

.venv/run.stamp: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("banyi needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt pyproject.toml .venv/run.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

run: .venv/run.stamp
	@exec $(BIN)/banyi serve

test: .venv/dev.stamp
	@sh tests/install_system_packages.sh
	$(BIN)/python -m pytest -m "not long" -n 2

test-long: .venv/dev.stamp
	@sh tests/install_system_packages.sh
	$(BIN)/python -m pytest -m long

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-dev.txt -c requirements.txt

clean:
	rm -rf .venv var
