"""What an order is, and how it changes. An order is its history."""
