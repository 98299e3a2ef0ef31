# Checks that need a tool of their own, which they install: the dependencies, and undefined behaviour.

MIRI := cargo +nightly miri

.PHONY: deny miri

deny: .tools/deny/bin/cargo-deny ## Check licences, known vulnerabilities and duplicates of the dependencies
	$< --manifest-path Cargo.toml check bans licenses sources
	@if $< --manifest-path Cargo.toml fetch db >/dev/null 2>&1; then set -x; $< --manifest-path Cargo.toml check advisories; \
	else echo "skipped: known vulnerabilities: cannot fetch https://github.com/RustSec/advisory-db" >&2; fi

.tools/deny/bin/cargo-deny:
	$(CARGO) install --locked --quiet --root .tools/deny cargo-deny@0.20.2

# The formats: they read bytes from outside, make no system calls, and an interpreter runs their tests in minutes.
miri: ## Interpret the tests of the formats with Miri, to find undefined behaviour; needs nightly Rust
	@if $(MIRI) --version >/dev/null 2>&1 || rustup component add miri --toolchain nightly >/dev/null 2>&1; \
	then set -x; MIRIFLAGS=-Zmiri-disable-isolation PROPTEST_CASES=4 \
		$(MIRI) test -p rprof-trace --lib --target-dir '$(TARGET)/miri' -- format::; \
	else echo "skipped: Miri is not installed and rustup cannot fetch it (rustup toolchain install nightly --component miri)" >&2; fi
