"""Reads the Tablón Edictal Único (the BOE's supplement of notifications) and finds the edicts that name a watched client.

`bulletin` fetches a day's index and its PDFs; `reading` turns PDF bytes into text in a bounded child process (`pdf_child`, which
arranges what it reads by `layout`); `matching` finds the tax ids in that text. An edict carries full tax ids and no name
(LO 3/2018, additional provision 7), so a match is an exact one: no names, no masks.

Invariant: what cannot be fetched, recognised or read is an error of that edict or day, never "nobody was named".
"""
