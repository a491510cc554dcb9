"""The documentation of an application for people: pages at `/docs`, the same as static files, and as Markdown.

In: a `Contract`, and a `System` for those who may see how it is built. `site` says which pages there are, `views` what
stands on them, `examples` and `spellings` the requests to copy, `diagram/` draws; `pages`, `files` and `markdown` are
the three ways out.
"""

from backsmith.contract.docs.files import documentation_files as documentation_files
from backsmith.contract.docs.markdown import markdown_files as markdown_files
from backsmith.contract.docs.pages import DocumentationPages as DocumentationPages
from backsmith.contract.docs.system import System as System
from backsmith.contract.docs.system import system_of as system_of
