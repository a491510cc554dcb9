"""The blog with a hook, to measure what a hook costs.   backsmith serve bench/backsmith_app/hooked.py"""

from blog import Author, Comment, Line, Order, Post, Product

from backsmith import before

__all__ = ["Author", "Comment", "Line", "Order", "Post", "Product"]


@before("create")
def tidy(comment: Comment) -> None:
    """One space between words."""
    comment.body = " ".join(comment.body.split())
