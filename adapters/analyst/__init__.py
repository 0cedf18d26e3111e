"""Analysts: whoever writes what a post says of a story."""
