# What one can do here. Every target sets up what it needs: Python 3.11 or newer and make suffice.
# A second environment beside the first: make quick VENV=.venv/newest PYTHON=python3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Over all processors, the tests of a file together. A worker that a hanging test ended is not
# replaced, because the next one would hang in the same test.
SPREAD := --numprocesses auto --dist loadfile --max-worker-restart 0
# As bytecode pytest keeps how it rewrote 4,300 assertions; otherwise each worker does so anew.
unexport PYTHONDONTWRITEBYTECODE
UV := $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

OSV := https://api.osv.dev
SBOM := .wudan/sbom.json

.PHONY: help serve watch build test quick lint format audit lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

serve: $(VENV)/run ## Serve the site and its forms on http://127.0.0.1:8000; edits are built at once
	$(BIN)/python build.py serve

watch: $(VENV)/run ## The same; open pages reload themselves, and show what is wrong
	$(BIN)/python build.py serve --watch

build: $(VENV)/run ## Build the site into public/
	$(BIN)/python build.py build

test: $(VENV)/dev $(VENV)/aws ## Run all tests; those that lack a program say so and are skipped
	$(BIN)/python -m pytest $(SPREAD)

quick: $(VENV)/dev ## Run the tests that are fast and start no servers, in under a minute
	$(BIN)/python -m pytest $(SPREAD) -m "not slow"

lint: $(VENV)/dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint --regions us-east-1 ap-east-1 -- infra/*.yaml
	$(BIN)/cfn-lint --regions cn-north-1 cn-northwest-1 -- infra/template.yaml infra/function.yaml

format: $(VENV)/dev ## Put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: $(VENV)/audit ## List the parts of the program in .wudan/sbom.json, and look for known holes in them
	mkdir -p $(dir $(SBOM))
	$</bin/cyclonedx-py requirements requirements-aws.txt --output-reproducible -o $(SBOM)
	@if curl -fsS --max-time 20 -o /dev/null $(OSV)/v1/vulns/PYSEC-2023-228; then \
	  $</bin/pip-audit --vulnerability-service osv --strict --disable-pip --require-hashes -r requirements-aws.txt; \
	else echo "No audit: $(OSV), which knows the holes, cannot be reached."; fi

lock: ## Lock the newest versions that pyproject.toml allows
	test -x $(VENV)/lock/bin/uv || ($(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv)
	$(UV) --upgrade pyproject.toml -o requirements.txt
	$(UV) --upgrade pyproject.toml --extra aws -c requirements.txt -o requirements-aws.txt
	$(UV) --upgrade pyproject.toml --extra aws --group dev -c requirements-aws.txt -o requirements-dev.txt
	$(UV) --upgrade tests/aws/requirements.in -o tests/aws/requirements.txt
	$(UV) --upgrade tests/audit/requirements.in -o tests/audit/requirements.txt
	$(UV) --upgrade --no-deps tests/aws/requirements-sam.in -o tests/aws/requirements-sam.txt

clean: ## Remove what was built and installed; orders in var/ stay
	rm -rf $(VENV) .wudan public

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/run: $(VENV)/python requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# Engines of DynamoDB and S3 that tests start; apart, because they pin what the product does not.
$(VENV)/aws: $(VENV)/python tests/aws/requirements.txt
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/aws/requirements.txt
	touch $@

# What looks for holes, apart, so that it is none of what it looks at.
$(VENV)/audit: $(VENV)/python tests/audit/requirements.txt
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/audit/requirements.txt
	touch $@

# The emulator of Lambda that AWS ships lies in its command line, which itself is not run here.
$(VENV)/sam: $(VENV)/python tests/aws/requirements-sam.txt
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/aws/requirements-sam.txt
	touch $@
