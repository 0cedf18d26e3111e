"""The terminal as a platform: a place to post to, and a place to ask from."""
