"""Tables at the desk: workbooks to take away, and tables to bring in."""
