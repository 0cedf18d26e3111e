# Everything goes through .venv, set up from hashed locks by pip; nothing but Python 3.11+, git and make is needed.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: demo test lint format bench chaos soak picture golden lock clean
.DEFAULT_GOAL := test

demo: $(VENV)/.ready
	@$(RUN)/daybrief demo

