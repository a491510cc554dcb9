"""Mail: an outbox in the database, what sends it, and the templates that mails are made of.

`Outbox.put` takes a mail in the transaction of what it is about. `texts` makes what it says, `message` what goes over
the wire, `transports` bring it there, `sender` does so again and again until it is there.
"""

from backsmith.mail.outbox import Outbox as Outbox
from backsmith.mail.transports import missing as missing
