"""The application that these tests try out."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from backsmith.app import compile_application
from backsmith.blueprint import Application, application_of
from backsmith.blueprint.blueprint import Blueprint
from tests.checks.testing import notes


class Model(NamedTuple):
    application: Application
    blueprint: Blueprint


@pytest.fixture(scope="session")
def model() -> Model:
    application = application_of(notes)
    return Model(application, compile_application(application))
