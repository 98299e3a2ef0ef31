# make check-memory: run programs of rprof under rprof, and compare their memory with benches/baseline.json. Then make each
#   of them use more, to prove that this is refused. The builds are those of `make test`.
#   make check-memory SAVE=1       write benches/baseline.json anew
# make check-noise: 100 rounds with real runs: a rise of 6 % is found, noise of 2 % is not.
#   make check-noise NOISE_ROUNDS=10
# make check-ranks: sum 10,000 traces of an hour, in bounded memory, in less than a minute of two cores.
#   make check-ranks RANKS=1000

NOISE_ROUNDS ?= 100
RANKS ?= 10000

.PHONY: check-memory check-noise check-ranks ci-tools

check-memory: $(CMAKE_STAMP) ## Compare the memory of rprof's own programs with benches/baseline.json
	$(QUICK_CARGO) build --profile quick --workspace --bins --examples
	benches/check-memory.sh '$(TARGET)/quick' benches/baseline.json $(if $(SAVE),save)

check-noise: $(CMAKE_STAMP) ## Find a rise of 6 % in real runs, and no noise of 2 %, in 100 rounds
	RPROF_NOISE_ROUNDS=$(NOISE_ROUNDS) $(QUICK_CARGO) test --profile quick --workspace --test end_to_end noise -- --nocapture

check-ranks: ## Sum 10,000 traces of an hour: bounded memory, less than a minute of two cores
	$(CARGO) build --release -p rprof-cli --bin rprof
	$(CARGO) build --release -p rprof-trace --example ranks
	benches/check-ranks.sh '$(TARGET)/release/rprof' '$(TARGET)/release/examples/ranks' $(RANKS)

# The consumers of our reports, for the tests: a parser of JUnit, the schema of Jenkins' plugin (in the source of pytest),
# and a reader of YAML. Without this Python those tests are skipped with a message.
ci-tools: .tools/ci/ok ## Install a Python with parsers of CI servers under .tools/, for the tests

PYTEST_SOURCE := pytest==8.4.2
define EXTRACT_SCHEMA
import glob, tarfile
archive = tarfile.open(glob.glob(".tools/ci/source/*.tar.gz")[0])
name, = (name for name in archive.getnames() if name.endswith("/testing/example_scripts/junit-10.xsd"))
open(".tools/ci/junit-10.xsd", "wb").write(archive.extractfile(name).read())
endef
export EXTRACT_SCHEMA

.tools/ci/ok:
	@mkdir -p .tools
	@if '$(PYTHON)' -m venv .tools/ci && \
	    .tools/ci/bin/pip install $(PIP_OPTIONS) junitparser xmlschema PyYAML pytest && \
	    .tools/ci/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary pytest \
	        --dest .tools/ci/source '$(PYTEST_SOURCE)' && \
	    .tools/ci/bin/python -c "$$EXTRACT_SCHEMA"; \
	then touch $@; \
	else echo "skipped: $(PYTHON) cannot install junitparser, xmlschema, PyYAML and pytest; the tests that need them are skipped" >&2; fi
