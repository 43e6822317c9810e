"""What people may want to be told: how it works for their seat, the words used, accessibility, whom to call."""
