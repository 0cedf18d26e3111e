"""Measurements that anyone can run: ``make bench``. Never asserted in a test."""
