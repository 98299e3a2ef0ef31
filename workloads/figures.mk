# make figures: run the article's programs and rewrite its figures and table under plots/.
#   make figures DEPTH=N    the number of slices (default: 500, as in the article)
#   make figures PLOTS=DIR  the directory for the results (default: plots)
# The root Makefile includes this file after hdf5.mk.

PLOTS ?= plots
FIGURES_TARGET = $(or $(CARGO_TARGET_DIR),target)

.PHONY: figures
figures: $(CMAKE_STAMP) ## Rewrite the article's figures and table under plots/; DEPTH=N for fewer slices
	cargo build --release
	$(WORKLOADS_CARGO) build --release -p rprof-workloads
	'$(FIGURES_TARGET)/release/figures' --rprof '$(FIGURES_TARGET)/release/rprof' \
		--plots '$(PLOTS)' --scratch '$(FIGURES_TARGET)' $(if $(DEPTH),--depth $(DEPTH))
