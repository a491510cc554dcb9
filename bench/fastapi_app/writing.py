"""What authors write and customers order."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from database import Author, Comment, Line, Order, Post, Product, Session
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from signed_in import SignedIn
from sqlalchemy import event, exists, func, insert, select, update

router = APIRouter()

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Money = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CommentIn(In):
    body: Text
    post_id: int
    author_id: int


Comments = Annotated[list[CommentIn], Field(max_length=10_000)]


class CommentWritten(Out):
    id: int
    body: str
    created_at: datetime
    post_id: int
    author_id: int


class PostChanges(In):
    title: str | None = None
    body: str | None = None
    published_at: datetime | None = None
    status: Literal["draft", "published", "archived"] | None = None


class PostWritten(Out):
    id: int
    title: str
    body: str
    published_at: datetime
    score: int
    status: str


class LineIn(In):
    product_id: int
    price: Money
    quantity: Annotated[int, Field(ge=1)] = 1


class LineOut(LineIn):
    model_config = ConfigDict(from_attributes=True)

    id: int


class OrderIn(In):
    note: Annotated[str, Field(max_length=500)] | None = None
    lines: list[LineIn]


class OrderOut(Out):
    id: int
    note: str | None
    status: str
    lines: list[LineOut]


@router.post("/comments", status_code=201, response_model=CommentWritten)
async def create_comment(given: CommentIn, session: Session, asker: SignedIn):
    """Authors comment in their own name on what is published."""
    allowed = exists().where(
        Author.id == given.author_id,
        Author.account_id == asker,
        Post.id == given.post_id,
        Post.status == "published",
    )
    if not await session.scalar(select(allowed)):
        raise HTTPException(403, "Not in your name, or not published")
    comment = Comment(**given.model_dump(), created_at=datetime.now(UTC))
    session.add(comment)
    await session.commit()
    return comment


@router.post("/comments/bulk", status_code=201)
async def create_comments(given: Comments, session: Session, asker: SignedIn):
    """The same for many."""
    authors = {comment.author_id for comment in given}
    posts = {comment.post_id for comment in given}
    own = select(func.count()).select_from(Author).where(Author.id.in_(authors), Author.account_id == asker)
    public = select(func.count()).select_from(Post).where(Post.id.in_(posts), Post.status == "published")
    if await session.scalar(own) != len(authors) or await session.scalar(public) != len(posts):
        raise HTTPException(403, "Not in your name, or not published")
    now = datetime.now(UTC)
    await session.execute(insert(Comment), [{**comment.model_dump(), "created_at": now} for comment in given])
    await session.commit()
    return {"created": len(given)}


@router.patch("/posts/{post_id}", response_model=PostWritten)
async def change_post(post_id: int, given: PostChanges, session: Session, asker: SignedIn):
    """Authors edit what they wrote."""
    own = select(Author.id).where(Author.account_id == asker)
    changed = await session.scalar(
        update(Post)
        .where(Post.id == post_id, Post.author_id.in_(own))
        .values(**given.model_dump(exclude_unset=True))
        .returning(Post)
    )
    if changed is None:
        raise HTTPException(404, "Post not found")
    await session.commit()
    return changed


@router.post("/orders", status_code=201, response_model=OrderOut)
async def create_order(given: OrderIn, session: Session, asker: SignedIn):
    """Whoever is signed in orders what is for sale."""
    products = {line.product_id for line in given.lines}
    for_sale = select(func.count()).select_from(Product).where(Product.id.in_(products), Product.active)
    if await session.scalar(for_sale) != len(products):
        raise HTTPException(403, "Not for sale")
    lines = [Line(**line.model_dump()) for line in given.lines]
    order = Order(account_id=asker, note=given.note, status="draft", lines=lines)
    session.add(order)
    await session.commit()
    return order


if os.environ.get("HOOK"):

    @event.listens_for(Comment, "before_insert")
    def tidy(mapper: object, connection: object, comment: Comment) -> None:
        """One space between words."""
        comment.body = " ".join(comment.body.split())
