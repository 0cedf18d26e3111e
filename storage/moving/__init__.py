"""Moving everything that the bot remembers from a SQLite file to PostgreSQL, once. Needs the extra ``scale``."""
