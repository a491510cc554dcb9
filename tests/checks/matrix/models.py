"""What the tests of the matrix share: models that are compiled once."""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple

from backsmith.app import compile_application
from backsmith.blueprint import Application, application_of
from backsmith.blueprint.blueprint import Blueprint
from examples.shop import shop
from examples.tracker import tracker
from tests.checks.matrix import teamwork


class Model(NamedTuple):
    application: Application
    blueprint: Blueprint


def model(module: ModuleType) -> Model:
    application = application_of(module)
    return Model(application, compile_application(application))


MODELS = {"shop": model(shop), "tracker": model(tracker), "teamwork": model(teamwork)}
