"""The pages of `/auth` for browsers: plain forms over the same endpoints that answer JSON.

`forms` says which form is of which endpoint, `pages` answers, `view` makes HTML, `remembered` is the cookie between two
pages. The English is in `templates/` and `words`.
"""

from backsmith.accounts.pages.pages import SignInPages as SignInPages
