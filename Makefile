# `make` lists what there is to do.
SWIFT ?= swift

.PHONY: help setup build test thorough kills digests bench bench-chain bench-train bench-setup sanitize lint docs wasm

help:
	@echo "make setup    install what Adjoint needs or can use (asks first)"
	@echo "make build    build the command line, optimised"
	@echo "make test     set up, build and run all tests"
	@echo "make thorough ten times the random graphs of make test"
	@echo "make kills    kill a training fifty times, ten of them while it writes a checkpoint"
	@echo "make digests  train each workload in fifty processes and see that all compute the same bits"
	@echo "make bench    time whole training steps beside other frameworks (docs/benchmarks.md)"
	@echo "make bench-train  train on Fashion-MNIST until 90 % are right, beside PyTorch"
	@echo "make bench-chain  time ten pointwise operations beside a loop written by hand in C"
	@echo "make bench-setup  install those frameworks, some gigabytes, for make bench alone"
	@echo "make sanitize run tests under the address and thread sanitizers"
	@echo "make lint     check the style of all sources"
	@echo "make docs     build the reference documentation as a web site"
	@echo "make wasm     build the module of the browser and compare its bits with the native engine's"

setup:
	@tools/setup test

build: setup
	$(SWIFT) build -c release --product adjoint

# Optimised first; then alone what counts the memory of the whole process; then, with all checks on, what
# differs in debug builds.
test: setup
	SWIFT_BACKTRACE=enable=no $(SWIFT) test -c release --skip aSteadyLoopIsSteady
	SWIFT_BACKTRACE=enable=no $(SWIFT) test -c release --filter aSteadyLoopIsSteady
	SWIFT_BACKTRACE=enable=no $(SWIFT) test --filter 'PlanTests|RegionTests|ScopeTests|TraceTests'

thorough: setup
	ADJOINT_GRAPHS=20000 SWIFT_BACKTRACE=enable=no $(SWIFT) test -c release --filter RandomGraphTests

kills: setup
	ADJOINT_KILLS=40 SWIFT_BACKTRACE=enable=no $(SWIFT) test -c release --filter killedAtAnyMomentItGoesOn

digests: setup
	$(SWIFT) build -c release --product adjoint-bits
	tools/digests

bench-setup:
	Benchmarks/peers/setup

# BENCH holds options, such as BENCH="--rounds 1 --sweeps none".
bench: build
	$(SWIFT) build -c release --package-path Benchmarks --scratch-path .build/benchmarks
	.build/benchmarks/release/benchmarks $(BENCH)

bench-train: build
	$(SWIFT) build -c release --package-path Benchmarks --scratch-path .build/benchmarks
	.build/benchmarks/release/benchmarks --trainings 5 $(BENCH)

bench-chain: build
	Benchmarks/peers/chain_by_hand

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Benchmarks Package.swift

docs: setup
	@SWIFT=$(SWIFT) tools/docs

wasm: setup
	tools/wasm

# Slow builds with checks of memory and of threads; not part of `make test`.
sanitize: setup
	ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 $(SWIFT) test -c release --sanitize=address \
		--scratch-path .build/address --skip 'Trajectory|MemoryTests'
	TSAN_OPTIONS=halt_on_error=1:allocator_may_return_null=1 $(SWIFT) test --sanitize=thread \
		--scratch-path .build/thread --filter 'ScopeTests|OwnershipTests|BadInputTests|PlanTests|ManyTasksTests|LoaderTests'
