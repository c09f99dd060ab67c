"""A plan as a SONATA circuit with its simulation: one module per kind of file."""
