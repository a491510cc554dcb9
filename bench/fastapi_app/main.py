"""The blog in FastAPI with SQLAlchemy 2 (async, asyncpg).   uvicorn main:app"""

from datetime import datetime

from database import Author, Comment, Post, Session
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from signed_in import Asker
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from writing import router

app = FastAPI()
app.include_router(router)


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AuthorOut(Out):
    id: int
    name: str
    bio: str


class PostOut(Out):
    id: int
    title: str
    body: str
    published_at: datetime
    score: int
    status: str
    author: AuthorOut


class CommentOut(Out):
    id: int
    body: str
    created_at: datetime
    author: AuthorOut


class PostWithCommentsOut(PostOut):
    comments: list[CommentOut]


class CountOut(BaseModel):
    count: int


def visible(asker: int | None) -> ColumnElement[bool]:
    """Published posts, and one's own."""
    published = Post.status == "published"
    return published if asker is None else or_(published, Post.author.has(Author.account_id == asker))


@app.get("/posts", response_model=list[PostOut])
async def list_posts(
    session: Session,
    asker: Asker,
    min_score: int | None = None,
    status: str | None = None,
    author_id: int | None = None,
    limit: int = 20,
):
    query = select(Post).options(joinedload(Post.author)).where(visible(asker))
    if min_score is not None:
        query = query.where(Post.score >= min_score)
    if status is not None:
        query = query.where(Post.status == status)
    if author_id is not None:
        query = query.where(Post.author_id == author_id)
    query = query.order_by(Post.published_at.desc()).limit(limit)
    return (await session.scalars(query)).all()


@app.get("/posts/count", response_model=CountOut)
async def count_posts(session: Session, asker: Asker, min_score: int | None = None):
    query = select(func.count()).select_from(Post).where(visible(asker))
    if min_score is not None:
        query = query.where(Post.score >= min_score)
    return {"count": await session.scalar(query)}


@app.get("/posts/{post_id}", response_model=PostOut)
async def read_post(post_id: int, session: Session, asker: Asker):
    query = select(Post).options(joinedload(Post.author)).where(Post.id == post_id, visible(asker))
    post = await session.scalar(query)
    if post is None:
        raise HTTPException(404, "Post not found")
    return post


@app.get("/posts/{post_id}/thread", response_model=PostWithCommentsOut)
async def read_thread(post_id: int, session: Session, asker: Asker):
    query = (
        select(Post)
        .options(joinedload(Post.author), selectinload(Post.comments).joinedload(Comment.author))
        .where(Post.id == post_id, visible(asker))
    )
    post = await session.scalar(query)
    if post is None:
        raise HTTPException(404, "Post not found")
    return post
