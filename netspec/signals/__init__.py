"""Signals that are linear in the currents through the membrane: each is a matrix over segments.

signal (channels x times) = matrix (channels x segments) @ currents (segments x times) [nA].
"""
