# What one can do here. Every target sets up what it needs: Python 3.11 or newer and make suffice.
PYTHON ?= python3
BIN := .venv/bin
UV := .venv/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

.PHONY: help serve watch build test lint format lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

serve: .venv/run ## Build the site and serve it with its forms on http://127.0.0.1:8000
	$(BIN)/python build.py serve

watch: .venv/run ## The same, and build again whenever a file changes
	$(BIN)/python build.py serve --watch

build: .venv/run ## Build the site into public/
	$(BIN)/python build.py build

test: .venv/dev .venv/aws ## Run all tests; those that lack a program say so and are skipped
	# Publishing apart: in one process with the browser's tests its threads were seen to hang.
	$(BIN)/python -m pytest tests/integration/test_publish.py
	$(BIN)/python -m pytest --ignore tests/integration/test_publish.py

lint: .venv/dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint --regions us-east-1 ap-east-1 -- infra/*.yaml
	$(BIN)/cfn-lint --regions cn-north-1 cn-northwest-1 -- infra/template.yaml infra/function.yaml

format: .venv/dev ## Put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Lock the newest versions that requirements*.in allow
	test -x .venv/lock/bin/uv || ($(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv)
	$(UV) --upgrade requirements.in -o requirements.txt
	$(UV) --upgrade requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(UV) --upgrade tests/aws/requirements.in -o tests/aws/requirements.txt
	$(UV) --upgrade --no-deps tests/aws/requirements-sam.in -o tests/aws/requirements-sam.txt

clean: ## Remove what was built and installed; orders in var/ stay
	rm -rf .venv .wudan public

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	touch $@

.venv/run: .venv/python requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# Engines of DynamoDB and S3 that tests start; apart, for they pin what the product does not.
.venv/aws: .venv/python tests/aws/requirements.txt
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/aws/requirements.txt
	touch $@

# The emulator of Lambda that AWS ships lies in its command line, which itself is not run here.
.venv/sam: .venv/python tests/aws/requirements-sam.txt
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/aws/requirements-sam.txt
	touch $@
