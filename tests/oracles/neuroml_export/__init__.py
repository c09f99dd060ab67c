"""jNeuroML as the judge of what is exported."""
