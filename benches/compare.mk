# make compare: run twelve hard cases under rprof and its peers and rewrite the table in docs/comparison.md.
#   make compare RPROF=… TRUTH=…   use programs that are built already
#   make compare SWARM=1000        the number of processes in the swarm (default: 200)
#   make compare ROUNDS=1          the runs of each case (default: 3); a tool is right only if all its runs are right

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

compare: compare-build compare-peers ## Run twelve hard cases under rprof and its peers; rewrites the table in docs/comparison.md
	PYTHONPATH=benches $(COMPARE_PYTHON) -B -m compare --rprof $(or $(RPROF),$(COMPARE_BUILT)/rprof) \
		--truth $(or $(TRUTH),$(COMPARE_BUILT)/examples/truth) \
		--peers $(PEERS) --swarm $(SWARM) --rounds $(ROUNDS) --document docs/comparison.md

compare-build:
	$(if $(RPROF),,cargo build --release -p rprof-cli --bin rprof)
	$(if $(TRUTH),,cargo build --release -p rprof-cli --example truth)

# A peer that cannot be installed does not stop the others. Its column shows that it is not installed.
compare-peers:
	-test -x $(PEERS)/python/bin/pip || $(COMPARE_PYTHON) -m venv $(PEERS)/python
	-$(PEERS)/python/bin/pip install --quiet $(MEMORY_PROFILER)
	-$(PEERS)/python/bin/pip install --quiet $(PSRECORD)
	-$(PEERS)/python/bin/pip install --quiet $(CON_DUCT)
	-$(PEERS)/denet/bin/denet --version 2>/dev/null | grep -qx 'denet $(DENET)' \
		|| cargo install denet --quiet --locked --version $(DENET) --root $(PEERS)/denet
	-command -v gtime >/dev/null || env time --version 2>&1 | grep -q GNU \
		|| { test "$$(id -u)" = 0 && apt-get install -y time; }

# make compare-real: run real programs under rprof and its peers, beside independent truths, and rewrite the tables in
# docs/comparison.md. Linux only. Root installs missing programs with apt-get; other users skip them.
#   make compare-real RPROF=…       use an rprof that is built already
#   make compare-real ROUNDS=3      the runs of each program under rprof (default: 1); the table has the worst of them
#   make compare-real ONLY=git      only the programs with this text in their name; prints the tables, writes nothing

REAL_SCRATCH := $(or $(CARGO_TARGET_DIR),target)/compare-real

.PHONY: compare-real compare-real-build

compare-real: ROUNDS := $(if $(filter file,$(origin ROUNDS)),1,$(ROUNDS))
compare-real: compare-real-build compare-peers ## Run real programs under rprof and its peers, 10 minutes; rewrites docs/comparison.md
	PYTHONPATH=benches $(COMPARE_PYTHON) -B -m real --rprof $(or $(RPROF),$(COMPARE_BUILT)/rprof) \
		--peers $(PEERS) --scratch $(REAL_SCRATCH) --document docs/comparison.md --rounds $(ROUNDS) \
		$(if $(ONLY),--only '$(ONLY)')

compare-real-build:
	$(if $(RPROF),,cargo build --release -p rprof-cli --bin rprof)
