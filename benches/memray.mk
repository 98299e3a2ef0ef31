# make compare-memray: run the example programs of memray under rprof and memray and rewrite benches/MEMRAY.md. It needs
# Linux, Python 3.12 or newer, and access to memray's repository.
#   make compare-memray RPROF=…               use an rprof that is built already
#   make compare-memray MEMRAY_REPOSITORY=…   a clone of memray with the tag v1.20.0
#   make compare-memray ROUNDS=1              the runs under each tool (default: 3); the table has the median
#   make compare-memray ONLY=sqlite           only the programs with this text in their name; writes nothing
#   RPROF_PYTHON312=PATH                      the Python to use, if the first suitable one in PATH is not right

MEMRAY_REPOSITORY ?= https://github.com/bloomberg/memray
MEMRAY_SCRATCH := $(or $(CARGO_TARGET_DIR),target)/compare-memray

.PHONY: compare-memray

compare-memray: ## Compare `rprof where` with memray on memray's example programs; rewrites benches/MEMRAY.md
	$(if $(RPROF),,$(CARGO) build --release -p rprof-cli --bin rprof)
	@mkdir -p '$(MEMRAY_SCRATCH)'
	PYTHONPATH=benches $(COMPARE_PYTHON) -B -m against_memray --rprof '$(or $(RPROF),$(COMPARE_BUILT)/rprof)' --tools .tools \
		--scratch '$(MEMRAY_SCRATCH)' --results benches/MEMRAY.md --repository '$(MEMRAY_REPOSITORY)' --rounds $(ROUNDS) \
		$(if $(ONLY),--only '$(ONLY)')
