# Everything here installs what it needs first (scripts/setup); on a bare Debian only Rust must be there already.

# The demo, the tests and the fault scripts share one build. What make bench prints is meant to be kept: it builds in release, unless it
# is told otherwise (make bench PROFILE=dev).
SAID := $(PROFILE)
PROFILE ?= dev
bench: PROFILE := $(or $(SAID),release)
BIN = $(or $(CARGO_TARGET_DIR),target)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/testamur
# People in the demo, in the benchmark, and how often the fault script kills.
PEOPLE ?= 200
BENCH_PEOPLE ?= 2000
DESK_PEOPLE ?= 100000
ROUNDS ?= 100

.DEFAULT_GOAL := help
# A first build takes half the time without what a next one would reuse. Who edits sets it to 1, or calls cargo.
export CARGO_INCREMENTAL ?= 0

.PHONY: help setup web build demo try test differential e2e resaves api drawings load abuse proxy reads files mail mail-servers lint bench pairs growth faults

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install what building and testing need
	@scripts/setup

web: setup ## Build the web verifier, which the program carries
	@scripts/web

build: web ## Build the testamur program
	@cargo build --profile $(PROFILE)

demo: build ## Show the whole life of 200 certificates, into demo-out/: issued, verified, mailed to a server on this machine, seen in the portal
	@rm -rf demo-out
	@$(BIN) demo --people $(PEOPLE) --out demo-out
	@scripts/reach $(BIN) demo-out

# Renamed when it is whole: what was stopped halfway is made anew.
try-out:
	@rm -rf try-out.part
	@$(BIN) demo --people $(PEOPLE) --out try-out.part > /dev/null
	@mv try-out.part try-out

try: build ## Serve the demo's data at http://127.0.0.1:8080, kept in try-out/ with the mails that are sent, until Ctrl-C
	@$(MAKE) --no-print-directory try-out
	@echo "Certificates are in try-out/certificates; drop one on http://127.0.0.1:8080/verify/ to check it."
	@echo "The API is described at http://127.0.0.1:8080/api/v1/docs. The first owner sets a password with the link below."
	@scripts/reach $(BIN) try-out --stay

test: setup ## Check the format and run all tests, but in Chromium only staff, acts, designer, copied and dropped; the rest of those: make e2e
	@scripts/web --must
	@rm -f target/minutes
	@scripts/timed "the format" cargo fmt --all --check
	@scripts/timed "examples in the documentation" cargo test --doc
	@scripts/timed "tests of the program" cargo test --lib --bins --tests
	@scripts/timed "types of the page" npm --prefix verifier-web run check
	@scripts/timed "tests of the page" npm --prefix verifier-web test
	@scripts/timed "program and page compared" npm --prefix verifier-web run differential -- --testamur $(abspath $(or $(CARGO_TARGET_DIR),target))/debug/testamur
	@scripts/setup browser
	@TESTAMUR_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target))/debug/testamur scripts/timed "Chromium" npm --prefix verifier-web run e2e:short
	@cat target/minutes

differential: build ## Compare the verdicts of program and page on 100,000 changed inputs
	npm --prefix verifier-web run differential:long -- --testamur $(abspath $(BIN))

e2e: build ## Run all seventeen files of tests in Chromium: the web verifier against a published site, the portal, the staff's pages (pictures in target/staff-pages)
	@scripts/setup browser
	TESTAMUR_BIN=$(abspath $(BIN)) npm --prefix verifier-web run e2e

resaves: build ## Save certificates of 23 names in 20 scripts again, and copy the names out, as people's programs do; none is accused
	@scripts/setup browser
	@scripts/setup resaves
	@TESTAMUR_BIN=$(abspath $(BIN)) node verifier-web/e2e/resaves.mjs
	@TESTAMUR_BIN=$(abspath $(BIN)) node verifier-web/e2e/copied.mjs

drawings: build ## Compare what the designer shows with what is printed: 500 names of each of nine scripts with every built-in template
	@scripts/setup browser
	cargo test --test core -- --ignored every_outline_of_five_hundred_names --nocapture
	@TESTAMUR_BIN=$(abspath $(BIN)) node verifier-web/e2e/drawings.mjs

api: build ## Let schemathesis try every operation of the service
	@scripts/setup api
	@tests/service/api-check --testamur $(BIN)

load: build ## Read 100 times a second while the service issues to 10,000, then kill it ten times
	@tests/service/load --testamur $(BIN)

abuse: build ## Treat the service badly and measure what that costs it
	@tests/service/abuse --testamur $(BIN)

proxy: build ## Use the service through the real nginx, with deploy/nginx.conf
	@scripts/setup proxy
	@tests/service/proxy --testamur $(BIN)

reads: build ## Ask for every report over 100,000 people a hundred times at once
	@tests/service/reads --testamur $(BIN)

files: build ## Download archives of 20,000 certificates and see that memory does not grow
	@tests/service/archives --testamur $(BIN)

mail: build ## Mail 1,000 certificates through a server that fails, kill the program, and count
	@scripts/setup mail
	@target/venv/bin/python tests/mail/kill_and_count.py --testamur $(BIN)

mail-servers: build ## Mail through Debian's Postfix, Exim and OpenSMTPD on this machine, and read what comes back; as root
	@scripts/setup mail-servers
	@target/venv/bin/python tests/mail/real_servers.py --testamur $(BIN)

lint: setup ## Run clippy and rustdoc with warnings as errors
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --document-private-items

bench: ## Measure the program, built in release, two scripts in other stacks, questions to a large store, the staff's pages over it, and the web verifier
	@scripts/setup peers
	@scripts/setup browser
	@scripts/web --must
	@cargo build --profile $(PROFILE)
	@target/venv/bin/python tests/peers/compare.py --testamur $(BIN) --people $(BENCH_PEOPLE)
	@cargo bench --bench query --bench proof --profile $(PROFILE)
	@tests/service/desk --testamur $(BIN) --people $(DESK_PEOPLE)
	@TESTAMUR_BIN=$(abspath $(BIN)) npm --prefix verifier-web run --silent bench

# The program of an earlier commit: make pairs BEFORE=7f1119e
target/before/%/release/testamur:
	@rm -rf target/before/$*/tree && git worktree prune
	git worktree add --detach target/before/$*/tree $*
	cd target/before/$*/tree && scripts/web && CARGO_TARGET_DIR=$(CURDIR)/target/before/$* cargo build --release
	git worktree remove --force target/before/$*/tree

pairs: ## Measure the program against that of an earlier commit, BEFORE=COMMIT, in turns
	@$(MAKE) --no-print-directory build PROFILE=release
	@$(MAKE) --no-print-directory target/before/$(BEFORE)/release/testamur
	@python3 tests/peers/pairs.py --before target/before/$(BEFORE)/release/testamur --people $(BENCH_PEOPLE)

growth: ## Measure whether a certificate costs the same among a million as among a thousand
	@$(MAKE) --no-print-directory build PROFILE=release
	@python3 tests/peers/growth.py

faults: build ## Kill a run of 5,000 at 100 random instants and look for losses
	@tests/faults/kill-nine --testamur $(BIN) --rounds $(ROUNDS)
