# make figures: run the article's programs and rewrite its figures and table under plots/.
#   make figures DEPTH=N    the number of slices (default: 500, as in the article); the results go to target/plots
#   make figures PLOTS=DIR  the directory for the results (default: plots at full size)
# make flames records the programs of the article again, with a Python one, and draws their flame graphs.
#   make flames DEPTH=N     the number of slices (default: 100); the results go to target/plots
# make redraw draws the figures for paper, slide and README again, and make gallery the views of traces in plots/gallery/.
# Both read traces that are there already, and run none of the programs.
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
	$(call publish,$(FIGURES_TARGET)/$(FIGURES_PROFILE)/rprof)
	$(flame_graphs)

# Shares of memory need no array of the full size.
define flame_graphs
	PYTHONPATH=benches $(PYTHON) -B scripts/flames.py --rprof '$(FIGURES_TARGET)/$(FIGURES_PROFILE)/rprof' \
		--workloads '$(FIGURES_TARGET)/$(FIGURES_PROFILE)' --plots '$(PLOTS)' --scratch '$(FIGURES_TARGET)' \
		--tools .tools --depth $(or $(DEPTH),100)
endef

.PHONY: flames
flames: $(CMAKE_STAMP) ## Record the article's programs with --where and draw their flame graphs under plots/
	$(call building,rprof and the programs of the article with libhdf5)
	$(WORKLOADS_CARGO) build --profile $(FIGURES_PROFILE) --workspace --bins
	$(flame_graphs)

# The article's figure for a column of a paper, for a slide and for a README, drawn by this rprof from the traces there.
# A title belongs on a slide; the caption of a paper and the text of a README have their own.
ARTICLE = basic.dat float32.dat hdf5.dat memmap.dat zarr.dat
define publish
	cd '$(PLOTS)' && '$(abspath $(1))' plot --force --size column --theme print $(ARTICLE) -o column.pdf
	cd '$(PLOTS)' && '$(abspath $(1))' plot --force --size slide --theme dark \
		--title 'Filling an array slice by slice: in memory, in a mapped file, in HDF5, in zarr' $(ARTICLE) -o slide.png
	cd '$(PLOTS)' && '$(abspath $(1))' plot --force --size readme $(ARTICLE) -o readme.svg
endef

.PHONY: redraw gallery
redraw: ## Draw the article's figures for paper, slide and README again from the traces in plots/
	$(CARGO) build --profile quick -p rprof-cli --bin rprof
	$(call publish,$(FIGURES_TARGET)/quick/rprof)

gallery: ## Draw every view of the traces in plots/gallery/, and write plots/gallery.md
	$(CARGO) build --profile quick -p rprof-cli --bin rprof
	$(PYTHON) -B scripts/gallery.py '$(FIGURES_TARGET)/quick/rprof' plots
