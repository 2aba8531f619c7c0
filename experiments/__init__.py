"""One script a claim: ``python -m experiments.NAME``."""
