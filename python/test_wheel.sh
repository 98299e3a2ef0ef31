#!/usr/bin/env bash
# Installs a wheel in a fresh venv, without a package index, and runs a script under the installed rprof.
set -euo pipefail

wheel=$(realpath "$1")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
unset PYTHONPATH RPROF_TRACE
export XDG_CACHE_HOME=$place/cache

"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-index "$wheel"
cat > script.py <<'EOF'
import rprof

@rprof.profile
def imported():
    return bytearray(30 << 20)

@profile
def builtin():
    with rprof.span("a block"):
        return imported()

builtin()
rprof.mark("done")
rprof.note("answer", 42)
EOF

fail() { echo "test_wheel: $*" >&2; exit 1; }

venv/bin/rprof --version | grep -q '^rprof ' || fail "no rprof in the venv"
venv/bin/python -c 'import rprof; assert "site-packages" in rprof.__file__, rprof.__file__; rprof.mark("no trace")' \
    || fail "no module in the venv"
# The package finds the command of its own venv, without PATH, and pytest finds the plugin.
venv/bin/python - <<'EOF' || fail "the module cannot measure"
import rprof
from importlib.metadata import entry_points
from rprof._binary import binary

assert binary().endswith("/venv/bin/rprof"), binary()
with rprof.measure() as m:
    kept = bytearray(50 << 20)
assert 50 << 20 <= m.rise_bytes <= 52 << 20, m
assert rprof.run(["sh", "-c", "exit 3"]).returncode == 3
found = entry_points()
plugins = found.select(group="pytest11") if hasattr(found, "select") else found["pytest11"]
assert "rprof.pytest_plugin" in [plugin.value for plugin in plugins], plugins
EOF
PATH="$place/venv/bin:$PATH" venv/bin/rprof run -q -o script.dat script.py
# Without --python, `import rprof` imports the installed module.
printf 'import rprof\nwith rprof.span("installed"): pass\n' > plain.py
venv/bin/rprof run -q -o plain.dat venv/bin/python plain.py
for line in 'FUNC __main__.builtin ' 'FUNC __main__.imported ' 'FUNC a_block ' 'MARK .* done$' 'NOTE answer 42$'; do
    grep -q "^$line" script.dat || fail "no \`$line\` in the trace"
done
grep -q '^FUNC installed ' plain.dat || fail "the installed module wrote no span"
venv/bin/rprof peak script.dat
venv/bin/rprof plot -o script.svg script.dat
venv/bin/pip uninstall --quiet --yes rprof
[ ! -e venv/bin/rprof ] || fail "pip uninstall left rprof in the venv"
echo "test_wheel: $(basename "$wheel") works"
