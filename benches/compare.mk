# make compare: the twelve hard cases under rprof and its peers; the table in docs/measuring.md is written anew.
#   make compare RPROF=… TRUTH=…   with programs that are built already
#   make compare SWARM=1000        with a larger swarm (200 processes else)
#   make compare ROUNDS=1          each case once (three times else; a tool is right when it is right each time)

COMPARE_PYTHON ?= python3
COMPARE_BUILT := $(or $(CARGO_TARGET_DIR),target)/release
PEERS ?= .tools/compare
SWARM ?= 200
ROUNDS ?= 3

MEMORY_PROFILER := memory_profiler==0.61.0
PSRECORD := psrecord==1.4
CON_DUCT := con-duct==0.23.0
DENET := 0.10.3

.PHONY: compare compare-build compare-peers

compare: compare-build compare-peers
	PYTHONPATH=benches $(COMPARE_PYTHON) -B -m compare --rprof $(or $(RPROF),$(COMPARE_BUILT)/rprof) \
		--truth $(or $(TRUTH),$(COMPARE_BUILT)/examples/truth) \
		--peers $(PEERS) --swarm $(SWARM) --rounds $(ROUNDS) --document docs/measuring.md

compare-build:
	$(if $(RPROF),,cargo build --release -p rprof-cli --bin rprof)
	$(if $(TRUTH),,cargo build --release -p rprof-cli --example truth)

# A peer that cannot be had does not stop the others: its column says that it is not installed.
compare-peers:
	-test -x $(PEERS)/python/bin/pip || $(COMPARE_PYTHON) -m venv $(PEERS)/python
	-$(PEERS)/python/bin/pip install --quiet $(MEMORY_PROFILER)
	-$(PEERS)/python/bin/pip install --quiet $(PSRECORD)
	-$(PEERS)/python/bin/pip install --quiet $(CON_DUCT)
	-$(PEERS)/denet/bin/denet --version 2>/dev/null | grep -qx 'denet $(DENET)' \
		|| cargo install denet --quiet --locked --version $(DENET) --root $(PEERS)/denet
	-command -v gtime >/dev/null || env time --version 2>&1 | grep -q GNU \
		|| { test "$$(id -u)" = 0 && apt-get install -y time; }
