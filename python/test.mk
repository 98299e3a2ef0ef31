# The tests of the Python module with every Python from 3.9 on this machine, each in a venv under .tools/python/.

.PHONY: test-python

test-python: ## Test the Python module, the magics and the pytest plugin with every Python, and check the types
	$(QUICK_CARGO) build --profile quick -p rprof-cli --bin rprof
	python/test_python.sh '$(TARGET)/quick/rprof' '$(CURDIR)/.tools/python'
