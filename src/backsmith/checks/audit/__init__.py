"""`backsmith audit`: what is risky in a model and its settings, each with the risk, the place and what to do.

In: a blueprint, settings, the packages that are installed. Out: `Finding`s (`findings.py`), as text, JSON or SARIF.
Each kind of finding is a `Check` of the catalogue (`catalogue.py`), which says what it belongs to in the OWASP API
Security Top 10 (2023) and the chapters of ASVS 5.0.
"""
