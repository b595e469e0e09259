"""The community's figures, and what of them is for everybody."""
