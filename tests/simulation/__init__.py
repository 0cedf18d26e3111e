"""The simulation: the real core, ledger and schedule on virtual time, in a world that one number decides.

``docs/simulation.md`` explains it; ``python -m tests.simulation --seed 4711`` runs one seed.
"""
