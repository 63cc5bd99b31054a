# The README's commands. Only python3 and make are assumed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Folder of ratings.csv and excerpts.csv, which aren't part of this repository.
RATINGS ?= ../shared/data/ratings
EXAMPLES := $(sort $(wildcard examples/audio/*.ogg))

# Installs missing Debian packages; python3-venv isn't needed where the environment exists.
PACKAGES := PYTHON="$(or $(wildcard $(BIN)/python),$(PYTHON))" sh checks/packages.sh
VENV_PACKAGES := $(if $(wildcard $(BIN)/python),,venv)

# Output folder of 'make dist'.
DIST := dist
# Versions of Python to test the wheel with, such as "3.11 3.13"; empty for all that are installed.
PYTHONS :=

.PHONY: demo test test-packages soak fuzz vamp-tester dist versions container-check docs check bench tables \
	agreement hosts clean
# Prerequisites are made in their order, and a failed 'python3 -m venv' leaves no $(BIN)/python.
.NOTPARALLEL:
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@mkdir -p demo
	$(BIN)/quadpred predict --format table $(EXAMPLES)
	@$(BIN)/quadpred predict --force --format csv --level frame --hop 0.32 -o demo/frames.csv \
		--plot demo $(EXAMPLES)
	@echo
	@echo "Tables over time: demo/frames.csv"
	@echo "Pictures over time: $(patsubst examples/audio/%.ogg,demo/%.png,$(EXAMPLES))"

test: test-packages $(VENV)/.installed-test check
	$(BIN)/python -m pytest -n 2 --dist loadfile

# First of all, so that a user without rights doesn't wait for the rest.
test-packages:
	@$(PACKAGES) $(VENV_PACKAGES) build test

# The batch tests with a thousand tracks; some minutes.
soak: $(VENV)/.installed-test
	$(BIN)/python -m checks.soak

# Ten thousand damaged audio files; some minutes. Files that show a fault are kept in fuzz-findings.
fuzz: $(VENV)/.installed-test
	@$(PACKAGES) fuzz
	$(BIN)/python -m checks.fuzz --page docs/fuzz.md

# The tests of vamp-plugin-tester, built from source, on the Vamp plugin; a minute.
vamp-tester: test-packages $(VENV)/.installed-test
	$(BIN)/python -m checks.vamp_tester

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@git ls-files 'quadpred_plugin/*.py' 'vamp_wrapper/*.py' | xargs $(BIN)/numpydoc lint

# The documentation site in docs/_build and its tests; built without a network, warnings are errors.
docs: $(VENV)/.installed-docs
	PATH="$(abspath $(BIN)):$$PATH" PYTHONPATH=docs/offline \
		$(BIN)/python -m sphinx -W --keep-going -q -E -b html docs docs/_build
	$(BIN)/python -m pytest -o addopts=-q tests/site
	@echo "The site: docs/_build/index.html"

# Wheel and source distribution, and the wheel in fresh environments of every Python that is
# installed; each environment is a download of some 300 MB the first time.
dist: $(VENV)/.installed-dist
	@$(PACKAGES) dist
	rm -rf $(DIST)
	$(BIN)/python -m checks.dist $(DIST) $(addprefix --python ,$(PYTHONS))

# The wheel's predictions with the oldest and the newest versions of its requirements, in every
# Python that is installed; a download of some 300 MB each the first time.
versions: $(VENV)/.installed-dist
	$(BIN)/python -m checks.versions $(addprefix --python ,$(PYTHONS))

# The Dockerfile's steps in a Debian root, and the image as an unprivileged user runs it; for root
# only. MIRROR is the source of Debian's packages, by default this machine's.
container-check: $(VENV)/.installed-dist
	@$(PACKAGES) container
	$(BIN)/python -m checks.container $(addprefix --mirror ,$(MIRROR))

# All Debian packages that any target needs, for users who have no sudo without a password.
hosts:
	@$(PACKAGES) $(VENV_PACKAGES) build test dist container

bench: $(VENV)/.installed-test
	$(PIP) install -e '.[bench,training]'
	$(BIN)/python benchmarks/run.py --write docs/speed.md

# Tables of the shipped models and the plot in the README.
tables: $(VENV)/.installed
	$(BIN)/python benchmarks/model_tables.py
	$(BIN)/quadpred predict --quiet --force --hop 0.32 --plot docs/taggram.png \
		examples/audio/q2_anger.ogg >/dev/null

agreement: $(VENV)/.installed-test
	$(BIN)/python benchmarks/agreement_report.py $(RATINGS) docs/agreement.md

$(VENV)/bin/python:
	@$(PACKAGES) venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV); Essentia with TensorFlow is a download of some 300 MB."
	$(PIP) install -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@$(PACKAGES) build
	$(PIP) install -e '.[test,training,teacher]'
	@# Only its checkpoints are read; its requirements are of 2019.
	$(PIP) install --no-deps musicnn==0.1.0
	@# A Vamp host whose build needs NumPy and Cython to be installed.
	$(PIP) install cython setuptools wheel
	$(PIP) install --no-build-isolation vamp==1.1.0
	@# Ubuntu has no package of Chromium that the tests can use.
	test -x /usr/bin/chromium || $(BIN)/playwright install chromium
	@touch $@

$(VENV)/.installed-dist: $(VENV)/.installed
	$(PIP) install -e '.[dist,report]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(PIP) install -e '.[docs]'
	@touch $@

clean:
	rm -rf $(VENV) demo build docs/_build docs/models docs/reference/formats.md \
		docs/tutorials/*.png $(DIST) *.egg-info
