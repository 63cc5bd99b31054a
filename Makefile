# The README's commands. Only python3, make and a C compiler are assumed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Folder of ratings.csv and excerpts.csv, which aren't part of this repository.
RATINGS ?= ../shared/data/ratings
EXAMPLES := $(sort $(wildcard examples/audio/*.ogg))

# The hosts that the Vamp plugin is tested in, by Debian's names, what builds one of them, the
# browser that reports are tested in, and what makes the root of the container's check.
HOSTS := g++ vamp-examples vamp-plugin-sdk sonic-visualiser chromium fluidsynth timgm6mb-soundfont \
	debootstrap

# What 'make dist' builds lies there.
DIST := dist
# Versions of Python to install the wheel into, such as "3.11 3.13"; all that are here if empty.
PYTHONS :=

.PHONY: demo test soak fuzz dist container-check docs check bench tables agreement hosts clean

demo: $(VENV)/.installed
	@mkdir -p demo
	$(BIN)/quadpred predict --format table $(EXAMPLES)
	@$(BIN)/quadpred predict --force --format csv --level frame --hop 0.32 -o demo/frames.csv \
		--plot demo $(EXAMPLES)
	@echo
	@echo "Tables over time: demo/frames.csv"
	@echo "Pictures over time: $(patsubst examples/audio/%.ogg,demo/%.png,$(EXAMPLES))"

test: $(VENV)/.installed-test check
	@for program in g++ vamp-simple-host sonic-visualiser chromium fluidsynth; do \
		command -v $$program >/dev/null || { \
			echo "The tests need $$program: 'sudo make hosts' installs it, on Debian and Ubuntu."; \
			exit 1; }; done
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What 'test' does with a few tracks, with a thousand; some minutes.
soak: $(VENV)/.installed-test
	$(BIN)/python -m checks.soak

# Ten thousand spoiled audio files; some minutes. What is found is kept in fuzz-findings.
fuzz: $(VENV)/.installed-test
	$(BIN)/python -m checks.fuzz --page docs/fuzz.md

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@git ls-files 'quadpred_plugin/*.py' 'vamp_wrapper/*.py' | xargs $(BIN)/numpydoc lint

# The documentation site, in docs/_build, and whether all is in it; built without a network, and
# warnings are errors.
docs: $(VENV)/.installed-docs
	PATH="$(abspath $(BIN)):$$PATH" PYTHONPATH=docs/offline \
		$(BIN)/python -m sphinx -W --keep-going -q -E -b html docs docs/_build
	$(BIN)/python -m pytest -o addopts=-q tests/site
	@echo "The site: docs/_build/index.html"

# Wheel and source distribution, then the wheel in fresh environments of every Python that is here;
# each is a download of some 300 MB the first time.
dist: $(VENV)/.installed-dist
	@command -v vamp-simple-host >/dev/null || { \
		echo "The check needs vamp-simple-host: 'sudo make hosts' installs it."; exit 1; }
	rm -rf $(DIST)
	$(BIN)/python -m checks.dist $(DIST) $(addprefix --python ,$(PYTHONS))

# The Dockerfile's very steps in a Debian root, and the image used by a user without rights; for
# root alone. MIRROR is where Debian's packages come from, if not from where this machine's do.
container-check: $(VENV)/.installed-dist
	$(BIN)/python -m checks.container $(addprefix --mirror ,$(MIRROR))

hosts:
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(HOSTS)

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
	$(PIP) install -e '.[test,training,teacher]'
	@# Its checkpoints alone are read; what it asks for is of 2019.
	$(PIP) install --no-deps musicnn==0.1.0
	@# A Vamp host whose build needs NumPy and Cython to be there already.
	$(PIP) install cython setuptools wheel
	$(PIP) install --no-build-isolation vamp==1.1.0
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
