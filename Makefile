# The two commands of the README, and what developers use.
#   make demo   install what is missing, build, play the ten-second demonstration
#   make test   install what is missing, run the whole test suite
CARGO ?= cargo
.PHONY: demo test build setup ci bench clean

demo: build
	./target/release/chatscope demo

build: setup
	$(CARGO) build --release --locked

test: setup
	$(CARGO) test --locked --all-targets
	$(CARGO) test --locked --doc

setup:
	@sh .ci/setup build

ci:
	bash .ci/run

bench: build
	bash tests/bench/replay.sh

clean:
	$(CARGO) clean
