"""The models of these tests, compiled and put together as for serving, but not started."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from backsmith.app import Backsmith, compile_application
from backsmith.blueprint import application_of as model_of
from backsmith.contract import EVERYBODY, Audience, Contract
from backsmith.contract.serving import served_contract
from backsmith.settings import read_settings
from examples.conduit import conduit
from examples.shop import shop
from examples.tracker import tracker
from tests.contract.completeness import gallery, view

MODELS: dict[str, ModuleType] = {
    "shop": shop,
    "tracker": tracker,
    "conduit": conduit,
    "gallery": gallery,
    "view": view,
}


def served(name: str, url: str, **settings: Any) -> Backsmith:
    """The application of a model on that database, put together and not started; no lock file is written."""
    application = model_of(MODELS[name])
    blueprint = compile_application(application, write_lock=False)
    flags = {"database": url, "access_log": False, **settings}
    return Backsmith(application, blueprint, read_settings(application.path, flags=flags))


def contract(application: Backsmith, audience: Audience = EVERYBODY) -> Contract:
    return served_contract(application.blueprint, application.settings, audience)
