"""What every function works with: settings, the last build, the clock, the log."""
