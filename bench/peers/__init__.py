"""The servers that are measured side by side."""

from peers.backsmith import BacksmithPostgres, BacksmithSqlite
from peers.handwritten import Django, FastApi, Fastify
from peers.peer import SHARED_DATABASE, Peer, Place
from peers.pocketbase import PocketBase

PEERS: tuple[type[Peer], ...] = (BacksmithSqlite, PocketBase, BacksmithPostgres, Fastify, FastApi, Django)

__all__ = ["PEERS", "SHARED_DATABASE", "Peer", "Place"]
