"""What stands between HTTP and the slices: guard, sessions, headers, forms, French; it knows no rule of any instance."""
