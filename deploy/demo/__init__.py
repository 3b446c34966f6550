"""The demonstration: an invented firm with clients, certificates, notices and edicts, on stand-ins of the public bodies."""
