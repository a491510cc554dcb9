"""The model of chinook_sqlite, adopted from its database."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import MaxLen
from backsmith import Column, Digits, Entity, Through, allow


class Open(Entity, abstract=True):
    """What everyone may read."""

    @allow("read")
    def everyone(self) -> bool:
        return True


class Artist(Open, table="Artist"):
    id: Annotated[int, Column("ArtistId")]
    name: Annotated[str | None, MaxLen(120)]
    albums: list["Album"]


class Employee(Open, table="Employee"):
    id: Annotated[int, Column("EmployeeId")]
    last_name: Annotated[str, MaxLen(20), Column("LastName")]
    first_name: Annotated[str, MaxLen(20), Column("FirstName")]
    title: Annotated[str | None, MaxLen(30)]
    reports_to: Annotated["Employee | None", Column("ReportsTo")]
    birth_date: Annotated[datetime | None, Column("BirthDate", type="datetime")]
    hire_date: Annotated[datetime | None, Column("HireDate", type="datetime")]
    address: Annotated[str | None, MaxLen(70)]
    city: Annotated[str | None, MaxLen(40)]
    state: Annotated[str | None, MaxLen(40)]
    country: Annotated[str | None, MaxLen(40)]
    postal_code: Annotated[str | None, MaxLen(10), Column("PostalCode")]
    phone: Annotated[str | None, MaxLen(24)]
    fax: Annotated[str | None, MaxLen(24)]
    email: Annotated[str | None, MaxLen(60)]
    reports: list["Employee"]
    customers: list["Customer"]


class Genre(Open, table="Genre"):
    id: Annotated[int, Column("GenreId")]
    name: Annotated[str | None, MaxLen(120)]
    tracks: list["Track"]


class MediaType(Open, table="MediaType"):
    id: Annotated[int, Column("MediaTypeId")]
    name: Annotated[str | None, MaxLen(120)]
    tracks: list["Track"]


class Playlist(Open, table="Playlist"):
    id: Annotated[int, Column("PlaylistId")]
    name: Annotated[str | None, MaxLen(120)]
    tracks: Annotated[
        list["Track"],
        Through("PlaylistTrack", ("PlaylistId",), ("TrackId",), on_delete="no_action"),
    ]


class Album(Open, table="Album"):
    id: Annotated[int, Column("AlbumId")]
    title: Annotated[str, MaxLen(160)]
    artist: Annotated[Artist, Column("ArtistId")]
    tracks: list["Track"]


class Customer(Open, table="Customer"):
    id: Annotated[int, Column("CustomerId")]
    first_name: Annotated[str, MaxLen(40), Column("FirstName")]
    last_name: Annotated[str, MaxLen(20), Column("LastName")]
    company: Annotated[str | None, MaxLen(80)]
    address: Annotated[str | None, MaxLen(70)]
    city: Annotated[str | None, MaxLen(40)]
    state: Annotated[str | None, MaxLen(40)]
    country: Annotated[str | None, MaxLen(40)]
    postal_code: Annotated[str | None, MaxLen(10), Column("PostalCode")]
    phone: Annotated[str | None, MaxLen(24)]
    fax: Annotated[str | None, MaxLen(24)]
    email: Annotated[str, MaxLen(60)]
    support_rep: Annotated[Employee | None, Column("SupportRepId")]
    invoices: list["Invoice"]


class Invoice(Open, table="Invoice"):
    id: Annotated[int, Column("InvoiceId")]
    customer: Annotated[Customer, Column("CustomerId")]
    invoice_date: Annotated[datetime, Column("InvoiceDate", type="datetime")]
    billing_address: Annotated[str | None, MaxLen(70), Column("BillingAddress")]
    billing_city: Annotated[str | None, MaxLen(40), Column("BillingCity")]
    billing_state: Annotated[str | None, MaxLen(40), Column("BillingState")]
    billing_country: Annotated[str | None, MaxLen(40), Column("BillingCountry")]
    billing_postal_code: Annotated[str | None, MaxLen(10), Column("BillingPostalCode")]
    total: Annotated[Decimal, Digits(10, 2), Column(type="numeric(10,2)")]
    invoice_lines: list["InvoiceLine"]


class Track(Open, table="Track"):
    id: Annotated[int, Column("TrackId")]
    name: Annotated[str, MaxLen(200)]
    album: Annotated[Album | None, Column("AlbumId")]
    media_type: Annotated[MediaType, Column("MediaTypeId")]
    genre: Annotated[Genre | None, Column("GenreId")]
    composer: Annotated[str | None, MaxLen(220)]
    milliseconds: int
    bytes: int | None
    unit_price: Annotated[
        Decimal,
        Digits(10, 2),
        Column("UnitPrice", type="numeric(10,2)"),
    ]
    invoice_lines: list["InvoiceLine"]
    playlists: list[Playlist]


class InvoiceLine(Open, table="InvoiceLine"):
    id: Annotated[int, Column("InvoiceLineId")]
    invoice: Annotated[Invoice, Column("InvoiceId")]
    track: Annotated[Track, Column("TrackId")]
    unit_price: Annotated[
        Decimal,
        Digits(10, 2),
        Column("UnitPrice", type="numeric(10,2)"),
    ]
    quantity: int
