# make test-workflows: run the recipes of docs/workflows.md and docs/clusters.md under the workflow managers themselves.
#   make test-workflows WORKFLOWS="Snakemake Slurm"   only these
# They are installed under .tools/workflows/; root also installs Debian's packages. What cannot be installed is skipped.

WORKFLOWS ?=
WORKFLOW_PYTHON := .tools/workflows/bin/python

.PHONY: test-workflows

test-workflows: .tools/workflows/ok ## Run the recipes of docs/workflows.md and docs/clusters.md
	$(QUICK_CARGO) build --profile quick -p rprof-cli --bin rprof --example truth
	$(WORKFLOW_PYTHON) -B tests/workflows/run.py '$(TARGET)/quick/rprof' '$(TARGET)/quick/examples/truth' $(WORKFLOWS)

# Each on its own, so that one that does not install leaves the others.
.tools/workflows/ok: tests/workflows/recipes.mk
	$(PYTHON) -m venv .tools/workflows
	-.tools/workflows/bin/pip install --quiet --disable-pip-version-check 'snakemake==9.*'
	-.tools/workflows/bin/pip install --quiet --disable-pip-version-check cwltool
	-.tools/workflows/bin/pip install --quiet --disable-pip-version-check 'dask[distributed]'
	-.tools/workflows/bin/pip install --quiet --disable-pip-version-check ray
	-.tools/workflows/bin/pip install --quiet --disable-pip-version-check nextflow
	-test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null || \
		for package in openmpi-bin mpich python3-torch parallel 'slurmctld slurmd slurm-client munge'; do \
			apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 $$package >/dev/null; done
	touch $@
