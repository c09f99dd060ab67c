"""SONATA circuits and simulations, Allen's and BlueBrain's: read into dictionaries, written from a plan.

The format: https://github.com/AllenInstitute/sonata/blob/master/docs/SONATA_DEVELOPER_GUIDE.md
"""
