# The Python wheel: the rprof binary and the Python module in one package. The tools are installed under .tools/, the
# wheel is written to dist/, and nothing is uploaded.
# On Linux the binary is the static one of `make static`, so that one wheel serves every Linux that pip knows: those with
# glibc 2.17 (2012) or later, and those with musl.

WHEEL_TOOLS := $(CURDIR)/.tools/wheel
WHEEL_ARGS ?= --profile $(DIST_PROFILE) $(if $(filter Linux,$(shell uname)),--target $(STATIC_TARGET))
WHEEL_ARCH := $(shell uname -m)
WHEEL_TAGS := manylinux_2_17_$(WHEEL_ARCH) manylinux2014_$(WHEEL_ARCH) musllinux_1_1_$(WHEEL_ARCH)

.PHONY: wheel test-wheel wheel-mac

wheel: .tools/wheel/ok ## Build the Python wheel, dist/rprof-*.whl (binary and module)
	@rm -f dist/rprof-*.whl
	$(if $(filter Linux,$(shell uname)),rustup target add $(STATIC_TARGET))
	PATH="$(WHEEL_TOOLS)/bin:$$PATH" $(WHEEL_TOOLS)/bin/maturin build $(WHEEL_ARGS) --out dist
	$(if $(filter Linux,$(shell uname)),'$(PYTHON)' packaging/wheel_tags.py dist/rprof-*.whl $(WHEEL_TAGS))

test-wheel: wheel ## Install the wheel in a fresh venv and run a script with it
	PYTHON='$(PYTHON)' python/test_wheel.sh dist/rprof-*.whl

wheel-mac: .tools/wheel/ok ## Build the wheels for macOS, arm64 and x86_64
	python/wheel_mac.sh '$(WHEEL_TOOLS)' dist

.tools/wheel/ok:
	@mkdir -p .tools
	'$(PYTHON)' -m venv .tools/wheel
	.tools/wheel/bin/pip install --quiet --disable-pip-version-check 'maturin>=1.9,<2'
	@touch $@
