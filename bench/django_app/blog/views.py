"""The blog's endpoints."""

from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from blog.models import Comment, Post
from blog.serializers import PostSerializer, ThreadSerializer


class PostFilter(filters.FilterSet):
    min_score = filters.NumberFilter("score", lookup_expr="gte")
    author_id = filters.NumberFilter("author_id")

    class Meta:
        model = Post
        fields = ("status",)


class NewestFirst(CursorPagination):
    """Without a count of all rows on every page."""

    page_size = 20
    ordering = "-published_at"


class PostViewSet(ReadOnlyModelViewSet):
    serializer_class = PostSerializer
    filterset_class = PostFilter
    pagination_class = NewestFirst

    def get_queryset(self):
        """Published posts, and one's own."""
        visible = Q(status=Post.Status.PUBLISHED)
        if self.request.user.is_authenticated:
            visible |= Q(author__account_id=self.request.user.id)
        return Post.objects.filter(visible).select_related("author")

    @action(detail=True, serializer_class=ThreadSerializer)
    def thread(self, request, pk=None):
        comments = Prefetch("comments", Comment.objects.select_related("author"))
        post = get_object_or_404(self.get_queryset().prefetch_related(comments), pk=pk)
        return Response(self.get_serializer(post).data)

    @action(detail=False)
    def count(self, request):
        return Response({"count": self.filter_queryset(self.get_queryset()).count()})
