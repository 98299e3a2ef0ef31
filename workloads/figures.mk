# make figures: run the article's programs and rewrite its figures and table under plots/.
#   make figures DEPTH=N    the number of slices (default: 500, as in the article); the results go to target/plots
#   make figures PLOTS=DIR  the directory for the results (default: plots at full size)
# The root Makefile includes this file after hdf5.mk.

FIGURES_TARGET = $(or $(CARGO_TARGET_DIR),target)
# A quick look is built quickly, and does not overwrite the committed results of the full size.
FIGURES_PROFILE = $(if $(DEPTH),quick,release)
PLOTS ?= $(if $(DEPTH),$(FIGURES_TARGET)/plots,plots)

.PHONY: figures
figures: $(CMAKE_STAMP) ## Rewrite the article's figures and table under plots/; DEPTH=N for fewer slices
	$(call building,rprof and the programs of the article with libhdf5)
	$(WORKLOADS_CARGO) build --profile $(FIGURES_PROFILE) --workspace --bins
	'$(FIGURES_TARGET)/$(FIGURES_PROFILE)/figures' --rprof '$(FIGURES_TARGET)/$(FIGURES_PROFILE)/rprof' \
		--plots '$(PLOTS)' --scratch '$(FIGURES_TARGET)' $(if $(DEPTH),--depth $(DEPTH))
