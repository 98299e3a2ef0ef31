# make test-page: open pages of `rprof plot` in a headless Chromium. It needs node and npm, which fetches playwright-core,
# and a Chromium or Chrome (CHROMIUM=PATH for another one). Without one of them the tests are skipped with the reason.
#   make test-page RPROF=PATH    test an rprof that is built already
# make update-uplot UPLOT=1.6.32: replace the chart library of the page by another version from npm.

NODE ?= node
NPM ?= npm
PLAYWRIGHT := 1.65.1
PAGE_TOOLS := $(CURDIR)/.tools/page

.PHONY: test-page page-tools update-uplot

test-page: page-tools ## Open pages in a headless Chromium: draws, zooms, hovers, filters, downloads
	$(if $(RPROF),,$(CARGO) build --profile quick -p rprof-cli --bin rprof)
	RPROF='$(or $(RPROF),$(TARGET)/quick/rprof)' PAGE_TOOLS='$(PAGE_TOOLS)' PYTHON='$(PYTHON)' tests/page/run.sh

page-tools:
	@test -d '$(PAGE_TOOLS)/$(PLAYWRIGHT)' || { mkdir -p '$(PAGE_TOOLS)' && \
		$(NPM) install --silent --no-save --prefix '$(PAGE_TOOLS)' playwright-core@$(PLAYWRIGHT) >/dev/null 2>&1 && \
		mkdir '$(PAGE_TOOLS)/$(PLAYWRIGHT)'; } || true

update-uplot: ## Replace uPlot, the chart library of the page, by another version: UPLOT=1.6.32
	scripts/update-uplot.sh '$(UPLOT)'
