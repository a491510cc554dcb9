"""Conduit: an API of a foreign shape. Its addresses, envelopes, slugs, names in camel case and errors are those of the
RealWorld specification, so that its front ends can talk to it.

Every entity is private, which means that Backsmith serves no collection of its own; the rules hold all the same, for
everything that the routes do with `data`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen, MinLen
from msgspec import UNSET, Struct, UnsetType

from backsmith import (
    Account,
    Body,
    Condition,
    Data,
    Entity,
    Indexed,
    OnDelete,
    RequestError,
    Response,
    Unique,
    Via,
    allow,
    before,
    computed,
    current_user,
    error_format,
    now,
    route,
    some,
)

Title = Annotated[str, MinLen(1), MaxLen(200)]
Limit = Annotated[int, Ge(0), Le(100)]


# What is kept


class User(Account, private=True):
    """Someone who reads and writes."""

    username: Annotated[str, MaxLen(40), Unique]
    bio: str | None
    image: str | None
    articles: Annotated[list[Article], Via("author")]
    favorites: Annotated[list[Article], Via("favorited_by")]
    following: Annotated[list[User], Via("followers")]
    followers: Annotated[list[User], Via("following")]

    @allow("read", fields=("username", "bio", "image", "following", "followers", "favorites"))
    def everyone(self) -> bool:
        return True

    @allow("read", "update")
    def own(self, user: User) -> bool:
        return self == user


class Article(Entity, private=True):
    slug: Annotated[str, Unique] = ""
    title: Title
    description: Annotated[str, MaxLen(500)]
    body: str
    author: Annotated[User, Indexed] = current_user()
    created_at: Annotated[datetime, Indexed] = now()
    updated_at: datetime = now()
    tags: list[Tag]
    favorited_by: Annotated[list[User], Via("favorites")]
    comments: list[Comment]

    @computed
    def favorites_count(self) -> int:
        return len(self.favorited_by)

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update", "delete")
    def own(self, user: User) -> bool:
        """Authors write their own articles."""
        return self.author == user

    @before("create", "update")
    async def addressed(self, old: Article | None, data: Data) -> None:
        """An article's slug is its title, with a number where another has that."""
        if old is not None:
            self.updated_at = now()
        if old is None or old.title != self.title:
            wanted = re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "article"
            number = 1
            self.slug = wanted
            while await data.exists(Article, Article.slug == self.slug, Article.id != self.id):
                number += 1
                self.slug = f"{wanted}-{number}"


class Comment(Entity, private=True):
    article: Annotated[Article, OnDelete("cascade"), Indexed]
    author: User = current_user()
    body: Annotated[str, MinLen(1), MaxLen(2000)]
    created_at: datetime = now()

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "delete")
    def own(self, user: User) -> bool:
        return self.author == user


class Tag(Entity, private=True, key="name"):
    name: Annotated[str, MinLen(1), MaxLen(40)]
    articles: list[Article]

    @allow("read", "create")
    def everyone(self, user: User | None) -> bool:
        return True


# What comes in and goes out


class NewArticle(Struct, rename="camel"):
    title: Title
    description: str
    body: str
    tag_list: list[str] = []


class ArticleChange(Struct, omit_defaults=True):
    title: Title | UnsetType = UNSET
    description: str | UnsetType = UNSET
    body: str | UnsetType = UNSET


class NewComment(Struct):
    body: str


class Profile(Struct):
    username: str
    bio: str | None
    image: str | None
    following: bool


class ArticleView(Struct, rename="camel"):
    slug: str
    title: str
    description: str
    body: str
    tag_list: list[str]
    created_at: datetime
    updated_at: datetime
    favorited: bool
    favorites_count: int
    author: Profile


async def profiles(users: Sequence[User], user: User | None, data: Data) -> list[Profile]:
    """Users as they are shown: whether who asks follows them is found out for all of them at once."""
    followed: set[Any] = set()
    if user is not None:
        followed = {each.id for each in await data.find(User, some(User.followers, User.id == user.id))}
    return [Profile(each.username, each.bio, each.image, each.id in followed) for each in users]


async def views(articles: Sequence[Article], user: User | None, data: Data) -> list[ArticleView]:
    """Articles as they are shown; they come with SHOWN."""
    liked: set[Any] = set()
    if user is not None:
        liked = {each.id for each in await data.find(Article, some(Article.favorited_by, User.id == user.id))}
    authors = await profiles([article.author for article in articles], user, data)
    return [
        ArticleView(
            slug=article.slug,
            title=article.title,
            description=article.description,
            body=article.body,
            tag_list=sorted(tag.name for tag in article.tags),
            created_at=article.created_at,
            updated_at=article.updated_at,
            favorited=article.id in liked,
            favorites_count=article.favorites_count,
            author=author,
        )
        for article, author in zip(articles, authors, strict=True)
    ]


SHOWN = ("author", "tags", "favorites_count")
"""What an article is loaded with to be shown."""


async def shown(slug: str, user: User | None, data: Data) -> dict[str, ArticleView]:
    """One article in its envelope."""
    article = await data.one(Article, Article.slug == slug, load=SHOWN)
    return {"article": (await views([article], user, data))[0]}


async def listed(
    where: Sequence[Condition | bool], limit: int, offset: int, user: User | None, data: Data
) -> dict[str, Any]:
    """A page of articles in its envelope, the newest first."""
    page = await data.find(Article, *where, order="-created_at", limit=limit, offset=offset, load=SHOWN)
    return {"articles": await views(page, user, data), "articlesCount": await data.count(Article, *where)}


