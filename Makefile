# All targets of the project; `make help` lists them. A fresh machine needs rustc, cargo, a C compiler, make and python3.
# The workloads are always built in release, so that libhdf5 is built once for their tests, their lints and the figures.

CARGO ?= cargo
PYTHON ?= python3

.DEFAULT_GOAL := help

include workloads/hdf5.mk workloads/figures.mk benches/compare.mk benches/bench.mk benches/check.mk python/wheel.mk fuzz/fuzz.mk scripts/faults.mk

.PHONY: help build static test test-vm lint msrv bless check-mac package peers

# A group of the list: its title, and for each target the text after `##` on the target's line.
list = printf '%s\n' '$(1):'; for target in $(2); do sed -n "s/^$$target:.*\#\# /  make $$target\t/p" $(MAKEFILE_LIST); done | expand -t 23

help: ## Show this list
	@$(call list,Start here,build test figures help)
	@$(call list,Before a commit,lint check-mac check-memory test-vm msrv bless fuzz faults)
	@$(call list,Measurements,bench bench-mark check-noise compare compare-real compare-numpy)
	@$(call list,Packages,static wheel test-wheel wheel-mac package)
	@$(call list,Set-up,peers ci-tools)

build: ## Build the release binary, target/release/rprof
	$(CARGO) build --release

# The directory of the built programs, absolute.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))

# The static binary runs on every Linux with the same processor architecture, with any C library.
STATIC_TARGET := $(shell uname -m)-unknown-linux-musl

static: ## Build a static binary, target/*-linux-musl/release/rprof
	rustup target add $(STATIC_TARGET)
	$(CARGO) build --release --target $(STATIC_TARGET) -p rprof-cli --bin rprof

test: $(CMAKE_STAMP) peers ci-tools ## Run all tests
	RPROF_PYTHON="$(PEERS_PYTHON)" $(PYTHON) -B scripts/test.py $(CARGO) test --no-fail-fast \
		-- $(CARGO) test --no-fail-fast -p rprof-mark --all-features \
		-- env $(WORKLOADS_CARGO) test --no-fail-fast --release -p rprof-workloads

test-vm: ## Test control groups in a virtual machine with Debian's kernel (root)
	$(CARGO) build -p rprof-cli --bin rprof --example truth
	scripts/test-vm.sh '$(TARGET)/debug/rprof' '$(TARGET)/debug/examples/truth'

lint: $(CMAKE_STAMP) ## Check the formatting, run clippy and rustdoc; a warning is an error
	$(CARGO) fmt --all --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy -p rprof-mark --all-features --all-targets -- -D warnings
	$(WORKLOADS_CARGO) clippy --release -p rprof-workloads --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --all-features

# The oldest Rust that Cargo.toml allows. It has its own target directory, so that other builds stay valid.
MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

msrv: ## Type-check with the oldest Rust that Cargo.toml allows
	@if rustup run $(MSRV) cargo --version >/dev/null 2>&1 || \
	    rustup toolchain install $(MSRV) --profile minimal --no-self-update >/dev/null 2>&1; \
	then set -x; rustup run $(MSRV) cargo check --all-targets --target-dir '$(or $(CARGO_TARGET_DIR),target)/msrv'; \
	else echo "skipped: Rust $(MSRV) is not installed and rustup cannot fetch it (rustup toolchain install $(MSRV))" >&2; fi

bless: ## Rewrite the golden figures; inspect them before you commit
	RPROF_BLESS=1 $(CARGO) test -p rprof-plot

check-mac: ## Type-check and link for macOS, and for systems without a sampler
	scripts/check-mac.sh

# Cargo keeps what it unpacks by name and version, and would build the archives of an earlier commit again.
PACKED := $(foreach crate,mark trace plot sample exchange cli,$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/-*/rprof-$(crate)-*)

package: ## Pack each crate for a registry and build it from the archive, under target/package/
	rm -rf $(PACKED)
	$(CARGO) package --workspace --exclude rprof-workloads --allow-dirty

# Some tests compare results with mprof, NumPy, h5py and zarr. Without this Python they are skipped with a message.
PEERS_PYTHON := $(CURDIR)/.tools/peers/bin/python

peers: .tools/peers/ok ## Install a Python with mprof, h5py and zarr under .tools/, for the tests

.tools/peers/ok:
	@mkdir -p .tools
	@if '$(PYTHON)' -m venv .tools/peers && \
	    .tools/peers/bin/pip install --quiet --disable-pip-version-check memory_profiler==0.61.0 setuptools matplotlib h5py zarr prometheus_client; \
	then touch $@; \
	else echo "skipped: $(PYTHON) cannot install memory_profiler, h5py and zarr; the tests that need them are skipped" >&2; fi
