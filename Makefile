# initviz: every task is one word. `make help` lists them.
#
# Each sets up what it needs first (scripts/setup.sh), in .venv, and only when something changed.
# Options go into ARGS, as in: make test ARGS="-k tanh -x"

python := .venv/bin/python
setups := run test lint bench dev

export PYTHON
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run test verify lint bench stress screens dev clean again

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile
	@echo 'Options: ARGS="..." is handed on; PYTHON=python3.12 names the Python that .venv is made from.'

run: .venv/ready-run ## start the window
	@$(python) main.py $(ARGS)

test: .venv/ready-test ## run the whole suite, without a display
	@QT_QPA_PLATFORM=offscreen $(python) -m pytest -n 2 $(ARGS)

verify: .venv/ready-run ## train every lesson and check what it claims
	@$(python) -m initviz verify $(ARGS)

lint: .venv/ready-lint ## check style, types and who imports what
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy
	.venv/bin/lint-imports

bench: .venv/ready-bench ## measure the speed of training, drawing and starting
	@$(python) -m benchmarks $(ARGS)

stress: .venv/ready-test ## try to break it, as ARGS says: see docs/robustness.md
	@$(python) -m stress $(ARGS)

screens: .venv/ready-run ## draw the pictures of the window again
	@if [ "$$(uname -s)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		$(python) scripts/screens.py $(ARGS); \
	else \
		command -v xvfb-run >/dev/null || sh scripts/setup.sh apt xvfb xauth && \
		xvfb-run -a -s "-screen 0 2880x1800x24" $(python) scripts/screens.py $(ARGS); \
	fi

dev: .venv/ready-dev ## set up everything that working on initviz needs

clean: ## remove everything that make has made
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set up again, too, where .venv is missing or its Python has gone from the machine.
again := $(shell test -x $(python) || echo again)
again:

$(setups:%=.venv/ready-%): .venv/ready-%: pyproject.toml constraints.txt scripts/setup.sh $(again)
	@sh scripts/setup.sh $*
