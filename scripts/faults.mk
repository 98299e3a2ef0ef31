# make faults: each system call of rprof fails after the command has started; rewrites the table in docs/reliability.md.

.PHONY: faults

faults: ## Make each system call of rprof fail; rewrites the table in docs/reliability.md
	command -v strace >/dev/null || { test "$$(id -u)" = 0 && apt-get install -y strace; } || true
	$(CARGO) build --profile quick -p rprof-cli --bin rprof
	$(PYTHON) -B scripts/faults.py --rprof '$(TARGET)/quick/rprof' --document docs/reliability.md
