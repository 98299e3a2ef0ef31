# make dist: every package that can be built here, from one static binary, in dist/. Nothing is uploaded.
# make test-dist: install, run and remove each of them in clean Debian systems (root and debootstrap).
#   make dist DIST_PROFILE=quick      with the binary of `make test`: fast to build, slow to run, not for users

DIST_PROFILE ?= release
# The systems of `make test-dist`, by Debian's names of them.
DIST_SYSTEMS ?= stable oldstable

DIST_VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
STATIC_BINARY = $(TARGET)/$(STATIC_TARGET)/$(DIST_PROFILE)/rprof
# Packages have the time of their commit, so that the same source gives the same bytes.
DIST_EPOCH := $(shell git log -1 --format=%ct 2>/dev/null || date +%s)

# The program that makes the site of `make book`; it takes some minutes to build.
MDBOOK := 0.5.4

.PHONY: dist test-dist book

dist: static ## Build the packages: tarball, .deb, .rpm, wheel, man pages, completions, SBOM; in dist/
	rm -rf dist
	mkdir -p dist
	RPROF_WHEEL_TOOLS='$(WHEEL_TOOLS)' SOURCE_DATE_EPOCH='$(DIST_EPOCH)' PYTHON='$(PYTHON)' \
		packaging/dist.sh '$(STATIC_BINARY)' '$(STATIC_TARGET)' '$(DIST_VERSION)' dist
	$(MAKE) wheel DIST_PROFILE='$(DIST_PROFILE)'
	cd dist && sha256sum -- $$(find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | sort) > SHA256SUMS

test-dist: ## Install, run and remove the packages of dist/ in clean Debian systems (root and debootstrap)
	PYTHON='$(PYTHON)' packaging/test_dist.sh dist '$(DIST_VERSION)' $(DIST_SYSTEMS)

# The pages of docs/ as a site. A page that docs/SUMMARY.md lacks, or a link that leads nowhere, is an error.
book: .tools/book/bin/mdbook ## Build the pages of docs/ as a site, target/book/, and check its links
	'$(PYTHON)' packaging/book.py . $< '$(TARGET)/book'

.tools/book/bin/mdbook:
	$(CARGO) install --locked --quiet --root .tools/book mdbook@$(MDBOOK)
