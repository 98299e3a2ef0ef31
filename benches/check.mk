# make check-memory: run programs of rprof under rprof, and compare their memory with benches/baseline.json. Then make each
#   of them use more, to prove that this is refused. The builds are those of `make test`.
#   make check-memory SAVE=1       write benches/baseline.json anew
# make check-noise: 100 rounds with real runs: a rise of 6 % is found, noise of 2 % is not.
#   make check-noise NOISE_ROUNDS=10
# make check-ranks: sum 10,000 traces of an hour, in bounded memory, in less than a minute of two cores.
#   make check-ranks RANKS=1000

NOISE_ROUNDS ?= 100
RANKS ?= 10000

.PHONY: check-memory check-noise check-ranks

check-memory: $(CMAKE_STAMP) ## Compare the memory of rprof's own programs with benches/baseline.json
	$(QUICK_CARGO) build --profile quick --workspace --bins --examples
	benches/check-memory.sh '$(TARGET)/quick' benches/baseline.json $(if $(SAVE),save)

check-noise: $(CMAKE_STAMP) ## Find a rise of 6 % in real runs, and no noise of 2 %, in 100 rounds
	RPROF_NOISE_ROUNDS=$(NOISE_ROUNDS) $(QUICK_CARGO) test --profile quick --workspace --test end_to_end noise -- --nocapture

check-ranks: ## Sum 10,000 traces of an hour: bounded memory, less than a minute of two cores
	$(CARGO) build --release -p rprof-cli --bin rprof
	$(CARGO) build --release -p rprof-trace --example ranks
	benches/check-ranks.sh '$(TARGET)/release/rprof' '$(TARGET)/release/examples/ranks' $(RANKS)
