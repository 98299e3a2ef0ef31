# make bench: measure rprof and its peers and rewrite benches/RESULTS.md. Each section is also kept in benches/results/.
#   make bench QUICK=1          fewer and shorter runs, as a check that everything works; writes target/bench/RESULTS.md
#   make bench ONLY=reading     only the measurements with this text in their name; the other sections stay as they are
#   make bench RPROF=PATH       measure an rprof that is built already; writes target/bench/RESULTS.md
#   make bench ONLY=spans BENCH_PYTHON=python3.9    the cost of `profile` to a script of that Python: time and memory
# make bench-mark: print the cost of each rprof-mark call in a Rust program that does not run under rprof.
# make compare-numpy: run the article's programs in Python and in Rust in turn and rewrite benches/NUMPY.md.
#   make compare-numpy DEPTH=N  the number of slices (default: 100)
#   make compare-numpy PAIRS=N  the number of runs of each program (default: 5)

BENCH_PYTHON ?= python3
BENCH_BUILT := $(or $(CARGO_TARGET_DIR),target)/release
BENCH_RPROF := $(or $(RPROF),$(BENCH_BUILT)/rprof)
BENCH_SCRATCH := $(or $(CARGO_TARGET_DIR),target)/bench
# A check that everything works, or another program, changes no document.
BENCH_PLACE := $(if $(QUICK)$(RPROF),$(BENCH_SCRATCH),benches)
BENCH_RUN := PYTHONPATH=benches $(BENCH_PYTHON) -B -m

.PHONY: bench bench-build bench-mark compare-numpy

bench: bench-build ## Measure rprof and its peers, an hour; rewrites benches/RESULTS.md
	$(if $(RPROF)$(QUICK),,$(MAKE) static)
	@mkdir -p '$(BENCH_SCRATCH)'
	$(BENCH_RUN) bench --rprof '$(BENCH_RPROF)' --long '$(BENCH_BUILT)/examples/long' --tools .tools --scratch '$(BENCH_SCRATCH)' \
		--results '$(BENCH_PLACE)/RESULTS.md' --kept '$(BENCH_PLACE)/results' \
		$(if $(QUICK),--quick) $(if $(ONLY),--only '$(ONLY)')

bench-build:
	cargo build --release -p rprof-trace --example long
	$(if $(RPROF),,cargo build --release)

bench-mark: ## Measure the calls of rprof-mark without rprof
	env -u RPROF_TRACE cargo bench -p rprof-mark --bench idle

compare-numpy: bench-build $(CMAKE_STAMP) ## Measure the article's programs in Python and Rust; rewrites benches/NUMPY.md
	@mkdir -p '$(BENCH_SCRATCH)'
	$(if $(WORKLOADS),,$(WORKLOADS_CARGO) build --release -p rprof-workloads)
	$(BENCH_RUN) against_numpy --rprof '$(BENCH_RPROF)' --workloads '$(or $(WORKLOADS),$(BENCH_BUILT))' \
		--tools .tools --scratch '$(BENCH_SCRATCH)' --results benches/NUMPY.md \
		$(if $(DEPTH),--depth $(DEPTH)) $(if $(PAIRS),--pairs $(PAIRS))
