# Fuzzing with libFuzzer on a stable toolchain. FUZZ_SECONDS=600 make fuzz takes ten minutes for each target.

FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= reader index plot convert imports exports values proc
# The pass that cargo-fuzz uses too; it needs no nightly toolchain, only the sanitizers do.
FUZZ_FLAGS = -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
	-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing
FUZZ_DIR = $(TARGET)/fuzz
HOST := $(shell rustc -vV | sed -n 's/^host: //p')

.PHONY: fuzz

fuzz: ## Fuzz each parser for a minute; FUZZ_SECONDS=600 for ten
	cd fuzz && RUSTFLAGS='$(FUZZ_FLAGS)' $(CARGO) build --release --target $(HOST) --target-dir '$(FUZZ_DIR)'
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p '$(FUZZ_DIR)'/corpus/$$target '$(FUZZ_DIR)'/found && \
		echo "fuzz $$target: $(FUZZ_SECONDS) s" && \
		RPROF_FUZZ=$$target '$(FUZZ_DIR)'/$(HOST)/release/fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=20 \
			-rss_limit_mb=1024 -max_len=65536 -dict=fuzz/dictionary -print_final_stats=1 -verbosity=0 \
			-artifact_prefix='$(FUZZ_DIR)'/found/$$target- '$(FUZZ_DIR)'/corpus/$$target \
			$$(ls -d fuzz/corpus/$$target tests/data tests/data/exchange 2>/dev/null) \
			> '$(FUZZ_DIR)'/$$target.log 2>&1 || { tail -40 '$(FUZZ_DIR)'/$$target.log; exit 1; }; \
		grep -E 'number_of_executed_units|new_units_added|peak_rss' '$(FUZZ_DIR)'/$$target.log; \
	done
