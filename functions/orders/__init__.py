"""The five orders: life cycle, steps, deadlines, figures."""
