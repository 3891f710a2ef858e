"""`netwatch demo`: a small hospital on this machine's loopback addresses, with faults that come and go on a script.

The service in it is the real one. Only what it looks at, and the mail server that it gives its mail to, are played.
"""
