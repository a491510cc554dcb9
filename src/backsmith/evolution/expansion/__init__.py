"""Two versions of a model at once: the blueprint in which both work, and what keeps their values alike."""

from backsmith.evolution.expansion.expand import expand as expand
from backsmith.evolution.expansion.refusals import Refusal as Refusal
from backsmith.evolution.expansion.serving import contracted_on_old_names as contracted_on_old_names
from backsmith.evolution.expansion.serving import on_to_new as on_to_new
from backsmith.evolution.expansion.serving import previous_on_expanded as previous_on_expanded
from backsmith.evolution.expansion.syncs import ended_syncs as ended_syncs
from backsmith.evolution.expansion.syncs import syncs_of as syncs_of
