"""The site and its functions on AWS."""
