# make bench: what is claimed of speed, measured against the peers in one run; benches/RESULTS.md is written anew.
#   make bench QUICK=1          shorter runs and fewer of them, to see that it works; to target/bench/RESULTS.md
#   make bench ONLY=reading     only rows with that in their name; likewise
#   make bench RPROF=PATH       with an rprof that is built already
#   make bench ONLY=spans BENCH_PYTHON=python3.9     what `profile` costs a script of that Python, at its start and in memory
# make bench-mark: what rprof-mark costs a Rust program that does not run under rprof, a call at a time; to the terminal.
# make compare-numpy: the article's programs in Python and ours, in turn; benches/NUMPY.md is written anew.
#   make compare-numpy DEPTH=N  slices (100 else); PAIRS=N runs of each (5 else)

BENCH_PYTHON ?= python3
BENCH_BUILT := $(or $(CARGO_TARGET_DIR),target)/release
BENCH_RPROF := $(or $(RPROF),$(BENCH_BUILT)/rprof)
BENCH_SCRATCH := $(or $(CARGO_TARGET_DIR),target)/bench
BENCH_RUN := PYTHONPATH=benches $(BENCH_PYTHON) -B -m

.PHONY: bench bench-build bench-mark compare-numpy

bench: bench-build
	$(if $(RPROF)$(QUICK)$(ONLY),,$(MAKE) static)
	@mkdir -p '$(BENCH_SCRATCH)'
	$(BENCH_RUN) bench --rprof '$(BENCH_RPROF)' --long '$(BENCH_BUILT)/examples/long' --tools .tools --scratch '$(BENCH_SCRATCH)' \
		--results $(if $(QUICK)$(ONLY),'$(BENCH_SCRATCH)/RESULTS.md',benches/RESULTS.md) \
		$(if $(QUICK),--quick) $(if $(ONLY),--only '$(ONLY)')

bench-build:
	cargo build --release -p rprof-trace --example long
	$(if $(RPROF),,cargo build --release)

bench-mark:
	env -u RPROF_TRACE cargo bench -p rprof-mark --bench idle

compare-numpy: bench-build $(CMAKE_STAMP)
	@mkdir -p '$(BENCH_SCRATCH)'
	$(if $(WORKLOADS),,$(WORKLOADS_CARGO) build --release -p rprof-workloads)
	$(BENCH_RUN) against_numpy --rprof '$(BENCH_RPROF)' --workloads '$(or $(WORKLOADS),$(BENCH_BUILT))' \
		--tools .tools --scratch '$(BENCH_SCRATCH)' --results benches/NUMPY.md \
		$(if $(DEPTH),--depth $(DEPTH)) $(if $(PAIRS),--pairs $(PAIRS))
