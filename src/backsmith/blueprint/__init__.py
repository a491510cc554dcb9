"""The frozen blueprint of an application: `load` it, `compile` it, `encode` it."""

from backsmith.blueprint.canonical import decode as decode
from backsmith.blueprint.canonical import encode as encode
from backsmith.blueprint.compiler import compile as compile  # noqa: A004 - the vocabulary's word for it
from backsmith.blueprint.load import Application as Application
from backsmith.blueprint.load import application_of as application_of
from backsmith.blueprint.load import load as load
from backsmith.blueprint.lock import Lock as Lock
from backsmith.blueprint.lock import lock_path as lock_path
from backsmith.blueprint.lock import lock_text as lock_text
from backsmith.blueprint.lock import read_lock as read_lock
