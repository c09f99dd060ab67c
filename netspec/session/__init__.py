"""The state behind NetPyNE's verbs: its stages, and what is saved and loaded."""
