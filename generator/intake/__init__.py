"""What people have already, as content: articles of Word, lists of Excel.

Each is read into a plan of the files that would be written and of what cannot be taken along, which
may be shown to somebody first; writing it is one act of its own."""
