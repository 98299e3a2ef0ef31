# The wheel: the binary and the Python module in one. Tools stay under .tools/, the wheel under dist/. Nothing is uploaded.
# For older Linux systems than this one, with ziglang installed beside maturin:
#   make wheel WHEEL_ARGS='--release --zig --compatibility manylinux2014'

WHEEL_TOOLS := $(CURDIR)/.tools/wheel
WHEEL_ARGS ?= --release

.PHONY: wheel test-wheel wheel-mac

wheel: .tools/wheel/ok ## dist/rprof-*.whl: the binary and the Python module, for pip install
	@rm -rf dist
	PATH="$(WHEEL_TOOLS)/bin:$$PATH" $(WHEEL_TOOLS)/bin/maturin build $(WHEEL_ARGS) --out dist

test-wheel: wheel ## the wheel installed in a fresh venv, and a script run with it
	PYTHON='$(PYTHON)' python/test_wheel.sh dist/rprof-*.whl

wheel-mac: .tools/wheel/ok ## the same for macOS, arm64 and x86_64, linked with zig where this is no Mac
	python/wheel_mac.sh '$(WHEEL_TOOLS)' dist

.tools/wheel/ok:
	@mkdir -p .tools
	'$(PYTHON)' -m venv .tools/wheel
	.tools/wheel/bin/pip install --quiet --disable-pip-version-check 'maturin>=1.9,<2'
	@touch $@
