# A cmake new enough to build libhdf5, for a root Makefile to include.
#   $(CMAKE_STAMP)  the target to depend on: a link to the machine's cmake or to one in a venv under .tools/
#   $(WORKLOADS_CARGO)  cargo as every build, test and lint of the workloads calls it, so that libhdf5 is built once:
#                   with that cmake, and without link-time optimisation, which is for rprof's one binary
# e.g.  workloads: $(CMAKE_STAMP) ; $(WORKLOADS_CARGO) build --release -p rprof-workloads

PYTHON ?= python3
# What libhdf5 2.x asks for in its CMakeLists.txt.
CMAKE_MINIMUM := 3.26

CMAKE_PATH := $(CURDIR)/.tools/bin
WORKLOADS_CARGO = PATH="$(CMAKE_PATH):$$PATH" CARGO_PROFILE_RELEASE_LTO=off cargo
CMAKE_VENV := $(CURDIR)/.tools/cmake
# A link, not an empty file: when the cmake behind it goes away, make sees a missing file and looks again.
CMAKE_STAMP := .tools/bin/cmake

$(CMAKE_STAMP):
	@mkdir -p '$(@D)'
	@rm -f '$@'
	@found=$$(command -v cmake || true); \
	version=$$("$${found:-false}" --version 2>/dev/null | sed -n 's/^cmake version //p'); \
	if [ -n "$$version" ] && \
	   printf '%s\n' '$(CMAKE_MINIMUM)' "$$version" | sort -C -t. -k1,1n -k2,2n; then \
		echo "cmake $$version ($$found) will build libhdf5"; \
	else \
		echo "cmake: have $${version:-none}, libhdf5 needs $(CMAKE_MINIMUM); installing one under .tools/"; \
		'$(PYTHON)' -m venv '$(CMAKE_VENV)' && \
		'$(CMAKE_VENV)/bin/pip' install --quiet --disable-pip-version-check 'cmake>=$(CMAKE_MINIMUM)' || \
		{ echo "cmake: cannot install it with $(PYTHON) -m venv and pip; install cmake $(CMAKE_MINIMUM) or newer yourself" >&2; exit 1; }; \
		found='$(CMAKE_VENV)/bin/cmake'; \
	fi; \
	ln -s "$$found" '$@'
