"""Everything that talks to somebody else: feeds, analysts, platforms, the clock."""
