"""A build: load, plan, compare, render, write."""
