# The README's commands. Only python3, make and a C compiler are assumed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Folder of ratings.csv and excerpts.csv, which aren't part of this repository.
RATINGS ?= ../shared/data/ratings
EXAMPLES := $(sort $(wildcard examples/audio/*.ogg))

.PHONY: demo test check bench tables agreement clean

demo: $(VENV)/.installed
	@mkdir -p demo
	$(BIN)/quadpred predict --format table $(EXAMPLES)
	@$(BIN)/quadpred predict --force --format csv --level frame --hop 0.32 -o demo/frames.csv \
		--plot demo $(EXAMPLES)
	@echo
	@echo "Tables over time: demo/frames.csv"
	@echo "Pictures over time: $(patsubst examples/audio/%.ogg,demo/%.png,$(EXAMPLES))"

test: $(VENV)/.installed-test check
	$(BIN)/python -m pytest

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-test
	$(PIP) install -e '.[bench,training]'
	$(BIN)/python benchmarks/run.py --write README.md

tables: $(VENV)/.installed
	$(BIN)/python benchmarks/readme_tables.py README.md

agreement: $(VENV)/.installed-test
	$(BIN)/python benchmarks/agreement_report.py $(RATINGS) docs/agreement.md

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV); Essentia with TensorFlow is a download of some 300 MB."
	$(PIP) install -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) install -e '.[test,training]'
	@touch $@

clean:
	rm -rf $(VENV) demo build *.egg-info
