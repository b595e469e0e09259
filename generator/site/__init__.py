"""The pages of a site: which there are, and what they are made from."""
