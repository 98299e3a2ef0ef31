#!/bin/sh
# Runs the browser tests, or says why they are skipped. RPROF is the program, PAGE_TOOLS the place of playwright-core.
set -eu
cd "$(dirname "$0")"

skip() { echo "skipped: the tests of the page need $1" >&2; echo '0 passed, 0 failed, 1 skipped'; exit 0; }

command -v node >/dev/null 2>&1 || skip 'node'
test -d "$PAGE_TOOLS/node_modules/playwright-core" || skip 'playwright-core, which npm could not fetch'
CHROMIUM=${CHROMIUM:-$(for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && break; done || true)}
mac='/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
if [ -z "$CHROMIUM" ] && [ -x "$mac" ]; then CHROMIUM=$mac; fi
test -n "$CHROMIUM" || skip 'Chromium or Chrome (CHROMIUM=PATH names one)'
export CHROMIUM RPROF PAGE_TOOLS
exec node --test --test-concurrency=1 ./*.test.mjs
