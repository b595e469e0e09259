"""Where histories are kept, and what is sealed."""
