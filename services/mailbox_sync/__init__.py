"""Mailboxes at the public bodies: when each is due, and the workers and connectors that read them.

    service.py     what may be asked, what is heard        worker.py       reads, in any number of processes
    mailboxes.py   a mailbox in people's hands             claims.py       who reads which mailbox when: lease, fence, fairness
    listing.py     as people see them                      preparing.py    from claims to checks
    facts.py       kept of clients and certificates        keys.py         private keys for checks, from the keyring
    health.py      how the bodies answer                   checks.py       a page is stored
    completing.py  checks that were read whole end         endings.py      checks that were not
    bodies.py      the catalogue                           breaking.py     what is left alone for a while;  schedule.py  when next
    connecting.py  the seam;  connectors/  one file a body;  identity.py  soap.py  ws_security.py  lema_codes.py  what they speak with
    portals.py     the list of sedes that a browser opens with a certificate;  shipped_portals.py  those that every firm begins with

Reading a mailbox never has a legal effect; the act of opening is not in this package's schedule.
"""
