# The Python wheel: the rprof binary and the Python module in one package. The tools are installed under .tools/, the
# wheel is written to dist/, and nothing is uploaded.
# For Linux systems older than this one, with ziglang installed beside maturin:
#   make wheel WHEEL_ARGS='--release --zig --compatibility manylinux2014'

WHEEL_TOOLS := $(CURDIR)/.tools/wheel
WHEEL_ARGS ?= --release

.PHONY: wheel test-wheel wheel-mac

wheel: .tools/wheel/ok ## Build the Python wheel, dist/rprof-*.whl (binary and module)
	@rm -rf dist
	PATH="$(WHEEL_TOOLS)/bin:$$PATH" $(WHEEL_TOOLS)/bin/maturin build $(WHEEL_ARGS) --out dist

test-wheel: wheel ## Install the wheel in a fresh venv and run a script with it
	PYTHON='$(PYTHON)' python/test_wheel.sh dist/rprof-*.whl

wheel-mac: .tools/wheel/ok ## Build the wheels for macOS, arm64 and x86_64
	python/wheel_mac.sh '$(WHEEL_TOOLS)' dist

.tools/wheel/ok:
	@mkdir -p .tools
	'$(PYTHON)' -m venv .tools/wheel
	.tools/wheel/bin/pip install --quiet --disable-pip-version-check 'maturin>=1.9,<2'
	@touch $@
