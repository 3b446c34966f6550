"""LEMA, the web service of the DEHú for great recipients: six operations of signed SOAP 1.1 (specification v3.0 of 19-03-2024).

`endpoint` takes a request through its checks; `shapes` knows the shapes that may be asked, `security` and `seal` the signatures of
both directions, `listings`, `act` and `papers` the six answers, `xml` how they are written, `codes` the catalogue of refusals.
"""