# Its addresses


@route("GET", "/api/articles", allow="everyone")
async def articles(
    user: User | None,
    data: Data,
    tag: str | None = None,
    author: str | None = None,
    favorited: str | None = None,
    limit: Limit = 20,
    offset: Annotated[int, Ge(0)] = 0,
) -> dict[str, Any]:
    """The articles, of a tag, an author, or somebody's favorites."""
    where: list[Condition | bool] = []
    if tag is not None:
        where.append(some(Article.tags, Tag.name == tag))
    if author is not None:
        where.append(Article.author.username == author)
    if favorited is not None:
        where.append(some(Article.favorited_by, User.username == favorited))
    return await listed(where, limit, offset, user, data)


@route("GET", "/api/articles/feed", allow="signed_in")
async def feed(user: User, data: Data, limit: Limit = 20, offset: Annotated[int, Ge(0)] = 0) -> dict[str, Any]:
    """The articles of those whom the user follows."""
    return await listed([some(Article.author.followers, User.id == user.id)], limit, offset, user, data)


@route("GET", "/api/articles/{slug}", allow="everyone")
async def article(slug: str, user: User | None, data: Data) -> dict[str, ArticleView]:
    return await shown(slug, user, data)


@route("POST", "/api/articles", allow="signed_in", status=201)
async def publish(article: Annotated[NewArticle, Body("article")], user: User, data: Data) -> dict[str, ArticleView]:
    names = dict.fromkeys(article.tag_list)
    await data.upsert_many(Tag, "name", [{"name": name} for name in names], ignore=True)
    made = await data.create(
        Article, title=article.title, description=article.description, body=article.body, tags=list(names)
    )
    return await shown(made.slug, user, data)


@route("PUT", "/api/articles/{slug}", allow="signed_in")
async def rewrite(
    slug: str, article: Annotated[ArticleChange, Body("article")], user: User, data: Data
) -> dict[str, ArticleView]:
    old = await data.one(Article, Article.slug == slug)
    given = {name: value for name in ("title", "description", "body") if (value := getattr(article, name)) is not UNSET}
    new = await data.update(old, **given) if given else old
    return await shown(new.slug, user, data)


@route("DELETE", "/api/articles/{slug}", allow="signed_in")
async def withdraw(slug: str, user: User, data: Data) -> None:
    await data.delete(await data.one(Article, Article.slug == slug))


@route("POST", "/api/articles/{slug}/favorite", allow="signed_in")
async def favorite(slug: str, user: User, data: Data) -> dict[str, ArticleView]:
    await data.link(user, User.favorites, await data.one(Article, Article.slug == slug))
    return await shown(slug, user, data)


@route("DELETE", "/api/articles/{slug}/favorite", allow="signed_in")
async def unfavorite(slug: str, user: User, data: Data) -> dict[str, ArticleView]:
    await data.unlink(user, User.favorites, await data.one(Article, Article.slug == slug))
    return await shown(slug, user, data)


@route("GET", "/api/articles/{slug}/comments", allow="everyone")
async def comments(slug: str, user: User | None, data: Data) -> dict[str, Any]:
    of = await data.one(Article, Article.slug == slug)
    found = await data.find(Comment, Comment.article == of, load=Comment.author)
    authors = await profiles([comment.author for comment in found], user, data)
    return {"comments": [comment_view(each, author) for each, author in zip(found, authors, strict=True)]}


@route("POST", "/api/articles/{slug}/comments", allow="signed_in", status=201)
async def say(slug: str, comment: Annotated[NewComment, Body("comment")], user: User, data: Data) -> dict[str, Any]:
    of = await data.one(Article, Article.slug == slug)
    made = await data.create(Comment, article=of, body=comment.body)
    [author] = await profiles([await data.one(User, User.id == user.id)], user, data)
    return {"comment": comment_view(made, author)}


@route("DELETE", "/api/articles/{slug}/comments/{id}", allow="signed_in")
async def unsay(slug: str, id: int, user: User, data: Data) -> None:
    await data.delete(await data.one(Comment, Comment.id == id, Comment.article.slug == slug))


def comment_view(comment: Comment, author: Profile) -> dict[str, Any]:
    return {"id": comment.id, "createdAt": comment.created_at, "body": comment.body, "author": author}


@route("GET", "/api/profiles/{username}", allow="everyone")
async def profile(username: str, user: User | None, data: Data) -> dict[str, Profile]:
    [found] = await profiles([await data.one(User, User.username == username)], user, data)
    return {"profile": found}


@route("POST", "/api/profiles/{username}/follow", allow="signed_in")
async def follow(username: str, user: User, data: Data) -> dict[str, Profile]:
    await data.link(user, User.following, await data.one(User, User.username == username))
    return await profile(username, user, data)


@route("DELETE", "/api/profiles/{username}/follow", allow="signed_in")
async def unfollow(username: str, user: User, data: Data) -> dict[str, Profile]:
    await data.unlink(user, User.following, await data.one(User, User.username == username))
    return await profile(username, user, data)


@route("GET", "/api/tags", allow="everyone")
async def tags(data: Data) -> dict[str, list[str]]:
    return {"tags": [tag.name for tag in await data.find(Tag, order="name")]}


@error_format
def refused(error: RequestError) -> Response:
    """Errors as the specification has them: by the field where there is one, else of the body."""
    said: dict[str, list[str]] = {}
    for each in error.errors:
        said.setdefault(each["pointer"].rpartition("/")[2] or "body", []).append(each["message"])
    return Response.json({"errors": said or {"body": [error.message]}}, error.status)
