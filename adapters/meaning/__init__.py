"""The meaning of short texts, by a small sentence model that runs here: no network, no key."""
