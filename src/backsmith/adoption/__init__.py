"""An existing database's schema -> a model file that says the same."""

from backsmith.adoption.write import Files as Files
from backsmith.adoption.write import write_model as write_model
