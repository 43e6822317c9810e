"""The log as the data protection officer reads it; writing it is the work of audit, and no name is in it."""
