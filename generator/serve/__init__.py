"""One machine: the site and its functions on one port."""
