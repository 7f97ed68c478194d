"""Deleting what has had its time, and what is kept of one person: in Redis, in the records, and recordings at Twilio."""
