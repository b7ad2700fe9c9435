# Every target is a word of bootstrap.py, which also runs where there is no make.
PYTHON ?= python3

play setup test test-all check docs:
	@$(PYTHON) bootstrap.py $@ $(ARGS)

.PHONY: play setup test test-all check docs
