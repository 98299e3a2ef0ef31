# All targets of the project; `make help` lists them. A fresh machine needs rustc, cargo, a C compiler, make and python3.
# Tests, lints and figures share the profile `quick`, so that each dependency is built once for all of them.

CARGO ?= cargo
PYTHON ?= python3

.DEFAULT_GOAL := help

include workloads/hdf5.mk workloads/figures.mk benches/compare.mk benches/bench.mk benches/memray.mk benches/check.mk python/wheel.mk \
	python/test.mk fuzz/fuzz.mk scripts/faults.mk scripts/soak.mk scripts/checks.mk tests/page/page.mk tests/workflows/recipes.mk \
	packaging/dist.mk

.PHONY: help build static test test-vm lint api msrv bless check-mac package peers

# A group of the list: its title, and for each target the text after `##` on the target's line.
list = printf '%s\n' '$(1):'; for target in $(2); do sed -n "s/^$$target:.*\#\# /  make $$target\t/p" $(MAKEFILE_LIST); done | expand -t 23

help: ## Show this list
	@$(call list,Start here,build test figures flames redraw gallery help)
	@$(call list,Before a commit,lint test-python test-page check-mac check-memory test-vm test-workflows msrv bless api deny miri fuzz faults soak)
	@$(call list,Measurements,bench bench-mark check-noise check-ranks compare compare-real compare-memray compare-numpy)
	@$(call list,Packages,dist test-dist static wheel test-wheel wheel-mac package book)
	@$(call list,Set-up,peers update-uplot)

build: ## Build the release binary, target/release/rprof
	$(CARGO) build --release

# The directory of the built programs, absolute.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))

# Prints what a step builds: the first build takes minutes.
building = @echo "building $(1); the first time, this takes some minutes" >&2

# The static binary runs on every Linux with the same processor architecture, with any C library.
STATIC_TARGET := $(shell uname -m)-unknown-linux-musl
# At a fixed address, as the binary for glibc (build.rs): no table of relocations, half a megabyte less.
export CARGO_TARGET_$(shell uname -m | tr a-z A-Z)_UNKNOWN_LINUX_MUSL_RUSTFLAGS := -C relocation-model=static

static: ## Build a static binary, target/*-linux-musl/release/rprof
	rustup target add $(STATIC_TARGET)
	$(CARGO) build --profile $(DIST_PROFILE) --target $(STATIC_TARGET) -p rprof-cli --bin rprof

test: $(CMAKE_STAMP) ## Run all tests
	$(call building,all crates and their tests)
	@# The Python tools are installed meanwhile.
	$(MAKE) --no-print-directory peers & tools=$$!; \
		$(TEST_CARGO) --workspace --no-run; built=$$?; wait $$tools && exit $$built
	RPROF_PYTHON="$(PEERS_PYTHON)" $(PYTHON) -B scripts/test.py \
		$(TEST_CARGO) --workspace -- $(TEST_CARGO) -p rprof-mark --all-features

TEST_CARGO = env $(QUICK_CARGO) test --profile quick --no-fail-fast

# The end-to-end tests that do not depend on the speed of the machine: the virtual one is slow. `VM_TESTS=` runs all.
VM_TESTS ?= attach:: limits:: permissions:: origins::a_refusal origins::a_paranoid_kernel

