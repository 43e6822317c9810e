"""Running an installation: making it, serving it, keeping it in time, and telling what is wrong with it."""
