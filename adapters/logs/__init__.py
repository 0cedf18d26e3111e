"""The log of a running bot: lines for people or for programs, without secrets, and never in anybody's way."""
