"""The blog's tables."""

from django.db import models


class Author(models.Model):
    name = models.TextField()
    bio = models.TextField()
    active = models.BooleanField()
    account_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "authors"


class Post(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    title = models.TextField()
    body = models.TextField()
    published_at = models.DateTimeField(db_index=True)
    score = models.BigIntegerField(db_index=True)
    status = models.TextField(choices=Status)
    author = models.ForeignKey(Author, models.CASCADE, related_name="posts")

    class Meta:
        db_table = "posts"


class Comment(models.Model):
    body = models.TextField()
    created_at = models.DateTimeField()
    post = models.ForeignKey(Post, models.CASCADE, related_name="comments")
    author = models.ForeignKey(Author, models.CASCADE, related_name="comments")

    class Meta:
        db_table = "comments"
        ordering = ("id",)
