"""x"""
cell = current = source = synapse = None
