"""The newsroom: stories, editions, subscriptions and deliveries. No SDK, no database, no network."""
