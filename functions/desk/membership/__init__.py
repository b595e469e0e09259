"""Volunteers, their teams, and the staff who may sign in, at the desk."""
