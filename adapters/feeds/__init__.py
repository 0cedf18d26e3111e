"""Reading feeds: fetching without being led astray, parsing without being blocked."""
