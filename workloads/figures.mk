# `make figures`: the article's figures and table, remade under plots/. For a root Makefile to include, after hdf5.mk.
#   DEPTH=N    fewer slices than the article's 500
#   PLOTS=DIR  another place for the results

PLOTS ?= plots
FIGURES_TARGET = $(or $(CARGO_TARGET_DIR),target)

.PHONY: figures
figures: $(CMAKE_STAMP)
	cargo build --release
	$(WORKLOADS_CARGO) build --release -p rprof-workloads
	'$(FIGURES_TARGET)/release/figures' --rprof '$(FIGURES_TARGET)/release/rprof' \
		--plots '$(PLOTS)' --scratch '$(FIGURES_TARGET)' $(if $(DEPTH),--depth $(DEPTH))
