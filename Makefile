# make demo   serve the example shop, filled with rows, and say what to try
# make storefront   the same with the example front end, at the server's address
# make test   run all tests, a process for each core
# make check  what CI checks beside the tests: style, types, the arrow of imports
# make bench  measure beside other back ends (40 minutes; see bench/README.md)
# make clean  remove what these made
#
# The first of them makes .venv, with uv where there is one, else with Python's own venv and pip.

PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
INSTALLED := .venv/.installed
STOREFRONT := examples/storefront
NODE := tests/javascript tests/accounts/oidc/server tests/clients/typescript tests/front_end/react_admin $(STOREFRONT)
NODE_INSTALLED := $(NODE:%=%/node_modules/.installed)
CHROMIUM := .venv/.chromium
PORT ?= 8000

.PHONY: help demo storefront test check bench format clean
help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo: $(INSTALLED)
	$(BIN)/python -m examples.shop.demo --port $(PORT)

storefront: $(INSTALLED) $(STOREFRONT)/node_modules/.installed
	cd $(STOREFRONT) && npm run build
	BACKSMITH_FRONT_END=$(CURDIR)/$(STOREFRONT)/dist $(BIN)/python -m examples.shop.demo --port $(PORT)

test: $(INSTALLED) $(NODE_INSTALLED) $(CHROMIUM)
	$(BIN)/pytest --numprocesses auto --dist loadfile

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/backsmith check examples/shop/shop.py --locked

bench: $(INSTALLED)
	$(BIN)/python bench/run.py

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv $(NODE:%=%/node_modules) bench/.venv bench/node_modules

$(INSTALLED): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and wasn't found. Name it: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Installing Backsmith and what it needs into .venv: a minute or so, once." >&2
	@if command -v uv >/dev/null; then \
		test -x $(BIN)/python || uv venv --python $(PYTHON) .venv; \
		uv pip install --python $(BIN)/python --quiet --editable . --group dev; \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv .venv; \
		$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'; \
		$(BIN)/python -m pip install --quiet --editable . --group dev; \
	fi
	@touch $@

# What needs Node.js (tests with JavaScript clients, an OpenID provider, react-admin; the example front end) is skipped
# where there is none.
%/node_modules/.installed: %/package-lock.json
	@if command -v npm >/dev/null; then \
		cd $* && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed; \
	else \
		echo "No Node.js: the tests that need $* are skipped. Install Node.js 20 to run them." >&2; \
	fi

# The tests of the sign-in pages are skipped where there is no Chromium. CI's machines get Debian's.
$(CHROMIUM): $(INSTALLED)
	@if ! command -v chromium chromium-browser google-chrome >/dev/null; then \
		if test -n "$(CI)" && test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
		else \
			echo "No Chromium: the tests of the sign-in pages are skipped. apt-get install chromium, or $(BIN)/playwright install chromium." >&2; \
		fi; \
	fi
	@touch $@
