"""A chat platform that exists only in tests: a server of its own with a durable message store, and its adapter."""
