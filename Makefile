# The thin front. Everything real is in CMakeLists.txt, web/package.json and scripts/.
SHELL := /bin/bash
export PATH := $(CURDIR)/build/node/bin:$(PATH)
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
JOBS ?= $(shell nproc)
WEB_SOURCES := $(shell find web/src web/*.html web/*.ts web/package.json web/package-lock.json -type f 2>/dev/null)

.PHONY: help setup build web check test demo bench format lint clean
.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## Install what is missing on this machine (Debian packages, Node)
	@scripts/setup.sh

web/dist/report.html: $(WEB_SOURCES)
	cd web && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build

web: setup web/dist/report.html ## Build the report page that is embedded in the binary

build: web ## Build the binary: build/bin/tamarack
	@cmake --preset release -Wno-dev >/dev/null
	@cmake --build build/release -j $(JOBS) --target tamarack
	@mkdir -p build/bin && cp -f build/release/bin/tamarack build/bin/tamarack

check: setup ## The inner loop: debug build and unit tests, seconds after a small change
	@cmake --preset check -Wno-dev >/dev/null
	@cmake --build build/check -j $(JOBS)
	@scripts/collect_tests.sh
	@scripts/run_unit_tests.sh build/check

test: setup ## Everything CI runs; ends with one line: N passed, M failed
	@scripts/test_all.sh

demo: build ## The example suite in real Chromium on 2 workers; prints where the report is
	@scripts/demo.sh

bench: build ## The ratios of tests/bench, against peers or bounds in the same run
	@tests/bench/run_all.sh

format: setup ## Format the C++ sources in place
	@git ls-files 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' | grep -v '^tests/projects/' | xargs clang-format-19 -i

lint: setup ## clang-format, clang-tidy, import rules, pyflakes
	@scripts/lint.sh

clean: ## Remove everything built
	rm -rf build web/dist
