# All targets of the project; `make help` lists them. A fresh machine needs rustc, cargo, a C compiler, make and python3.
# The workloads are always built in release, so that libhdf5 is built once for their tests, their lints and the figures.

CARGO ?= cargo
PYTHON ?= python3

.DEFAULT_GOAL := help

include workloads/hdf5.mk workloads/figures.mk benches/compare.mk benches/bench.mk python/wheel.mk

.PHONY: help build static test lint bless check-mac peers

# A group of the list: its title, and for each target the text after `##` on the target's line.
list = printf '%s\n' '$(1):'; for target in $(2); do sed -n "s/^$$target:.*\#\# /  make $$target\t/p" $(MAKEFILE_LIST); done | expand -t 23

help: ## Show this list
	@$(call list,Start here,build test figures help)
	@$(call list,Before a commit,lint check-mac bless)
	@$(call list,Measurements,bench bench-mark compare compare-numpy)
	@$(call list,Packages,static wheel test-wheel wheel-mac)
	@$(call list,Set-up,peers)

build: ## Build the release binary, target/release/rprof
	$(CARGO) build --release

# The static binary runs on every Linux with the same processor architecture, with any C library.
STATIC_TARGET := $(shell uname -m)-unknown-linux-musl

static: ## Build a static binary, target/*-linux-musl/release/rprof
	rustup target add $(STATIC_TARGET)
	$(CARGO) build --release --target $(STATIC_TARGET) -p rprof-cli --bin rprof

test: $(CMAKE_STAMP) peers ## Run all tests
	RPROF_PYTHON="$(PEERS_PYTHON)" $(CARGO) test
	$(CARGO) test -p rprof-mark --all-features
	RPROF_PYTHON="$(PEERS_PYTHON)" $(WORKLOADS_CARGO) test --release -p rprof-workloads

lint: $(CMAKE_STAMP) ## Check the formatting and run clippy; a warning is an error
	$(CARGO) fmt --all --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy -p rprof-mark --all-features --all-targets -- -D warnings
	$(WORKLOADS_CARGO) clippy --release -p rprof-workloads --all-targets -- -D warnings

bless: ## Rewrite the golden figures; inspect them before you commit
	RPROF_BLESS=1 $(CARGO) test -p rprof-plot

check-mac: ## Type-check and link for macOS, and for systems without a sampler
	scripts/check-mac.sh

# Some tests compare results with mprof, NumPy, h5py and zarr. Without this Python they are skipped with a message.
PEERS_PYTHON := $(CURDIR)/.tools/peers/bin/python

peers: .tools/peers/ok ## Install a Python with mprof, h5py and zarr under .tools/, for the tests

.tools/peers/ok:
	@mkdir -p .tools
	@if '$(PYTHON)' -m venv .tools/peers && \
	    .tools/peers/bin/pip install --quiet --disable-pip-version-check memory_profiler==0.61.0 setuptools matplotlib h5py zarr; \
	then touch $@; \
	else echo "skipped: $(PYTHON) cannot install memory_profiler, h5py and zarr; the tests that need them are skipped" >&2; fi
