# Pullcast's tasks. Each one is a script or a Maven goal that can also be called by hand; this file only names them.
.DEFAULT_GOAL := help
.PHONY: help demo up build library test test-faults test-fleet bench bench-fanout bench-fleet bench-restart check format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## the main job end to end: an engine, embedded Kafka, worker, gateway, live bars, dashboard
	@scripts/demo

up: ## everything in one process on this machine; stays until Ctrl-C
	@./pullcast up

build: ## compiles and packages without testing
	@scripts/mvn -q -DskipTests package
	@scripts/aot

library: ## schemas/target: the contract as a jar for other programs, with its sources and docs
	@scripts/mvn -q -Plibrary -Dmaven.test.skip=true -pl schemas -am package

test: ## all tests, on real parts; installs what they need; ends with the counts
	@scripts/test

test-faults: ## what takes long: a registry that never comes back, a layer of 1 GB, Podman
	@scripts/test -Pfaults -pl pull-worker,pull-gateway -am

test-fleet: ## brokers, gateways and workers killed and restarted side by side, and everything counted
	@scripts/test -Pfleet -pl pull-cli -am

bench: ## speed, allocation, threads and CPU beside docker-java and docker pull; about five minutes
	@scripts/bench

bench-fanout: ## events a second that the gateway delivers, beside a naive one and the bare socket; seven minutes
	@bench/fanout/run

bench-fleet: ## what 100, 1,000 and 10,000 workers cost a gateway; about fifteen minutes
	@bench/fleet/run

bench-restart: ## how long a gateway takes to know 100,000 retained events again; half a minute
	@bench/fanout/restart

check: ## the gate: format, warnings, Error Prone, NullAway, architecture rules, tests without I/O
	@scripts/mvn -q test

format: ## formats the sources
	@scripts/mvn -q spotless:apply

clean: ## removes what was built; images and data under .pullcast stay
	@scripts/mvn -q clean
