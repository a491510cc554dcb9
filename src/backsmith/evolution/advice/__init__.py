"""Index advice: which index is missing, which is of no use, each with what was measured. It never changes anything."""

from backsmith.evolution.advice.advice import Advice as Advice
from backsmith.evolution.advice.advice import Comparison as Comparison
from backsmith.evolution.advice.advice import Figures as Figures
from backsmith.evolution.advice.advise import Options as Options
from backsmith.evolution.advice.advise import advise as advise
from backsmith.evolution.advice.english import advice_in_english as advice_in_english
from backsmith.evolution.advice.english import plan_lines as plan_lines
