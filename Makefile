# Every target sets up what it needs: a virtual environment, the packages, nothing else.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && { echo $$p; break; }; done)
PIP_OPTIONS := --quiet --disable-pip-version-check
BIN := .venv/bin
MODELS := .venv-models/bin

.PHONY: help demo chat test test-models lint samples size clean

help:
	@echo "make demo         a tour on real files, offline"
	@echo "make chat         talk with it in this terminal"
	@echo "make test         lint, types, import walls, tests (no torch)"
	@echo "make test-models  tests of engines that need torch (CPU)"
	@echo "make size         what the base install weighs, by package"

demo: .venv/.base
	$(BIN)/assistant demo

chat: .venv/.base
	$(BIN)/assistant chat

test: .venv/.dev lint
	$(BIN)/python -m pytest -m "not models"

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-models: .venv-models/.ready
	$(MODELS)/python -m pytest -m models

samples: .venv/.dev
	$(BIN)/python scripts/make_samples.py

size: .venv/.base
	$(BIN)/python scripts/size.py

.venv/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/"; exit 1; }
	@echo "Setting up .venv (about a minute the first time) ..."
	@$(PYTHON) -m venv .venv
	@# The pip of an older Python resolves these packages three times as slowly.
	@$(BIN)/python -m pip install $(PIP_OPTIONS) --upgrade pip
	@touch $@

.venv/.base: .venv/.python pyproject.toml
	@$(BIN)/python -m pip install $(PIP_OPTIONS) -e .
	@touch $@

.venv/.dev: .venv/.base constraints.txt
	@$(BIN)/python -m pip install $(PIP_OPTIONS) -e '.[dev]' -c constraints.txt
	@touch $@

.venv-models/.ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/"; exit 1; }
	@echo "Setting up .venv-models with CPU torch (a few minutes the first time) ..."
	@$(PYTHON) -m venv .venv-models
	@$(MODELS)/python -m pip install $(PIP_OPTIONS) --upgrade pip
	@$(MODELS)/python -m pip install $(PIP_OPTIONS) -c constraints.txt torch
	@$(MODELS)/python -m pip install $(PIP_OPTIONS) -c constraints.txt -e '.[dev,transformers,piper,coqui]' onnx
	@# torchaudio's wheel is built for CUDA: beside a torch without it only its Python part loads.
	@$(MODELS)/python -c 'import torch, sys; sys.exit(torch.version.cuda is not None)' && \
		rm -f .venv-models/lib/python*/site-packages/torchaudio/lib/*.so || true
	@touch $@

clean:
	rm -rf .venv .venv-models demo-output .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
