"""What an operator does with a store: copy it, move it, check it, fill it with examples."""
