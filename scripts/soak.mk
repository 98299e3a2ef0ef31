# make soak: rprof measures a tree whose processes come and go, at 1 kHz for an hour, while a second rprof measures the first.
#   make soak SOAK_SECONDS=60    a shorter run, as a check that everything works; changes no document

SOAK_SECONDS ?= 3600

.PHONY: soak

soak: ## Record a changing tree at 1 kHz for an hour; rewrites a section of docs/reliability.md and its figure
	$(CARGO) build --release
	$(CARGO) build --profile quick -p rprof-cli --example truth
	$(PYTHON) -B scripts/soak.py --rprof '$(TARGET)/release/rprof' --truth '$(TARGET)/quick/examples/truth' \
		--scratch '$(TARGET)' --seconds $(SOAK_SECONDS) \
		$(if $(filter 3600,$(SOAK_SECONDS)),--document docs/reliability.md --figure docs/soak.svg)
