"""What a plan is made of: pages, sections of them, calendar files."""
