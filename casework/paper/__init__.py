"""What leaves on paper: notices without personal data, and prints of what one may read, each with its reason and its entry (C-05, C-09)."""
