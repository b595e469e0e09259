"""Content → site: read and check, plan the pages, render what changed."""
