# `make demo` and `make test` do everything on a fresh Debian or Ubuntu, as
# root or with sudo. See CONTRIBUTING.md for the rest.
.PHONY: demo test check lint bench bench-quick asan torture slurm-test browser-test site \
	format document install deps test-deps

VERSION = $(shell sed -n 's/^Version: //p' DESCRIPTION)
TARBALL = AttentiveChrome_$(VERSION).tar.gz

demo: deps install
	bash tools/install-deps.sh demo
	Rscript tools/demo.R output

test: test-deps install
	$(MAKE) -C tests/core test
	Rscript tools/test.R

check: test-deps
	bash tools/check.sh

# The project's own rules for its sources, lintr, clang-format and shellcheck
lint: test-deps
	Rscript tools/lint/run.R

bench: test-deps install
	bash bench/run.sh

# Ratios alone, appended to bench/results/history.md
bench-quick: test-deps install
	Rscript bench/quick.R

# The C core and its tests under the address and undefined behaviour sanitizers
asan: test-deps
	$(MAKE) -C tests/core clean
	$(MAKE) -C tests/core test SANITIZE=1

# Flipped bits, full disks and kills (root)
torture: test-deps install
	bash tools/torture/run.sh

# A panel through a real SLURM, set up on this machine (root)
slurm-test: test-deps install
	bash tools/slurm-test.sh

# The explorer in Chromium
browser-test: test-deps install
	bash tools/install-deps.sh browser
	Rscript tests/browser/run.R

# The website, in site/; without a network
site: test-deps install
	bash tools/install-deps.sh site
	Rscript tools/site.R

format:
	find src tests/core -name '*.[ch]' | xargs clang-format -i

document: install
	Rscript -e 'roxygen2::roxygenise(load_code = "installed")'

install:
	bash tools/install.sh

deps:
	bash tools/install-deps.sh run

test-deps:
	bash tools/install-deps.sh run test
