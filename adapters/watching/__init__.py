"""Where monitors look: counters in Prometheus' form, health, readiness, and the word that systemd waits for."""
