# SPDX-License-Identifier: Apache-2.0
# The commands of this repository. Each does its own set-up (scripts/setup) and builds what it needs.
#   make run     the job on a simulated city; DEMO_ARGS="--for 20s --vehicles 500" goes to sluice demo
#   make test    unit, integration and end-to-end tests
#   make bench   the workloads and the stages, measured
#   make lint    format, layers, headers, sizes, clang-tidy, scripts
#   make format  put C++ and Python into their format
#   make asan    unit tests under AddressSanitizer and UndefinedBehaviorSanitizer; make tsan: ThreadSanitizer;
#                SANITIZED="unit|integration" runs those too
#   make fuzz    each libFuzzer program for FUZZ_SECONDS=60
DEMO_ARGS ?=
TEST_ARGS ?=
SANITIZED ?= ^unit$$
BENCH_ARGS ?=
FUZZ_SECONDS ?= 60

.PHONY: run test bench lint format asan tsan fuzz build setup clean
.DEFAULT_GOAL := run

run:
	@scripts/setup run && scripts/build release sluice && exec build/release/sluice demo $(DEMO_ARGS)

test:
	@scripts/setup test && scripts/build --tests release && exec ctest --preset release -j 2 $(TEST_ARGS)

asan tsan:
	@scripts/setup test && scripts/build --tests $@ && exec ctest --preset $@ -L "$(SANITIZED)" $(TEST_ARGS)

bench:
	@scripts/setup test && scripts/build --tests release sluice benches make_load floor
	@build/venv/bin/python bench/bench.py $(BENCH_ARGS)
	@for program in build/release/src/*_bench; do echo "== $$program"; $$program || exit 1; done

fuzz:
	@scripts/setup fuzz && scripts/build fuzz fuzzers && exec scripts/fuzz $(FUZZ_SECONDS)

lint:
	@scripts/setup lint && exec scripts/lint

format:
	@scripts/setup lint && exec scripts/lint --fix

build:
	@scripts/setup run && exec scripts/build release sluice

setup:
	@scripts/setup test

clean:
	rm -rf build/release build/dev build/asan build/tsan build/fuzz
