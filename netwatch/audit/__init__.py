"""What keeps the audit log honest: its key, its anchors outside of the database, its verification, its segments.

Events are recorded by `netwatch.storage.audit.record`, in the transaction of what they tell.
"""
