"""Who gets in at the desk: the form, the cookie, and what is kept until then."""
