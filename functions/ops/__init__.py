"""What an operator does with a store: copy, move, check, fill with examples."""
