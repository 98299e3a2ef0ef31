# A cmake that is new enough to build libhdf5. The root Makefile includes this file.
#   $(CMAKE_STAMP)      the target to depend on: a link to the machine's cmake, or to one in a venv under .tools/
#   $(QUICK_CARGO)      the cargo command for what needs libhdf5, with that cmake. With `--profile quick`, libhdf5 is built
#                       once for builds, tests and lints, with the flags of hdf5.cmake.
#   $(WORKLOADS_CARGO)  the same for a release of the workloads, without link-time optimisation and with the names that
#                       their flame graphs show
# Example:  workloads: $(CMAKE_STAMP) ; $(QUICK_CARGO) build --profile quick -p rprof-workloads

PYTHON ?= python3
# The minimum version in the CMakeLists.txt of libhdf5 2.x.
CMAKE_MINIMUM := 3.26

CMAKE_PATH := $(CURDIR)/.tools/bin
QUICK_CARGO = PATH="$(CMAKE_PATH):$$PATH" CMAKE_TOOLCHAIN_FILE='$(CURDIR)/workloads/hdf5.cmake' $(CARGO)
WORKLOADS_CARGO = CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_STRIP=none $(QUICK_CARGO)
CMAKE_VENV := $(CURDIR)/.tools/cmake
# The stamp is a link, not an empty file: if its cmake is removed, make sees a missing file and searches again.
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
		echo "cmake: found $${version:-none}, but libhdf5 needs $(CMAKE_MINIMUM); installing it under .tools/"; \
		'$(PYTHON)' -m venv '$(CMAKE_VENV)' && \
		'$(CMAKE_VENV)/bin/pip' install --quiet --disable-pip-version-check 'cmake>=$(CMAKE_MINIMUM)' || \
		{ echo "cmake: $(PYTHON) -m venv and pip cannot install it; install cmake $(CMAKE_MINIMUM) or newer by hand" >&2; exit 1; }; \
		found='$(CMAKE_VENV)/bin/cmake'; \
	fi; \
	ln -s "$$found" '$@'
