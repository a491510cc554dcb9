"""Albums of photos: the model that the tests of files serve."""

from typing import Annotated

from backsmith import Accept, Account, Entity, File, MaxSize, OnDelete, allow


class Album(Entity):
    """Photos of somebody."""

    title: str
    public: bool = False
    owner: Account
    photos: list["Photo"]

    @allow("read")
    def everyone(self) -> bool:
        return self.public

    @allow("read", "create", "update", "delete")
    def own(self, user: Account) -> bool:
        return self.owner == user


class Photo(Entity):
    """A picture, and what belongs to it."""

    album: Annotated[Album, OnDelete("cascade")]
    caption: str | None = None
    image: Annotated[File, MaxSize("100 kB"), Accept("image/*")]
    notes: File | None = None

    @allow("read", fields=("album", "caption", "image"))
    def everyone(self) -> bool:
        return self.album.public

    @allow("read", "create", "update", "delete")
    def own(self, user: Account) -> bool:
        return self.album.owner == user

    @allow("update", fields=("caption",))
    def helpers(self, user: Account) -> bool:
        return "helper" in user.roles

    @allow("read")
    def helped(self, user: Account) -> bool:
        return "helper" in user.roles
