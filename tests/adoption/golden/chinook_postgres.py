"""The model of chinook_postgres, adopted from its database."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import MaxLen
from backsmith import Column, Digits, Entity, Int32, Through

# Nothing is open: private=True says so. To open an entity, replace that by a rule:
#
#     @allow("read")
#     def everyone(self) -> bool:
#         return True


class Artist(Entity, table="artist", private=True):
    id: Annotated[Int32, Column("artist_id")]
    name: Annotated[str | None, MaxLen(120)]
    albums: list["Album"]


class Employee(Entity, table="employee", private=True):
    id: Annotated[Int32, Column("employee_id")]
    last_name: Annotated[str, MaxLen(20)]
    first_name: Annotated[str, MaxLen(20)]
    title: Annotated[str | None, MaxLen(30)]
    reports_to: Annotated["Employee | None", Column("reports_to")]
    birth_date: Annotated[datetime | None, Column(type="timestamp")]
    hire_date: Annotated[datetime | None, Column(type="timestamp")]
    address: Annotated[str | None, MaxLen(70)]
    city: Annotated[str | None, MaxLen(40)]
    state: Annotated[str | None, MaxLen(40)]
    country: Annotated[str | None, MaxLen(40)]
    postal_code: Annotated[str | None, MaxLen(10)]
    phone: Annotated[str | None, MaxLen(24)]
    fax: Annotated[str | None, MaxLen(24)]
    email: Annotated[str | None, MaxLen(60)]
    reports: list["Employee"]
    customers: list["Customer"]


class Genre(Entity, table="genre", private=True):
    id: Annotated[Int32, Column("genre_id")]
    name: Annotated[str | None, MaxLen(120)]
    tracks: list["Track"]


class MediaType(Entity, table="media_type", private=True):
    id: Annotated[Int32, Column("media_type_id")]
    name: Annotated[str | None, MaxLen(120)]
    tracks: list["Track"]


class Playlist(Entity, table="playlist", private=True):
    id: Annotated[Int32, Column("playlist_id")]
    name: Annotated[str | None, MaxLen(120)]
    tracks: Annotated[
        list["Track"],
        Through(
            "playlist_track",
            ("playlist_id",),
            ("track_id",),
            on_delete="no_action",
        ),
    ]


class Album(Entity, table="album", private=True):
    id: Annotated[Int32, Column("album_id")]
    title: Annotated[str, MaxLen(160)]
    artist: Artist
    tracks: list["Track"]


class Customer(Entity, table="customer", private=True):
    id: Annotated[Int32, Column("customer_id")]
    first_name: Annotated[str, MaxLen(40)]
    last_name: Annotated[str, MaxLen(20)]
    company: Annotated[str | None, MaxLen(80)]
    address: Annotated[str | None, MaxLen(70)]
    city: Annotated[str | None, MaxLen(40)]
    state: Annotated[str | None, MaxLen(40)]
    country: Annotated[str | None, MaxLen(40)]
    postal_code: Annotated[str | None, MaxLen(10)]
    phone: Annotated[str | None, MaxLen(24)]
    fax: Annotated[str | None, MaxLen(24)]
    email: Annotated[str, MaxLen(60)]
    support_rep: Employee | None
    invoices: list["Invoice"]


class Invoice(Entity, table="invoice", private=True):
    id: Annotated[Int32, Column("invoice_id")]
    customer: Customer
    invoice_date: Annotated[datetime, Column(type="timestamp")]
    billing_address: Annotated[str | None, MaxLen(70)]
    billing_city: Annotated[str | None, MaxLen(40)]
    billing_state: Annotated[str | None, MaxLen(40)]
    billing_country: Annotated[str | None, MaxLen(40)]
    billing_postal_code: Annotated[str | None, MaxLen(10)]
    total: Annotated[Decimal, Digits(10, 2)]
    invoice_lines: list["InvoiceLine"]


class Track(Entity, table="track", private=True):
    id: Annotated[Int32, Column("track_id")]
    name: Annotated[str, MaxLen(200)]
    album: Album | None
    media_type: MediaType
    genre: Genre | None
    composer: Annotated[str | None, MaxLen(220)]
    milliseconds: Int32
    bytes: Int32 | None
    unit_price: Annotated[Decimal, Digits(10, 2)]
    invoice_lines: list["InvoiceLine"]
    playlists: list[Playlist]


class InvoiceLine(Entity, table="invoice_line", private=True):
    id: Annotated[Int32, Column("invoice_line_id")]
    invoice: Invoice
    track: Track
    unit_price: Annotated[Decimal, Digits(10, 2)]
    quantity: Int32
