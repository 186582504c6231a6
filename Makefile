# make demo       the main job on real photographs; make demo PHOTOS=folder QUERY=file on yours
# make test       everything that guards the project, in a few minutes
# make test-long  what takes longer: kills, stress, fuzz
# make test-oldest  the tests on the oldest versions of all dependencies that are allowed

VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin

.PHONY: demo test test-long test-oldest lint bench bench-small bench-peers clean

demo: $(VENV)/.demo
	$(BIN)/cvret demo -o demo $(if $(PHOTOS),--photos "$(PHOTOS)") $(if $(QUERY),--query "$(QUERY)")

test: lint
	$(BIN)/python -m pytest -n 2 -m "not long"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test-long: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m long

test-oldest:
	$(MAKE) VENV=.venv-oldest .venv-oldest/.oldest
	.venv-oldest/bin/python -m pytest -n 2 -m "not long"

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/main_job.py
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/copies.py
	$(BIN)/python benchmarks/feedback.py
	$(BIN)/python benchmarks/vocabularies.py
	$(BIN)/python benchmarks/views.py
	$(BIN)/python benchmarks/indexing.py
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/rivals.py
	$(BIN)/python benchmarks/growing.py
	$(BIN)/python benchmarks/dials.py
	$(BIN)/python benchmarks/full_reference.py
	$(BIN)/python benchmarks/galaxies.py
	$(BIN)/python benchmarks/aligned.py
	$(BIN)/python benchmarks/judging.py
	$(BIN)/python benchmarks/comparing.py

# The engine at its smallest, to see that it runs; nothing is recorded.
bench-small: $(VENV)/.dev
	$(BIN)/python benchmarks/speed.py --images 5000 --dry
	$(BIN)/python benchmarks/growing.py --images 5000 --singles 30 --dry

# cvret beside other libraries, each in an environment of its own; about half an hour.
bench-peers: $(VENV)/.dev
	$(BIN)/python benchmarks/peers.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q -e .
	@$(BIN)/python benchmarks/loadable_opencv.py
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q -e ".[dev]"
	@$(BIN)/python benchmarks/loadable_opencv.py
	@touch $@

# Libraries to compare with.
$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install -q bm25s faiss-cpu hnswlib usearch
	@touch $@

# The lower bounds of pyproject.toml, exactly.
$(VENV)/.oldest: pyproject.toml | $(BIN)/python
	$(BIN)/python benchmarks/oldest_versions.py pyproject.toml > $(VENV)/oldest.txt
	$(BIN)/python -m pip install -q -e ".[dev]" -c $(VENV)/oldest.txt
	@$(BIN)/python benchmarks/loadable_opencv.py
	@touch $@

clean:
	rm -rf $(VENV) .venv-oldest .peers demo build dist *.egg-info
