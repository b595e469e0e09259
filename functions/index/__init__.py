"""The index by which visitors search the site: a build writes it, a function reads it."""
