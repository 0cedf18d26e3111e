"""The store in a PostgreSQL database, for many machines. Needs the extra ``scale``."""
