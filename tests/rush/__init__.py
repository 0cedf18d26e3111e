"""A whole morning with thousands of channels and people who ask meanwhile: every program in a process of its own."""
