"""Twenty questions to Chinook, adopted from SQLite and from PostgreSQL: the same bytes, and what SQL by hand says."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import pytest

from backsmith.adoption import write_model
from backsmith.app import asgi
from backsmith.databases import open_database
from tests.adoption.conftest import chinook as chinook  # noqa: PLC0414  a fixture
from tests.adoption.conftest import without_creation_of_database
from tests.engine.client import Client

QUESTIONS: dict[str, tuple[str, str]] = {
    "each artist's albums with track counts (first three artists)": (
        "/api/artists?select=name,albums(title,tracks(count))&order=id&limit=3",
        """SELECT json_group_array(json_object('name', a.Name, 'albums', json((
             SELECT json_group_array(json_object('title', b.Title, 'tracks', json_array(json_object('count',
               (SELECT count(*) FROM Track t WHERE t.AlbumId = b.AlbumId)))) ORDER BY b.AlbumId)
             FROM Album b WHERE b.ArtistId = a.ArtistId)))) FROM (SELECT * FROM Artist ORDER BY ArtistId LIMIT 3) a""",
    ),
    "the five customers who spent most": (
        "/api/invoices?select=customer(first_name,last_name),spent:total.sum()&order=spent.desc&limit=5",
        """SELECT json_group_array(json_object('customer', json_object('first_name', FirstName, 'last_name', LastName),
             'spent', spent)) FROM (SELECT c.FirstName, c.LastName, round(sum(i.Total), 2) AS spent
             FROM Invoice i JOIN Customer c USING (CustomerId) GROUP BY CustomerId ORDER BY spent DESC, CustomerId LIMIT 5)""",
    ),
    "the tree of employees, three levels": (
        "/api/employees?select=last_name,reports(last_name,reports(last_name))&reports_to_id=is.null",
        """SELECT json_group_array(json_object('last_name', e.LastName, 'reports', json((
             SELECT json_group_array(json_object('last_name', f.LastName, 'reports', json((
               SELECT coalesce(json_group_array(json_object('last_name', g.LastName) ORDER BY g.EmployeeId), '[]')
               FROM Employee g WHERE g.ReportsTo = f.EmployeeId))) ORDER BY f.EmployeeId)
             FROM Employee f WHERE f.ReportsTo = e.EmployeeId)))) FROM Employee e WHERE e.ReportsTo IS NULL""",
    ),
    "who reports to Nancy Edwards": (
        "/api/employees?select=first_name,last_name,reports_to!inner()&reports_to.last_name=eq.Edwards&order=id",
        """SELECT json_group_array(json_object('first_name', e.FirstName, 'last_name', e.LastName) ORDER BY e.EmployeeId)
           FROM Employee e JOIN Employee b ON b.EmployeeId = e.ReportsTo WHERE b.LastName = 'Edwards'""",
    ),
    "how many tracks a genre has": (
        "/api/tracks?select=genre(name),n:count()&order=n.desc&limit=4",
        """SELECT json_group_array(json_object('genre', json_object('name', Name), 'n', n)) FROM (
             SELECT g.Name, count(*) AS n FROM Track t JOIN Genre g USING (GenreId) GROUP BY GenreId
             ORDER BY n DESC LIMIT 4)""",
    ),
    "albums of artists whose name has 'Zeppelin'": (
        "/api/albums?select=title,artist!inner(name)&artist.name=like.*Zeppelin*&order=title",
        """SELECT json_group_array(json_object('title', b.Title, 'artist', json_object('name', a.Name)) ORDER BY b.Title)
           FROM Album b JOIN Artist a USING (ArtistId) WHERE a.Name LIKE '%Zeppelin%'""",
    ),
    "the longest tracks": (
        "/api/tracks?select=name,milliseconds&order=milliseconds.desc&limit=3",
        """SELECT json_group_array(json_object('name', Name, 'milliseconds', Milliseconds)) FROM (
             SELECT * FROM Track ORDER BY Milliseconds DESC LIMIT 3)""",
    ),
    "tracks that are on a playlist called 'Grunge'": (
        "/api/tracks?select=name,playlists!inner()&playlists.name=eq.Grunge&order=name&limit=5",
        """SELECT json_group_array(json_object('name', Name)) FROM (SELECT t.Name FROM Track t
             WHERE EXISTS (SELECT 1 FROM PlaylistTrack x JOIN Playlist p USING (PlaylistId)
             WHERE x.TrackId = t.TrackId AND p.Name = 'Grunge') ORDER BY t.Name, t.TrackId LIMIT 5)""",
    ),
    "how many tracks each playlist has": (
        "/api/playlists?select=name,tracks(count)&order=id",
        """SELECT json_group_array(json_object('name', p.Name, 'tracks', json_array(json_object('count',
             (SELECT count(*) FROM PlaylistTrack x WHERE x.PlaylistId = p.PlaylistId)))) ORDER BY p.PlaylistId)
           FROM Playlist p""",
    ),
    "tracks nobody bought, counted": (
        "/api/tracks?select=id,invoice_lines()&invoice_lines=is.null&order=id&limit=10",
        """SELECT json_group_array(json_object('id', TrackId)) FROM (SELECT TrackId FROM Track t
             WHERE NOT EXISTS (SELECT 1 FROM InvoiceLine l WHERE l.TrackId = t.TrackId) ORDER BY TrackId LIMIT 10)""",
    ),
    "sales by country": (
        "/api/invoices?select=billing_country,total.sum(),n:count()&order=sum.desc&limit=5",
        """SELECT json_group_array(json_object('billing_country', c, 'sum', s, 'n', n)) FROM (
             SELECT BillingCountry AS c, round(sum(Total), 2) AS s, count(*) AS n FROM Invoice
             GROUP BY BillingCountry ORDER BY s DESC, c LIMIT 5)""",
    ),
    "customers of one sales agent with their dearest invoice": (
        "/api/employees?select=customers(last_name,invoices(total.max()))&id=eq.3&customers.order=id&customers.limit=3",
        """SELECT json_array(json_object('customers', json((SELECT json_group_array(json_object('last_name', LastName,
             'invoices', json_array(json_object('max', (SELECT max(Total) FROM Invoice i
             WHERE i.CustomerId = c.CustomerId)))) ORDER BY CustomerId)
           FROM (SELECT * FROM Customer WHERE SupportRepId = 3 ORDER BY CustomerId LIMIT 3) c))))""",
    ),
    "one invoice with its lines, tracks and albums": (
        "/api/invoices?select=id,total,invoice_lines(quantity,unit_price,track(name,album(title)))&id=eq.1",
        """SELECT json_group_array(json_object('id', i.InvoiceId, 'total', i.Total, 'invoice_lines', json((
             SELECT json_group_array(json_object('quantity', l.Quantity, 'unit_price', l.UnitPrice, 'track',
               json_object('name', t.Name, 'album', json_object('title', b.Title))) ORDER BY l.InvoiceLineId)
             FROM InvoiceLine l JOIN Track t USING (TrackId) JOIN Album b USING (AlbumId)
             WHERE l.InvoiceId = i.InvoiceId)))) FROM Invoice i WHERE i.InvoiceId = 1""",
    ),
    "composers unknown, among the jazz tracks": (
        "/api/tracks?select=name,genre!inner()&genre.name=eq.Jazz&composer=is.null&order=name&limit=5",
        """SELECT json_group_array(json_object('name', Name)) FROM (SELECT t.Name FROM Track t JOIN Genre g USING (GenreId)
             WHERE g.Name = 'Jazz' AND t.Composer IS NULL ORDER BY t.Name, t.TrackId LIMIT 5)""",
    ),
    "average price and length of a media type's tracks": (
        "/api/tracks?select=media_type(name),price:unit_price.avg(),length:milliseconds.avg()&order=price.desc&limit=2",
        """SELECT json_group_array(json_object('media_type', json_object('name', m), 'price', p, 'length', l)) FROM (
             SELECT m.Name AS m, round(avg(UnitPrice), 8) AS p, round(avg(Milliseconds), 6) AS l
             FROM Track t JOIN MediaType m USING (MediaTypeId) GROUP BY MediaTypeId ORDER BY p DESC, MediaTypeId LIMIT 2)""",
    ),
    "invoices of a year over ten": (
        "/api/invoices?select=id,invoice_date::date,total&invoice_date=gte.2022-01-01&invoice_date=lt.2023-01-01"
        "&total=gt.10&order=total.desc,id&limit=4",
        """SELECT json_group_array(json_object('id', InvoiceId, 'invoice_date', date(InvoiceDate), 'total', Total)) FROM (
             SELECT * FROM Invoice WHERE InvoiceDate >= '2022-01-01' AND InvoiceDate < '2023-01-01' AND Total > 10
             ORDER BY Total DESC, InvoiceId LIMIT 4)""",
    ),
    "customers without a company, or from Brazil": (
        "/api/customers?select=last_name,company,country&or=(country.eq.Brazil,and(company.is.null,country.eq.Canada))&order=id",
        """SELECT json_group_array(json_object('last_name', LastName, 'company', Company, 'country', Country)
             ORDER BY CustomerId) FROM Customer WHERE Country = 'Brazil' OR (Company IS NULL AND Country = 'Canada')""",
    ),
    "tracks by several words, whatever the case": (
        "/api/tracks?select=name&name=ilike(all).{*love*,*you*}&order=name&limit=6",
        """SELECT json_group_array(json_object('name', Name)) FROM (SELECT Name FROM Track
             WHERE lower(Name) LIKE '%love%' AND lower(Name) LIKE '%you%' ORDER BY Name, TrackId LIMIT 6)""",
    ),
    "artists without any album": (
        "/api/artists?select=name,albums()&albums=is.null&order=id&limit=4",
        """SELECT json_group_array(json_object('name', Name)) FROM (SELECT Name FROM Artist a WHERE NOT EXISTS (
             SELECT 1 FROM Album b WHERE b.ArtistId = a.ArtistId) ORDER BY ArtistId LIMIT 4)""",
    ),
    "what a support agent's boss is called, spread into the customer": (
        "/api/customers?select=last_name,...support_rep(agent:last_name,...reports_to(boss:last_name))&id=in.(1,2,3)&order=id",
        """SELECT json_group_array(json_object('last_name', c.LastName, 'agent', e.LastName, 'boss', b.LastName)
             ORDER BY c.CustomerId) FROM Customer c LEFT JOIN Employee e ON e.EmployeeId = c.SupportRepId
           LEFT JOIN Employee b ON b.EmployeeId = e.ReportsTo WHERE c.CustomerId IN (1, 2, 3)""",
    ),
}


async def adopted(url: str, folder: Path, name: str) -> Path:
    """A model of the database, written by adopt."""
    database = open_database(url, read_only=True)
    await database.open()
    [(path, text)] = write_model(await database.inspect(), database.dialect, open="read", name=name).items()
    await database.close()
    (folder / path).write_text(text, encoding="utf-8")
    return folder / path


async def load_chinook(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(without_creation_of_database(script))
    await connection.close()


@pytest.fixture(scope="module")
def clients(
    chinook: Path, tmp_path_factory: pytest.TempPathFactory, new_url: Callable[[str], str], run: Any
) -> Iterator[dict[str, Client]]:
    folder = tmp_path_factory.mktemp("chinook")
    shutil.copy(chinook / "chinook.sqlite", folder / "chinook.sqlite")
    (folder / "chinook.sqlite").chmod(0o600)
    urls = {"sqlite": f"sqlite:///{folder}/chinook.sqlite", "postgres": new_url("postgres18")}
    run(load_chinook(urls["postgres"], (chinook / "chinook_postgres.sql").read_text(encoding="utf-8-sig")))
    made: dict[str, Client] = {}
    for kind, url in urls.items():
        path = run(adopted(url, folder, f"chinook_{kind}"))
        importlib.invalidate_caches()
        made[kind] = Client(asgi(path, database=url, access_log=False), run)
    yield made
    for client in made.values():
        run(client.application.close())
    for name in ("chinook_sqlite", "chinook_postgres"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("question", QUESTIONS)
def test_question(question: str, clients: dict[str, Client], chinook: Path) -> None:
    target, sql = QUESTIONS[question]
    sqlite, postgres = clients["sqlite"].get(target), clients["postgres"].get(target)
    assert sqlite.status == 200, sqlite.text
    assert sqlite.body == postgres.body
    by_hand = apsw.Connection(
        f"file:{chinook / 'chinook.sqlite'}?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )
    [(expected,)] = by_hand.execute(sql).fetchall()
    assert exact(sqlite.text) == exact(expected)


def exact(text: str) -> Any:
    """JSON with its numbers as decimals, so that 0.99 and 0.990 are the same and 0.1 is 0.1."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)
