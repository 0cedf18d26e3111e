"""Kills the bot at any instant, starts it again, and counts what the platform got."""
