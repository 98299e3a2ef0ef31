#!/usr/bin/env bash
# Runs the tests of the Python module with each Python from 3.9 on this machine, in venvs with pytest, IPython and others.
# Usage: test_python.sh RPROF TOOLS; TOOLS is the directory of the venvs.
set -uo pipefail

rprof=$(realpath "$1")
tools=$2
cd "$(dirname "$0")"
unset PYTHONPATH RPROF_TRACE
export RPROF_BIN=$rprof PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# The tests of these are skipped where they cannot be installed. The first group is small.
BASIC=(pytest pytest-xdist ipykernel nbclient)
NEWEST=(pandas polars pytest-memray mypy pyright)

# The interpreter of a minor version: from PATH, or from pyenv, whose shims may name a version that they cannot run.
python_of() {
    local candidate
    for candidate in "python3.$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$1".*/bin/python; do
        if "$candidate" -c "import sys; sys.exit(sys.version_info[:2] != (3, $1))" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# Makes the venv of a version, once. Without an index it has the standard library alone.
venv_of() {
    local venv=$tools/3.$1
    if [ ! -e "$venv/ok" ]; then
        "$2" -m venv "$venv" || return 1
        if "$venv/bin/pip" install --quiet "${@:3}"; then
            touch "$venv/ok"
        else
            echo "skipped: cannot install ${*:3} for Python 3.$1; the tests that need them are skipped" >&2
        fi
    fi
}

found=() passed=0 failed=0
for minor in 9 10 11 12 13 14 15; do
    if python=$(python_of "$minor"); then
        found+=("$minor:$python")
    elif [ "$minor" -le 14 ]; then
        echo "skipped: there is no Python 3.$minor; the Python module is not tested with it" >&2
    fi
done
[ ${#found[@]} -gt 0 ] || { echo "test_python: there is no Python 3.9 or later" >&2; exit 1; }

step() {
    echo "== $*" >&2
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "failed: $*" >&2; fi
}

for each in "${found[@]}"; do
    minor=${each%%:*} packages=("${BASIC[@]}")
    [ "$each" != "${found[-1]}" ] || packages+=("${NEWEST[@]}")
    venv_of "$minor" "${each#*:}" "${packages[@]}" || { failed=$((failed + 1)); continue; }
    step "$tools/3.$minor/bin/python" -B -W ignore::ResourceWarning -m unittest discover -s tests -t .
done

newest=$tools/3.${found[-1]%%:*}/bin
export PATH=$newest:$PATH
cd ..
for checker in mypy pyright; do
    # pyright needs node, and fetches one if there is none.
    if "$newest/$checker" --version >/dev/null 2>&1; then
        step "$checker"
    else
        echo "skipped: there is no $checker, or it does not run; the types of the Python module are not checked by it" >&2
    fi
done
echo "test-python: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
