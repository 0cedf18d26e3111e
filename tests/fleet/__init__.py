"""Many machines over one database: real processes of every role, killed and frozen while they deliver, and a count."""
