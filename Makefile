# The workloads are always built in release: libhdf5 is then built once, for their tests, their lints and the figures.
# Every target the README and .ci/run name. A fresh machine needs rustc, cargo, a C compiler, make and python3.

CARGO ?= cargo
PYTHON ?= python3

.DEFAULT_GOAL := help

include workloads/hdf5.mk workloads/figures.mk benches/compare.mk benches/bench.mk python/wheel.mk

.PHONY: help build static test lint msrv bless check-mac package peers

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20
	@echo "  make figures      the article's figures and table, remade under plots/ (DEPTH=N for fewer slices)"
	@echo "  make bench        what is claimed of speed, against the peers: benches/RESULTS.md (half an hour)"
	@echo "  make compare-numpy  the article's programs in Python and ours, in turn: benches/NUMPY.md"
	@echo "  make compare      twelve hard cases under rprof and its peers: the table of docs/measuring.md"

build: ## target/release/rprof
	$(CARGO) build --release

# For any Linux of this processor, whatever its C library.
STATIC_TARGET := $(shell uname -m)-unknown-linux-musl

static: ## a fully static rprof, target/*-linux-musl/release/rprof
	rustup target add $(STATIC_TARGET)
	$(CARGO) build --release --target $(STATIC_TARGET) -p rprof-cli --bin rprof

test: $(CMAKE_STAMP) peers ## all tests, with mprof and h5py asked where python3 can have them
	RPROF_PYTHON="$(PEERS_PYTHON)" $(CARGO) test
	$(CARGO) test -p rprof-mark --all-features
	RPROF_PYTHON="$(PEERS_PYTHON)" $(WORKLOADS_CARGO) test --release -p rprof-workloads

lint: $(CMAKE_STAMP) ## formatting, clippy and rustdoc, warnings refused
	$(CARGO) fmt --all --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy -p rprof-mark --all-features --all-targets -- -D warnings
	$(WORKLOADS_CARGO) clippy --release -p rprof-workloads --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --all-features

# The oldest Rust that Cargo.toml promises. A target directory of its own, so that the usual build stays as it is.
MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

msrv: ## type-check with the oldest Rust that Cargo.toml allows
	@if rustup run $(MSRV) cargo --version >/dev/null 2>&1 || \
	    rustup toolchain install $(MSRV) --profile minimal --no-self-update >/dev/null 2>&1; \
	then set -x; rustup run $(MSRV) cargo check --all-targets --target-dir '$(or $(CARGO_TARGET_DIR),target)/msrv'; \
	else echo "skipped: Rust $(MSRV) is not installed and rustup cannot fetch it (rustup toolchain install $(MSRV))" >&2; fi

bless: ## rewrite the golden figures; look at them before you commit
	RPROF_BLESS=1 $(CARGO) test -p rprof-plot

check-mac: ## type-check and link for macOS, and for systems without a sampler
	scripts/check-mac.sh

package: ## every crate as a registry gets it, built from its archive under target/package/
	$(CARGO) package --workspace --exclude rprof-workloads --allow-dirty

# A Python with mprof, NumPy, h5py and zarr, for the tests that ask them. Without it those tests say aloud that they are skipped.
PEERS_PYTHON := $(CURDIR)/.tools/peers/bin/python

peers: .tools/peers/ok ## a Python with mprof, h5py and zarr, under .tools/

.tools/peers/ok:
	@mkdir -p .tools
	@if '$(PYTHON)' -m venv .tools/peers && \
	    .tools/peers/bin/pip install --quiet --disable-pip-version-check memory_profiler==0.61.0 setuptools matplotlib h5py zarr; \
	then touch $@; \
	else echo "skipped: $(PYTHON) cannot install memory_profiler, h5py and zarr; tests that ask them are skipped" >&2; fi
