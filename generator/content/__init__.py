"""What staff write: read, checked, converted."""
