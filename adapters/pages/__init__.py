"""Reading the pages behind feeds: only what may be read, at a pace that nobody minds, and only the article of it."""
