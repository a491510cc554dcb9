"""The OpenAPI 3.1 document. In: a `Contract`. Out: the document as JSON."""

from backsmith.contract.openapi.document import document_of
from backsmith.contract.openapi.encoding import encoded, written

__all__ = ["document_of", "encoded", "written"]
