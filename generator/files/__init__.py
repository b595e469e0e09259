"""Files on disk: output, stamps, cache, locks."""
