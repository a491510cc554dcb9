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
CLIENT := tests/javascript/node_modules/.installed
PROVIDER := tests/accounts/oidc/server/node_modules/.installed
TYPESCRIPT := tests/clients/typescript/node_modules/.installed
STOREFRONT := examples/storefront/node_modules/.installed
REACT_ADMIN := tests/front_end/react_admin/node_modules/.installed
CHROMIUM := .venv/.chromium
PORT ?= 8000

.PHONY: help demo storefront test check bench format clean
help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo: $(INSTALLED)
	$(BIN)/python -m examples.shop.demo --port $(PORT)

storefront: $(INSTALLED) $(STOREFRONT)
	cd examples/storefront && npm run build
	BACKSMITH_FRONT_END=$(CURDIR)/examples/storefront/dist $(BIN)/python -m examples.shop.demo --port $(PORT)

test: $(INSTALLED) $(CLIENT) $(PROVIDER) $(TYPESCRIPT) $(STOREFRONT) $(REACT_ADMIN) $(CHROMIUM)
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
	rm -rf .venv tests/javascript/node_modules tests/accounts/oidc/server/node_modules tests/clients/typescript/node_modules examples/storefront/node_modules tests/front_end/react_admin/node_modules bench/.venv bench/node_modules

$(INSTALLED): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and wasn't found. Name it: make PYTHON=python3.12" >&2; exit 1; }
	@if command -v uv >/dev/null; then \
		test -x $(BIN)/python || uv venv --python $(PYTHON) .venv; \
		uv pip install --python $(BIN)/python --quiet --editable . --group dev; \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv .venv; \
		$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'; \
		$(BIN)/python -m pip install --quiet --editable . --group dev; \
	fi
	@touch $@

# The tests with PostgREST's JavaScript client are skipped where there is no Node.js.
$(CLIENT): tests/javascript/package-lock.json
	@if command -v npm >/dev/null; then \
		cd tests/javascript && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed; \
	else \
		echo "No Node.js: the tests with PostgREST's JavaScript client are skipped. Install Node.js 20 to run them." >&2; \
	fi

# So are those that sign in by a real OpenID provider.
$(PROVIDER): tests/accounts/oidc/server/package-lock.json
	@if command -v npm >/dev/null; then \
		cd tests/accounts/oidc/server && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed; \
	else \
		echo "No Node.js: the tests that sign in by an OpenID provider are skipped." >&2; \
	fi

# So are those of the TypeScript client: tsc, Zod, TanStack Query and PostgREST's client check what is written.
$(TYPESCRIPT): tests/clients/typescript/package-lock.json
	@if command -v npm >/dev/null; then \
		cd tests/clients/typescript && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed; \
	else \
		echo "No Node.js: the tests of the TypeScript client are skipped." >&2; \
	fi

# So are those of the example front end, which `make storefront` can't do without.
$(STOREFRONT): examples/storefront/package-lock.json
	@if command -v npm >/dev/null; then \
		cd examples/storefront && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed; \
	else \
		echo "No Node.js: the example front end can't be built, and its tests are skipped." >&2; \
	fi

# So are those with react-admin (330 MB).
$(REACT_ADMIN): tests/front_end/react_admin/package-lock.json
	@if command -v npm >/dev/null; then \
		cd tests/front_end/react_admin && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.installed; \
	else \
		echo "No Node.js: the tests with react-admin are skipped." >&2; \
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