test-vm: $(CMAKE_STAMP) ## Test control groups, users and hidepid in a virtual machine with Debian's kernel (root)
	$(QUICK_CARGO) build --profile quick --workspace --bin rprof --example truth
	scripts/vm.sh $(PYTHON) '$(CURDIR)/scripts/vm_tests.py' '$(TARGET)/quick/rprof' '$(TARGET)/quick/examples/truth'
	VM_SECONDS=2700 scripts/vm.sh $(PYTHON) '$(CURDIR)/scripts/survive.py' '$(TARGET)/quick/rprof' '$(TARGET)/quick/examples/truth' 17
	VM_SECONDS=5400 scripts/vm.sh env RPROF_PYTHON='$(PEERS_PYTHON)' '$(CURDIR)/scripts/vm_suite.sh' \
		"$$($(QUICK_CARGO) test --profile quick --workspace --test end_to_end --no-run --message-format=json | \
		sed -n 's/.*"end_to_end".*"executable":"\([^"]*\)".*/\1/p')" $(VM_TESTS)

lint: $(CMAKE_STAMP) ## Check the formatting, run clippy and rustdoc; a warning is an error
	$(CARGO) fmt --all --check
	$(QUICK_CARGO) clippy --profile quick --workspace --all-targets -- -D warnings
	$(QUICK_CARGO) clippy --profile quick -p rprof-mark --all-features --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --all-features
	@$(foreach crate,$(LIBRARIES),$(PYTHON) scripts/public_api.py '$(TARGET)/doc' rprof-$(crate) | \
		diff -u crates/rprof-$(crate)/public-api.txt - || \
		{ echo 'the interface of rprof-$(crate) has changed; `make api` rewrites public-api.txt' >&2; exit 1; };)

# The libraries that other programs link.
LIBRARIES := trace sample plot

api: ## Rewrite crates/*/public-api.txt, the interface of the libraries for other programs
	$(CARGO) doc --no-deps --all-features $(LIBRARIES:%=-p rprof-%)
	@$(foreach crate,$(LIBRARIES),$(PYTHON) scripts/public_api.py '$(TARGET)/doc' rprof-$(crate) > crates/rprof-$(crate)/public-api.txt;)

# The oldest Rust that Cargo.toml allows. It has its own target directory, so that other builds stay valid.
MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

msrv: ## Type-check with the oldest Rust that Cargo.toml allows
	@if rustup run $(MSRV) cargo --version >/dev/null 2>&1 || \
	    rustup toolchain install $(MSRV) --profile minimal --no-self-update >/dev/null 2>&1; \
	then set -x; rustup run $(MSRV) cargo check --all-targets --target-dir '$(or $(CARGO_TARGET_DIR),target)/msrv'; \
	else echo "skipped: Rust $(MSRV) is not installed and rustup cannot fetch it (rustup toolchain install $(MSRV))" >&2; fi

bless: ## Rewrite the golden figures and screens; inspect them before you commit
	RPROF_BLESS=1 $(CARGO) test -p rprof-plot -p rprof-watch

check-mac: ## Type-check and link for macOS, and for systems without a sampler
	scripts/check-mac.sh

# Cargo keeps what it unpacks by name and version, and would build the archives of an earlier commit again.
PACKED := $(foreach crate,mark trace plot sample exchange findings watch where cli,$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/-*/rprof-$(crate)-*)

package: ## Pack each crate for a registry and build it from the archive, under target/package/
	rm -rf $(PACKED) '$(TARGET)'/debug/.fingerprint/rprof-*
	$(CARGO) package --workspace --exclude rprof-workloads --allow-dirty

# Some tests compare results with mprof, NumPy, h5py and zarr, read exports with pandas and polars, or read reports with
# what CI servers use. Without this Python they are skipped with a message.
PEERS_PYTHON := $(CURDIR)/.tools/peers/bin/python
# Python compiles what it imports; most of these packages it never does.
PIP_OPTIONS := --quiet --disable-pip-version-check --no-compile

peers: .tools/peers/ok ## Install a Python with mprof, h5py, pytest, pandas and others under .tools/, for the tests

.tools/peers/ok:
	@mkdir -p .tools
	@if '$(PYTHON)' -m venv .tools/peers && \
	    .tools/peers/bin/pip install $(PIP_OPTIONS) memory_profiler==0.61.0 setuptools matplotlib h5py zarr prometheus_client \
	        junitparser xmlschema PyYAML pytest; \
	then touch $@; \
	else echo "skipped: $(PYTHON) cannot install memory_profiler, h5py, pytest and others; their tests are skipped" >&2; fi
	@# Readers of exports, on their own: not every Python has them.
	-@.tools/peers/bin/pip install $(PIP_OPTIONS) pandas polars
