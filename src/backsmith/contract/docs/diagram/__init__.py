"""Drawings in SVG: the entities and their relations, and the system. No program or library for graphs is needed."""

from backsmith.contract.docs.diagram.entities import entity_diagram as entity_diagram
from backsmith.contract.docs.diagram.parts import system_diagram as system_diagram
