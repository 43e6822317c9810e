"""`make bench`: what the application costs beside floors measured in the same run; see docs/performance.md."""
